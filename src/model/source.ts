import type { Position } from './problem.ts'
import type { Secret } from './value.ts'

/** A value as somebody wrote it, every part with its place, before any template is rendered. */
export type Source = ScalarSource | ListSource | MapSource

export interface ScalarSource {
  readonly kind: 'scalar'
  readonly value: null | boolean | number | string | Secret
  readonly at: Position
  /** `!unsafe`: the text is data and is never rendered */
  readonly unsafe?: boolean
  /** a text written plain, without quotes or block indicator */
  readonly plain?: boolean
}

export interface ListSource {
  readonly kind: 'list'
  readonly items: readonly Source[]
  readonly at: Position
}

export interface MapSource {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
  readonly at: Position
}

export interface MapEntry {
  readonly key: string
  readonly keyAt: Position
  readonly value: Source
}

export function entryOf(map: MapSource, key: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.key === key)
}

/** The node a JSON pointer leads to, or the nearest one above it. */
export function sourceAt(source: Source, pointer: string): Source {
  let node = source
  for (const raw of pointer.split('/').slice(1)) {
    const word = raw.replaceAll('~1', '/').replaceAll('~0', '~')
    const next = node.kind === 'map' ? entryOf(node, word)?.value : node.kind === 'list' ? node.items[Number(word)] : undefined
    if (next === undefined) return node
    node = next
  }
  return node
}
