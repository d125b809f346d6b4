import { dirname, join, resolve } from 'node:path'
import type { Inventory } from '../model/inventory.ts'
import type { Playbook, RoleUse, TaskItem } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import type { Files } from '../ports/ports.ts'
import type { RunInventory } from './inventory/program.ts'
import { readInventory } from './inventory/index.ts'
import { paramValidators } from './params.ts'
import type { ParamValidators } from './params.ts'
import { readPlaybook } from './playbook.ts'
import { pinnedRoles } from './pinned-roles.ts'
import { newReader } from './reader.ts'
import { checkRoleSchemas, checkWrittenInputs } from './role-inputs.ts'
import { roleShelf } from './roles.ts'
import { taskTypeTable } from './task-types.ts'
import type { Vault } from './vault/index.ts'
import { discreet } from './vault/quiet.ts'

export { loadInventory } from './inventory/index.ts'
export type { RunInventory } from './inventory/program.ts'
export type { InventoryOptions, LoadedInventory } from './inventory/index.ts'
export { checkParams } from './params.ts'
export { newReader } from './reader.ts'
export type { Reader } from './reader.ts'
export { checkRoleInputs } from './role-inputs.ts'
export { armored, isAgeIdentity, isAgeRecipient, sealAge } from './age/index.ts'
export { defaultLabel, isLabel, isSealed, newVault, sealVault } from './vault/index.ts'
export type { Vault, VaultPassword } from './vault/index.ts'
export { discreet } from './vault/quiet.ts'
export { assetOpener } from './vault/source.ts'
export { readVarsFile } from './vars-file.ts'
export { parseYaml } from './yaml.ts'

export interface LoadOptions {
  /** path of the playbook, absolute or below cwd */
  readonly playbook: string
  readonly inventories: readonly string[]
  /** folders of roles, searched after the folder beside the playbook */
  readonly rolesPaths: readonly string[]
  /** absolute folder of the roles that come with tlsplay, searched last */
  readonly shippedRoles: string
  /** absolute folder of this user for the roles of locks */
  readonly roleCache?: string | undefined
  readonly taskTypes: ReadonlyMap<string, AnyTaskType>
  readonly files: Files
  /** absolute */
  readonly cwd: string
  /** by default those generated from the schemas of src/tasks */
  readonly validators?: ParamValidators
  readonly vault?: Vault | undefined
  readonly run?: RunInventory | undefined
}

export interface Loaded {
  readonly playbook: Playbook
  readonly inventory: Inventory
  /** shown file name -> text, for code frames */
  readonly texts: ReadonlyMap<string, string>
  /** shown names of files that were encrypted as a whole, for `discreet` */
  readonly sealed: ReadonlySet<string>
  /** everything that is wrong; the other fields hold what is left and must not be run when this is not empty */
  readonly problems: readonly Problem[]
}

/** Reads a playbook, its roles and its inventories, and checks all of it. */
export async function loadAll(options: LoadOptions): Promise<Loaded> {
  const reader = newReader(options.files, options.cwd, options.vault, options.run)
  const path = resolve(options.cwd, options.playbook)
  const folder = dirname(path)
  const roleFolders = [join(folder, 'roles'), ...options.rolesPaths.map((one) => resolve(options.cwd, one)), options.shippedRoles]
  const pinned = pinnedRoles(reader, { project: folder, cache: options.roleCache }, join(folder, 'roles'))
  const shelf = roleShelf(reader, taskTypeTable(options.taskTypes, options.validators ?? paramValidators), roleFolders, pinned)
  const playbook = readPlaybook(path, shelf)
  const roles = shelf.loaded()
  const uses: readonly RoleUse[] = [
    ...playbook.plays.flatMap((play) => [
      ...play.roles,
      ...callsIn([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers]),
    ]),
    ...roles.flatMap(({ role }) => [...role.dependencies, ...callsIn([...role.tasks, ...role.handlers])]),
  ]
  for (const role of roles.filter(({ isSound }) => isSound)) {
    const found = await checkRoleSchemas(role)
    reader.problems.push(...found)
    // a schema that cannot be used can check nothing
    if (found.some(({ code }) => code === 'VALUE_INVALID')) continue
    for (const use of uses.filter((one) => one.role === role.role)) reader.problems.push(...(await checkWrittenInputs(use)))
  }
  if (uses.some(({ version }) => version !== undefined)) reader.problems.push(...(await import('./role-versions.ts')).checkVersions(uses))
  const inventory = readInventory(options.inventories, reader, [...new Set([folder, ...playbook.plays.map((play) => play.folder)])])
  const { texts, sealed } = reader
  return { playbook, inventory, texts, sealed, problems: withoutRepeats(reader.problems).map((problem) => discreet(problem, sealed)) }
}

/** Where tasks import or include a role. */
function callsIn(items: readonly TaskItem[]): readonly RoleUse[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'block':
        return [...(item.call === undefined ? [] : [item.call]), ...callsIn([...item.body, ...item.rescue, ...item.always])]
      case 'task':
        return (item.include?.branches ?? []).flatMap(({ call, tasks }) => [...(call === undefined ? [] : [call]), ...callsIn(tasks)])
      case 'flush':
      case 'end':
      case 'renew':
        return []
    }
  })
}

/** A file that is named twice is read twice and says the same twice. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    const key = JSON.stringify(problem)
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}
