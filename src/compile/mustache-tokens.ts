import { type Span, TemplateFault } from './template-ast.ts'

export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'mark' | 'end'
  readonly text: string
  readonly span: Span
}

// Handlebars' own rule for a name: anything but white space and these marks.
const name = /[^\s!"#%&'()*+,./;<=>@[\\\]^`{|}~]+/y
const number = /-?\d+(?:\.\d+)?(?=[=~}\s/.)|\],]|$)/y

/** The words and marks between the braces of one `{{ ... }}`, one ahead. */
export class MustacheTokens {
  readonly source: string
  readonly #close: string
  #at: number
  #token: Token
  /** where the last token that was taken ends */
  end: number

  constructor(source: string, start: number, close: '}}' | '}}}') {
    this.source = source
    this.#at = start
    this.#close = close
    this.end = start
    this.#token = this.#scan()
  }

  get token(): Token {
    return this.#token
  }

  next(): Token {
    const token = this.#token
    this.end = token.span.end
    this.#token = this.#scan()
    return token
  }

  /** Goes on reading at an offset: what lies before it was taken in one piece. */
  skipTo(end: number): void {
    this.end = end
    this.#at = end
    this.#token = this.#scan()
  }

  is(mark: string): boolean {
    return this.#token.kind === 'mark' && this.#token.text === mark
  }

  /** Whether no white space stands before the next token. */
  get touches(): boolean {
    return this.#token.span.start === this.end
  }

  #scan(): Token {
    const { source } = this
    while (/\s/.test(source[this.#at] ?? '')) this.#at += 1
    const start = this.#at
    const make = (kind: Token['kind'], text: string, end: number): Token => {
      this.#at = end
      return { kind, text, span: { start, end } }
    }
    if (start >= source.length)
      throw new TemplateFault(
        'TEMPLATE_SYNTAX',
        `expected ${this.#close}`,
        { start, end: start },
        'write \\{{ for braces that are no template',
      )
    if (source.startsWith(this.#close, start)) return make('end', this.#close, start + this.#close.length)
    if (source.startsWith(`~${this.#close}`, start)) return make('end', `~${this.#close}`, start + this.#close.length + 1)
    const first = source[start] ?? ''
    if (first === '"' || first === "'") return this.#scanText(first, start)
    const match = (pattern: RegExp): string | undefined => {
      pattern.lastIndex = start
      return pattern.exec(source)?.[0]
    }
    const digits = match(number)
    if (digits !== undefined) return make('number', digits, start + digits.length)
    const word = match(name)
    if (word !== undefined) return make('name', word, start + word.length)
    for (const mark of ['..', '==', '!=', '<=', '>=', '//'])
      if (source.startsWith(mark, start)) return make('mark', mark, start + mark.length)
    return make('mark', first, start + 1)
  }

  /** As in Handlebars, a backslash only protects the quote; every other one is kept: `"\d+"` is a pattern. */
  #scanText(quote: string, start: number): Token {
    for (let end = start + 1; end < this.source.length; end += 1) {
      if (this.source[end] === '\\' && this.source[end + 1] === quote) end += 1
      else if (this.source[end] === quote) {
        this.#at = end + 1
        return { kind: 'text', text: this.source.slice(start + 1, end).replaceAll(`\\${quote}`, quote), span: { start, end: end + 1 } }
      }
    }
    throw new TemplateFault('TEMPLATE_SYNTAX', `expected ${quote} at the end of the text`, { start, end: start + 1 })
  }
}
