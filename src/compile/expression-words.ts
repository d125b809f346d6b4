import { matchesName } from './expression-environment.ts'

/** Tokens of cel-js as a person types them. */
const tokens: Readonly<Record<string, string>> = {
  RPAREN: ')',
  LPAREN: '(',
  RBRACKET: ']',
  LBRACKET: '[',
  RBRACE: '}',
  LBRACE: '{',
  COMMA: ',',
  COLON: ':',
  DOT: '.',
  QUESTION: '?',
  IDENTIFIER: 'a name',
  EOF: 'the end',
}

/** What cel-js says, in the style of our own messages; `found` is the stretch of the condition it points at. */
export function celMessage(summary: string, found: string): string {
  if (/^Unexpected token: EOF/.test(summary)) return 'the condition ends too early'
  if (/^Unexpected (?:character|token)/.test(summary)) return `did not expect ${found} here`
  if (/^Unterminated /.test(summary)) return 'a quote is never closed'
  const [, wanted, got] = /^Expected (\w+), got (\w+)/.exec(summary) ?? []
  if (wanted !== undefined && got !== undefined)
    return got === 'EOF'
      ? `expected ${tokens[wanted] ?? wanted}, the condition ends before it`
      : `expected ${tokens[wanted] ?? wanted}, got ${found}`
  const [, key] = /^No such key: (.*)$/s.exec(summary) ?? []
  if (key !== undefined) return `there is no key ${key}`
  const [, operation] = /^no such overload: (.*)$/s.exec(summary) ?? []
  if (operation !== undefined) return `these types do not go together: ${plain(operation)}`
  const text = plain(summary)
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** Without inner names of types and functions. */
function plain(text: string): string {
  return text.replaceAll(/dyn<([^>]*)>/g, '$1').replaceAll(matchesName, 'matches')
}
