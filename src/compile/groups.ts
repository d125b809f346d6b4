import type { Group, Inventory } from '../model/inventory.ts'

const remembered = new WeakMap<Inventory, Map<string, readonly string[]>>()

/** Hosts of a group and of every group below it, in the order of the inventory. */
export function membersOf(inventory: Inventory, group: string): readonly string[] {
  const members = remembered.get(inventory) ?? new Map<string, readonly string[]>()
  remembered.set(inventory, members)
  const known = members.get(group)
  if (known !== undefined) return known
  const direct = new Set<string>()
  const seen = new Set<string>()
  const collect = (entry: Group | undefined): void => {
    if (entry === undefined || seen.has(entry.name)) return
    seen.add(entry.name)
    for (const host of entry.hosts) direct.add(host)
    for (const child of entry.children) collect(inventory.groups.get(child))
  }
  collect(inventory.groups.get(group))
  const hosts = [...inventory.hosts.keys()]
  const found = group === 'all' ? hosts : hosts.filter((host) => direct.has(host))
  members.set(group, found)
  return found
}

/** Groups of a host from the farthest to the nearest: by depth, then priority, then name; a later one wins. */
export function groupsOf(inventory: Inventory, host: string): readonly Group[] {
  const groups = (inventory.hosts.get(host)?.groups ?? ['all']).flatMap((name) => inventory.groups.get(name) ?? [])
  return groups.toSorted(
    (one, other) =>
      one.depth - other.depth || one.priority - other.priority || (one.name < other.name ? -1 : one.name > other.name ? 1 : 0),
  )
}
