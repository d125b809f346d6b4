import { structuredPatch } from 'diff'
import { masked as mark, revealText, type Text } from '../model/value.ts'

// jsdiff's time grows with lines x differences: 20,000 lines with 2,900 changed took more than two seconds (measured).
const maxDifferences = 3_000
const timeoutMs = 500
const contextLines = 3

/**
 * Unified hunks of two texts, one line each; one line that says so when too much differs to find the smallest difference.
 * Compares what is there and shows it with every secret stretch masked.
 */
export function unifiedDiff(before: Text, after: Text): readonly string[] {
  const patch = structuredPatch('', '', revealText(before), revealText(after), '', '', {
    context: contextLines,
    timeout: timeoutMs,
    maxEditLength: maxDifferences,
  })
  if (patch === undefined) return [`(too much differs to show: ${lineCount(before)} lines become ${lineCount(after)})`]
  const shown = { before: shownLines(before), after: shownLines(after) }
  return patch.hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...masked(hunk, shown),
  ])
}

interface Hunk {
  readonly oldStart: number
  readonly newStart: number
  readonly lines: readonly string[]
}

/** jsdiff tells which lines; their text comes from the masked texts. */
function masked(hunk: Hunk, shown: { readonly before: readonly string[]; readonly after: readonly string[] }): readonly string[] {
  let oldLine = hunk.oldStart - 1
  let newLine = hunk.newStart - 1
  return hunk.lines.map((line) => {
    const sign = line[0] ?? ' '
    if (sign === '\\') return line
    if (sign === '-') return `-${shown.before[oldLine++] ?? ''}`
    if (sign === ' ') oldLine += 1
    return `${sign}${shown.after[newLine++] ?? ''}`
  })
}

/** A secret that goes over a line break is masked on each of its lines. */
function shownLines(text: Text): readonly string[] {
  if (typeof text === 'string') return text.split('\n')
  return text.parts
    .map((part) => (typeof part === 'string' ? part : part.hidden.split('\n').map(maskLine).join('\n')))
    .join('')
    .split('\n')
}

function maskLine(line: string): string {
  return line === '' ? '' : mark
}

function lineCount(text: Text): number {
  const plain = revealText(text)
  return plain.split('\n').length - (plain.endsWith('\n') ? 1 : 0)
}
