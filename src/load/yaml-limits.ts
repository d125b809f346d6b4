import { Lexer } from 'yaml'
import type { Problem } from '../model/problem.ts'
import { lineIndex } from './line-index.ts'

export const depthLimit = 64
export const anchorLimit = 100
/** lines like %YAML; each one that is unknown costs the parser a warning, a million of them cost it a minute */
const directiveLimit = 16

/**
 * Looks for what would bring the parser down, before it runs: yaml 2.9.1 aborts the whole process on the second text of
 * 1,000 nested brackets that it parses, and takes a minute for 50,000 anchors (measured; such an abort cannot be caught).
 * The library's own lexer is used because it sees quotes, comments and block scalars exactly as the parser will, so no
 * text can look flat to us and deep to it; it is linear (4 MiB of brackets: 2 s to the end, and we stop at the 65th). What it
 * gives is what the parser is fed with then.
 */
export function lexYaml(text: string, file: string): { readonly lexemes: readonly string[] } | { readonly problem: Problem } {
  let offset = 0
  let column = 0
  let flow = 0
  let anchors = 0
  let directives = 0
  /** columns at which open block collections start */
  let blocks: number[] = []
  let atLineStart = true
  let afterKey = false
  const tooMuch = (message: string, hint: string) => ({
    problem: { code: 'YAML_LIMIT', message, at: lineIndex(text, file)(offset), hint } as const,
  })
  const lexemes: string[] = []

  for (const token of new Lexer().lex(text)) {
    lexemes.push(token)
    // control tokens of the lexer (document start, scalar follows, flow error) stand for no character of the text
    if (token === '\u{2}' || token === '\u{18}' || token === '\u{1f}' || token === '\u{feff}') {
      if (token === '\u{2}') blocks = []
      if (token === '\u{feff}') offset += 1
      continue
    }
    const blank = token.trim() === ''
    if (token.endsWith('\n')) {
      atLineStart = true
      afterKey = false
    } else if (!blank && !token.startsWith('#')) {
      if (flow === 0 && (atLineStart || afterKey)) {
        blocks = blocks.filter((start) => start < column)
        // a bracket is counted as flow below
        if (token !== '[' && token !== '{') blocks.push(column)
        atLineStart = false
        afterKey = false
      }
      if (token === '[' || token === '{') flow += 1
      else if (token === ']' || token === '}') flow = Math.max(0, flow - 1)
      else if (token.startsWith('&')) anchors += 1
      else if (token.startsWith('%')) directives += 1
      // `- - - a` and `? ? a` open one collection per sign on a single line
      else if (flow === 0 && (token === '-' || token === '?')) afterKey = true
      if (blocks.length + flow > depthLimit)
        return tooMuch(`the text nests deeper than ${depthLimit} levels`, 'flatten it or split the file')
      if (anchors > anchorLimit) return tooMuch(`the text has more than ${anchorLimit} anchors`, 'use variables in place of anchors')
      if (directives > directiveLimit)
        return tooMuch(`the text has more than ${directiveLimit} directives`, 'remove the lines that start with %')
    }
    offset += token.length
    const newline = token.lastIndexOf('\n')
    column = newline === -1 ? column + token.length : token.length - newline - 1
  }
  return { lexemes }
}
