import type { Task } from '../model/playbook.ts'

/** Names of the variables that a task gives to its host, known before any of their values is. */
export function factNames(task: Task): readonly string[] {
  return task.type === 'set_fact' && task.params.kind === 'map' ? task.params.entries.map(({ key }) => key) : []
}
