import { Secret, type Text, type TextPart } from '../model/value.ts'

export type Span = readonly [start: number, end: number]

/** Where a text is secret. */
export function hiddenIn(text: Text): readonly Span[] {
  if (typeof text === 'string') return []
  const spans: Span[] = []
  let at = 0
  for (const part of text.parts) {
    const { length } = typeof part === 'string' ? part : part.hidden
    if (typeof part !== 'string' && length > 0) spans.push([at, at + length])
    at += length
  }
  return spans
}

/** The text with these stretches hidden, which may overlap. */
export function withHidden(text: string, spans: readonly Span[]): Text {
  if (spans.length === 0) return text
  const parts: TextPart[] = []
  let at = 0
  for (const [start, end] of [...spans].sort((one, other) => one[0] - other[0] || other[1] - one[1])) {
    if (end <= at) continue
    if (start > at) parts.push(text.slice(at, start))
    parts.push({ hidden: text.slice(Math.max(start, at), end) })
    at = end
  }
  if (at < text.length) parts.push(text.slice(at))
  return new Secret(parts)
}
