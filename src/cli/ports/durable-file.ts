import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Puts a file in place whole or not at all, also when the power fails: written beside it, synced, renamed, and the folder
 * synced so that the name lasts as well. Only its owner may read it. Throws Node's error.
 */
export function replaceDurably(path: string, text: string): void {
  const draft = drafted(path, text)
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

function drafted(path: string, content: string | Uint8Array): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(file, content)
    fsyncSync(file)
  } catch (error) {
    unlinkSync(draft)
    throw error
  } finally {
    closeSync(file)
  }
  return draft
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
