import { resolve } from 'node:path'
import type { Requirement } from '../../load/requirements.ts'
import { requirement, requirementsName } from '../../load/requirements.ts'
import type { LockedRole } from '../../load/role-lock.ts'
import { lockName } from '../../load/role-lock.ts'
import { remedy } from '../../load/pinned-roles.ts'
import { suggestion } from '../../lib/suggest.ts'
import { type Problem, throwIfAny, TlsplayError } from '../../model/problem.ts'
import { replaceDurably } from '../ports/durable-file.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { bring, lockedFiles, type RoleProject, saveLock, stateOf, store } from './project.ts'
import { entryText, withoutRequirement, withRequirement, withVersion } from './requirements-text.ts'
import { hasVendor, pruneVendor } from './store.ts'
import { missingDependencies } from './dependencies.ts'

/** A line for people about one role. */
export type Say = (line: string) => void

export interface AddRequest {
  readonly src: string
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly path?: string | undefined
}

/** Writes the role into requirements.yml and the lock, and installs it. */
export async function addRole(request: AddRequest, project: RoleProject, say: Say): Promise<void> {
  const problems: Problem[] = []
  const wanted = requirement({ ...request, at: { file: typed, line: 1, column: 1 } }, problems)
  throwIfAny(problems.map(({ at: _, ...problem }) => problem))
  if (wanted === undefined) return
  const { name } = wanted
  const own = resolve(project.folder, 'roles', name)
  if (project.requirements.some((one) => one.name === name))
    throw refusal(
      `${requirementsName} has a role ${name} already`,
      `add --name OTHER, or\n${remedy('update', project.io.cwd, project.folder, name)}`,
    )
  if (nodeFiles.kind(own) !== undefined) throw refusal(`the role ${name} stands in ${own} already`, 'add --name OTHER')
  const brought = await withoutPlace(() => bring(wanted, project))
  const path = resolve(project.folder, requirementsName)
  const before = textOf(path)
  const entry = { ...request, name }
  const after = withRequirement(before, entry)
  if (after === undefined)
    throw refusal(
      `${requirementsName} is not written as a list, line by line`,
      `add it by hand, then tlsplay role install\n${entryText(entry, '').trim()}`,
    )
  replaceDurably(path, after, 0o644)
  store(name, brought.locked, brought.tree, project)
  saveLock(project, new Map([...project.lock, [name, brought.locked]]))
  say(`${lineOf(name, brought.locked)}: added`)
  missingDependencies(name, brought.head, new Set([...project.lock.keys(), name]), project).forEach(say)
}

/** Brings what requirements.yml asks for: as locked where it is locked, else as it is today, which is locked then. */
export async function installRoles(project: RoleProject, say: Say): Promise<void> {
  const { requirements, lock } = project
  const roles = new Map<string, LockedRole>()
  for (const required of requirements) {
    const { name } = required
    const locked = lock.get(name)
    if (locked !== undefined && asksForTheSame(required, locked)) {
      roles.set(name, locked)
      if (stateOf(name, locked, project).problem === undefined) {
        say(`${lineOf(name, locked)}: there`)
        continue
      }
      store(name, locked, await named(required, () => lockedFiles(required, locked, project)), project)
      say(`${lineOf(name, locked)}: installed`)
    } else {
      const brought = await named(required, () => bring(required, project))
      store(name, brought.locked, brought.tree, project)
      roles.set(name, brought.locked)
      say(`${lineOf(name, brought.locked)}: installed and locked`)
      missingDependencies(name, brought.head, new Set(requirements.map((one) => one.name)), project).forEach(say)
    }
    // what was brought so far counts, whatever becomes of the next
    saveLock(project, new Map([...lock, ...roles]))
  }
  finish(roles, project, say)
}

/** Brings roles as they are today; `version` is asked for from now on. */
export async function updateRoles(names: readonly string[], version: string | undefined, given: RoleProject, say: Say): Promise<void> {
  for (const name of names) requiredRole(name, given)
  if (version !== undefined && names.length !== 1)
    throw refusal('--version is the version of one role', 'tlsplay role update NAME --version VERSION')
  const chosen = given.requirements
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((one) => (version === undefined ? one : { ...one, version }))
  const roles = new Map<string, LockedRole>(given.lock)
  for (const required of chosen) {
    const { name } = required
    const brought = await named(required, () => bring(required, given))
    if (version !== undefined) writeVersion(name, version, given)
    store(name, brought.locked, brought.tree, given)
    const before = roles.get(name)
    roles.set(name, brought.locked)
    saveLock(given, roles)
    const isSame = before?.tree === brought.locked.tree
    say(
      `${lineOf(name, brought.locked)}: ${isSame ? 'unchanged' : before === undefined ? 'installed and locked' : `updated from ${shortOf(before)}`}`,
    )
    missingDependencies(name, brought.head, new Set(given.requirements.map((one) => one.name)), given).forEach(say)
  }
}

