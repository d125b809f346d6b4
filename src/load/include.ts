import { dirname, join, sep } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Include, IncludeBranch, InheritedKeywords, Located, Task, TaskItem } from '../model/playbook.ts'
import { entryOf } from '../model/source.ts'
import type { MapEntry, MapSource } from '../model/source.ts'
import { roleCallWords, shortName } from './ansible-words.ts'
import { flagField, mapField, textField } from './fields.ts'
import { roleTasks, versionOf } from './import-role.ts'
import { leavesRole, type ReadList, readTasksFile } from './import-tasks.ts'
import { countImport, importCycle } from './imported-path.ts'
import { filesNamed } from './include-files.ts'
import { readKeywords } from './keywords.ts'
import { isTemplate, literalSource } from './plain.ts'
import { shownPath } from './reader.ts'
import { callerInputs } from './role-use.ts'
import { validated } from './schema-problems.ts'
import type { TaskPlace } from './task-list.ts'
import { readTask } from './task.ts'
import { noOptions, readOptions } from './task-options.ts'
import { readVarsFile } from './vars-file.ts'
import { withoutWords } from './words.ts'

const words = ['include_tasks', 'include_role', 'include_vars']

/** The entry of a task that names an include. */
export function includeEntry(map: MapSource): MapEntry | undefined {
  return map.entries.find(({ key }) => words.includes(shortName(key)))
}

/** Keywords that an include itself takes; all others are for the tasks in it. */
const ownKeywords = ['name', 'when', 'tags', 'vars', 'loop', 'loop_control', 'register', 'no_log', 'ignore_errors']

/**
 * A task that decides, when it is reached, whether other tasks or variables come in. What it can bring in is read now, so that all
 * of it is checked before any host is reached (design/language.md A.12).
 */
export function readInclude(
  map: MapSource,
  entry: MapEntry,
  place: TaskPlace,
  readList: ReadList,
  role: 'task' | 'handler' = 'task',
): Task | undefined {
  const { shelf } = place
  const { problems } = shelf.reader
  const word = shortName(entry.key)
  const value =
    word === 'include_role' && entry.value.kind === 'map' ? withoutWords(entry.value, word, roleCallWords, problems) : entry.value
  const given: MapSource = { ...map, entries: map.entries.map((one) => (one === entry ? { ...one, value } : one)) }
  const strays = word === 'include_vars' ? [] : given.entries.filter(({ key }) => key !== entry.key && isForOthers(key))
  for (const { key, keyAt } of strays)
    problems.push({
      code: 'KEY_UNKNOWN',
      message: `${word} takes no ${key} for itself`,
      at: keyAt,
      hint: `write ${word}: {..., apply: {${key}: ...}} for the tasks in it`,
    })
  const kept: MapSource = { ...given, entries: given.entries.filter((one) => !strays.includes(one)) }
  const task = readTask(kept, role, shelf.types, noOptions, problems)
  if (task === undefined || task.params.kind !== 'map') return task
  const include = word === 'include_vars' ? varsInclude(task.params, place) : tasksInclude(word, task, map, place, readList)
  return include === undefined ? task : { ...task, noLog: task.noLog || place.options.noLog, include }
}

function isForOthers(key: string): boolean {
  return !ownKeywords.includes(key) && Object.hasOwn(blockKeywords, key)
}

/** What may stand on a block. */
const blockKeywords: Readonly<Record<string, true>> = Object.fromEntries(
  [
    ...[
      'become',
      'become_user',
      'become_method',
      'ignore_unreachable',
      'delegate_facts',
      'environment',
      'delegate_to',
      'run_once',
      'check_mode',
      'diff',
      'timeout',
      'any_errors_fatal',
    ],
    ...['throttle', 'notify', 'changed_when', 'failed_when', 'until', 'retries', 'delay'],
  ].map((key) => [key, true]),
)

function tasksInclude(word: string, task: Task, map: MapSource, place: TaskPlace, readList: ReadList): Include | undefined {
  const { reader } = place.shelf
  const params = task.params as MapSource
  const apply = mapField(params, 'apply')
  if (apply !== undefined) {
    const what = { what: `apply of ${word}`, source: apply }
    reader.problems.push(...validated(documents.importTasks, literalSource(apply), what))
  }
  const inside: Inside = {
    keywords: apply === undefined ? noKeywords : readKeywords(apply, reader.problems),
    place: { ...place, options: apply === undefined ? place.options : readOptions(apply, place.options) },
    readList,
  }
  const branches = word === 'include_role' ? roleBranch(params, map, inside) : taskBranches(textField(params, 'file'), inside)
  const folders = foldersOf(place)
  const applied = apply === undefined ? undefined : mapField(apply, 'vars')
  const isPublic = flagField(params, 'public')?.value ?? false
  return branches && { kind: 'tasks', isPublic, keywords: inside.keywords, applied, folders, branches }
}

interface Inside {
  readonly keywords: InheritedKeywords
  readonly place: TaskPlace
  readonly readList: ReadList
}

const noKeywords: InheritedKeywords = {
  become: undefined,
  becomeUser: undefined,
  becomeMethod: undefined,
  tags: [],
  when: [],
  environment: undefined,
}

function foldersOf({ path, roleFolder }: TaskPlace): readonly string[] {
  return [...new Set([dirname(path), ...(roleFolder === undefined ? [] : [join(roleFolder, 'tasks')])])]
}

