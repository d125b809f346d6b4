import type { Group, Inventory } from '../model/inventory.ts'

const remembered = new WeakMap<Inventory, Map<string, readonly string[]>>()

/**
 * Hosts of a group and of every group below it, in Ansible's order (ansible-core 2.19, Group.get_hosts): its own hosts, then
 * those of its children, then those of their children. So `web[0]` is the host that the group names first, wherever the
 * inventory names it.
 */
export function membersOf(inventory: Inventory, group: string): readonly string[] {
  const members = remembered.get(inventory) ?? new Map<string, readonly string[]>()
  remembered.set(inventory, members)
  const known = members.get(group)
  if (known !== undefined) return known
  const groups = new Set([group])
  // A set gives what is added while it is walked.
  for (const name of groups) for (const child of inventory.groups.get(name)?.children ?? []) groups.add(child)
  const found = [...new Set([...groups].flatMap((name) => inventory.groups.get(name)?.hosts ?? []))]
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
