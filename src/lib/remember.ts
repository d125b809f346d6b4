/**
 * A pure function that keeps its last `limit` outcomes: a fleet plans the same text for a thousand hosts, and each of them
 * several times. `keyOf` names equal arguments by equal texts; undefined: not to be kept.
 */
export function remembering<A extends readonly unknown[], R>(
  limit: number,
  keyOf: (...args: A) => string | undefined,
  make: (...args: A) => R,
): (...args: A) => R {
  const kept = new Map<string, R>()
  return (...args) => {
    const key = keyOf(...args)
    if (key === undefined) return make(...args)
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make(...args)
    kept.set(key, made)
    const oldest = kept.keys().next()
    if (kept.size > limit && oldest.done !== true) kept.delete(oldest.value)
    return made
  }
}
