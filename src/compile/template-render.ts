import { type Problem, TlsplayError } from '../model/problem.ts'
import { isList, isMap, Secret, type Text, Unknown, type Value } from '../model/value.ts'
import { isEmpty, partOf } from './functions-data.ts'
import { flag } from './functions-text.ts'
import { FunctionError, type TemplateFunction } from './function-types.ts'
import { applyFunction, functions } from './functions.ts'
import { placeIn } from './place.ts'
import type { Scope } from './scope.ts'
import { kindOf, reveal } from './secrecy.ts'
import { didYouMean, factHint, loopHint } from './suggest.ts'
import { type Frame, named, noPart, up } from './template-frame.ts'
import type { Template, TemplateNode } from './template.ts'
import { type CallExpression, type Expression, type PathExpression, type Span, TemplateFault } from './template-ast.ts'

/** characters */
const outputLimit = 4 * 1024 * 1024
/** rounds of all `each` blocks of one template */
const roundLimit = 100_000

export interface Rendered {
  readonly value: Value
  readonly problems: readonly Problem[]
}

/**
 * The value of a template: typed when it is exactly one `{{ ... }}`, else a text. What a variable holds is data and is
 * put into the result as it is, never read again. Reading an Unknown makes the result that Unknown.
 * With problems the value means nothing. Only errors that are not TlsplayError are thrown.
 */
export function renderTemplate(template: Template, scope: Scope): Rendered {
  if (template.problems.length > 0) return { value: '', problems: template.problems }
  const [only] = template.nodes
  if (template.nodes.length === 0) return { value: '', problems: [] }
  if (template.nodes.length === 1 && only?.kind === 'text') return { value: only.text, problems: [] }
  return new Renderer(template, scope).render()
}

/** Ends the whole template, not one expression. */
class LimitFault extends TemplateFault {}

class Renderer {
  readonly #template: Template
  readonly #scope: Scope
  readonly #problems: Problem[] = []
  readonly #parts: Text[] = []
  #unknown: Unknown | undefined
  #length = 0
  #rounds = 0

  constructor(template: Template, scope: Scope) {
    this.#template = template
    this.#scope = scope
  }

  render(): Rendered {
    const [only] = this.#template.nodes
    const typed = this.#template.nodes.length === 1 && only?.kind === 'value' && isWhole(this.#template.text)
    if (typed) {
      const value = this.#guarded(() => this.#value(only.expression, undefined))
      return { value: value === undefined ? '' : value, problems: this.#problems }
    }
    this.#guarded(() => this.#nodes(this.#template.nodes, undefined), true)
    return { value: this.#unknown ?? Secret.join(this.#parts), problems: this.#problems }
  }

  /** Makes a problem of what a person can mend; one per expression, so that all are told at once. */
  #guarded<T>(work: () => T, outermost = false): T | undefined {
    try {
      return work()
    } catch (error) {
      if (error instanceof LimitFault && !outermost) throw error
      if (error instanceof TlsplayError) for (const problem of error.problems) this.#tell(problem)
      else if (error instanceof TemplateFault)
        this.#tell({
          code: error.code,
          message: error.message,
          at: placeIn(this.#template.at, this.#template.text, error.span.start, error.span.end),
          ...(error.hint === undefined ? {} : { hint: error.hint }),
        })
      else throw error
      return undefined
    }
  }

