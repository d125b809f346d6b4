import type { Files } from '../ports/ports.ts'

/** Why a path that is there cannot be read; any other error of the system is not one that a person can mend. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its links lead in a circle',
  EISDIR: 'it is a folder',
  EIO: 'the disk gives an error',
}

/** Files that tell what cannot be read and go on as if it were not there. */
export function guardedFiles(files: Files, tell: (path: string, why: string) => void): Files {
  const guarded = <T>(path: string, look: () => T): T | undefined => {
    try {
      return look()
    } catch (error) {
      const why = reasons[(error as { readonly code?: string }).code ?? '']
      if (why === undefined) throw error
      tell(path, why)
      return undefined
    }
  }
  return {
    read: (path) => guarded(path, () => files.read(path)),
    list: (path) => guarded(path, () => files.list(path)),
    kind: (path) => guarded(path, () => files.kind(path)),
    executable: (path) => guarded(path, () => files.executable?.(path)) ?? false,
    ownKind: (path) => guarded(path, () => (files.ownKind ?? files.kind)(path)),
    realPath: (path) => guarded(path, () => files.realPath(path)),
  }
}
