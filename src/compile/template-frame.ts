import { isList, isMap, type Value } from '../model/value.ts'
import { kindOf } from './secrecy.ts'
import { didYouMean } from './suggest.ts'
import { type Span, TemplateFault } from './template-ast.ts'

/** What `{{#each}}`, `{{#with}}` and `as |x|` put around the names of the scope. */
export interface Frame {
  readonly parent: Frame | undefined
  readonly context: Value
  readonly data: { readonly [name: string]: Value }
  readonly names: { readonly [name: string]: Value }
}

/** The frame `../` leads to. */
export function up(frame: Frame | undefined, depth: number): Frame | undefined {
  let at = frame
  for (let step = 0; step < depth; step += 1) at = at?.parent
  return at
}

export function named(names: readonly string[], values: readonly Value[]): { readonly [name: string]: Value } {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? null]))
}

export function noPart(owner: string, value: Value, key: string, span: Span): TemplateFault {
  const names = isMap(value) ? Object.keys(value) : []
  const hint = didYouMean(key, names) ?? (isList(value) ? `it has ${value.length} item${value.length === 1 ? '' : 's'}` : undefined)
  const what = isMap(value) || isList(value) ? '' : `, it is ${kindOf(value)}`
  return new TemplateFault('VARIABLE_UNDEFINED', `${owner} has no ${key}${what}`, span, hint)
}
