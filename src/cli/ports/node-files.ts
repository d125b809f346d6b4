import { accessSync, constants, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import type { Files } from '../../ports/ports.ts'

const nothingThere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** Files of this machine. A path that cannot be looked at for another reason (EACCES, EISDIR, ...) throws Node's error. */
export const nodeFiles: Files = {
  read: (path) => (kindOf(path) === 'file' ? whenThere(() => readFileSync(path)) : undefined),
  list: (path) => whenThere(() => readdirSync(path).sort(byAscii)),
  kind: kindOf,
  executable: (path) => kindOf(path) === 'file' && mayExecute(path),
  ownKind: (path) => {
    const stat = whenThere(() => lstatSync(path))
    if (stat === undefined) return undefined
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : 'other'
  },
  realPath: (path) => whenThere(() => realpathSync(path)),
}

function kindOf(path: string): 'file' | 'directory' | undefined {
  const stat = whenThere(() => statSync(path))
  if (stat === undefined) return undefined
  return stat.isDirectory() ? 'directory' : 'file'
}

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function whenThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (nothingThere.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

function byAscii(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
