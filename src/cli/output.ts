import type { Writable } from 'node:stream'
import { StreamMasker, tooShortToMask } from '../lib/masking/mask.ts'

/**
 * The last write: every byte of this process goes out here, and no known secret with it, in whatever encoding, cut into
 * whatever pieces. The streams themselves are changed, so libraries and the runtime that write to them are masked as well.
 */
export interface LastWrite {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /**
   * Node prints an error that nobody caught, and the warnings of libraries, past these streams: they are told here instead.
   * `tell` writes what there is to say of an error and returns the exit code.
   */
  tellCrashes(tell: (error: unknown) => Promise<number>): void
  /** resolves when everything is written; nothing may be written after it */
  settle(): Promise<void>
}

export function lastWrite(): LastWrite {
  const { stdout, stderr } = process
  const guards = [guard(stdout), guard(stderr)]
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe)
  const settle = async (): Promise<void> => {
    const short = tooShortToMask()
    if (short > 0) stderr.write(tooShort(short))
    for (const { release } of guards) release()
    await Promise.all(guards.map(({ written }) => written()))
  }
  // A process that leaves in a hurry owes what was held back. Node writes to files and pipes at once.
  process.once('exit', () => {
    for (const { release } of guards) release()
  })
  return {
    stdout,
    stderr,
    tellCrashes(tell) {
      process.once('uncaughtException', (error) => void tell(error).then(async (code) => process.exit(await settle().then(() => code))))
      process.removeAllListeners('warning')
      process.on('warning', ({ name, message }) => void stderr.write(`${name}: ${message}\n`))
    },
    settle,
  }
}

export interface Guard {
  /** lets go what was held back because it might have become a secret */
  release(): void
  written(): Promise<void>
}

type Done = (error?: Error | null) => void

/** Makes a stream mask what is written to it. */
export function guard(stream: Writable): Guard {
  const masker = new StreamMasker()
  const write = stream.write.bind(stream) as (bytes: string | Uint8Array, done?: Done) => boolean
  const guarded = (chunk: string | Uint8Array, encodingOrDone?: BufferEncoding | Done, done?: Done): boolean => {
    const [encoding, after] = typeof encodingOrDone === 'function' ? [undefined, encodingOrDone] : [encodingOrDone, done]
    return write(masker.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk), after)
  }
  stream.write = guarded as typeof stream.write
  return {
    release() {
      const left = masker.end()
      if (left.length > 0) write(left)
    },
    written: () => new Promise((resolve) => write('', () => resolve())),
  }
}

function tooShort(count: number): string {
  const what = count === 1 ? '1 secret has' : `${count} secrets have`
  return `warning: ${what} fewer than 8 bytes: hidden wherever the value itself is shown, but not searched for in other text\n`
}

/** `tlsplay plan | head` is no failure, and a run goes on when nobody reads it any more; a closed terminal says EIO. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
}
