import { spawn } from 'node:child_process'
import { TlsplayError } from '../model/problem.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface ProgramRequest {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Environment
  readonly input?: string
}

const longestSeconds = 300
const mostBytes = 64 * 1024 * 1024

/**
 * Runs git or npm to its end and gives what it printed. What it says beside stands in the message. Throws TlsplayError
 * ROLE_SOURCE.
 */
export async function output({ argv, cwd, env, input }: ProgramRequest): Promise<Uint8Array> {
  const [program, ...words] = argv
  const child = spawn(program, words, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], timeout: longestSeconds * 1000 })
  const [out, said]: [Buffer[], Buffer[]] = [[], []]
  let size = 0
  child.stdout.on('data', (part: Buffer) => {
    size += part.length
    if (size > mostBytes) child.kill('SIGKILL')
    else out.push(part)
  })
  child.stderr.on('data', (part: Buffer) => {
    if (said.length < 1000) said.push(part)
  })
  // a program that ends early reads no further; its exit code says why
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const why = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `${program} is not on this machine` : error.message),
    )
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : `${program} ended with ${code ?? signal}`))
  })
  if (why === undefined) return Buffer.concat(out)
  const lines = Buffer.concat(said).toString().trim().split('\n')
  const [last] =
    size > mostBytes ? [`it printed more than ${mostBytes} bytes`] : lines.filter((line) => /error|fatal/i.test(line)).slice(0, 1)
  throw new TlsplayError([
    {
      code: 'ROLE_SOURCE',
      message: `${why}${last === undefined ? '' : `: ${last.trim()}`}`,
      hint: 'correct the source, or see what the program says by hand',
    },
  ])
}
