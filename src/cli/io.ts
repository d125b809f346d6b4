import type { Readable, Writable } from 'node:stream'

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
export type Environment = Readonly<Record<string, string | undefined>>

/** Everything a command may know of the process it runs in; made by main.ts, by hand in tests. */
export interface Io {
  /** after the name of the program */
  readonly argv: readonly string[]
  readonly env: Environment
  /** absolute */
  readonly cwd: string
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** absolute path of the Node that runs this, and its process id */
  readonly node: string
  readonly pid: number
  /** aborted by the first SIGINT, SIGTERM or SIGHUP; its reason is the exit code: 130, 143 or 129 */
  readonly interrupted: AbortSignal
  /** aborted by the second: the process ends shortly after, whatever is still at work */
  readonly leaving: AbortSignal
}

/** As Node decides it for its own output: FORCE_COLOR beats NO_COLOR beats the terminal. */
export function wantsColour(env: Environment, output: Output): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  return output.isTTY === true && env['TERM'] !== 'dumb'
}

/** A terminal that does not know its width says 0, and every redrawn line would be broken into letters. */
const leastColumns = 40

/** Lines that move need a terminal that a person looks at. */
export function wantsProgress(env: Environment, output: Output): boolean {
  if (output.columns === undefined || output.columns < leastColumns) return false
  return output.isTTY === true && env['TERM'] !== 'dumb' && (env['CI'] === undefined || env['CI'] === '' || env['CI'] === 'false')
}
