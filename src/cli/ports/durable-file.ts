import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/**
 * Puts a file in place whole or not at all, also when the power fails: written beside it, synced, renamed, and the folder
 * synced so that the name lasts as well. Only its owner may read it, unless `mode` says more. Throws Node's error.
 */
export function replaceDurably(path: string, content: string | Uint8Array, mode = 0o600): void {
  replace(path, content, undefined, mode)
}

/**
 * The same for a file of somebody else's: owner, group and mode stay, and a link stays one, what it leads to is replaced.
 * What is not there yet only its owner may read. Throws Node's error, also when the owner cannot be kept.
 */
export function replaceKeeping(path: string, content: Uint8Array): void {
  const before = statSync(path, { throwIfNoEntry: false })
  if (before === undefined) replaceDurably(path, content)
  else replace(realpathSync(path), content, before)
}

function replace(path: string, content: string | Uint8Array, like: Stats | undefined, mode?: number): void {
  const draft = drafted(path, content, like, mode)
  try {
    renameSync(draft, path)
  } catch (error) {
    unlinkSync(draft)
    throw error
  }
  syncFolder(path)
}

/** The same for a name that must be free: a link, unlike a rename, does not replace. False when it is taken. */
export function createDurably(path: string, content: string | Uint8Array): boolean {
  const draft = drafted(path, content)
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(draft)
  }
  syncFolder(path)
  return true
}

function drafted(path: string, content: string | Uint8Array, like?: Stats, mode = 0o600): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  const file = openSync(draft, 'wx', mode)
  try {
    writeFileSync(file, content)
    if (like !== undefined) resemble(file, like)
    fsyncSync(file)
  } catch (error) {
    unlinkSync(draft)
    throw error
  } finally {
    closeSync(file)
  }
  return draft
}

function resemble(file: number, { uid, gid, mode }: Stats): void {
  const own = fstatSync(file)
  if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid)
  // last: a change of owner takes setuid and setgid away
  fchmodSync(file, mode & 0o7777)
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
