import { resolve } from 'node:path'
import { groupVariables, hostVariables, inventoryList } from '../../compile/inventory-list.ts'
import { knownNames } from '../../compile/nobody.ts'
import { limitHosts, selectHosts } from '../../compile/patterns.ts'
import { didYouMean } from '../../compile/suggest.ts'
import { loadInventory } from '../../load/index.ts'
import type { Inventory } from '../../model/inventory.ts'
import { type Position, type Problem, throwIfAny, TlsplayError } from '../../model/problem.ts'
import { documentJson, inventoryGraph } from '../../view/inventory-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { failureCode, showProblems } from '../failure.ts'
import { inventoryPrograms } from '../inventory-program.ts'
import type { Io } from '../io.ts'
import type { InventoryOptions } from '../options.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { terminalPrompt } from '../ports/terminal-prompt.ts'
import { vaultOf } from '../vault-passwords.ts'

/** Prints what tlsplay makes of inventories: as JSON, as a tree, or the variables of one host. */
export async function inventoryCommand(options: InventoryOptions, io: Io): Promise<number> {
  const chosen = [options.list, options.graph !== undefined, options.host !== undefined].filter(Boolean).length
  if (chosen !== 1) throw refused('choose one of --list, --graph and --host', 'tlsplay inventory -i inventory.yml --list')
  const vault = await vaultOf(options, io, terminalPrompt(io))
  const loaded = loadInventory(options.inventory, {
    ...{ files: nodeFiles, cwd: io.cwd, run: inventoryPrograms(io), playbookFolder: resolve(io.cwd, options.playbookDir ?? '.') },
    ...(vault === undefined ? {} : { vault }),
  })
  try {
    throwIfAny(loaded.problems)
    io.stdout.write(await shown(loaded.inventory, options, io))
    return exitCodes.done
  } catch (error) {
    return failureCode(error, io, loaded.texts)
  }
}

async function shown(inventory: Inventory, options: InventoryOptions, io: Io): Promise<string> {
  if (options.host !== undefined) return documentJson(hostVariables(inventory, oneHost(inventory, options.host)))
  if (options.graph !== undefined) {
    const variables = {
      ofGroup: (name: string) => groupVariables(inventory, name),
      ofHost: (name: string) => hostVariables(inventory, name),
    }
    return inventoryGraph(inventory, oneGroup(inventory, options.graph), options.vars ? variables : undefined)
  }
  return documentJson(inventoryList(inventory, { hosts: await limited(inventory, options, io), export: options.export }))
}

async function limited(inventory: Inventory, { limit }: InventoryOptions, io: Io): Promise<readonly string[]> {
  if (limit === undefined) return [...inventory.hosts.keys()]
  const readFile = (path: string): string | undefined => {
    const bytes = nodeFiles.read(resolve(io.cwd, path))
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
  const { hosts, problems, warnings } = limitHosts(limit, inventory, readFile)
  throwIfAny(problems)
  await showProblems(warnings, new Map(), io)
  return hosts
}

function oneHost(inventory: Inventory, pattern: string): string {
  const at: Position = { file: '--host', line: 1, column: 1, endLine: 1, endColumn: pattern.length + 1 }
  const { hosts, problems, warnings } = selectHosts(pattern, inventory, at)
  throwIfAny(problems)
  throwIfAny(warnings)
  const [host, ...others] = hosts
  if (host === undefined || others.length > 0)
    throw refused(`--host ${pattern} is ${hosts.length} hosts, expected one`, knownNames(inventory))
  return host
}

function oneGroup(inventory: Inventory, name: string): string {
  if (inventory.groups.has(name)) return name
  throw refused(`no group is called ${name}`, didYouMean(name, [...inventory.groups.keys()]) ?? knownNames(inventory))
}

function refused(message: string, hint: string): TlsplayError {
  const problem: Problem = { code: 'OPTION_INVALID', message, hint }
  return new TlsplayError([problem])
}
