import type { Value, ValueMap } from '../model/value.ts'

export interface LazyParts {
  keys(): readonly string[]
  /** undefined: there is no such key */
  read(key: string): Value | undefined
  has(key: string): boolean
}

/** A map whose parts are computed when they are read, each once: facts that must be asked for, variables of other hosts. */
export function lazyMap(parts: LazyParts): ValueMap {
  const known = new Map<string, Value | undefined>()
  const read = (key: string): Value | undefined => {
    if (!known.has(key)) known.set(key, parts.read(key))
    return known.get(key)
  }
  return new Proxy(Object.create(null) as ValueMap, {
    get: (_, key) => (typeof key === 'string' && parts.has(key) ? read(key) : undefined),
    has: (_, key) => typeof key === 'string' && parts.has(key),
    ownKeys: () => [...parts.keys()],
    getOwnPropertyDescriptor: (_, key) =>
      typeof key === 'string' && parts.has(key) ? { configurable: true, enumerable: true, get: () => read(key) } : undefined,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  })
}
