import { type HostEntry, inventoryLayers, type Inventory, type VarLayer, type VarOrigin } from '../model/inventory.ts'
import type { MapSource } from '../model/source.ts'
import { groupsOf } from './groups.ts'

const remembered = new WeakMap<Inventory, Map<string, ReadonlyMap<string, VarOrigin>>>()

/**
 * What the inventory and the files beside it say of a host: the winner of layers 3 to 10 for each name. `folder`: of the playbook
 * whose play asks, where it is not the one that was named.
 */
export function inventoryVariables(
  inventory: Inventory,
  host: string,
  folder: string | undefined = inventory.playbookFolder,
): ReadonlyMap<string, VarOrigin> {
  const hosts = remembered.get(inventory) ?? new Map<string, ReadonlyMap<string, VarOrigin>>()
  remembered.set(inventory, hosts)
  const key = JSON.stringify([host, folder])
  const known = hosts.get(key)
  if (known !== undefined) return known
  const layers = inventoryVariableLayers(inventory, host, folder)
  const winners = new Map<string, VarOrigin>()
  for (const layer of layers) for (const { key: name, value } of layer.vars.entries) winners.set(name, { source: value, layer: layer.from })
  hosts.set(key, winners)
  return winners
}

/** Everything that says something of a host, from the lowest layer up. */
export function inventoryVariableLayers(
  inventory: Inventory,
  host: string,
  folder: string | undefined = inventory.playbookFolder,
): readonly VarLayer[] {
  const entry = inventory.hosts.get(host)
  return entry === undefined ? [] : orderedLayers(inventory, entry).filter((layer) => layer.folder === undefined || layer.folder === folder)
}

/** Low to high: by the number of the layer first, then, inside a layer, by the order of the groups. */
function orderedLayers(inventory: Inventory, entry: HostEntry): readonly VarLayer[] {
  const all = [...groupsOf(inventory, entry.name).flatMap((group) => group.layers), ...entry.layers]
  return all.toSorted((one, other) => inventoryLayers[one.from] - inventoryLayers[other.from])
}

const maps = new WeakMap<MapSource, ReadonlyMap<string, VarOrigin>>()

/** The variables of one map of a playbook or role. */
export function variablesOf(map: MapSource | undefined, layer: string): ReadonlyMap<string, VarOrigin> {
  if (map === undefined) return none
  const known = maps.get(map)
  if (known !== undefined) return known
  const made = new Map(map.entries.map(({ key, value }) => [key, { source: value, layer }]))
  maps.set(map, made)
  return made
}

const none: ReadonlyMap<string, VarOrigin> = new Map()
