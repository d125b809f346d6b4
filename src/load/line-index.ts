import type { Position } from '../model/problem.ts'

/** Turns offsets into a text into positions. A line ends with LF, CR LF counts as one end. */
export function lineIndex(text: string, file: string): (start: number, end?: number) => Position {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  let last = 0
  const locate = (offset: number): { line: number; column: number } => {
    // texts are read from their beginning to their end: most places are on the line of the one before, or on the next
    const isNear = (starts[last] ?? 0) <= offset && offset < (starts[last + 2] ?? Number.POSITIVE_INFINITY)
    let low = isNear ? last : 0
    let high = isNear ? Math.min(last + 1, starts.length - 1) : starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    last = low
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
  return (start, end) => {
    const from = locate(start)
    if (end === undefined || end <= start) return { file, ...from }
    const to = locate(end)
    return { file, ...from, endLine: to.line, endColumn: to.column }
  }
}
