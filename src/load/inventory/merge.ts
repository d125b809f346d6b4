import type { Group, HostEntry, Inventory, VarLayer } from '../../model/inventory.ts'
import type { Problem } from '../../model/problem.ts'
import { addChild } from './draft.ts'
import type { Draft, DraftGroup } from './draft.ts'

/** What files beside inventory and playbook add to a group or a host. */
export interface OutsideLayers {
  readonly group: (name: string) => readonly VarLayer[]
  readonly host: (name: string) => readonly VarLayer[]
}

/** Completes the tree of groups and gives each host its groups and layers. Circles are reported and cut. */
export function finishInventory(draft: Draft, folder: string, outside: OutsideLayers, problems: Problem[]): Inventory {
  cutCircles(draft, problems)
  const parents = parentsOf(draft)
  adoptOrphans(draft, parents)
  settleUngrouped(draft)
  const depths = depthsOf(draft)
  const depthOf = (name: string): number => depths.get(name) ?? 0

  const groups = new Map<string, Group>()
  for (const group of draft.groups.values()) {
    const { name, at, priority } = group
    groups.set(name, {
      name,
      at,
      hosts: [...group.hosts],
      children: [...group.children.keys()],
      depth: depthOf(name),
      priority,
      layers: [...group.layers, ...outside.group(name)],
    })
  }
  const memberships = new Map<string, Set<string>>([...draft.hosts.keys()].map((name) => [name, new Set(['all'])]))
  const above = ancestorsOf(parents)
  for (const group of draft.groups.values()) {
    for (const host of group.hosts) for (const name of [group.name, ...above(group.name)]) memberships.get(host)?.add(name)
  }
  const order = (one: string, other: string): number => {
    const [first, second] = [draft.groups.get(one), draft.groups.get(other)]
    return depthOf(one) - depthOf(other) || (first?.priority ?? 1) - (second?.priority ?? 1) || (one < other ? -1 : 1)
  }
  const hosts = new Map<string, HostEntry>()
  for (const { name, at, layers } of draft.hosts.values()) {
    hosts.set(name, { name, at, groups: [...(memberships.get(name) ?? [])].sort(order), layers: [...layers, ...outside.host(name)] })
  }
  return { hosts, groups, folder }
}

/** Walks from every group; an edge back to a group that is still open closes a circle. */
function cutCircles(draft: Draft, problems: Problem[]): void {
  const done = new Set<string>()
  const open: string[] = []
  const visit = (group: DraftGroup): void => {
    open.push(group.name)
    for (const [name, at] of [...group.children]) {
      const start = open.indexOf(name)
      // every group is inside all already, so all inside any group is a circle
      if (start !== -1 || name === 'all') {
        const circle = start === -1 ? `all -> ${group.name} -> all` : [...open.slice(start), name].join(' -> ')
        problems.push({ code: 'GROUP_CYCLE', message: `a group is inside itself: ${circle}`, at, hint: 'remove one of the children' })
        group.children.delete(name)
        continue
      }
      const child = draft.groups.get(name)
      if (child !== undefined && !done.has(name)) visit(child)
    }
    open.pop()
    done.add(group.name)
  }
  for (const group of draft.groups.values()) if (!done.has(group.name)) visit(group)
}

type Parents = Map<string, Set<string>>

function parentsOf(draft: Draft): Parents {
  const parents: Parents = new Map([...draft.groups.keys()].map((name) => [name, new Set<string>()]))
  for (const group of draft.groups.values()) for (const child of group.children.keys()) parents.get(child)?.add(group.name)
  return parents
}

/** A group that is nobody's child is a child of all; ungrouped always is. */
function adoptOrphans(draft: Draft, parents: Parents): void {
  const all = draft.groups.get('all')
  for (const [name, above] of parents) {
    if (all === undefined || name === 'all' || (above.size > 0 && name !== 'ungrouped')) continue
    addChild(all, name, all.at)
    above.add('all')
  }
}

/** Hosts of no other group than all belong to ungrouped, and no others do. */
function settleUngrouped(draft: Draft): void {
  const ungrouped = draft.groups.get('ungrouped')
  if (ungrouped === undefined) return
  const grouped = new Set<string>()
  for (const group of draft.groups.values()) {
    if (group.name !== 'ungrouped' && group.name !== 'all') for (const host of group.hosts) grouped.add(host)
  }
  for (const host of draft.hosts.keys()) {
    if (grouped.has(host)) ungrouped.hosts.delete(host)
    else ungrouped.hosts.add(host)
  }
}

/** Longest distance from all; the tree has no circles any more. */
function depthsOf(draft: Draft): ReadonlyMap<string, number> {
  const depths = new Map<string, number>()
  const pending = new Map([...parentsOf(draft)].map(([name, above]) => [name, above.size]))
  const ready = [...pending].filter(([, count]) => count === 0).map(([name]) => name)
  for (let name = ready.shift(); name !== undefined; name = ready.shift()) {
    const depth = depths.get(name) ?? 0
    depths.set(name, depth)
    for (const child of draft.groups.get(name)?.children.keys() ?? []) {
      depths.set(child, Math.max(depths.get(child) ?? 0, depth + 1))
      const left = (pending.get(child) ?? 0) - 1
      pending.set(child, left)
      if (left === 0) ready.push(child)
    }
  }
  return depths
}

function ancestorsOf(parents: Parents): (name: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>()
  const find = (name: string): ReadonlySet<string> => {
    const found = known.get(name)
    if (found !== undefined) return found
    const above = new Set<string>()
    for (const parent of parents.get(name) ?? []) for (const one of [parent, ...find(parent)]) above.add(one)
    known.set(name, above)
    return above
  }
  return find
}
