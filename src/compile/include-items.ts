import type { AnyTaskType } from '../model/task-type.ts'
import { Unknown, type ValueMap } from '../model/value.ts'
import type { CompiledPlay, CompiledRun, IncludeGuard, TaskNode } from './compiled-run.ts'
import type { CountItems } from './expand.ts'
import { instantiate } from './instantiate.ts'
import { emptyRuntime } from './variables.ts'

/** Room for the items of a list that is known only when its include is reached. */
const itemsAtMost = 100

/** Counts the items of included tasks before any host is asked: a plan must know how often they may stand in it. */
export function itemCounter(run: CompiledRun, play: CompiledPlay, taskTypes: ReadonlyMap<string, AnyTaskType>): CountItems {
  return (node) => {
    const { loop } = node.task
    if (loop === undefined) return { count: 1, isOpen: false }
    if (loop.kind === 'list') return { count: loop.items.length, isOpen: false }
    let count = 0
    for (const host of play.hosts) {
      const fact = () => new Unknown('a fact of the host')
      const included = unknownItems(node.includes)
      const instances = instantiate(node, { run, play, host, runtime: emptyRuntime, fact, taskTypes, included })
      const [only] = instances
      if (only !== undefined && only.item === undefined && only.kind !== 'skipped') return { count: itemsAtMost, isOpen: true }
      count = Math.max(count, instances.filter(({ item }) => item !== undefined).length)
    }
    return { count, isOpen: false }
  }
}

/** What the includes around a task will give to it, none of it known. */
export function unknownItems(guards: readonly IncludeGuard[]): readonly ValueMap[] {
  return guards.map(({ include: { task } }) => namesOfItem(task))
}

function namesOfItem({ loop, loopControl }: TaskNode['task']): ValueMap {
  if (loop === undefined) return {}
  const { loopVar, indexVar } = loopControl
  const names = [loopVar, 'ansible_loop_var', 'ansible_loop', ...(indexVar === undefined ? [] : [indexVar])]
  return Object.fromEntries(names.map((name) => [name, new Unknown('an item of an include')]))
}
