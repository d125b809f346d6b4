import { join, relative } from 'node:path'
import { digestOfManifest, roleLimits, type RoleTree, treeChanges, treeDigest } from '../lib/role-tree.ts'
import type { Position, Problem } from '../model/problem.ts'
import type { Files } from '../ports/ports.ts'
import type { Reader } from './reader.ts'
import { shownPath } from './reader.ts'
import { readRequirements, requirementsName } from './requirements.ts'
import { type Lock, type LockedRole, lockName, readLock } from './role-lock.ts'

/** Where the roles of a lock lie. */
export interface RoleHomes {
  /** folder of the playbook: the lock, and `vendor/roles` */
  readonly project: string
  /** folder of this user for roles of all projects; undefined: there is none */
  readonly cache: string | undefined
}

/** A folder with the files of a role, and the file beside it that lists them. */
export interface RoleHome {
  readonly folder: string
  readonly manifest: string
}

export function vendorFolder(project: string): string {
  return join(project, 'vendor/roles')
}

/** The first is used when it is there: what a project carries along goes before what this machine happens to have. */
export function homesOf(name: string, { tree }: Pick<LockedRole, 'tree'>, { project, cache }: RoleHomes): readonly RoleHome[] {
  const vendor = { folder: join(vendorFolder(project), name), manifest: join(vendorFolder(project), `${name}.sha256`) }
  if (cache === undefined) return [vendor]
  const own = join(cache, tree.slice('sha256:'.length))
  return [vendor, { folder: join(own, 'role'), manifest: join(own, 'role.sha256') }]
}

export interface PinnedRoles {
  readonly names: () => readonly string[]
  /** What to do about a role that no folder has, when requirements.yml says where it comes from. */
  readonly hintFor: (name: string) => string | undefined
  /** The folder of a role of the lock, undefined: it is none. Reports a role that is not there, or not what the lock says. */
  find(name: string, at: Position): { readonly folder: string | undefined } | undefined
}

/** The lock is read when the first role is asked for. `own` are the folders beside the playbook that may hold roles as well. */
export function pinnedRoles(reader: Reader, homes: RoleHomes, own: string): PinnedRoles {
  let read: { readonly lock: Lock | undefined } | undefined
  const lockOf = (): Lock | undefined => {
    read ??= { lock: readLock(reader, homes.project) }
    return read.lock
  }
  return {
    names: () => [...(lockOf()?.roles.keys() ?? [])],
    hintFor: (name) => {
      const required = readRequirements({ ...reader, problems: [] }, homes.project).some((one) => one.name === name)
      return required ? `${requirementsName} names it; install it\n${remedy('install', reader.cwd, homes.project)}` : undefined
    },
    find: (name, at) => {
      const lock = lockOf()
      // no role can be told from another while the lock is broken
      if (lock === undefined) return { folder: undefined }
      const locked = lock.roles.get(name)
      if (locked === undefined) return undefined
      if (reader.files.kind(join(own, name)) !== undefined) {
        reader.problems.push({
          code: 'ROLE_LOCK',
          message: `the role ${name} stands in ${shownPath(reader.cwd, own)} and in ${lockName}`,
          at,
          hint: `rename the one in the folder, or let go of the other\n${remedy('remove', reader.cwd, homes.project, name)}`,
        })
        return { folder: undefined }
      }
      const home = homesOf(name, locked, homes).find(({ folder }) => reader.files.kind(folder) !== undefined)
      const problem =
        home === undefined ? notInstalled(name, reader.cwd, homes) : homeProblem(name, locked, home, reader.files, reader.cwd, homes)
      if (problem === undefined) return { folder: home?.folder }
      reader.problems.push({ ...problem, at })
      return { folder: undefined }
    },
  }
}

/** The command that puts it right, for whoever stands in `cwd`. */
export function remedy(verb: string, cwd: string, project: string, ...names: readonly string[]): string {
  const folder = relative(cwd, project)
  return ['tlsplay role', verb, ...names, ...(folder === '' ? [] : ['--folder', shownPath(cwd, project)])].join(' ')
}

export function notInstalled(name: string, cwd: string, homes: RoleHomes): Problem {
  return {
    code: 'ROLE_NOT_INSTALLED',
    message: `the role ${name} of ${lockName} is not installed`,
    hint: `install it\n${remedy('install', cwd, homes.project)}`,
  }
}

/** Whether a folder holds what the lock says, told before anything in it is read as a text. */
export function homeProblem(
  name: string,
  { tree }: Pick<LockedRole, 'tree'>,
  home: RoleHome,
  files: Files,
  cwd: string,
  homes: RoleHomes,
): Problem | undefined {
  const read = treeOf(home.folder, files)
  if ('tree' in read && treeDigest(read.tree) === tree) return undefined
  const isVendored = home.folder.startsWith(`${vendorFolder(homes.project)}/`)
  const changes = 'tree' in read ? changesOf(tree, read.tree, home, files) : [read.fault]
  const more = changes.length > 3 ? ` and ${changes.length - 3} more` : ''
  return {
    code: 'ROLE_CHANGED',
    message: `the role ${name} in ${shownPath(cwd, home.folder)} is not what ${lockName} says: ${changes.slice(0, 3).join(', ')}${more}`,
    hint: `bring back what is locked\n${remedy(isVendored ? 'vendor' : 'install', cwd, homes.project)}`,
  }
}

/** The files of a role that lies there as locked; undefined: they are not there, or others. */
export function lockedTree({ tree }: Pick<LockedRole, 'tree'>, { folder }: RoleHome, files: Files): RoleTree | undefined {
  const read = treeOf(folder, files)
  return 'tree' in read && treeDigest(read.tree) === tree ? read.tree : undefined
}

function changesOf(tree: string, found: RoleTree, home: RoleHome, files: Files): readonly string[] {
  const bytes = files.read(home.manifest)
  const manifest = bytes === undefined ? '' : new TextDecoder().decode(bytes)
  return digestOfManifest(manifest) === tree ? treeChanges(manifest, found) : ['it is another version, or was replaced as a whole']
}

/** All files below a folder, or what keeps them from being those of an installed role. */
function treeOf(folder: string, files: Files): { readonly tree: RoleTree } | { readonly fault: string } {
  const tree = new Map<string, Uint8Array>()
  const kindOf = files.ownKind ?? files.kind
  const walk = (below: string): string | undefined => {
    for (const name of files.list(join(folder, below)) ?? []) {
      const path = below === '' ? name : `${below}/${name}`
      const kind = kindOf(join(folder, path))
      if (kind !== 'file' && kind !== 'directory') return `${path} was put there`
      if (kind === 'directory') {
        const fault = walk(path)
        if (fault !== undefined) return fault
        continue
      }
      const bytes = files.read(join(folder, path))
      if (bytes === undefined) return `${path} cannot be read`
      tree.set(path, bytes)
      if (tree.size > roleLimits.entries) return `it has more than ${roleLimits.entries} files`
    }
    return undefined
  }
  const fault = kindOf(folder) === 'directory' ? walk('') : 'it is no folder'
  return fault === undefined ? { tree } : { fault }
}
