import { MustacheTokens, type Token } from './mustache-tokens.ts'
import { type CallExpression, type Expression, type PathExpression, type PathPart, type Span, TemplateFault } from './template-ast.ts'

const jinjaWords: Readonly<Record<string, string>> = {
  if: 'write {{#if condition}}a{{else}}b{{/if}} or {{ternary condition a b}}',
  else: 'write {{#if condition}}a{{else}}b{{/if}}',
  is: 'write {{defined "name"}}',
  and: 'a template has no operators: nest {{#if}}, or put the condition into `when`',
  or: 'a template has no operators: {{default a b true}} takes b when a is empty',
  not: 'write {{#unless condition}}...{{/unless}} or {{not condition}}',
  in: 'write {{contains list item}}',
}
const nestingLimit = 32

/** Reads the inside of one `{{ ... }}`. It ends at `}}`, `~}}` or, for three braces, `}}}`. */
export class MustacheReader {
  readonly #tokens: MustacheTokens
  #depth = 0

  constructor(source: string, start: number, close: '}}' | '}}}') {
    this.#tokens = new MustacheTokens(source, start, close)
  }

  /** `expression` or `expression as |a b|`, up to the closing braces. */
  read(): { readonly expression: Expression; readonly blockParams: readonly string[]; readonly end: number; readonly strip: boolean } {
    const expression = this.#piped()
    const blockParams = this.#blockParams()
    return { expression, blockParams, ...this.close() }
  }

  /** The closing braces; where the text goes on, and whether `~` stood before them. */
  close(): { readonly end: number; readonly strip: boolean } {
    const token = this.#tokens.token
    if (token.kind === 'name' && Object.hasOwn(jinjaWords, token.text)) throw this.#jinja(token.text, token.span)
    if (token.kind !== 'end') throw this.#unexpected(token)
    return { end: token.span.end, strip: token.text.startsWith('~') }
  }

  /** Whether only the closing braces are left. */
  get atEnd(): boolean {
    return this.#tokens.token.kind === 'end'
  }

