import type { Ending } from '../model/playbook.ts'
import type { BlockPart, CompiledPlay, MetaGuard, RenewNode, TaskNode } from '../compile/compiled-run.ts'

/** What a walk passes, one after another: a task, a point where handlers are due, and behind it each handler of the play. */
export type Stop =
  | { readonly kind: 'task'; readonly node: TaskNode; readonly id: string; readonly within: readonly BlockPart[] }
  | { readonly kind: 'end'; readonly ends: Ending; readonly within: readonly BlockPart[]; readonly guard: MetaGuard }
  | RenewNode
  | { readonly kind: 'flush'; readonly within: readonly BlockPart[]; readonly guard: MetaGuard | undefined }
  | {
      readonly kind: 'handler'
      readonly node: TaskNode
      readonly id: string
      readonly within: readonly BlockPart[]
      readonly guard: MetaGuard | undefined
    }

/** The same handler may run at several flushes of a play; its id tells which. */
export function stopsOf(play: CompiledPlay): readonly Stop[] {
  let flushes = 0
  return play.nodes.flatMap((node): readonly Stop[] => {
    if (node.kind === 'task') return [{ kind: 'task', node, id: node.id, within: node.within }]
    if (node.kind === 'end' || node.kind === 'renew') return [node]
    flushes += 1
    return [
      { kind: 'flush', within: node.within, guard: node.guard },
      ...play.handlers.map(
        (handler): Stop => ({ kind: 'handler', node: handler, id: `${handler.id}!${flushes}`, within: node.within, guard: node.guard }),
      ),
    ]
  })
}
