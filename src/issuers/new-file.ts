import { randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { TlsplayError } from '../model/problem.ts'

/**
 * Makes a file that is complete from the first moment it has its name, and refuses when the name is taken: a hard link,
 * unlike a rename, does not replace. Throws TlsplayError WRITE_FAILED.
 */
export function writeNewFile(path: string, text: string, mode: number): void {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`
  try {
    const file = openSync(draft, 'wx', mode)
    try {
      // The umask may have taken bits away.
      fchmodSync(file, mode)
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    try {
      linkSync(draft, path)
    } finally {
      unlinkSync(draft)
    }
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    throw new TlsplayError(
      [
        {
          code: 'WRITE_FAILED',
          message: taken
            ? `${path} exists already and is not replaced`
            : `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        },
      ],
      { cause },
    )
  }
}