  #blockParams(): readonly string[] {
    if (this.#tokens.token.kind !== 'name' || this.#tokens.token.text !== 'as') return []
    this.#tokens.next()
    this.#expect('|')
    const names: string[] = []
    while (this.#tokens.token.kind === 'name') names.push(this.#tokens.next().text)
    this.#expect('|')
    return names
  }

  #piped(): Expression {
    if (++this.#depth > nestingLimit)
      throw new TemplateFault('TEMPLATE_SYNTAX', `parentheses nest deeper than ${nestingLimit}`, this.#tokens.token.span)
    let value = this.#called()
    while (this.#tokens.is('|')) {
      this.#tokens.next()
      value = this.#filter(value)
    }
    this.#depth -= 1
    return value
  }

  #filter(value: Expression): Expression {
    const token = this.#tokens.next()
    if (token.kind !== 'name') throw new TemplateFault('TEMPLATE_SYNTAX', 'expected the name of a function after |', token.span)
    const list = this.#tokens.is('(') ? this.#list() : { args: [], named: [], end: token.span.end }
    return {
      kind: 'call',
      name: token.text,
      nameSpan: token.span,
      args: [value, ...list.args],
      named: list.named,
      span: { start: value.span.start, end: list.end },
    }
  }

  /** `(a, b, name=c)` behind a filter */
  #list(): { readonly args: readonly Expression[]; readonly named: CallExpression['named']; readonly end: number } {
    this.#expect('(')
    const args: Expression[] = []
    const named: CallExpression['named'][number][] = []
    while (!this.#tokens.is(')')) {
      const pair = this.#pair()
      if (pair === undefined) args.push(this.#piped())
      else named.push(pair)
      if (!this.#tokens.is(')')) this.#expect(',')
    }
    return { args, named, end: this.#tokens.next().span.end }
  }

  /** An operand, or a name followed by operands: a call. */
  #called(): Expression {
    const first = this.#tokens.token
    const head = this.#operand()
    const args: Expression[] = []
    const named: CallExpression['named'][number][] = []
    while (!this.#endsCall()) {
      const pair = this.#pair()
      if (pair === undefined && named.length > 0)
        throw new TemplateFault('TEMPLATE_SYNTAX', 'arguments with a name come last', this.#tokens.token.span)
      if (pair === undefined) args.push(this.#operand())
      else named.push(pair)
    }
    if (args.length === 0 && named.length === 0) return head
    const [only, ...more] = head.kind === 'path' ? head.parts : []
    if (head.kind !== 'path' || head.data || head.depth > 0 || only === undefined || more.length > 0 || typeof only.key !== 'string') {
      throw new TemplateFault(
        'TEMPLATE_SYNTAX',
        'expected the name of a function',
        first.span,
        'one pair of braces holds one value or one call: {{lower name}}',
      )
    }
    const last = named.at(-1)?.span ?? args.at(-1)?.span ?? head.span
    return { kind: 'call', name: only.key, nameSpan: only.span, args, named, span: { start: head.span.start, end: last.end } }
  }

  #endsCall(): boolean {
    const { kind, text } = this.#tokens.token
    if (kind === 'end') return true
    if (kind === 'mark') {
      if (text === '(' || text === '@' || text === '.' || text === '..') return false
      if (text === '|' || text === ')' || text === ',' || text === ']') return true
      throw this.#unexpected(this.#tokens.token)
    }
    if (kind === 'name' && text === '-') throw this.#unexpected(this.#tokens.token)
    if (kind === 'name' && text === 'as' && /^as\s+\|/.test(this.#tokens.source.slice(this.#tokens.token.span.start))) return true
    if (kind === 'name' && Object.hasOwn(jinjaWords, text) && !this.#isPair()) throw this.#jinja(text, this.#tokens.token.span)
    return false
  }

  #isPair(): boolean {
    return this.#tokens.token.kind === 'name' && /^\s*=(?!=)/.test(this.#tokens.source.slice(this.#tokens.token.span.end))
  }

  #pair(): CallExpression['named'][number] | undefined {
    if (!this.#isPair()) return undefined
    const token = this.#tokens.next()
    this.#expect('=')
    const value = this.#operand()
    return { name: token.text, value, span: { start: token.span.start, end: value.span.end } }
  }

  #operand(): Expression {
    const token = this.#tokens.token
    if (token.kind === 'text') return this.#suffixed({ kind: 'literal', value: this.#tokens.next().text, span: token.span })
    if (token.kind === 'number') return { kind: 'literal', value: Number(this.#tokens.next().text), span: token.span }
    if (token.kind === 'mark' && token.text === '(') {
      this.#tokens.next()
      const inner = this.#piped()
      this.#expect(')')
      return inner
    }
    if (token.kind === 'name') {
      const constant = constants.get(token.text)
      if (constant !== undefined && !/^[.[/]/.test(this.#tokens.source.slice(token.span.end)))
        return { kind: 'literal', value: constant.value, span: this.#tokens.next().span }
      return this.#path()
    }
    if (token.kind === 'mark' && (token.text === '.' || token.text === '..' || token.text === '@')) return this.#path()
    throw this.#unexpected(token)
  }

  /** Only Jinja puts a dot or an index behind a literal. */
  #suffixed(literal: Expression): Expression {
    if ((this.#tokens.is('.') || this.#tokens.is('[')) && this.#tokens.touches) throw this.#unexpected(this.#tokens.token)
    return literal
  }

  #path(): PathExpression {
    const tokens = this.#tokens
    const { start } = tokens.token.span
    let depth = 0
    let fromContext = false
    while (tokens.is('..')) {
      tokens.next()
      depth += 1
      fromContext = !(tokens.is('/') && tokens.touches)
      if (fromContext) break
      tokens.next()
    }
    const data = !fromContext && tokens.is('@')
    if (data) tokens.next()
    const parts: PathPart[] = []
    if (!fromContext) {
      const { kind, text, span } = tokens.next()
      fromContext = !data && (text === 'this' || text === '.')
      if (kind !== 'name' && !fromContext) throw this.#unexpected({ kind, text, span })
      if (!fromContext) parts.push({ key: text, span })
      // `.name` without a slash, as Jinja never and Handlebars rarely has it
      if (text === '.' && tokens.token.kind === 'name' && tokens.touches) parts.push({ key: tokens.token.text, span: tokens.next().span })
    }
    this.#parts(parts)
    const path: PathExpression = { kind: 'path', data, depth, fromContext, parts, span: { start, end: tokens.end } }
    if (tokens.is('(') && tokens.touches) throw this.#calledLikeJinja(path)
    return path
  }

  #parts(parts: PathPart[]): void {
    const tokens = this.#tokens
    while (tokens.touches) {
      if (tokens.is('.') || tokens.is('/')) {
        tokens.next()
        const { kind, text, span } = tokens.token
        if (!tokens.touches) throw this.#unexpected(tokens.token)
        if (kind === 'name') parts.push({ key: text, span: tokens.next().span })
        else if (kind === 'number') {
          tokens.next()
          parts.push(...text.split('.').map((key) => ({ key, span })))
        } else if (tokens.is('[')) parts.push(this.#segment())
        else throw this.#unexpected(tokens.token)
      } else if (tokens.is('[')) parts.push(this.#index())
      else return
    }
  }

  /** `.[any text]`: Handlebars' way to write a name that is none. */
  #segment(): PathPart {
    const { start } = this.#tokens.token.span
    const close = this.#tokens.source.indexOf(']', start)
    if (close < 0) throw new TemplateFault('TEMPLATE_SYNTAX', 'expected ] after a name in brackets', this.#tokens.token.span)
    this.#tokens.skipTo(close + 1)
    return { key: this.#tokens.source.slice(start + 1, close), span: { start, end: close + 1 } }
  }

  /** `[0]`, `["key"]` or `[name]` right behind a value */
  #index(): PathPart {
    const { start } = this.#tokens.next().span
    const inside = this.#tokens.token
    if (inside.kind === 'name' && /^-?\d*:/.test(inside.text))
      throw new TemplateFault('TEMPLATE_JINJA', 'a slice of a list is Jinja', inside.span, 'take single items: list[0]')
    const key = this.#operand()
    if (!this.#tokens.is(']')) throw this.#unexpected(this.#tokens.token)
    const { end } = this.#tokens.next().span
    return { key: key.kind === 'literal' ? String(key.value) : key, span: { start, end } }
  }

  #calledLikeJinja(path: PathExpression): TemplateFault {
    const called = this.#tokens.source.slice(path.span.start, path.span.end)
    if (called === 'lookup' || called === 'query' || called === 'q')
      return new TemplateFault(
        'TEMPLATE_JINJA',
        `${called}(...) is Jinja`,
        path.span,
        'write {{env "NAME"}} for a variable of the environment',
      )
    const method = /^(.*)\.([^.]+)$/.exec(called)
    const hint = method === null ? `write {{${called} argument}}` : `write {{${method[2]} ${method[1]}}}`
    return new TemplateFault('TEMPLATE_JINJA', `${called}(...) is Jinja`, path.span, hint)
  }

  #jinja(word: string, span: Span): TemplateFault {
    return new TemplateFault('TEMPLATE_JINJA', `"${word}" between values is Jinja`, span, jinjaWords[word])
  }

  #unexpected(token: Token): TemplateFault {
    if (token.kind === 'end') return new TemplateFault('TEMPLATE_SYNTAX', 'expected a value before the closing braces', token.span)
    if (/^[+~*%<>!=-]/.test(token.text))
      return new TemplateFault(
        'TEMPLATE_JINJA',
        `"${token.text}" is an operator of Jinja`,
        token.span,
        'write texts next to each other, or {{concat a b}}, {{equals a b}}, {{not a}}; conditions with operators belong into `when`',
      )
    if (token.text === '[' || token.text === '{')
      return new TemplateFault(
        'TEMPLATE_JINJA',
        `a ${token.text === '[' ? 'list' : 'map'} written inside braces is Jinja`,
        token.span,
        'write the value in YAML as a variable and name it here',
      )
    return new TemplateFault('TEMPLATE_SYNTAX', `did not expect "${token.text}" here`, token.span)
  }

  #expect(mark: string): void {
    if (this.#tokens.is(mark)) this.#tokens.next()
    else if (this.#tokens.token.kind === 'end')
      throw new TemplateFault('TEMPLATE_SYNTAX', `expected "${mark}" before the closing braces`, this.#tokens.token.span)
    else throw this.#unexpected(this.#tokens.token)
  }
}

const constants: ReadonlyMap<string, { readonly value: null | boolean }> = new Map([
  ['true', { value: true }],
  ['false', { value: false }],
  ['null', { value: null }],
])
