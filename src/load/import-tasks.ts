import { dirname, isAbsolute, join, sep } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Block, TaskItem } from '../model/playbook.ts'
import { entryOf } from '../model/source.ts'
import type { MapEntry, MapSource, Source } from '../model/source.ts'
import { mapField, textField, textOf } from './fields.ts'
import { readKeywords } from './keywords.ts'
import { isTemplate, literalSource } from './plain.ts'
import { readText, shownPath } from './reader.ts'
import { validated } from './schema-problems.ts'
import type { TaskPlace } from './task-list.ts'
import { readOptions } from './task-options.ts'
import { parseYaml } from './yaml.ts'

type ReadList = (source: Source | undefined, place: TaskPlace) => readonly TaskItem[]

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
  const path = pathOf(file.value, file.at, place)
  const body = path === undefined ? undefined : readFile(path, rest, place, readList)
  if (body === undefined) return undefined
  return {
    kind: 'block',
    at: map.at,
    name: textField(rest, 'name')?.value,
    keywords: readKeywords(rest, reader.problems),
    vars: mapField(rest, 'vars'),
    body,
    rescue: [],
    always: [],
  }
}

function pathOf(file: string, at: Source['at'], { shelf, path: from, roleFolder, importedBy }: TaskPlace): string | undefined {
  const { files, cwd, problems } = shelf.reader
  if (isTemplate(file)) {
    problems.push({
      code: 'NOT_SUPPORTED',
      message: 'import_tasks takes no template: the file is read before any variable is known',
      at,
      hint: 'name the file, and choose with when',
    })
    return undefined
  }
  // beside the file that imports, then in the folder of tasks of the role
  const folders = [dirname(from), ...(roleFolder === undefined ? [] : [join(roleFolder, 'tasks')])]
  const candidates = isAbsolute(file) ? [file] : folders.map((folder) => join(folder, file))
  const path = candidates.find((candidate) => files.kind(candidate) === 'file')
  if (path === undefined) {
    problems.push({
      code: 'FILE_MISSING',
      message: `there is no file ${candidates[0] === undefined ? file : shownPath(cwd, candidates[0])}`,
      at,
      hint: 'paths of import_tasks start at the folder of the file they stand in',
    })
    return undefined
  }
  const home = roleFolder === undefined ? undefined : files.realPath(roleFolder)
  const real = files.realPath(path)
  if (home !== undefined && real !== undefined && !real.startsWith(home + sep)) {
    const message = `${file} leads out of the role`
    problems.push({ code: 'PATH_ESCAPE', message, at, hint: 'put the file itself into the role' })
    return undefined
  }
  const circle = [...importedBy, from].indexOf(path)
  if (circle >= 0) {
    const chain = [...importedBy, from, path].slice(circle).map((one) => shownPath(cwd, one))
    const message = `files import each other in a circle: ${chain.join(' -> ')}`
    problems.push({ code: 'IMPORT_CYCLE', message, at, hint: 'remove one of the imports' })
    return undefined
  }
  return path
}

function readFile(path: string, keywords: MapSource, place: TaskPlace, readList: ReadList): readonly TaskItem[] | undefined {
  const { reader } = place.shelf
  const named = readText(reader, path)
  const source = named && parseYaml(named, 'core', reader.problems)
  if (source === undefined) return undefined
  if (source.kind === 'map' && entryOf(source, 'hosts') !== undefined) {
    const message = 'import_tasks names a playbook'
    reader.problems.push({ code: 'TYPE_WRONG', message, at: source.at, hint: 'a file of tasks is a list of tasks' })
    return undefined
  }
  const inside = { ...place, path, importedBy: [...place.importedBy, place.path], options: readOptions(keywords, place.options) }
  return readList(source, inside)
}
