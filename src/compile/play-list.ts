import { type CompiledRun, isSpare } from './compiled-run.ts'

export interface ListedPlay {
  readonly name: string
  readonly pattern: string
  readonly hosts: readonly string[]
  /** of its tasks, in alphabetical order */
  readonly tags: readonly string[]
  readonly tasks: readonly ListedTask[]
}

export interface ListedTask {
  readonly label: string
  readonly tags: readonly string[]
  /** file and line */
  readonly at: string
  /** how many includes lead to it */
  readonly depth: number
}

/** What of a playbook was selected, without handlers. */
export function listedPlays(run: CompiledRun): readonly ListedPlay[] {
  return run.plays.map(({ name, play, hosts, nodes }) => {
    const tasks = nodes.flatMap((node): readonly ListedTask[] => {
      if (node.kind !== 'task' || isSpare(node)) return []
      const { label, tags, task, includes } = node
      return [{ label, tags, at: `${task.at.file}:${task.at.line}`, depth: includes.length }]
    })
    const tags = [...new Set(tasks.flatMap((task) => task.tags))].toSorted()
    return { name, pattern: play.hosts.value, hosts, tags, tasks }
  })
}
