import { join } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Block, Located, Role, RoleUse, TaskOptions } from '../model/playbook.ts'
import { entryOf } from '../model/source.ts'
import type { MapEntry, MapSource } from '../model/source.ts'
import { importedWords, roleCallWords } from './ansible-words.ts'
import { textField } from './fields.ts'
import { leavesRole, type ReadList, readTasksFile } from './import-tasks.ts'
import { countImport, importedPath } from './imported-path.ts'
import { readKeywords } from './keywords.ts'
import { literalSource } from './plain.ts'
import { callerInputs } from './role-use.ts'
import { validated } from './schema-problems.ts'
import type { TaskPlace } from './task-list.ts'
import { readOptions } from './task-options.ts'
import { withoutWords } from './words.ts'

/**
 * `import_role`: the tasks of a role in this place, as a block with the keywords of the import and a call of the role with inputs of
 * its own (design/language.md A.12).
 */
export function readRoleImport(map: MapSource, entry: MapEntry, place: TaskPlace, readList: ReadList): Block | undefined {
  const { reader } = place.shelf
  const { problems } = reader
  const value =
    entry.value.kind === 'map' ? withoutWords(entry.value, 'import_role', { ...roleCallWords, ...importedWords }, problems) : entry.value
  const named = { ...map, entries: map.entries.map((one) => (one === entry ? { ...one, key: 'import_role', value } : one)) }
  problems.push(...validated(documents.importRole, literalSource(named), { what: 'import_role', source: named }))
  const name = value.kind === 'map' ? textField(value, 'name') : undefined
  if (name === undefined || value.kind !== 'map' || !countImport(name, reader)) return undefined
  const role = place.shelf.loadToImport(name.value, name.at)
  if (role === undefined) return undefined
  const keywords = readKeywords(map, problems)
  const given = [entryOf(value, 'inputs'), entryOf(map, 'vars')].flatMap((one) => one ?? [])
  const call: RoleUse = {
    ...versionOf(value),
    at: name.at,
    role,
    keywords,
    inputs: callerInputs({ kind: 'map', entries: given, at: value.at }, value.at, problems),
  }
  const file = textField(value, 'tasks_from') ?? { value: 'main', at: name.at }
  const body = roleTasks(role, file, readOptions(map, place.options), place, readList)
  if (body === undefined) return undefined
  return { kind: 'block', at: map.at, name: textField(map, 'name')?.value, keywords, vars: undefined, call, body, rescue: [], always: [] }
}

/** `version` where a task names a role. */
export function versionOf(map: MapSource): Pick<RoleUse, 'version'> {
  const version = textField(map, 'version')
  return version === undefined ? {} : { version }
}

/** The tasks of one file of the role, `main` or `main.yml`; a role without tasks/main.yml has none there. */
export function roleTasks(
  role: Role,
  file: Located<string>,
  options: TaskOptions,
  place: TaskPlace,
  readList: ReadList,
): Block['body'] | undefined {
  const { shelf } = place
  const { reader } = shelf
  const isMain = file.value === 'main' || file.value === 'main.yml'
  if (isMain && reader.files.kind(join(role.folder, 'tasks/main.yml')) !== 'file') return []
  const named = /\.ya?ml$/.test(file.value) ? file : { ...file, value: `${file.value}.yml` }
  const chain = [...place.importedBy, place.path]
  const path = importedPath({ word: 'tasks_from', file: named, folders: [join(role.folder, 'tasks')], chain }, reader)
  if (path === undefined || leavesRole(path, file, role.folder, reader)) return undefined
  return readTasksFile({ shelf, path, roleFolder: role.folder, importedBy: chain, options }, readList)
}
