import { revealText, type Text } from '../model/value.ts'
import { hiddenIn, type Span, withHidden } from './hidden-spans.ts'

/**
 * The new text of a file that an edit made of the old one, with the secrets hidden that the old one is known to hold. A line that
 * stays is hidden as it was. In any other line each occurrence of a secret is hidden, however short it is: it may have been carried over.
 */
export function keepHidden(before: Text, after: Text): Text {
  const hidden = hiddenIn(before)
  if (hidden.length === 0) return after
  const old = revealText(before)
  const lines = new Map<string, Span[]>()
  for (const [line, start] of linesOf(old)) {
    const own = lines.get(line) ?? []
    for (const [from, to] of hidden)
      if (from < start + line.length && to > start) own.push([Math.max(from - start, 0), Math.min(to - start, line.length)])
    lines.set(line, own)
  }
  const stretches = new Set(hidden.flatMap(([from, to]) => old.slice(from, to).split(/\r?\n/)).filter((stretch) => stretch !== ''))
  const text = revealText(after)
  const spans: Span[] = [...hiddenIn(after)]
  for (const [line, start] of linesOf(text)) {
    for (const [from, to] of lines.get(line) ?? occurrences(line, stretches)) spans.push([start + from, start + to])
  }
  return withHidden(text, spans)
}

function linesOf(text: string): readonly (readonly [line: string, start: number])[] {
  let start = 0
  return text.split('\n').map((line) => {
    const at = start
    start += line.length + 1
    return [line, at] as const
  })
}

function occurrences(line: string, stretches: ReadonlySet<string>): readonly Span[] {
  const spans: Span[] = []
  for (const stretch of stretches)
    for (let at = line.indexOf(stretch); at >= 0; at = line.indexOf(stretch, at + 1)) spans.push([at, at + stretch.length])
  return spans
}