function taskBranches(file: Located<string> | undefined, { place, readList }: Inside): readonly IncludeBranch[] | undefined {
  if (file === undefined) return undefined
  const { reader } = place.shelf
  const chain = [...place.importedBy, place.path]
  const before = reader.problems.length
  const perhaps = isTemplate(file.value)
  const paths = filesNamed(file, foldersOf(place), reader).filter((path) => !perhaps || !chain.includes(path))
  const branches = paths.flatMap((path): readonly IncludeBranch[] => {
    if (leavesRole(path, file, place.roleFolder, reader) || !countImport(file, reader)) return []
    if (importCycle(path, file.at, chain, reader)) return []
    const tasks = readTasksFile({ ...place, path, importedBy: chain }, readList, perhaps)
    return tasks === undefined ? [] : [{ path, tasks, call: undefined, vars: undefined }]
  })
  if (branches.length === 0 && reader.problems.length === before) missing('include_tasks', file, foldersOf(place), place)
  return branches.length === 0 ? undefined : branches
}

function missing(word: string, file: Located<string>, folders: readonly string[], { shelf }: TaskPlace): void {
  const { cwd, problems } = shelf.reader
  const message = isTemplate(file.value)
    ? `no file can be meant by ${file.value}`
    : `there is no file ${shownPath(cwd, join(folders[0] ?? '', file.value))}`
  const hint = `looked in ${folders.map((folder) => shownPath(cwd, folder)).join(', ')}`
  problems.push({ code: 'FILE_MISSING', message: `${word}: ${message}`, at: file.at, hint })
}

function roleBranch(params: MapSource, map: MapSource, { keywords, place, readList }: Inside): readonly IncludeBranch[] | undefined {
  const { shelf } = place
  const { problems } = shelf.reader
  const name = textField(params, 'name')
  const file = textField(params, 'tasks_from')
  const open = [name, file].find((one) => one !== undefined && isTemplate(one.value))
  if (open !== undefined) {
    problems.push({
      code: 'NOT_SUPPORTED',
      message: 'include_role takes no template for the role or its file: both are read before any variable is known',
      at: open.at,
      hint: 'name them, and choose with when',
    })
    return undefined
  }
  if (name === undefined || !countImport(name, shelf.reader)) return undefined
  const role = shelf.loadToImport(name.value, name.at)
  if (role === undefined) return undefined
  const tasks: readonly TaskItem[] | undefined = roleTasks(role, file ?? { value: 'main', at: name.at }, place.options, place, readList)
  if (tasks === undefined) return undefined
  const given = [entryOf(params, 'inputs'), entryOf(map, 'vars')].flatMap((one) => one ?? [])
  const inputs = callerInputs({ kind: 'map', entries: given, at: params.at }, params.at, problems)
  return [{ path: role.folder, tasks, call: { ...versionOf(params), at: name.at, role, keywords, inputs }, vars: undefined }]
}

/** In vars/ of the role, then where its tasks are; else in vars/ beside the playbook, then beside it. */
function varsInclude(params: MapSource, place: TaskPlace): Include | undefined {
  const { shelf, path, roleFolder } = place
  const { reader } = shelf
  const here = dirname(path)
  const folders = [...(roleFolder === undefined ? [] : [join(roleFolder, 'vars'), roleFolder]), join(here, 'vars'), here]
  const [file, dir, name] = [textField(params, 'file'), textField(params, 'dir'), textField(params, 'name')]
  const one = file ?? dir
  if (one === undefined || (file !== undefined && dir !== undefined)) {
    reader.problems.push({
      code: one === undefined ? 'KEY_MISSING' : 'VALUE_INVALID',
      message: `include_vars: expected file or dir, got ${one === undefined ? 'neither' : 'both'}`,
      at: params.at,
      hint: 'write include_vars: FILE.yml',
    })
    return undefined
  }
  const before = reader.problems.length
  const paths = file === undefined ? foldersNamed(one, folders, place) : filesNamed(one, folders, reader)
  const branches = paths.flatMap((found): readonly IncludeBranch[] => {
    if (roleFolder !== undefined && !found.startsWith(roleFolder + sep) && leavesRole(found, one, roleFolder, reader)) return []
    const perhaps = isTemplate(one.value)
    const maps = (file === undefined ? filesIn(found, place) : [found]).flatMap((each) => readVarsFile(reader, each, perhaps) ?? [])
    if (perhaps && maps.length === 0) return []
    const entries = new Map(maps.flatMap((map) => map.entries).map((entry) => [entry.key, entry]))
    const all: MapSource = { kind: 'map', entries: [...entries.values()], at: maps[0]?.at ?? one.at }
    const vars: MapSource = name === undefined ? all : { ...all, entries: [{ key: name.value, keyAt: name.at, value: all }] }
    return [{ path: found, tasks: [], call: undefined, vars }]
  })
  if (branches.length === 0 && reader.problems.length === before) missing('include_vars', one, folders, place)
  return { kind: 'vars', isPublic: false, keywords: noKeywords, applied: undefined, folders, branches }
}

function foldersNamed(dir: Located<string>, folders: readonly string[], { shelf }: TaskPlace): readonly string[] {
  const { files, problems } = shelf.reader
  if (isTemplate(dir.value)) {
    problems.push({
      code: 'NOT_SUPPORTED',
      message: 'include_vars takes no template for dir',
      at: dir.at,
      hint: 'use file, and choose there',
    })
    return []
  }
  const path = folders.map((folder) => join(folder, dir.value)).find((one) => files.kind(one) === 'directory')
  return path === undefined ? [] : [path]
}

/** YAML files of a folder and of those in it, in the order of their names. */
function filesIn(folder: string, place: TaskPlace): readonly string[] {
  const { files } = place.shelf.reader
  return (files.list(folder) ?? []).flatMap((name) => {
    const path = join(folder, name)
    if (name.startsWith('.')) return []
    if (files.kind(path) === 'directory') return filesIn(path, place)
    return /\.(?:ya?ml|json)$/.test(name) ? [path] : []
  })
}
