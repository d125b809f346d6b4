import { maskText } from '../lib/masking/mask.ts'
import type { Position } from '../model/problem.ts'

export interface FrameLine {
  readonly line: string
  /** the line that points */
  readonly isMark: boolean
}

/** Lines shown before and after the one that is meant. */
const context = 2
const widestLine = 140

/** The lines around a place, numbered, with carets under it. Values that look like secrets are not shown. */
export function frame(text: string, at: Position): readonly FrameLine[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (at.line > lines.length) return []
  const first = Math.max(1, at.line - context)
  // the empty text behind the last line end is no line
  const last = Math.min(lines.at(-1) === '' && at.line < lines.length ? lines.length - 1 : lines.length, at.line + context)
  const width = String(last).length
  const gutter = (number: string): string => `${number.padStart(width)} | `
  const frameLines: FrameLine[] = []
  for (let number = first; number <= last; number++) {
    const isMeant = number === at.line
    const { shown, mark } = shownLine(lines[number - 1] ?? '', isMeant ? at : undefined)
    frameLines.push({ line: (gutter(String(number)) + shown).trimEnd(), isMark: false })
    if (isMeant) frameLines.push({ line: gutter('') + mark, isMark: true })
  }
  return frameLines
}

interface Shown {
  readonly shown: string
  readonly mark: string
}

/** One line with secrets masked, tabs as two blanks and long lines cut; the mark follows every shift. */
function shownLine(line: string, at: Position | undefined): Shown {
  const cells = maskedCells(line)
  const start = at === undefined ? 0 : at.column - 1
  const sameLine = at?.endLine === undefined || at.endLine === at.line
  const end =
    at === undefined
      ? 0
      : Math.max(start + 1, sameLine ? (at.endColumn === undefined ? start + 1 : at.endColumn - 1) : line.trimEnd().length)
  const widthTo = (offset: number): number =>
    cells.slice(0, offset).reduce((sum, cell) => sum + cell.length, 0) + Math.max(0, offset - cells.length)
  const from = widthTo(start)
  const to = Math.max(from + 1, widthTo(end))
  const whole = cells.join('')
  // Half a secret could not be recognized any more.
  if (whole.length > widestLine && maskText(whole) !== whole) return { shown: maskText(whole), mark: '' }
  const cut = from > widestLine - 20 ? from - Math.floor(widestLine / 2) : 0
  const shown = `${cut > 0 ? '...' : ''}${whole.slice(cut, cut + widestLine)}${whole.length > cut + widestLine ? '...' : ''}`
  const indent = from - cut + (cut > 0 ? 3 : 0)
  return { shown, mark: ' '.repeat(indent) + '^'.repeat(Math.min(to - from, Math.max(1, widestLine - (from - cut)))) }
}

const mask = '(secret)'
const secretValue =
  /((?:^|[\s,{])["']?(?:[A-Za-z0-9_.-]*(?:passwd|password|passphrase|secret|token|api_?key)|(?:[A-Za-z0-9_.-]*[_.-])?pass)["']?\s*[:=]\s*)("[^"]*"?|'[^']*'?|[^\s,}]+)/gi

/** What each character of the line is shown as: a masked value is shown by its first character alone. */
function maskedCells(line: string): string[] {
  const cells = [...Array.from({ length: line.length }, (_, index) => line[index] ?? '')].map((char) => (char === '\t' ? '  ' : char))
  for (const found of line.matchAll(secretValue)) {
    const [, before = '', value = ''] = found
    // a template names where the value comes from, it does not hold it
    if (value.includes('{{') || /^["']?(?:true|false|null|~|!vault|\||>)["']?$/.test(value)) continue
    const start = found.index + before.length
    for (let index = start; index < start + value.length; index++) cells[index] = index === start ? mask : ''
  }
  return cells
}
