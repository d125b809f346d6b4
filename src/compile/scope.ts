import type { VarOrigin } from '../model/inventory.ts'
import type { Value, ValueMap } from '../model/value.ts'

/** The names that a template or a condition can read. */
export interface Scope {
  /** undefined: nothing defines it. Throws TlsplayError when the text behind it cannot be rendered; other errors pass through. */
  lookup(name: string): Value | undefined
  /** whether something defines it, without rendering it */
  has(name: string): boolean
  /** every name, for suggestions */
  names(): readonly string[]
  origin(name: string): VarOrigin | undefined
  /** a variable of the environment that tlsplay was started in */
  env(name: string): string | undefined
  /** the same scope with values above all layers, as loop variables are */
  with(values: ValueMap): Scope
}

/** A scope of given values and nothing else. */
export function valuesScope(values: ValueMap, environment: Readonly<Record<string, string | undefined>> = {}): Scope {
  const has = (name: string): boolean => Object.hasOwn(values, name)
  return {
    lookup: (name) => (has(name) ? values[name] : undefined),
    has,
    names: () => Object.keys(values),
    origin: () => undefined,
    env: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
    with: (more) => valuesScope({ ...values, ...more }, environment),
  }
}
