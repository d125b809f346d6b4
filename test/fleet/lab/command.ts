import { spawn } from 'node:child_process'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** Given bytes become standard input; without them it is empty. */
  readonly stdin?: string | undefined
  readonly timeoutMs?: number
  readonly env?: NodeJS.ProcessEnv
}

const fiveMinutesMs = 300_000

/** Runs one command and gives back what it said. A command that cannot be started or outlives its time has code 127 or 124, as in a shell. */
export function command(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...rest] = argv
  if (program === undefined) throw new Error('command: empty argv')
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: 'pipe', env: options.env ?? process.env })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let overdue = false
    const timer = setTimeout(() => {
      overdue = true
      child.kill('SIGKILL')
    }, options.timeoutMs ?? fiveMinutesMs)
    const settle = (code: number, extra = '') => {
      clearTimeout(timer)
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') + extra })
    }
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
    // A child that never reads its input (`sh -c true`) closes the pipe under us: that is its right, its exit code tells the rest.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
    child.on('error', (cause) => settle(127, cause.message))
    child.on('close', (code) =>
      overdue ? settle(124, `\n${program}: no end after ${options.timeoutMs ?? fiveMinutesMs} ms`) : settle(code ?? 1),
    )
  })
}

/** As `command`, but anything other than exit 0 is an Error with the last lines that the command wrote. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await command(argv, options)
  if (result.code === 0) return result.stdout
  const lastLines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-20).join('\n')
  throw new Error(`${argv.slice(0, 6).join(' ')} ended with ${result.code}:\n${lastLines}`)
}

/** Asks again and again until the condition holds; `what` names it in the Error at the deadline. */
export async function waitUntil(what: string, deadlineMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so after ${deadlineMs / 1000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
