import type { Inventory, VarLayer, VarOrigin } from '../model/inventory.ts'
import type { MapEntry } from '../model/source.ts'
import type { Value, ValueMap } from '../model/value.ts'
import { secretNames } from './connection-names.ts'
import { inventoryVariables } from './inventory-variables.ts'
import { plainSource } from './render.ts'
import { hide, mapOf } from './secrecy.ts'

export interface ListOptions {
  /** hosts that a limit leaves */
  readonly hosts: readonly string[]
  /** variables stay with the group or host that sets them */
  readonly export: boolean
}

/**
 * An inventory as `ansible-inventory --list` of ansible-core 2.19 prints it (lib/ansible/cli/inventory.py, json_inventory):
 * each group with its hosts and children, empty ones left out, and the variables of each host flattened under `_meta`.
 * Templates stand as they are written; passwords are hidden, which is the one difference.
 */
export function inventoryList(inventory: Inventory, { hosts, export: exported }: ListOptions): ValueMap {
  const listed = new Set(hosts)
  const groups = reachable(inventory).flatMap((name): readonly (readonly [string, Value])[] => {
    const group = inventory.groups.get(name)
    if (group === undefined) return []
    const parts: readonly (readonly [string, Value])[] = [
      ['hosts', name === 'all' ? [] : group.hosts.filter((host) => listed.has(host))],
      ['children', group.children],
      ['vars', exported ? groupVariables(inventory, name) : {}],
    ]
    const filled = parts.filter(([, value]) => Object.keys(value as object).length > 0)
    return filled.length === 0 ? [] : [[name, mapOf(filled)]]
  })
  const hostvars = hosts
    .map((host) => [host, exported ? ownVariables(inventory, host) : hostVariables(inventory, host)] as const)
    .filter(([, vars]) => Object.keys(vars).length > 0)
  return mapOf([...groups, ['_meta', { hostvars: mapOf(hostvars), profile: 'inventory_legacy' }]])
}

/** What the inventory and the files beside it say of a host, as written. */
export function hostVariables(inventory: Inventory, host: string): ValueMap {
  return mapOf([...inventoryVariables(inventory, host)].map(([name, { source }]: readonly [string, VarOrigin]) => shown(name, source)))
}

/** What is said of a group itself, its priority included where it has one. */
export function groupVariables(inventory: Inventory, name: string): ValueMap {
  const group = inventory.groups.get(name)
  const priority = group === undefined || group.priority === 1 ? [] : [['ansible_group_priority', group.priority] as const]
  return mapOf([...entriesOf(group?.layers ?? []), ...priority])
}

function ownVariables(inventory: Inventory, host: string): ValueMap {
  return mapOf(entriesOf(inventory.hosts.get(host)?.layers ?? []))
}

function entriesOf(layers: readonly VarLayer[]): readonly (readonly [string, Value])[] {
  return layers.flatMap(({ vars }) => vars.entries.map(({ key, value }) => shown(key, value)))
}

function shown(name: string, source: MapEntry['value']): readonly [string, Value] {
  const value = plainSource(source)
  return [name, secretNames.has(name) ? hide(typeof value === 'number' ? String(value) : value) : value]
}

/** Groups from `all` down, each once. */
function reachable(inventory: Inventory): readonly string[] {
  const seen = new Set(['all'])
  for (const name of seen) for (const child of inventory.groups.get(name)?.children ?? []) seen.add(child)
  return [...seen]
}
