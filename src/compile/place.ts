import type { Position } from '../model/problem.ts'

/**
 * The place of `text[start..end)` in the file that `at` points into. `at` is where the whole scalar stands; YAML does
 * not keep how it was written, so its extent tells: two columns longer than the text means quotes, more lines than one
 * means a block, whose indentation is not known and whose column is therefore 1.
 */
export function placeIn(at: Position, text: string, start: number, end: number = start): Position {
  const before = text.slice(0, start).split('\n')
  const line = before.length - 1
  const column = before[line]?.length ?? 0
  const length = Math.max(1, end - start)
  if (at.endLine === undefined || at.endLine === at.line) {
    const shift = line > 0 ? 0 : at.column - 1 + quoteWidth(at, text)
    const from = column + shift + 1
    return { file: at.file, line: at.line + line, column: from, endLine: at.line + line, endColumn: from + length }
  }
  const lines = text.replace(/\n$/, '').split('\n').length
  const spanned = at.endLine - at.line
  if (spanned === lines || spanned === lines + 1) return { file: at.file, line: at.line + 1 + line, column: 1 }
  return at
}

function quoteWidth(at: Position, text: string): number {
  return at.endColumn !== undefined && at.endColumn - at.column === text.length + 2 ? 1 : 0
}
