import type { Position } from '../model/problem.ts'

/** Turns offsets into a text into positions. A line ends with LF, CR LF counts as one end. */
export function lineIndex(text: string, file: string): (start: number, end?: number) => Position {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const locate = (offset: number): { line: number; column: number } => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
  return (start, end) => {
    const from = locate(start)
    if (end === undefined || end <= start) return { file, ...from }
    const to = locate(end)
    return { file, ...from, endLine: to.line, endColumn: to.column }
  }
}
