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
