import { dirname, join, sep } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Block, Located, TaskItem } from '../model/playbook.ts'
import { entryOf } from '../model/source.ts'
import { shortName } from './ansible-words.ts'
import type { MapEntry, MapSource, Source } from '../model/source.ts'
import { mapField, textField, textOf } from './fields.ts'
import { countImport, importedPath } from './imported-path.ts'
import { readKeywords } from './keywords.ts'
import { literalSource } from './plain.ts'
import { type Reader, readText } from './reader.ts'
import { validated } from './schema-problems.ts'
import type { TaskPlace } from './task-list.ts'
import { readOptions } from './task-options.ts'
import { parseYaml } from './yaml.ts'

export type ReadList = (source: Source | undefined, place: TaskPlace) => readonly TaskItem[]

/**
 * `import_tasks`: the tasks of another file in this place, as if they stood in a block with the keywords of the import
 * (design/language.md A.12). So conditions are tested again before each of them.
 */
export function readImport(map: MapSource, entry: MapEntry, place: TaskPlace, readList: ReadList): Block | undefined {
  const { reader } = place.shelf
  const rest: MapSource = { ...map, entries: map.entries.filter((one) => one !== entry) }
  reader.problems.push(...validated(documents.importTasks, literalSource(rest), { what: 'import_tasks', source: rest }))
  const file = textOf(entry.value) ?? (entry.value.kind === 'map' ? textField(entry.value, 'file') : undefined)
  if (file === undefined) {
    const message = 'import_tasks: expected the name of a file'
    reader.problems.push({ code: 'TYPE_WRONG', message, at: entry.value.at, hint: 'write import_tasks: FILE.yml' })
    return undefined
  }
  const path = countImport(file, reader) ? pathOf(file, place) : undefined
  const inside = path === undefined ? undefined : inFile(path, rest, place)
  const body = inside && readTasksFile(inside, readList)
  if (body === undefined) return undefined
  return {
    kind: 'block',
    at: map.at,
    name: textField(rest, 'name')?.value,
    keywords: readKeywords(rest, reader.problems),
    vars: mapField(rest, 'vars'),
    call: undefined,
    body,
    rescue: [],
    always: [],
  }
}

function pathOf(file: Located<string>, { shelf, path: from, roleFolder, importedBy }: TaskPlace): string | undefined {
  // beside the file that imports, then in the folder of tasks of the role
  const folders = [dirname(from), ...(roleFolder === undefined ? [] : [join(roleFolder, 'tasks')])]
  const path = importedPath({ word: 'import_tasks', file, folders, chain: [...importedBy, from] }, shelf.reader)
  return path === undefined || leavesRole(path, file, roleFolder, shelf.reader) ? undefined : path
}

/** A role is somebody else's text: it must not make us read files of the controller that do not belong to it. */
export function leavesRole(path: string, { value, at }: Located<string>, roleFolder: string | undefined, reader: Reader): boolean {
  const home = roleFolder === undefined ? undefined : reader.files.realPath(roleFolder)
  const real = reader.files.realPath(path)
  if (home === undefined || real === undefined || real.startsWith(home + sep)) return false
  reader.problems.push({ code: 'PATH_ESCAPE', message: `${value} leads out of the role`, at, hint: 'put the file itself into the role' })
  return true
}

/** Where the tasks of a file stand that is imported by a task with these keywords. */
function inFile(path: string, keywords: MapSource, place: TaskPlace): TaskPlace {
  return { ...place, path, importedBy: [...place.importedBy, place.path], options: readOptions(keywords, place.options) }
}

/** `perhaps`: nobody named the file, it is only one of those that a template can mean; then what is no list of tasks is none of them. */
export function readTasksFile(place: TaskPlace, readList: ReadList, perhaps = false): readonly TaskItem[] | undefined {
  const { reader } = place.shelf
  const named = readText(reader, place.path)
  const source = named && parseYaml(named, 'core', reader.problems)
  if (source === undefined) return undefined
  if (perhaps && !looksLikeTasks(source)) return undefined
  if (source.kind === 'map' && entryOf(source, 'hosts') !== undefined) {
    const message = 'the file is a playbook'
    reader.problems.push({ code: 'TYPE_WRONG', message, at: source.at, hint: 'a file of tasks is a list of tasks' })
    return undefined
  }
  return readList(source, place)
}

/** A list, and no playbook: beside the files of tasks there are inventories, variables and other playbooks. An empty file has no tasks. */
function looksLikeTasks(source: Source): boolean {
  if (source.kind !== 'list') return source.kind === 'scalar' && source.value === null
  return !source.items.some((item) => item.kind === 'map' && item.entries.some(({ key }) => playWords.includes(shortName(key))))
}

const playWords = ['hosts', 'import_playbook']
