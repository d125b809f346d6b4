import { bareRepository, collisions, pathFault, roleLimits, type RoleTree } from '../lib/role-tree.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'

type EntryKind = 'file' | 'directory' | 'other'

/** Takes entries one by one and refuses the whole at the first that no role may hold; then gives them as a tree. */
export class RoleFiles {
  readonly #source: string
  readonly #files = new Map<string, Uint8Array>()
  readonly #folders: string[] = []
  #entries = 0
  #bytes = 0

  constructor(source: string) {
    this.#source = source
  }

  /** Throws TlsplayError ROLE_ARCHIVE: before its content is read, so that nothing big is ever kept. */
  announce(path: string, kind: EntryKind, size: number, what = 'something else'): void {
    this.#entries += 1
    if (this.#entries > roleLimits.entries) throw refused(this.#source, `it holds more than ${roleLimits.entries} files and folders`)
    if (kind === 'other') throw refused(this.#source, `${path} is ${what}; only regular files and folders are taken`)
    const fault = pathFault(path)
    if (fault !== undefined) throw refused(this.#source, `${path}: ${fault}`)
    if (!(size >= 0 && size <= roleLimits.fileBytes)) throw refused(this.#source, `${path} is larger than ${roleLimits.fileBytes} bytes`)
    this.#bytes += size
    if (this.#bytes > roleLimits.treeBytes) throw refused(this.#source, `its files are larger than ${roleLimits.treeBytes} bytes together`)
    if (this.#files.has(path)) throw refused(this.#source, `it holds ${path} twice`)
    if (kind === 'directory') this.#folders.push(path)
    else this.#files.set(path, new Uint8Array())
  }

  fill(path: string, bytes: Uint8Array): void {
    this.#files.set(path, bytes)
  }

  /** Throws TlsplayError ROLE_ARCHIVE. */
  tree(): RoleTree {
    const folders = this.#folders.filter((folder) => [...this.#files.keys()].every((path) => !path.startsWith(`${folder}/`)))
    const [collision] = collisions([...this.#files.keys(), ...new Set(folders)])
    if (collision !== undefined) throw refused(this.#source, `${collision} are one name on some systems`)
    const bare = bareRepository(this.#files.keys())
    if (bare !== undefined) throw refused(this.#source, `${bare} looks like a git repository, whose settings git would obey`)
    return this.#files
  }
}

export function refused(source: string, why: string): TlsplayError {
  const problem: Problem = {
    code: 'ROLE_ARCHIVE',
    message: `${source}: ${why}`,
    hint: 'nothing of it was kept; ask its author for a role without that',
  }
  return new TlsplayError([problem])
}

/**
 * The role in a tree: the folder `path` of it, or the tree itself, or the one folder at its top as in packages of npm and in
 * archives of releases. Throws TlsplayError ROLE_SOURCE.
 */
export function roleIn(tree: RoleTree, path: string | undefined, source: string): RoleTree {
  const [first] = tree.keys()
  const top = first?.includes('/') === true ? `${first.split('/')[0]}/` : ''
  const isWrapped = top !== '' && [...tree.keys()].every((one) => one.startsWith(top))
  const bases = path === undefined ? ['', ...(isWrapped ? [top] : [])] : [`${path}/`, ...(isWrapped ? [`${top}${path}/`] : [])]
  const base = bases.find((one) => tree.has(`${one}role.yml`))
  if (base !== undefined) return below(tree, base)
  const found = [...tree.keys()].flatMap((one) => (one.endsWith('/role.yml') ? [one.slice(0, -'/role.yml'.length)] : []))
  throw new TlsplayError([
    {
      code: 'ROLE_SOURCE',
      message: `${source} has no ${path === undefined ? '' : `${path}/`}role.yml`,
      hint: found.length === 0 ? 'a role is a folder with a role.yml' : `name the folder with --path; it has roles in: ${found.join(', ')}`,
    },
  ])
}

function below(tree: RoleTree, base: string): RoleTree {
  return new Map(
    [...tree].flatMap(([path, bytes]): [string, Uint8Array][] => (path.startsWith(base) ? [[path.slice(base.length), bytes]] : [])),
  )
}
