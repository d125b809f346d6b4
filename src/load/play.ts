import { dirname, resolve } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Located, Play } from '../model/playbook.ts'
import { entryOf } from '../model/source.ts'
import type { MapSource, Source } from '../model/source.ts'
import { playWords } from './ansible-words.ts'
import { flagField, mapField, numberField, textField, textOf, textsField } from './fields.ts'
import { readKeywords } from './keywords.ts'
import { isTemplate, literalSource } from './plain.ts'
import { shownPath } from './reader.ts'
import { readQuestions } from './questions.ts'
import { readRoleUses } from './role-use.ts'
import type { RoleShelf } from './roles.ts'
import { validated } from './schema-problems.ts'
import { readHandlers, readTasks, taskPlace } from './task-list.ts'
import { labelOf } from './value-labels.ts'
import { readVarsFile } from './vars-file.ts'
import { withoutWords } from './words.ts'

/** Reads one play; `path` is the playbook it stands in. */
export function readPlay(source: Source, path: string, shelf: RoleShelf): Play | undefined {
  const { problems } = shelf.reader
  if (source.kind !== 'map') {
    problems.push({
      code: 'TYPE_WRONG',
      message: `a play must be a map, got ${labelOf(literalSource(source))}`,
      at: source.at,
      hint: 'start it with - hosts: PATTERN',
    })
    return undefined
  }
  const map = withoutWords(source, 'a play', playWords, problems)
  const keyHint = (key: string): string | undefined =>
    shelf.types.find(key) === undefined ? undefined : `${key} is a task type: put the task under tasks of a play`
  problems.push(...validated(documents.play, literalSource(map), { what: 'a play', source: map, keyHint }))
  const place = taskPlace(shelf, path)
  const list = (key: string): Source | undefined => {
    const value = entryOf(map, key)?.value
    // another type was reported by the validator
    return value?.kind === 'list' ? value : undefined
  }
  return {
    at: source.at,
    folder: dirname(path),
    name: textField(map, 'name')?.value,
    hosts: hostPattern(map),
    keywords: readKeywords(map, problems),
    vars: mapField(map, 'vars'),
    questions: readQuestions(list('vars_prompt'), problems),
    varsFiles: readVarsFiles(entryOf(map, 'vars_files')?.value, path, shelf),
    serial: readSerial(map),
    order: readOrder(map),
    forceHandlers: flagField(map, 'force_handlers')?.value ?? false,
    anyErrorsFatal: flagField(map, 'any_errors_fatal')?.value ?? false,
    maxFailPercentage: numberField(map, 'max_fail_percentage'),
    options: { ignoreUnreachable: flagField(map, 'ignore_unreachable')?.value, throttle: numberField(map, 'throttle') },
    preTasks: readTasks(list('pre_tasks'), place),
    roles: readRoleUses(entryOf(map, 'roles')?.value, shelf),
    tasks: readTasks(list('tasks'), place),
    postTasks: readTasks(list('post_tasks'), place),
    handlers: readHandlers(list('handlers'), place),
  }
}

/** A list of patterns is their union, which one pattern writes with commas. */
function hostPattern(map: MapSource): Located<string> {
  const patterns = textsField(map, 'hosts')
  const at = entryOf(map, 'hosts')?.value.at ?? map.at
  if (patterns.length < 2) return patterns[0] ?? { value: '', at }
  // once there is a comma, only commas separate: the colons inside an item become commas too, but those of a range or an address
  const parts = patterns.flatMap(({ value }) => (value.includes('::') ? [value] : value.split(/:(?![^[]*\])/)))
  return { value: parts.join(','), at }
}

function readSerial(map: MapSource): readonly Located<number | string>[] {
  const value = entryOf(map, 'serial')?.value
  if (value === undefined) return []
  return (value.kind === 'list' ? value.items : [value]).flatMap((item) =>
    item.kind === 'scalar' && (typeof item.value === 'number' || typeof item.value === 'string')
      ? [{ value: item.value, at: item.at }]
      : [],
  )
}

function readOrder(map: MapSource): Play['order'] {
  const order = textField(map, 'order')?.value
  switch (order) {
    case 'reverse_inventory':
    case 'sorted':
    case 'reverse_sorted':
    case 'shuffle':
      return order
    default:
      return 'inventory'
  }
}

/**
 * Files of variables; a list in the list names alternatives, the first of which that is there counts. A file whose name is no
 * template is looked at now, so that a typo in it is reported with all others.
 */
function readVarsFiles(source: Source | undefined, path: string, { reader }: RoleShelf): Play['varsFiles'] {
  if (source === undefined) return []
  return (source.kind === 'list' ? source.items : [source]).map((item) => {
    const names = (item.kind === 'list' ? item.items : [item]).flatMap((one) => textOf(one) ?? [])
    const files = names.filter(({ value }) => !isTemplate(value)).map(({ value }) => resolve(dirname(path), value))
    const there = files.filter((file) => reader.files.kind(file) === 'file')
    for (const file of there.slice(0, 1)) readVarsFile(reader, file)
    if (there.length === 0 && files.length > 0 && files.length === names.length)
      reader.problems.push({
        code: 'FILE_MISSING',
        message: `there is no file ${files.map((file) => shownPath(reader.cwd, file)).join(', and no ')}`,
        at: names[0]?.at ?? item.at,
        hint: 'paths in vars_files start at the folder of the playbook',
      })
    return names
  })
}
