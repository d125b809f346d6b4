import type { PlannedHost, PlannedPlay, PlannedTask } from '../model/plan.ts'

/** One task of a play with every way it turned out, hosts that agree listed together. */
export interface TaskGroup {
  readonly task: PlannedTask
  readonly variants: readonly Variant[]
}

export interface Variant {
  readonly task: PlannedTask
  readonly hosts: readonly string[]
}

/** Tasks of a play in the order in which hosts meet them; a task that only some hosts have stands after the one it follows there. */
export function groupTasks(play: PlannedPlay, shown: (task: PlannedTask) => boolean): readonly TaskGroup[] {
  const order: string[] = []
  const known = new Set<string>()
  const byId = new Map<string, Map<string, { readonly task: PlannedTask; readonly hosts: string[] }>>()
  for (const host of play.hosts) placeIds(host, order, known)
  for (const host of play.hosts) {
    for (const task of host.tasks.filter(shown)) {
      const variants = byId.get(task.id) ?? new Map()
      byId.set(task.id, variants)
      const { outcome, reason, item, changes, warnings } = task
      const key = JSON.stringify([outcome, reason, item, changes, warnings])
      const variant = variants.get(key)
      if (variant === undefined) variants.set(key, { task, hosts: [host.host] })
      else variant.hosts.push(host.host)
    }
  }
  return order.flatMap((id) => {
    const variants = [...(byId.get(id)?.values() ?? [])]
    const first = variants[0]
    return first === undefined ? [] : [{ task: first.task, variants }]
  })
}

function placeIds(host: PlannedHost, order: string[], known: Set<string>): void {
  let previous: string | undefined
  for (const { id } of host.tasks) {
    if (!known.has(id)) {
      known.add(id)
      order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, id)
    }
    previous = id
  }
}
