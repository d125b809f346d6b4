import { randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { TlsplayError } from '../model/problem.ts'

/**
 * Makes a file that is complete from the first moment it has its name, and refuses when the name is taken: a hard link,
 * unlike a rename, does not replace. Throws TlsplayError WRITE_FAILED.
 */
export function writeNewFile(path: string, text: string, mode: number): void {
  guarded(path, () => {
    const draft = drafted(path, text, mode)
    try {
      linkSync(draft, path)
    } finally {
      unlinkSync(draft)
    }
  })
}

/** The same for a file that may be there: whoever reads it finds the old text or the new one. */
export function replaceFile(path: string, text: string, mode: number): void {
  guarded(path, () => renameDurably(drafted(path, text, mode), path))
}

/** Gives a file the place of another one. Throws TlsplayError WRITE_FAILED. */
export function moveFile(from: string, to: string): void {
  guarded(to, () => renameDurably(from, to))
}

function renameDurably(from: string, to: string): void {
  renameSync(from, to)
  const folder = openSync(dirname(to), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function drafted(path: string, text: string, mode: number): string {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`
  const file = openSync(draft, 'wx', mode)
  try {
    // The umask may have taken bits away.
    fchmodSync(file, mode)
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return draft
}

function guarded(path: string, act: () => void): void {
  try {
    act()
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    throw new TlsplayError(
      [
        {
          code: 'WRITE_FAILED',
          message: taken
            ? `${path} exists already and is not replaced`
            : `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
          hint: taken ? 'take it away if it is not needed, or choose another name' : 'make room there, or let yourself write there',
        },
      ],
      { cause },
    )
  }
}
