import type { VarLayer } from '../../model/inventory.ts'
import type { Position } from '../../model/problem.ts'

/** An inventory while its sources are read. Only the functions below change it. */
export interface Draft {
  readonly groups: Map<string, DraftGroup>
  readonly hosts: Map<string, DraftHost>
}

export interface DraftGroup {
  readonly name: string
  readonly at: Position
  readonly hosts: Set<string>
  /** with the place that says so */
  readonly children: Map<string, Position>
  readonly layers: VarLayer[]
  priority: number
}

export interface DraftHost {
  readonly name: string
  readonly at: Position
  readonly layers: VarLayer[]
}

export function newDraft(at: Position): Draft {
  const draft: Draft = { groups: new Map(), hosts: new Map() }
  const all = addGroup(draft, 'all', at)
  // First of its children, as in Ansible: hosts of no group come before all others.
  addChild(all, addGroup(draft, 'ungrouped', at).name, at)
  return draft
}

export function addGroup(draft: Draft, name: string, at: Position): DraftGroup {
  const known = draft.groups.get(name)
  if (known !== undefined) return known
  const group: DraftGroup = { name, at, hosts: new Set(), children: new Map(), layers: [], priority: 1 }
  draft.groups.set(name, group)
  return group
}

export function addHost(draft: Draft, group: DraftGroup, name: string, at: Position): DraftHost {
  group.hosts.add(name)
  const known = draft.hosts.get(name)
  if (known !== undefined) return known
  const host: DraftHost = { name, at, layers: [] }
  draft.hosts.set(name, host)
  return host
}

export function addChild(parent: DraftGroup, child: string, at: Position): void {
  if (!parent.children.has(child)) parent.children.set(child, at)
}
