import type { Block, Task, TaskItem, TaskOptions } from '../model/playbook.ts'
import { entryOf } from '../model/source.ts'
import type { MapSource, Source } from '../model/source.ts'
import { documents } from '../generated/validators/index.js'
import { shortName, taskTypeWords, taskWords } from './ansible-words.ts'
import { mapField, textField } from './fields.ts'
import { readRoleImport } from './import-role.ts'
import { readImport } from './import-tasks.ts'
import { includeEntry, readInclude } from './include.ts'
import { readKeywords } from './keywords.ts'
import { isMeta, readMeta } from './meta.ts'
import { literalSource } from './plain.ts'
import type { RoleShelf } from './roles.ts'
import { validated } from './schema-problems.ts'
import { noOptions, readOptions } from './task-options.ts'
import { readTask } from './task.ts'
import { labelOf } from './value-labels.ts'
import { withoutWords } from './words.ts'

/** Where a list of tasks stands. */
export interface TaskPlace {
  readonly shelf: RoleShelf
  /** absolute path of the file */
  readonly path: string
  /** absolute folder of the role it belongs to; what the role imports must lie in it */
  readonly roleFolder?: string
  /** files whose import led here, outermost first */
  readonly importedBy: readonly string[]
  /** keywords of the blocks around the list */
  readonly options: TaskOptions
}

export function taskPlace(shelf: RoleShelf, path: string, roleFolder?: string): TaskPlace {
  return { shelf, path, importedBy: [], options: noOptions, ...(roleFolder === undefined ? {} : { roleFolder }) }
}

/** A list of tasks. What cannot be one is reported and left out. */
export function readTasks(source: Source | undefined, place: TaskPlace): readonly TaskItem[] {
  return mapsOf(source, 'task', place).flatMap((map) => readItem(map, place) ?? [])
}

/**
 * A list of handlers: tasks that wait to be notified, so nothing that only groups tasks has a place among them. The tasks that
 * import_tasks brings in are handlers each, notified by their own names.
 */
export function readHandlers(source: Source | undefined, place: TaskPlace): readonly (Task | Block)[] {
  const { types, reader } = place.shelf
  return mapsOf(source, 'handler', place).flatMap((map) => {
    const imported = map.entries.find(({ key }) => shortName(key) === 'import_tasks')
    if (imported !== undefined) return readImport(map, imported, place, readHandlers) ?? []
    const included = includeEntry(map)
    if (included !== undefined && shortName(included.key) === 'include_tasks')
      return readInclude(map, included, place, readBroughtIn, 'handler') ?? []
    return isRefused(map, place) ? [] : (readTask(map, 'handler', types, place.options, reader.problems) ?? [])
  })
}

/** Tasks that an include among handlers brings in: they run with it, and need no names to be notified by. */
function readBroughtIn(source: Source | undefined, place: TaskPlace): readonly (Task | Block)[] {
  const { types, reader } = place.shelf
  return mapsOf(source, 'task', place).flatMap((map) => {
    const imported = map.entries.find(({ key }) => shortName(key) === 'import_tasks')
    if (imported !== undefined) return readImport(map, imported, place, readBroughtIn) ?? []
    const included = includeEntry(map)
    if (included !== undefined && shortName(included.key) !== 'include_role') return readInclude(map, included, place, readBroughtIn) ?? []
    return isRefused(map, place) ? [] : (readTask(map, 'task', types, place.options, reader.problems) ?? [])
  })
}

function isRefused(map: MapSource, { shelf }: TaskPlace): boolean {
  const grouping = map.entries.find(({ key }) => groupingHints.has(shortName(key)))
  if (grouping === undefined) return false
  const word = shortName(grouping.key)
  shelf.reader.problems.push({
    code: 'NOT_SUPPORTED',
    message: `a handler takes no ${word}`,
    at: grouping.keyAt,
    hint: groupingHints.get(word) ?? '',
  })
  return true
}

const oneTopic = 'make a handler of each task and give them one topic with listen'

const groupingHints: ReadonlyMap<string, string> = new Map([
  ['block', oneTopic],
  ['import_role', 'put the handlers into the role, and name the role under roles or in import_role among the tasks'],
  ['include_role', 'put the handlers into the role, and name the role among the tasks'],
  ['meta', 'handlers run in the order they are defined'],
])

function mapsOf(source: Source | undefined, what: 'task' | 'handler', { shelf }: TaskPlace): readonly MapSource[] {
  const { problems } = shelf.reader
  if (source === undefined || (source.kind === 'scalar' && source.value === null)) return []
  if (source.kind !== 'list') {
    problems.push({
      code: 'TYPE_WRONG',
      message: `expected a list of ${what}s, got ${labelOf(literalSource(source))}`,
      at: source.at,
      hint: 'start each one with "- "',
    })
    return []
  }
  return source.items.flatMap((item) => {
    if (item.kind === 'map') return [item]
    problems.push({
      code: 'TYPE_WRONG',
      message: `a ${what} must be a map, got ${labelOf(literalSource(item))}`,
      at: item.at,
      hint: 'write - name: ..., then the task type as a key',
    })
    return []
  })
}

function readItem(map: MapSource, place: TaskPlace): TaskItem | undefined {
  if (['block', 'rescue', 'always'].some((key) => entryOf(map, key) !== undefined)) return readBlock(map, place)
  const imported = map.entries.find(({ key }) => shortName(key) === 'import_tasks')
  if (imported !== undefined) return readImport(map, imported, place, readTasks)
  const called = map.entries.find(({ key }) => shortName(key) === 'import_role')
  if (called !== undefined) return readRoleImport(map, called, place, readTasks)
  const included = includeEntry(map)
  if (included !== undefined && place.shelf.types.find(included.key) !== undefined) return readInclude(map, included, place, readTasks)
  const meta = map.entries.find(({ key }) => isMeta(key))
  if (meta !== undefined) return readMeta(map, meta, place.shelf.reader.problems, place.roleFolder !== undefined)
  return readTask(map, 'task', place.shelf.types, place.options, place.shelf.reader.problems)
}

function readBlock(source: MapSource, place: TaskPlace): TaskItem | undefined {
  const { reader, types } = place.shelf
  const map = withoutWords(source, 'a block', taskWords, reader.problems)
  const keyHint = (key: string): string | undefined =>
    types.find(key) !== undefined || Object.hasOwn(taskTypeWords, key) ? `${key} is a task type: put it into a task below block` : undefined
  reader.problems.push(...validated(documents.block, literalSource(map), { what: 'a block', source: map, keyHint }))
  const inside = { ...place, options: readOptions(map, place.options) }
  const list = (key: string): readonly TaskItem[] => {
    const value = entryOf(map, key)?.value
    // another type was reported by the validator
    return value?.kind === 'list' ? readTasks(value, inside) : []
  }
  return {
    kind: 'block',
    at: map.at,
    name: textField(map, 'name')?.value,
    keywords: readKeywords(map, reader.problems),
    vars: mapField(map, 'vars'),
    call: undefined,
    body: list('block'),
    rescue: list('rescue'),
    always: list('always'),
  }
}
