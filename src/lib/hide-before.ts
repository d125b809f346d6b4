import { revealText, type Secret, type Text } from '../model/value.ts'
import { hiddenIn, type Span, withHidden } from './hidden-spans.ts'

/** Shorter stretches occur by chance, so hiding each of their occurrences would hide the rest of the file as well. */
const shortestToSeek = 4

/**
 * The old text of a file that gets a new text with secrets in it. The old text comes from the host as plain bytes, and a
 * diff shows both: what is secret in the new text is hidden in the old one too, be it the same secret or the one it
 * replaces. The latter stands in a line that begins and ends as the new line does; lines that stay are shown. What a task of
 * this run is known to have hidden in the old text stays hidden.
 */
export function hideBefore(held: Text, after: Text): Text {
  if (typeof after === 'string') return held
  const before = revealText(held)
  const { frames, clear } = linesOf(after)
  const hidden = [...new Set(after.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.hidden])))]
    .filter((text) => text.length >= shortestToSeek)
    .sort((one, other) => other.length - one.length)
  const spans = [...hiddenIn(held), ...sought(before, hidden), ...framed(before, frames, clear)]
  return withHidden(before, spans)
}

interface Frame {
  readonly prefix: string
  readonly suffix: string
}

function linesOf(text: Secret): { readonly frames: readonly Frame[]; readonly clear: ReadonlySet<string> } {
  const frames: Frame[] = []
  const clear = new Set<string>()
  let prefix = ''
  let suffix = ''
  let secret = false
  const end = () => {
    if (secret) frames.push({ prefix, suffix })
    else clear.add(prefix)
    prefix = ''
    suffix = ''
    secret = false
  }
  for (const part of text.parts) {
    const hidden = typeof part !== 'string'
    const pieces = (hidden ? part.hidden : part).split('\n')
    pieces.forEach((piece, index) => {
      if (index > 0) end()
      if (hidden && piece !== '') {
        secret = true
        suffix = ''
      } else if (secret) suffix += piece
      else prefix += piece
    })
  }
  end()
  return { frames, clear }
}

function sought(text: string, hidden: readonly string[]): Span[] {
  return hidden.flatMap((stretch) => {
    const spans: Span[] = []
    for (let at = text.indexOf(stretch); at >= 0; at = text.indexOf(stretch, at + stretch.length)) spans.push([at, at + stretch.length])
    return spans
  })
}

function framed(text: string, frames: readonly Frame[], clear: ReadonlySet<string>): Span[] {
  const spans: Span[] = []
  let start = 0
  for (const line of text.split('\n')) {
    if (!clear.has(line)) {
      const frame = frames
        .filter(({ prefix, suffix }) => line.length > prefix.length + suffix.length && line.startsWith(prefix) && line.endsWith(suffix))
        .sort((one, other) => one.prefix.length + one.suffix.length - (other.prefix.length + other.suffix.length))[0]
      if (frame !== undefined) spans.push([start + frame.prefix.length, start + line.length - frame.suffix.length])
    }
    start += line.length + 1
  }
  return spans
}
