import type { Problem } from '../model/problem.ts'
import { isBroughtToHandlers, type Node, type TaskNode } from './compiled-run.ts'
import { didYouMean } from './suggest.ts'
import { isTemplate } from './template.ts'

/** Puts the ids of the handlers that each task and handler notifies into it; a name nobody has is a problem. */
export function linkHandlers(
  nodes: readonly Node[],
  handlers: readonly TaskNode[],
): { readonly nodes: readonly Node[]; readonly handlers: readonly TaskNode[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const called = handlers.filter((handler) => !isBroughtToHandlers(handler))
  const link = (node: TaskNode): TaskNode => {
    const ids = node.task.notify.flatMap(({ value, at }) => {
      if (isTemplate(value)) {
        problems.push({
          code: 'NOT_SUPPORTED',
          message: 'notify cannot be a template: the plan must know the handler before any host is asked',
          at,
          hint: 'name the handler, or give several handlers one topic with listen',
        })
        return []
      }
      const found = handlersFor(value, node, called)
      if (found.length === 0) problems.push(unknownHandler(value, at, called))
      return found.map((handler) => handler.id)
    })
    return { ...node, notifies: [...new Set(ids)] }
  }
  return { nodes: nodes.map((node) => (node.kind === 'task' ? link(node) : node)), handlers: handlers.map(link), problems }
}

/**
 * The handlers a notification means: everyone who listens to it, and one that has the name. Of several with one name the
 * last defined wins, as in Ansible, so a play overrides a role; but of the same role used twice, each use means its own.
 */
function handlersFor(name: string, from: TaskNode, handlers: readonly TaskNode[]): readonly TaskNode[] {
  const called = handlers.filter((handler) => handler.task.name === name || handler.label === name)
  const last = called.at(-1)
  const own = last?.role === undefined ? undefined : called.findLast((handler) => handler.role === from.role)
  const named = own ?? last
  const topic = handlers.filter((handler) => handler.task.listen.includes(name))
  const listening = topic.filter(
    (handler) =>
      handler.role === undefined ||
      handler.role === from.role ||
      !topic.some((other) => other.role === from.role && other.task === handler.task),
  )
  return [...new Set(named === undefined ? listening : [named, ...listening])]
}

function unknownHandler(name: string, at: Problem['at'], handlers: readonly TaskNode[]): Problem {
  const names = handlers.flatMap((handler) => [...(handler.task.name === undefined ? [] : [handler.task.name]), ...handler.task.listen])
  const hint =
    didYouMean(name, names) ??
    (names.length === 0 ? 'the play and its roles have no handlers' : `handlers: ${[...new Set(names)].join(', ')}`)
  return { code: 'HANDLER_UNKNOWN', message: `no handler is called "${name}" or listens to it`, ...(at === undefined ? {} : { at }), hint }
}