  /** An expression inside `each` fails the same way every round: it is told once. */
  #tell(problem: Problem): void {
    const { at } = problem
    if (
      this.#problems.some(
        (told) =>
          told.message === problem.message && told.at?.line === at?.line && told.at?.column === at?.column && told.at?.file === at?.file,
      )
    )
      return
    this.#problems.push(problem)
  }

  #nodes(nodes: readonly TemplateNode[], frame: Frame | undefined): void {
    for (const node of nodes) {
      switch (node.kind) {
        case 'text':
          this.#emit(node.text)
          break
        case 'value':
          this.#guarded(() => this.#emitValue(this.#value(node.expression, frame), node.expression.span))
          break
        case 'block':
          this.#block(node, frame)
      }
    }
  }

  #emit(text: Text): void {
    this.#length += typeof text === 'string' ? text.length : text.reveal().length
    if (this.#length > outputLimit)
      throw new LimitFault('TEMPLATE_VALUE', 'the text grows beyond 4 MiB', { start: 0, end: this.#template.text.length })
    this.#parts.push(text)
  }

  #emitValue(value: Value, span: Span): void {
    if (value instanceof Unknown) this.#unknown ??= value
    else if (value instanceof Secret || typeof value === 'string') this.#emit(value)
    else if (typeof value === 'number' || typeof value === 'boolean') this.#emit(String(value))
    else {
      const written = this.#template.text.slice(span.start, span.end)
      const hint = isList(value)
        ? `write {{join ${word(written)} ", "}} or {{toJson ${word(written)}}}`
        : isMap(value)
          ? `write {{toJson ${word(written)}}}`
          : `write {{default ${word(written)} "" true}}`
      throw new TemplateFault('TEMPLATE_VALUE', `${kindOf(value)} cannot be part of a text`, span, hint)
    }
  }

  #block(node: Extract<TemplateNode, { kind: 'block' }>, frame: Frame | undefined): void {
    const value = this.#guarded(() => this.#value(node.argument, frame))
    if (value === undefined) return
    if (value instanceof Unknown) {
      this.#unknown ??= value
      return
    }
    const filled = !isEmpty(value instanceof Secret ? value.reveal() : value)
    switch (node.block) {
      case 'if':
        return this.#nodes(filled ? node.body : node.otherwise, frame)
      case 'unless':
        return this.#nodes(filled ? node.otherwise : node.body, frame)
      case 'with':
        if (!filled) return this.#nodes(node.otherwise, frame)
        return this.#nodes(node.body, { parent: frame, context: value, data: {}, names: named(node.params, [value]) })
      case 'each':
        return this.#each(node, value, frame)
    }
  }

  #each(node: Extract<TemplateNode, { kind: 'block' }>, value: Value, frame: Frame | undefined): void {
    if (!isList(value) && !isMap(value)) {
      this.#guarded(() => {
        throw new TemplateFault('TEMPLATE_VALUE', `each needs a list or a map, got ${kindOf(value)}`, node.argument.span)
      })
      return
    }
    const keys: readonly (string | number)[] = isList(value) ? [...value.keys()] : Object.keys(value)
    if (keys.length === 0) return this.#nodes(node.otherwise, frame)
    keys.forEach((key, index) => {
      this.#rounds += 1
      if (this.#rounds > roundLimit) throw new LimitFault('TEMPLATE_VALUE', `more than ${roundLimit} rounds of each`, node.argument.span)
      const item = (isList(value) ? value[Number(key)] : value[key]) ?? null
      const data = { index, key, first: index === 0, last: index === keys.length - 1 }
      this.#nodes(node.body, { parent: frame, context: item, data, names: named(node.params, [item, key]) })
    })
  }

  #value(expression: Expression, frame: Frame | undefined): Value {
    switch (expression.kind) {
      case 'literal':
        return expression.value
      case 'call':
        return this.#call(expression, frame)
      case 'path':
        return this.#path(expression, frame)
    }
  }

  #call(call: CallExpression, frame: Frame | undefined): Value {
    const fn = functions.get(call.name)
    if (fn === undefined) throw new Error(`unchecked call of ${call.name}`)
    const args = ordered(fn, call)
    try {
      // These three decide themselves which of their arguments count.
      if (call.name === 'defined') return this.#defined(args[0], frame)
      if (call.name === 'default') return this.#default(args, frame)
      if (call.name === 'ternary') return this.#ternary(args, frame)
      return applyFunction(
        fn,
        args.map((arg) => (arg === undefined ? undefined : this.#value(arg, frame))),
        this.#scope,
      )
    } catch (error) {
      if (error instanceof FunctionError) throw new TemplateFault('TEMPLATE_VALUE', `${call.name}: ${error.message}`, call.span, error.hint)
      throw error
    }
  }

  #default(args: readonly (Expression | undefined)[], frame: Frame | undefined): Value {
    const [wanted, fallback, alsoEmpty] = args
    const value = wanted === undefined ? undefined : this.#maybe(wanted, frame)
    const emptyCounts = alsoEmpty === undefined ? false : this.#value(alsoEmpty, frame)
    if (value instanceof Unknown || emptyCounts instanceof Unknown) return value instanceof Unknown ? value : emptyCounts
    const missing = value === undefined || (flag(emptyCounts, 'the third argument') && isEmpty(reveal(value)))
    if (!missing) return value
    return fallback === undefined ? null : this.#value(fallback, frame)
  }

  #ternary(args: readonly (Expression | undefined)[], frame: Frame | undefined): Value {
    const [condition, yes, no] = args.map((arg) => arg ?? { kind: 'literal' as const, value: null, span: { start: 0, end: 0 } })
    if (condition === undefined || yes === undefined || no === undefined) throw new Error('unchecked call of ternary')
    const decided = this.#value(condition, frame)
    if (decided instanceof Unknown) return decided
    return this.#value(flag(decided, 'the condition') ? yes : no, frame)
  }

  #defined(wanted: Expression | undefined, frame: Frame | undefined): Value {
    if (wanted === undefined) return false
    if (wanted.kind === 'literal' && typeof wanted.value === 'string') {
      const found = this.#maybe(pathOf(wanted.value, wanted.span), frame)
      return found instanceof Unknown && wanted.value.includes('.') ? found : found !== undefined
    }
    return this.#maybe(wanted, frame) !== undefined
  }

  /** undefined instead of a problem where a name or a part is missing. */
  #maybe(expression: Expression, frame: Frame | undefined): Value | undefined {
    if (expression.kind !== 'path') return this.#value(expression, frame)
    return this.#find(expression, frame, () => undefined)
  }

  #path(path: PathExpression, frame: Frame | undefined): Value {
    const value = this.#find(path, frame, (fault) => {
      throw fault
    })
    if (value === undefined) throw new Error('a missing part was not told')
    return value
  }

  #find(path: PathExpression, frame: Frame | undefined, missing: (fault: TemplateFault) => undefined): Value | undefined {
    let parts = path.parts
    let value: Value | undefined
    if (path.data || !path.fromContext) {
      const [root, ...rest] = parts
      if (root === undefined || typeof root.key !== 'string') throw new Error('a path begins with a name')
      parts = rest
      value = path.data ? this.#datum(root.key, frame, path) : this.#named(root.key, up(frame, path.depth))
      if (value === undefined) return missing(this.#undefined(root.key, root.span, path, frame))
    } else {
      const context = up(frame, path.depth)
      if (context === undefined)
        return missing(new TemplateFault('VARIABLE_UNDEFINED', 'there is no "this" outside of each and with', path.span))
      value = context.context
    }
    for (const part of parts) {
      if (value instanceof Unknown) return value
      const key = typeof part.key === 'string' ? part.key : this.#key(part.key, frame)
      if (key instanceof Unknown) return key
      const inner: Value | undefined = partOf(value, key)
      if (inner === undefined)
        return missing(noPart(this.#template.text.slice(path.span.start, part.span.start).replace(/[./]$/, ''), value, key, part.span))
      value = inner
    }
    return value
  }

  #key(expression: Expression, frame: Frame | undefined): string | Unknown {
    const key = this.#value(expression, frame)
    if (key instanceof Unknown || typeof key === 'string') return key
    if (typeof key === 'number') return String(key)
    throw new TemplateFault('TEMPLATE_VALUE', `an index must be a text or a number, got ${kindOf(key)}`, expression.span)
  }

  /** Names given by a block, then parts of the contexts from the inside out, then variables. */
  #named(name: string, frame: Frame | undefined): Value | undefined {
    for (let at = frame; at !== undefined; at = at.parent) {
      if (Object.hasOwn(at.names, name)) return at.names[name]
      if (isMap(at.context) && Object.hasOwn(at.context, name)) return at.context[name]
    }
    return this.#scope.lookup(name)
  }

  #datum(name: string, frame: Frame | undefined, path: PathExpression): Value | undefined {
    let at = up(frame, path.depth)
    while (at !== undefined && !Object.hasOwn(at.data, name)) at = at.parent
    return at?.data[name]
  }

  #undefined(name: string, span: Span, path: PathExpression, frame: Frame | undefined): TemplateFault {
    if (path.data)
      return new TemplateFault(
        'VARIABLE_UNDEFINED',
        `@${name} is not defined here`,
        span,
        didYouMean(name, ['index', 'key', 'first', 'last']) ?? 'inside each there are @index, @key, @first and @last',
      )
    const names: string[] = [...this.#scope.names()]
    for (let at = frame; at !== undefined; at = at.parent)
      names.push(...Object.keys(at.names), ...(isMap(at.context) ? Object.keys(at.context) : []))
    const hint = didYouMean(name, names) ?? loopHint(name) ?? factHint(name) ?? `define ${name}, or write {{default ${name} "..."}}`
    return new TemplateFault('VARIABLE_UNDEFINED', `${name} is not defined`, span, hint)
  }
}

/** Exactly one pair of braces, nothing around it: the value keeps its type. */
function isWhole(text: string): boolean {
  return text.startsWith('{{') && text.endsWith('}}')
}

function word(written: string): string {
  return /[\s|]/.test(written) ? `(${written})` : written
}

/** The arguments in the order of the parameters, named ones put into their place. */
function ordered(fn: TemplateFunction, call: CallExpression): readonly (Expression | undefined)[] {
  if (call.named.length === 0) return call.args
  return fn.params.map((param, index) => call.args[index] ?? call.named.find(({ name }) => name === param.name)?.value)
}

function pathOf(text: string, span: Span): PathExpression {
  return { kind: 'path', data: false, depth: 0, fromContext: false, parts: text.split('.').map((key) => ({ key, span })), span }
}