/** Takes a role out of requirements.yml and the lock. The cache keeps it: other projects may use it. */
export function removeRole(name: string, project: RoleProject, say: Say): void {
  const isRequired = project.requirements.some((one) => one.name === name)
  if (!isRequired && !project.lock.has(name)) requiredRole(name, project)
  const path = resolve(project.folder, requirementsName)
  const after = isRequired ? withoutRequirement(textOf(path) ?? '', name) : undefined
  if (isRequired && after === undefined)
    throw refusal(`${name} cannot be cut out of ${requirementsName}`, 'take it out by hand, then tlsplay role install')
  if (after !== undefined) replaceDurably(path, after, 0o644)
  const roles = new Map([...project.lock].filter(([one]) => one !== name))
  saveLock(project, roles)
  pruneVendor(project.folder, new Set(roles.keys()))
  say(`${name}: removed`)
}

/** Puts every role of the lock into vendor/roles, from the cache where it is there, so that nothing has to be fetched later. */
export async function vendorRoles(project: RoleProject, say: Say): Promise<void> {
  if (project.lock.size === 0) throw refusal(`${lockName} has no role`, 'tlsplay role add SRC')
  for (const [name, locked] of project.lock) {
    const required = requiredRole(name, project)
    const tree = await named(required, () => lockedFiles(required, locked, project))
    store(name, locked, tree, project, true)
    say(`${lineOf(name, locked)}: vendor/roles/${name}`)
  }
  for (const name of pruneVendor(project.folder, new Set(project.lock.keys()))) say(`${name}: taken out of vendor/roles`)
}

function finish(roles: ReadonlyMap<string, LockedRole>, project: RoleProject, say: Say): void {
  for (const name of project.lock.keys()) if (!roles.has(name)) say(`${name}: no longer in ${requirementsName}, taken out of ${lockName}`)
  saveLock(project, roles)
  if (hasVendor(project.folder)) pruneVendor(project.folder, new Set(roles.keys()))
  if (roles.size === 0) say(`${requirementsName} names no role`)
}

function asksForTheSame({ src, path, version }: Requirement, locked: LockedRole): boolean {
  return locked.source === src && locked.path === path && locked.requested === version
}

function requiredRole(name: string, { requirements }: RoleProject): Requirement {
  const found = requirements.find((one) => one.name === name)
  if (found !== undefined) return found
  const hint = suggestion(
    name,
    requirements.map((one) => one.name),
    'roles',
  )
  throw refusal(`${requirementsName} has no role ${name}`, hint ?? 'tlsplay role add SRC')
}

/** What was typed has no line of requirements.yml yet. */
async function withoutPlace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TlsplayError)) throw error
    const [first, ...rest] = error.problems.map(({ at, ...problem }) => (at?.file === typed ? problem : { ...problem, ...(at && { at }) }))
    throw first === undefined ? error : new TlsplayError([first, ...rest], { cause: error })
  }
}

const typed = 'SRC'

/** Problems of a source point at the line of requirements.yml that names it. */
async function named<T>({ name, at }: Requirement, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TlsplayError)) throw error
    const [first, ...rest] = error.problems.map((problem): Problem => ({ at, ...problem, message: `role ${name}: ${problem.message}` }))
    throw first === undefined ? error : new TlsplayError([first, ...rest], { cause: error })
  }
}

function writeVersion(name: string, version: string, { folder }: RoleProject): void {
  const path = resolve(folder, requirementsName)
  const after = withVersion(textOf(path) ?? '', name, version)
  if (after === undefined)
    throw refusal(`the version of ${name} cannot be set in ${requirementsName}`, `write it there: version: ${version}`)
  replaceDurably(path, after, 0o644)
}

export function lineOf(name: string, locked: LockedRole): string {
  return `${name} ${shortOf(locked)}`
}

function shortOf({ version, resolved }: LockedRole): string {
  return resolved !== undefined && /^[0-9a-f]{40,}$/.test(resolved) ? `${version} (commit ${resolved.slice(0, 12)})` : version
}

function textOf(path: string): string | undefined {
  const bytes = nodeFiles.read(path)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString()
}

function refusal(message: string, hint: string): TlsplayError {
  return new TlsplayError([{ code: 'OPTION_INVALID', message, hint }])
}
