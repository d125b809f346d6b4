import { basename } from 'node:path'
import type { TaskSight } from '../model/explain.ts'
import { type CompiledPlay, type CompiledRun, type TaskNode, tasksOf } from './compiled-run.ts'

/** Tasks and handlers whose label the glob matches, in the order they run. */
export function explainTasks(run: CompiledRun, pattern: string): readonly TaskSight[] {
  const isWanted = globOf(pattern)
  return run.plays.flatMap((play) =>
    tasksOf(play)
      .filter(({ label, task }) => isWanted(label) || isWanted(task.name ?? task.type))
      .map((node) => sightOf(node, play)),
  )
}

/** Every label of the run, for suggestions. */
export function taskLabels(run: CompiledRun): readonly string[] {
  return run.plays.flatMap((play) => tasksOf(play).map(({ label }) => label))
}

function sightOf(node: TaskNode, play: CompiledPlay): TaskSight {
  const { task, role, become } = node
  const user = become.user?.value ?? 'root'
  return {
    label: node.label,
    type: node.type,
    at: task.at,
    play: { name: play.name, at: play.play.at },
    section: node.section,
    hosts: play.hosts,
    role: role === undefined ? undefined : { name: role.role.name, at: role.use.at },
    conditions: node.conditions.map(({ value, at }) => ({ text: String(value), at })),
    includes: node.includes.map(({ include, path }) => ({
      label: include.label,
      at: include.task.at,
      file: basename(path),
      conditions: include.conditions.map(({ value, at }) => ({ text: String(value), at })),
    })),
    tags: node.tags,
    become: become.enabled?.value === true ? user : undefined,
    loop: task.loop?.at,
    register: task.register?.value,
    notifies: node.notifies.map((id) => play.handlers.find((handler) => handler.id === id)?.label ?? id),
    notifiedBy: play.nodes.flatMap((other) => (other.kind === 'task' && other.notifies.includes(node.id) ? [other.label] : [])),
    blocks: node.within.map(({ part }) => part),
    options: [
      ...(task.runOnce ? ['run_once'] : []),
      ...(task.noLog ? ['no_log'] : []),
      ...(task.ignoreErrors ? ['ignore_errors'] : []),
      ...(task.anyErrorsFatal ? ['any_errors_fatal'] : []),
      ...(task.delegateTo === undefined ? [] : [`delegate_to ${task.delegateTo.value}`]),
      ...(task.delegateFacts ? ['delegate_facts'] : []),
      ...(task.throttle === undefined ? [] : [`throttle ${task.throttle}`]),
    ],
  }
}

/** `*` and `?`; everything else is itself. */
export function globOf(pattern: string): (text: string) => boolean {
  const words = pattern.toLowerCase()
  return (text) => matches(words, text.toLowerCase())
}

function matches(glob: string, text: string): boolean {
  let [at, place, star, resume] = [0, 0, -1, 0]
  while (place < text.length) {
    if (glob[at] === '?' || (glob[at] !== '*' && glob[at] === text[place])) {
      at += 1
      place += 1
    } else if (glob[at] === '*') {
      star = at
      at += 1
      resume = place
    } else if (star >= 0) {
      at = star + 1
      resume += 1
      place = resume
    } else return false
  }
  return /^\**$/.test(glob.slice(at))
}
