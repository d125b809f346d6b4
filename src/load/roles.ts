import { join } from 'node:path'
import { suggestion } from '../lib/suggest.ts'
import type { Role } from '../model/playbook.ts'
import type { Position } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import type { PinnedRoles } from './pinned-roles.ts'
import type { Reader } from './reader.ts'
import { readRole } from './role.ts'
import { labelOf } from './value-labels.ts'
import type { TaskTypes } from './task-types.ts'

/** A role with the written form of its inputs, kept for positions. */
export interface ShelvedRole {
  readonly role: Role
  readonly inputs: MapSource | undefined
  /** role.yml has the right form, so that the schemas of its inputs can be compiled */
  readonly isSound: boolean
}

export interface RoleShelf {
  readonly reader: Reader
  readonly types: TaskTypes
  /** The role of that name; reports when there is none, when it is broken or when it is its own dependency. */
  load(name: string, at: Position): Role | undefined
  /** The same for a task that imports from it, which a task of the role itself may do: then its tasks are still being read. */
  loadToImport(name: string, at: Position): Role | undefined
  /** also looks for roles beside another playbook: behind those of the playbooks named before it */
  lookBeside(folder: string): void
  /** every role loaded so far */
  loaded(): readonly ShelvedRole[]
}

/**
 * A role of the lock comes from where that says; for all others the folders are searched in order, that beside the playbook first,
 * and the first that has it wins.
 */
export function roleShelf(reader: Reader, types: TaskTypes, given: readonly string[], pinned?: PinnedRoles): RoleShelf {
  const folders = [...given]
  let beside = 1
  const done = new Map<string, ShelvedRole | undefined>()
  const open: string[] = []
  /** roles whose tasks are being read */
  const begun = new Map<string, Role>()

  const load = (name: string, at: Position): Role | undefined => {
    // a name with a slash or dots could lead out of the folders of roles
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
      reader.problems.push({
        code: 'ROLE_UNKNOWN',
        message: `${labelOf(name)} cannot be the name of a role`,
        at,
        hint: 'name the folder of the role, without a path; --roles-path adds folders to look in',
      })
      return undefined
    }
    const circle = open.indexOf(name)
    if (circle !== -1) {
      reader.problems.push({
        code: 'ROLE_CYCLE',
        message: `roles depend on each other in a circle: ${[...open.slice(circle), name].join(' -> ')}`,
        at,
        hint: 'remove one of the dependencies',
      })
      return undefined
    }
    if (done.has(name)) return done.get(name)?.role
    const locked = pinned?.find(name, at)
    const folder =
      locked === undefined
        ? folders.map((parent) => join(parent, name)).find((path) => reader.files.kind(path) === 'directory')
        : locked.folder
    if (folder === undefined) {
      if (locked === undefined) reader.problems.push(unknownRole(name, at))
      return undefined
    }
    open.push(name)
    const shelved = readRole(name, folder, at, shelf, (role) => begun.set(name, role))
    open.pop()
    begun.delete(name)
    done.set(name, shelved)
    return shelved?.role
  }

  const unknownRole = (name: string, at: Position) => {
    const entries = [...folders.flatMap((folder) => reader.files.list(folder) ?? []), ...(pinned?.names() ?? [])]
    const known = [...new Set(entries)].filter((entry) => !entry.startsWith('.'))
    const hint = pinned?.hintFor(name) ?? suggestion(name, known, 'roles') ?? `looked in: ${folders.join(', ')}`
    return { code: 'ROLE_UNKNOWN', message: `there is no role ${name}`, at, hint } as const
  }

  const lookBeside = (folder: string): void => {
    const roles = join(folder, 'roles')
    if (!folders.includes(roles)) folders.splice(beside++, 0, roles)
  }

  const shelf: RoleShelf = {
    reader,
    types,
    load,
    loadToImport: (name, at) => begun.get(name) ?? load(name, at),
    lookBeside,
    loaded: () => [...done.values()].filter((shelved) => shelved !== undefined),
  }
  return shelf
}
