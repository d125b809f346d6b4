import type { HostSight, TaskSight, VariableSight } from '../model/explain.ts'
import type { Position } from '../model/problem.ts'
import type { Value } from '../model/value.ts'
import { escapeLine, joinLines } from './escape.ts'
import { documentJson } from './inventory-text.ts'

/** Layers from the highest down; `>` stands before the winner. */
export function variableText(name: string, host: string, sights: readonly VariableSight[]): string {
  return joinLines([
    `${escapeLine(name)} on ${escapeLine(host)}`,
    ...sights.flatMap(({ play, reader, value, givers }) => {
      const width = Math.max(...givers.map(({ layer }) => layer.length))
      return [
        '',
        escapeLine(play === undefined ? reader : `${reader}, play ${play.name} (${placeOf(play.at)})`),
        `  = ${value === undefined ? 'known when hosts have been asked or tasks have run' : valueText(value)}`,
        ...givers.map(({ layer, written, at, task, wins }) => {
          const place = at === undefined ? '' : `  ${placeOf(at)}`
          const after = task === undefined ? '' : ` once ${task} has run`
          return escapeLine(
            `  ${wins ? '>' : ' '} ${layer.padEnd(width)}${place}${written === undefined ? '' : `  ${valueText(written)}`}${after}`,
          )
        }),
      ]
    }),
  ])
}

export function hostText({ name, at, groups, plays, variables }: HostSight): string {
  const width = Math.max(0, ...variables.map((one) => one.name.length))
  const layers = Math.max(0, ...variables.map((one) => one.layer.length))
  return joinLines([
    `${escapeLine(name)}${at === undefined ? '' : ` (${placeOf(at)})`}`,
    'groups, the last one wins',
    ...groups.map((group) => escapeLine(`  ${group.name}${group.priority === 1 ? '' : `  priority ${group.priority}`}`)),
    ...(plays.length === 0 ? [] : ['plays']),
    ...plays.map((play) => escapeLine(`  ${play.name}  ${placeOf(play.at)}  ${play.tasks} task${play.tasks === 1 ? '' : 's'}`)),
    'variables of inventories',
    ...variables.map((one) =>
      escapeLine(`  ${one.name.padEnd(width)}  ${one.layer.padEnd(layers)}  ${placeOf(one.at)}  ${valueText(one.value)}`),
    ),
  ])
}

export function taskText(tasks: readonly TaskSight[]): string {
  return joinLines(tasks.flatMap((task, index) => [...(index === 0 ? [] : ['']), ...linesOf(task)]).map(escapeLine))
}

function linesOf(task: TaskSight): readonly string[] {
  const line = (name: string, text: string | undefined): readonly string[] =>
    text === undefined || text === '' ? [] : [`  ${name.padEnd(11)} ${text}`]
  return [
    `${task.label} (${placeOf(task.at)})`,
    ...line('type', task.type),
    ...line('play', `${task.play.name} (${placeOf(task.play.at)}), ${task.section}`),
    ...line('role', task.role === undefined ? undefined : `${task.role.name}, used at ${placeOf(task.role.at)}`),
    ...line('hosts', task.hosts.length === 0 ? 'none' : task.hosts.join(', ')),
    ...line('as', task.become === undefined ? 'the user that logs in, unless the host says otherwise' : task.become),
    ...task.includes.flatMap(({ label, at, file, conditions }) => [
      ...line('included', `${file} by ${label}, ${placeOf(at)}`),
      ...conditions.flatMap((condition) => line('  when', `${condition.text}  ${placeOf(condition.at)}`)),
    ]),
    ...task.conditions.flatMap(({ text, at }) => line('when', `${text}  ${placeOf(at)}`)),
    ...line('loop', task.loop === undefined ? undefined : placeOf(task.loop)),
    ...line('inside', task.blocks.join(' > ')),
    ...line('tags', task.tags.join(', ')),
    ...line('options', task.options.join(', ')),
    ...line('register', task.register),
    ...line('notifies', task.notifies.join(', ')),
    ...line('notified by', task.notifiedBy.join(', ')),
  ]
}

/** The same as a document; undefined values are left out, secrets masked. */
export function explainJson(document: Readonly<Record<string, unknown>>): string {
  return documentJson(JSON.parse(JSON.stringify({ version: 1, ...document })) as Value)
}

const longest = 120

/** One line of JSON; a secret prints masked. */
function valueText(value: Value): string {
  const text = JSON.stringify(value)
  return escapeLine(text.length > longest ? `${text.slice(0, longest)}...` : text)
}

function placeOf({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`
}
