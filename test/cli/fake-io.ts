import { PassThrough } from 'node:stream'
import type { Environment, Io } from '../../src/cli/io.ts'

export interface FakeIo extends Io {
  readonly out: () => string
  readonly err: () => string
}

/** A process that is not there: what it writes is kept, what it is given is data. */
export function fakeIo(
  argv: readonly string[],
  given: { readonly env?: Environment; readonly cwd?: string; readonly signal?: AbortSignal; readonly leaving?: AbortSignal } = {},
): FakeIo {
  const [stdout, stderr] = [keptStream(), keptStream()]
  return {
    argv,
    env: given.env ?? {},
    cwd: given.cwd ?? '/nowhere',
    node: '/nowhere/node',
    pid: 1,
    stdin: new PassThrough(),
    stdout: stdout.stream,
    stderr: stderr.stream,
    interrupted: given.signal ?? new AbortController().signal,
    leaving: given.leaving ?? new AbortController().signal,
    out: stdout.text,
    err: stderr.text,
  }
}

function keptStream(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough()
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return { stream, text: () => Buffer.concat(chunks).toString() }
}

/** The same on a terminal: each question is answered with the next of `answers`, and with Ctrl-C once there are no more. */
export function typing<I extends Pick<Io, 'stderr'>>(io: I, answers: readonly string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const left = [...answers]
  const asked: string[] = []
  io.stderr.on('data', (chunk: Buffer) => {
    if (!chunk.toString().endsWith(': ')) return
    asked.push(chunk.toString())
    stdin.write(`${left.shift() ?? '\u0003'}\r`)
  })
  return { ...io, stdin, asked }
}
