import { documents } from '../generated/validators/index.js'
import { nearest, suggestion } from '../lib/suggest.ts'
import type { Task, TaskOptions } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import type { MapEntry, MapSource, Source } from '../model/source.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import { shortName, taskTypeWords, taskWords } from './ansible-words.ts'
import { mapField, textField, textsField } from './fields.ts'
import { readConditions, readKeywords } from './keywords.ts'
import { isParameter } from './params.ts'
import { readAttempts, readLoopControl } from './repetition.ts'
import { isTemplate, literalSource } from './plain.ts'
import { validated } from './schema-problems.ts'
import { taskKeywords } from './task-keywords.ts'
import { readOptions } from './task-options.ts'
import { readParams } from './task-params.ts'
import type { TaskTypes } from './task-types.ts'
import { labelOf, onOneLine } from './value-labels.ts'
import { withoutWords } from './words.ts'

/** `options` are those of the blocks around it. */
export function readTask(
  source: MapSource,
  role: 'task' | 'handler',
  types: TaskTypes,
  options: TaskOptions,
  problems: Problem[],
): Task | undefined {
  const map = withoutWords(source, `a ${role}`, taskWords, problems)
  const typed = typeEntry(map, map !== source, types, problems)
  const rest: MapSource = { ...map, entries: map.entries.filter(({ key }) => taskKeywords.includes(key)) }
  problems.push(...validated(documents.task, literalSource(rest), { what: `a ${role}`, source: rest }))
  checkRole(rest, role, problems)
  checkLoop(rest, problems)
  if (typed === undefined) {
    readKeywords(rest, problems)
    return undefined
  }
  const { entry, type } = typed
  const params = readParams(entry, type, types.validators, problems)
  checkConditions(params, type, problems)
  return {
    ...taskFields(rest, problems),
    ...readOptions(rest, options),
    ...(type.once === true ? { runOnce: true } : {}),
    kind: 'task',
    at: source.at,
    type: type.name,
    typeAt: entry.keyAt,
    params,
  }
}

function taskFields(map: MapSource, problems: Problem[]): Omit<Task, 'kind' | 'at' | 'type' | 'typeAt' | 'params' | keyof TaskOptions> {
  return {
    name: textField(map, 'name')?.value,
    keywords: readKeywords(map, problems),
    vars: mapField(map, 'vars'),
    loop: entryOf(map, 'loop')?.value,
    loopControl: readLoopControl(mapField(map, 'loop_control'), problems),
    attempts: readAttempts(map, problems),
    register: textField(map, 'register'),
    notify: textsField(map, 'notify'),
    listen: textsField(map, 'listen').map(({ value }) => value),
    changedWhen: readConditions(map, 'changed_when', problems),
    failedWhen: readConditions(map, 'failed_when', problems),
  }
}

interface TypedEntry {
  readonly entry: MapEntry
  readonly type: AnyTaskType
}

/** The key that names the task type; reports when there is none, more than one, or a word that is neither type nor keyword. */
function typeEntry(map: MapSource, refusedWords: boolean, types: TaskTypes, problems: Problem[]): TypedEntry | undefined {
  const typed = map.entries.flatMap((entry) => {
    const type = types.find(entry.key)
    return type === undefined ? [] : [{ entry, type }]
  })
  const [first, second] = typed
  const unknown = map.entries.filter(({ key }) => !taskKeywords.includes(key) && types.find(key) === undefined)
  const strayed = first === undefined ? [] : strayedParams(first, unknown, types)
  let missing = first === undefined && !refusedWords
  for (const entry of unknown) {
    if (strayed.includes(entry)) continue
    const short = shortName(entry.key)
    const word = Object.hasOwn(taskTypeWords, short) ? taskTypeWords[short] : undefined
    if (word !== undefined) {
      problems.push({ code: 'NOT_SUPPORTED', message: `tlsplay has no task type ${short}`, at: entry.keyAt, hint: word })
      missing = false
    } else if (missing && nearest(entry.key, taskKeywords) === undefined) {
      problems.push(unknownType(entry, short, types))
      missing = false
    } else {
      const hint =
        suggestion(entry.key, [...taskKeywords, ...(first === undefined ? types.names : [])], 'keys') ??
        `keywords of a task: ${taskKeywords.join(', ')}`
      problems.push({ code: 'KEY_UNKNOWN', message: `${labelOf(entry.key)} is no keyword of a task`, at: entry.keyAt, hint })
    }
  }
  if (missing) {
    problems.push({
      code: 'TASK_TYPE_MISSING',
      message: 'the task names no task type',
      at: map.at,
      hint: `add one of these keys: ${types.names.join(', ')}`,
    })
  }
  if (first !== undefined && second !== undefined) {
    problems.push({
      code: 'TASK_TYPE_TWICE',
      message: `the task names two task types, ${first.entry.key} and ${second.entry.key}`,
      at: second.entry.keyAt,
      hint: 'make two tasks of it',
    })
  }
  for (const { key, keyAt } of strayed) {
    const owner = first?.entry.key ?? ''
    problems.push({
      code: 'KEY_UNKNOWN',
      message: `"${key}" is a parameter of ${owner} and stands beside it`,
      at: keyAt,
      hint: `indent it, so that it stands below ${owner}:`,
    })
  }
  return strayed.length > 0 ? undefined : first
}

/** Parameters on the same level as their task type, which has none then. */
function strayedParams({ entry, type }: TypedEntry, unknown: readonly MapEntry[], types: TaskTypes): readonly MapEntry[] {
  if (entry.value.kind !== 'scalar' || entry.value.value !== null) return []
  return unknown.filter(({ key }) => isParameter(type.name, key, types.validators))
}

function unknownType(entry: MapEntry, short: string, types: TaskTypes): Problem {
  const hint =
    types.find(short) === undefined ? (suggestion(short, types.names) ?? `task types: ${types.names.join(', ')}`) : `write ${short}:`
  return {
    code: 'TASK_TYPE_UNKNOWN',
    message: `there is no task type ${onOneLine(entry.key)}`,
    at: entry.keyAt,
    ...(hint === '' ? {} : { hint }),
  }
}

function checkRole(map: MapSource, role: 'task' | 'handler', problems: Problem[]): void {
  const listen = entryOf(map, 'listen')
  if (role === 'task' && listen !== undefined) {
    problems.push({
      code: 'KEY_UNKNOWN',
      message: 'listen has a meaning for handlers only',
      at: listen.keyAt,
      hint: 'move the task to handlers, or remove listen',
    })
  }
  if (role === 'handler' && listen === undefined && textField(map, 'name') === undefined) {
    problems.push({
      code: 'KEY_MISSING',
      message: 'a handler without name or listen can never be notified',
      at: map.at,
      hint: 'give it a name',
    })
  }
}

/** A text as a loop must be one template: `loop: names` is the word, not the list. */
function checkLoop(map: MapSource, problems: Problem[]): void {
  const loop = textField(map, 'loop')
  if (loop === undefined || isTemplate(loop.value)) return
  problems.push({
    code: 'LOOP_NOT_LIST',
    message: `loop: expected a list, got ${labelOf(loop.value)}`,
    at: loop.at,
    hint: `write a list, or loop: "{{ ${loop.value} }}" for a variable`,
  })
}

/** Parameters that are expressions (assert that, debug var) follow the same rule as when. */
function checkConditions(params: Source, type: AnyTaskType, problems: Problem[]): void {
  if (params.kind !== 'map') return
  for (const key of [...(type.conditions ?? []), ...(type.expressions ?? [])]) {
    if (entryOf(params, key) !== undefined) readConditions(params, key, problems)
  }
}
