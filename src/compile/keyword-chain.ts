import type { MapSource } from '../model/source.ts'

/** Of values given from the outside in, the innermost that was given. */
export function innermost<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.findLast((value) => value !== undefined)
}

/** Maps given from the outside in, as one. */
export function merged(maps: readonly MapSource[]): MapSource | undefined {
  const last = maps.at(-1)
  if (last === undefined || maps.length === 1) return last
  const entries = new Map(maps.flatMap((map) => map.entries).map((entry) => [entry.key, entry]))
  return { kind: 'map', entries: [...entries.values()], at: last.at }
}
