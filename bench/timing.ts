import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'

/** One side of a comparison: a program that is run once in each round. */
export interface Side {
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  /** file that becomes its standard input */
  readonly stdin?: string
  /** before each round, not timed */
  readonly before?: () => Promise<void>
  /** throws when the program did not do what it is timed for */
  readonly judge?: (output: string) => void
}

export interface Timing {
  readonly side: string
  /** of each round */
  readonly seconds: readonly number[]
}

/** A B A B: the sides take turns, so that what else the machine does meets them alike. One round before the first is not counted. */
export async function alternate(sides: readonly Side[], rounds: number, say: (line: string) => void): Promise<readonly Timing[]> {
  const timings = sides.map((side) => ({ side: side.name, seconds: [] as number[] }))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      await side.before?.()
      const { seconds, output } = await timed(side)
      side.judge?.(output)
      if (round === 0) continue
      timings[index]?.seconds.push(seconds)
      say(`  ${side.name}: ${seconds.toFixed(3)} s`)
    }
  }
  return timings
}

/** Runs a side once; a program that does not end with 0 is an Error with what it wrote. */
export async function timed({
  name,
  argv: [program, ...words],
  stdin,
}: Side): Promise<{ readonly seconds: number; readonly output: string }> {
  const input = stdin === undefined ? undefined : await open(stdin)
  try {
    return await new Promise((resolve, reject) => {
      const parts: Buffer[] = []
      const startedAt = performance.now()
      const child = spawn(program, words, { stdio: [input?.fd ?? 'ignore', 'pipe', 'pipe'] })
      child.stdout?.on('data', (bytes: Buffer) => parts.push(bytes))
      child.stderr?.on('data', (bytes: Buffer) => parts.push(bytes))
      child.on('error', reject)
      child.on('close', (code) => {
        const seconds = (performance.now() - startedAt) / 1000
        const output = Buffer.concat(parts).toString('utf8')
        if (code === 0) resolve({ seconds, output })
        else reject(new Error(`${name} ended with ${code}:\n${output}`))
      })
    })
  } finally {
    await input?.close()
  }
}

export function minimum(values: readonly number[]): number {
  return Math.min(...values)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return (low + high) / 2
}
