import { MustacheReader } from './mustache.ts'
import { type Expression, type Span, TemplateFault } from './template-ast.ts'

/** One expression between braces. `skeleton` names it by its index. */
export interface Slot {
  readonly expression: Expression
  readonly blockParams: readonly string[]
  /** the whole `{{ ... }}` */
  readonly span: Span
}

/**
 * A template with every expression replaced by a placeholder `s0`, `s1`, ...: Handlebars reads blocks and white space
 * control from the skeleton, and never sees an expression. So our own syntax needs no rewriting back, offsets stay true,
 * and nothing that is written between braces reaches a compiler.
 */
export interface Scanned {
  readonly skeleton: string
  readonly slots: readonly Slot[]
}

interface OpenBlock {
  readonly slot: number
  readonly name: string
  readonly span: Span
}

const blockNestingLimit = 64
// `{%` alone is common in format texts (printf, curl); only these words behind it make it Jinja.
const jinjaStatement =
  /\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|endset|macro|endmacro|include|import|from|block|endblock|extends|raw|endraw|filter|with|do)\b/

/** Throws TemplateFault with the place of what is wrong. */
export function scanTemplate(text: string): Scanned {
  return new Scanner(text).scan()
}

class Scanner {
  readonly #text: string
  readonly #slots: Slot[] = []
  readonly #open: OpenBlock[] = []
  #skeleton = ''

  constructor(text: string) {
    this.#text = text
  }

  scan(): Scanned {
    // Handlebars ends its own scan at this byte.
    const nul = this.#text.indexOf('\0')
    if (nul >= 0)
      throw new TemplateFault(
        'TEMPLATE_SYNTAX',
        'a NUL byte cannot be part of a template',
        { start: nul, end: nul + 1 },
        'copy the file with copy, which renders nothing',
      )
    let at = 0
    for (;;) {
      const start = this.#text.indexOf('{{', at)
      this.#content(at, start < 0 ? this.#text.length : start)
      if (start < 0) break
      at = this.#braces(start)
    }
    const unclosed = this.#open.at(-1)
    if (unclosed !== undefined)
      throw new TemplateFault(
        'TEMPLATE_SYNTAX',
        `the block ${unclosed.name} is never closed`,
        unclosed.span,
        `end it with {{/${unclosed.name}}}`,
      )
    return { skeleton: this.#skeleton, slots: this.#slots }
  }

  #content(from: number, to: number): void {
    const content = this.#text.slice(from, to)
    const jinja = jinjaStatement.exec(content)
    if (jinja !== null) {
      const start = from + jinja.index
      throw new TemplateFault(
        'TEMPLATE_JINJA',
        'statements in {% %} are Jinja',
        { start, end: start + jinja[0].length },
        'write {{#if x}}...{{/if}} or {{#each xs}}...{{/each}}',
      )
    }
    this.#skeleton += content
  }

