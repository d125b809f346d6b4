import { join, sep } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Block, Role, RoleInput, RoleRule, Task, TaskItem } from '../model/playbook.ts'
import type { Position } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import type { MapEntry, MapSource, Source } from '../model/source.ts'
import { flagField, listField, mapField, textField } from './fields.ts'
import { literalSource } from './plain.ts'
import { readText, shownPath, startOf } from './reader.ts'
import type { Reader } from './reader.ts'
import { readRoleUses } from './role-use.ts'
import type { RoleShelf, ShelvedRole } from './roles.ts'
import { validated } from './schema-problems.ts'
import { inputKeys } from './schemas/role-keys.ts'
import { readHandlers, readTasks, taskPlace } from './task-list.ts'
import { readMapFile } from './vars-file.ts'
import { parseYaml } from './yaml.ts'

/** Reads the folder of a role. A role without role.yml is reported at the place that names it. */
export function readRole(
  name: string,
  folder: string,
  at: Position,
  shelf: RoleShelf,
  /** given the role before its tasks are read, for those may import it */
  begun: (role: Role) => void,
): ShelvedRole | undefined {
  const { reader } = shelf
  const path = join(folder, 'role.yml')
  if (reader.files.kind(path) !== 'file') {
    reader.problems.push({
      code: 'FILE_MISSING',
      message: `the role ${name} has no role.yml`,
      at,
      hint: `write ${shownPath(reader.cwd, path)} with summary, version and inputs`,
    })
    return undefined
  }
  if (escapes(reader, folder, path, at)) return undefined
  const map = readMapFile(reader, path, 'core', 'a map with summary, version and inputs')
  if (map === undefined) return undefined
  const found = validated(documents.role, literalSource(map), { what: 'role.yml', source: map })
  reader.problems.push(...found)
  const inputs = mapField(map, 'inputs')
  const tasks: TaskItem[] = []
  const handlers: (Task | Block)[] = []
  const role: Role = {
    name,
    folder,
    at: startOf(shownPath(reader.cwd, path)),
    summary: textField(map, 'summary')?.value ?? '',
    version: textField(map, 'version')?.value ?? '',
    inputs: (inputs?.entries ?? []).flatMap((entry) => readInput(entry) ?? []),
    rules: (listField(map, 'rules')?.items ?? []).flatMap((item) => (item.kind === 'map' ? (readRule(item) ?? []) : [])),
    vars: mapField(map, 'vars'),
    dependencies: readRoleUses(listField(map, 'dependencies'), shelf),
    tasks,
    handlers,
  }
  begun(role)
  tasks.push(...readTasks(listIn(folder, 'tasks', shelf), taskPlace(shelf, join(folder, 'tasks/main.yml'), folder)))
  handlers.push(...readHandlers(listIn(folder, 'handlers', shelf), taskPlace(shelf, join(folder, 'handlers/main.yml'), folder)))
  return { role, inputs, isSound: found.length === 0 }
}

function readInput({ key, keyAt, value }: MapEntry): RoleInput | undefined {
  if (value.kind !== 'map') return undefined
  const ownKeys: readonly string[] = inputKeys
  const schema: MapSource = { ...value, entries: value.entries.filter((entry) => !ownKeys.includes(entry.key)) }
  return {
    name: key,
    description: textField(value, 'description')?.value ?? '',
    required: flagField(value, 'required')?.value ?? false,
    schema: literalSource(schema) as object,
    fallback: entryOf(value, 'default')?.value,
    at: keyAt,
  }
}

function readRule(rule: MapSource): RoleRule | undefined {
  const that = textField(rule, 'that')
  return that && { that, message: textField(rule, 'fail_msg')?.value ?? '' }
}

function listIn(folder: string, kind: 'tasks' | 'handlers', shelf: RoleShelf): Source | undefined {
  const { reader } = shelf
  const path = join(folder, kind, 'main.yml')
  if (reader.files.kind(path) !== 'file') {
    const other = join(folder, kind, 'main.yaml')
    if (reader.files.kind(other) === 'file') {
      reader.problems.push({
        code: 'FILE_MISSING',
        message: `the ${kind} of a role stand in main.yml`,
        at: startOf(shownPath(reader.cwd, other)),
        hint: 'rename the file to main.yml',
      })
    }
    return undefined
  }
  if (escapes(reader, folder, path, startOf(shownPath(reader.cwd, path)))) return undefined
  const named = readText(reader, path)
  return named && parseYaml(named, 'core', reader.problems)
}

/** A link in a downloaded role must not make us read files of the controller that do not belong to it. */
function escapes(reader: Reader, folder: string, path: string, at: Position): boolean {
  const home = reader.files.realPath(folder)
  const real = reader.files.realPath(path)
  if (home === undefined || real === undefined || real.startsWith(home + sep)) return false
  reader.problems.push({
    code: 'PATH_ESCAPE',
    message: `${shownPath(reader.cwd, path)} is a link that leads out of the role`,
    at,
    hint: 'put the file itself into the role',
  })
  return true
}
