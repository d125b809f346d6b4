import { resolve } from 'node:path'
import { type RoleTree, treeDigest } from '../../lib/role-tree.ts'
import { newReader } from '../../load/index.ts'
import { homeProblem, homesOf, lockedTree, notInstalled, remedy, type RoleHome, type RoleHomes } from '../../load/pinned-roles.ts'
import { readRequirements, type Requirement } from '../../load/requirements.ts'
import { readRoleHead, type RoleHead } from '../../load/role-head.ts'
import { type LockedRole, lockName, lockText, readLock } from '../../load/role-lock.ts'
import { inRange } from '../../load/role-versions.ts'
import { type Problem, throwIfAny, TlsplayError } from '../../model/problem.ts'
import { download } from '../../sources/download.ts'
import { fetchRole, type Wanted } from '../../sources/index.ts'
import type { Io } from '../io.ts'
import { replaceDurably } from '../ports/durable-file.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { roleCache } from '../role-cache.ts'
import { hasVendor, writeRole } from './store.ts'

/** The roles that a folder of playbooks has from elsewhere. */
export interface RoleProject {
  readonly io: Pick<Io, 'cwd' | 'env'>
  readonly folder: string
  readonly homes: RoleHomes
  readonly requirements: readonly Requirement[]
  readonly lock: ReadonlyMap<string, LockedRole>
  /** of what was read, for code frames */
  readonly texts: ReadonlyMap<string, string>
}

/** Throws TlsplayError when requirements.yml or the lock is broken. */
export function openProject(folder: string, io: Pick<Io, 'cwd' | 'env'>, texts = new Map<string, string>()): RoleProject {
  const project = resolve(io.cwd, folder)
  const reader = { ...newReader(nodeFiles, io.cwd), texts }
  if (nodeFiles.kind(project) !== 'directory')
    throw new TlsplayError([{ code: 'FILE_MISSING', message: `there is no folder ${folder}`, hint: 'name the folder of the playbooks' }])
  const requirements = readRequirements(reader, project)
  const lock = readLock(reader, project)
  throwIfAny(reader.problems)
  return { io, folder: project, homes: { project, cache: roleCache(io) }, requirements, lock: lock?.roles ?? new Map(), texts }
}

/** Writes the lock, unless it says that already. */
export function saveLock({ folder }: RoleProject, roles: ReadonlyMap<string, LockedRole>): void {
  const path = resolve(folder, lockName)
  const text = lockText(roles)
  const before = nodeFiles.read(path)
  if (before === undefined && roles.size === 0) return
  if (before === undefined || Buffer.from(before).toString() !== text) replaceDurably(path, text, 0o644)
}

export interface Brought {
  readonly locked: LockedRole
  readonly tree: RoleTree
  readonly head: RoleHead
}

/** Fetches a role as it is today and checks what it says of itself. Throws TlsplayError. */
export async function bring(required: Requirement, { folder, io }: RoleProject): Promise<Brought> {
  const { src, version, path } = required
  const { tree, resolved } = await fetchRole(wantedOf(required, version), { project: folder, env: io.env, download })
  const head = headOf(tree, src)
  // git and npm have looked for it by that version themselves
  if (version !== undefined && resolved === undefined) checkRange(required, head.version, version)
  const locked: LockedRole = {
    ...{ source: src, version: head.version, tree: treeDigest(tree) },
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { requested: version }),
    ...(resolved === undefined ? {} : { resolved }),
  }
  return { locked, tree, head }
}

function checkRange({ name, at }: Requirement, version: string, range: string): void {
  const verdict = inRange(version, range)
  if (verdict === 'yes') return
  const message = verdict === 'no range' ? `${range} is no range of versions` : `the role ${name} has version ${version}, expected ${range}`
  throw new TlsplayError([{ code: 'ROLE_VERSION', message, at, hint: 'correct the version in requirements.yml' }])
}

/** Fetches again what is locked, and nothing else. Throws TlsplayError ROLE_CHANGED when the source gives other files now. */
async function bringLocked(required: Requirement, locked: LockedRole, project: RoleProject): Promise<RoleTree> {
  const { folder, io } = project
  const { tree } = await fetchRole(wantedOf(required, locked.resolved ?? locked.requested), { project: folder, env: io.env, download })
  if (treeDigest(tree) === locked.tree) return tree
  throw new TlsplayError([
    {
      code: 'ROLE_CHANGED',
      message: `${locked.source} gives other files for ${required.name} than ${lockName} says`,
      hint: `find out why; to take what it gives now\n${remedy('update', io.cwd, folder, required.name)}`,
    },
  ])
}

function wantedOf({ src, place, path }: Requirement, version: string | undefined): Wanted {
  return { src, place, ...(version === undefined ? {} : { version }), ...(path === undefined ? {} : { path }) }
}

export function headOf(tree: RoleTree, src: string): RoleHead {
  const problems: Problem[] = []
  const head = readRoleHead(new TextDecoder().decode(tree.get('role.yml')), `${src} role.yml`, problems)
  throwIfAny(problems)
  if (head === undefined) throw new Error('a broken role.yml was not reported')
  return head
}

/** Where the role lies, with what is wrong there. */
export function stateOf(
  name: string,
  locked: LockedRole,
  { homes, io }: RoleProject,
): { readonly home?: RoleHome; readonly problem?: Problem } {
  const home = homesOf(name, locked, homes).find(({ folder }) => nodeFiles.ownKind?.(folder) !== undefined)
  if (home === undefined) return { problem: notInstalled(name, io.cwd, homes) }
  const problem = homeProblem(name, locked, home, nodeFiles, io.cwd, homes)
  return problem === undefined ? { home } : { home, problem }
}

/** The files of a locked role, from wherever they lie as locked, else from its source. */
export async function lockedFiles(required: Requirement, locked: LockedRole, project: RoleProject): Promise<RoleTree> {
  for (const home of homesOf(required.name, locked, project.homes)) {
    const tree = lockedTree(locked, home, nodeFiles)
    if (tree !== undefined) return tree
  }
  return bringLocked(required, locked, project)
}

/** Into the cache, and into vendor/ where the project has one. */
export function store(name: string, locked: LockedRole, tree: RoleTree, { homes }: RoleProject, vendors = hasVendor(homes.project)): void {
  const [vendor, cache] = homesOf(name, locked, homes)
  if (cache !== undefined && lockedTree(locked, cache, nodeFiles) === undefined) writeRole(cache, tree)
  if (vendors && vendor !== undefined) writeRole(vendor, tree)
}
