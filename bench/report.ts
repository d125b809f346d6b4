import { median, minimum, type Timing } from './timing.ts'

export interface Comparison {
  readonly name: string
  /** the side that every ratio is taken to */
  readonly baseline: string
  /** side to the most it may need, as a multiple of the baseline */
  readonly targets: Readonly<Record<string, number>>
  readonly timings: readonly Timing[]
  /** connections and exchanges of all hosts together, where a side has them */
  readonly exchanges: Readonly<Record<string, Exchanges>>
}

export interface Exchanges {
  readonly connections: number
  readonly exchanges: number
}

export interface Row {
  readonly comparison: string
  readonly side: string
  readonly minimumSeconds: number
  readonly medianSeconds: number
  readonly minimumRatio: number
  readonly medianRatio: number
  readonly target: number | undefined
  readonly connections: number | undefined
  readonly exchanges: number | undefined
}

export function rows({ name, baseline, targets, timings, exchanges }: Comparison): readonly Row[] {
  const base = timings.find(({ side }) => side === baseline)?.seconds ?? []
  return timings.map(({ side, seconds }) => ({
    comparison: name,
    side,
    minimumSeconds: minimum(seconds),
    medianSeconds: median(seconds),
    minimumRatio: minimum(seconds) / minimum(base),
    medianRatio: median(seconds) / median(base),
    target: targets[side],
    connections: exchanges[side]?.connections,
    exchanges: exchanges[side]?.exchanges,
  }))
}

const headings = ['', 'side', 'min', 'median', 'x min', 'x median', 'target', 'connections', 'exchanges']

export function table(all: readonly Row[]): string {
  const lines = [
    headings,
    ...all.map((row) => [
      row.comparison,
      row.side,
      `${row.minimumSeconds.toFixed(3)} s`,
      `${row.medianSeconds.toFixed(3)} s`,
      row.minimumRatio.toFixed(2),
      row.medianRatio.toFixed(2),
      row.target === undefined ? '' : `<= ${row.target.toFixed(2)}`,
      String(row.connections ?? ''),
      String(row.exchanges ?? ''),
    ]),
  ]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const pad = (text: string, column: number) => (column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}