  /** Takes what begins with `{{` at `start`; answers where the text goes on. */
  #braces(start: number): number {
    const text = this.#text
    // Handlebars: one backslash before the braces makes them text up to the next ones, two are one backslash.
    if (text[start - 1] === '\\' && text[start - 2] !== '\\') {
      this.#skeleton += '{{'
      return start + 2
    }
    if (text.startsWith('{{{{', start)) return this.#raw(start)
    const marks = /^\{\{~?!/.exec(text.slice(start, start + 4))
    if (marks !== null) return this.#comment(start, start + marks[0].length)
    const opening = /^\{\{(?:\{|~\{|~)?/.exec(text.slice(start, start + 4))?.[0] ?? '{{'
    const triple = opening.length > 2 && opening.endsWith('{')
    return this.#mustache(start, start + opening.length, opening.includes('~') ? '~' : '', triple)
  }

  #raw(start: number): number {
    const open = /^\{\{\{\{\s*([^\s}]+)\s*\}\}\}\}/.exec(this.#text.slice(start, start + 200))
    if (open?.[1] !== 'raw')
      throw new TemplateFault(
        'TEMPLATE_SYNTAX',
        'four braces begin a raw block',
        { start, end: start + 4 },
        'write {{{{raw}}}} text {{{{/raw}}}}',
      )
    const from = start + open[0].length
    const close = /\{\{\{\{\/\s*raw\s*\}\}\}\}/.exec(this.#text.slice(from))
    if (close === null)
      throw new TemplateFault('TEMPLATE_SYNTAX', 'the raw block is never closed', { start, end: from }, 'end it with {{{{/raw}}}}')
    const end = from + close.index + close[0].length
    this.#skeleton += `{{{{raw}}}}${this.#text.slice(from, from + close.index)}{{{{/raw}}}}`
    return end
  }

  #comment(start: number, from: number): number {
    const long = this.#text.startsWith('--', from)
    const close = (long ? /--~?\}\}/ : /\}\}/).exec(this.#text.slice(from + (long ? 2 : 0)))
    if (close === null)
      throw new TemplateFault(
        'TEMPLATE_SYNTAX',
        'the comment is never closed',
        { start, end: from },
        long ? 'end it with --}}' : 'end it with }}',
      )
    const end = from + (long ? 2 : 0) + close.index + close[0].length
    const stripped = [this.#text[start + 2] === '~', this.#text[end - 3] === '~']
    this.#skeleton += `{{${stripped[0] === true ? '~' : ''}!----${stripped[1] === true ? '~' : ''}}}`
    return end
  }

  #mustache(start: number, inside: number, strip: string, triple: boolean): number {
    const sigil = /^\s*(?:#[*>]|[#/^>*&])/.exec(this.#text.slice(inside, inside + 100))?.[0] ?? ''
    const mark = sigil.trim()
    const from = inside + sigil.length
    const at: Span = { start, end: from }
    if (mark.includes('>'))
      throw new TemplateFault(
        'TEMPLATE_SYNTAX',
        'a template cannot include another one',
        at,
        'put the text into a variable, or use two files',
      )
    if (mark.includes('*')) throw new TemplateFault('TEMPLATE_SYNTAX', 'there are no decorators', at)
    if (mark === '/') return this.#closeBlock(start, from, strip)
    const reader = new MustacheReader(this.#text, from, triple ? '}}}' : '}}')
    const isElse = mark === '' && !triple && /^\s*else(?=[\s~}])/.test(this.#text.slice(from, from + 100))
    if (isElse || (mark === '^' && reader.atEnd)) return this.#else(start, from, strip, mark)
    const { expression, blockParams, end, strip: stripped } = reader.read()
    const tail = `${stripped ? '~' : ''}}}`
    const slot = this.#slots.push({ expression, blockParams, span: { start, end } }) - 1
    if (mark === '#' || mark === '^') {
      const name = expression.kind === 'call' ? expression.name : this.#text.slice(expression.span.start, expression.span.end)
      this.#open.push({ slot, name, span: { start, end } })
      if (this.#open.length > blockNestingLimit)
        throw new TemplateFault('TEMPLATE_SYNTAX', `blocks nest deeper than ${blockNestingLimit}`, at)
      this.#skeleton += `{{${strip}${mark}s${slot}${tail}`
    } else {
      if (blockParams.length > 0) throw new TemplateFault('TEMPLATE_SYNTAX', 'only a block gives names with as |x|', at)
      this.#skeleton += `{{${strip}s${slot}${tail}`
    }
    return end
  }

  #else(start: number, from: number, strip: string, mark: string): number {
    const word = mark === '^' ? '' : (/^\s*else/.exec(this.#text.slice(from))?.[0] ?? '')
    const block = this.#open.at(-1)
    if (block === undefined)
      throw new TemplateFault('TEMPLATE_SYNTAX', 'else stands outside of a block', { start, end: from + word.length })
    const reader = new MustacheReader(this.#text, from + word.length, '}}')
    if (reader.atEnd) {
      const { end, strip: stripped } = reader.close()
      this.#skeleton += `{{${strip}else${stripped ? '~' : ''}}}`
      return end
    }
    const { expression, blockParams, end, strip: stripped } = reader.read()
    const slot = this.#slots.push({ expression, blockParams, span: { start, end } }) - 1
    this.#skeleton += `{{${strip}else s${slot}${stripped ? '~' : ''}}}`
    return end
  }

  #closeBlock(start: number, from: number, strip: string): number {
    const close = /^\s*([^\s~}]*)\s*(~?)\}\}/.exec(this.#text.slice(from, from + 200))
    if (close === null) throw new TemplateFault('TEMPLATE_SYNTAX', 'expected the name of a block and }}', { start, end: from })
    const end = from + close[0].length
    const block = this.#open.pop()
    if (block === undefined) throw new TemplateFault('TEMPLATE_SYNTAX', `the block ${close[1]} was never opened`, { start, end })
    if (block.name !== close[1])
      throw new TemplateFault('TEMPLATE_SYNTAX', `expected {{/${block.name}}}, found {{/${close[1]}}}`, { start, end })
    this.#skeleton += `{{${strip}/s${block.slot}${close[2]}}}`
    return end
  }
}
