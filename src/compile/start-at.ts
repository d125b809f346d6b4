import type { Problem } from '../model/problem.ts'
import type { CompiledPlay, Node, TaskNode } from './compiled-run.ts'
import { globOf } from './explain-task.ts'
import { didYouMean } from './suggest.ts'

/**
 * The plays from the first task on whose name, or `role : name`, fits the glob; what stands before it is passed over, tasks tagged
 * always too (design/language.md A.11). Includes that lead to it stay, because they decide whether it runs.
 */
export function startedAt(
  plays: readonly CompiledPlay[],
  glob: string,
): { readonly plays: readonly CompiledPlay[]; readonly problem?: Problem } {
  const fits = globOf(glob)
  const isMeant = (node: Node): node is TaskNode => node.kind === 'task' && (fits(node.label) || fits(node.task.name ?? node.type))
  const start = plays.findIndex(({ hosts, nodes }) => hosts.length > 0 && nodes.some(isMeant))
  const first = plays[start]?.nodes.find(isMeant)
  if (first === undefined) {
    const names = plays.flatMap(({ nodes }) =>
      nodes.flatMap((node) => (node.kind === 'task' ? [node.label, ...(node.task.name ?? [])] : [])),
    )
    const hint = didYouMean(glob, names) ?? 'tlsplay run --list-tasks shows every task; * and ? stand for letters'
    return { plays, problem: { code: 'OPTION_INVALID', message: `--start-at-task ${glob}: no task has this name`, hint } }
  }
  const leading = new Set(first.includes.map(({ include }) => include.id))
  const kept = (nodes: readonly Node[]): readonly Node[] => {
    const from = nodes.findIndex((node) => node.kind === 'task' && node.id === first.id)
    return nodes.filter((node, at) => at >= from || (node.kind === 'task' && leading.has(node.id)))
  }
  return {
    plays: plays.map((play, at) => {
      if (at > start) return play
      return { ...play, nodes: at < start ? [] : kept(play.nodes) }
    }),
  }
}
