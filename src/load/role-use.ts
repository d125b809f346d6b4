import { documents } from '../generated/validators/index.js'
import type { RoleUse } from '../model/playbook.ts'
import type { Position, Problem } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import type { MapSource, Source } from '../model/source.ts'
import { roleUseWords } from './ansible-words.ts'
import { mapField, textField, textOf } from './fields.ts'
import { readKeywords } from './keywords.ts'
import { literalSource } from './plain.ts'
import type { RoleShelf } from './roles.ts'
import { validated } from './schema-problems.ts'
import { labelOf } from './value-labels.ts'
import { withoutWords } from './words.ts'

const empty: MapSource = { kind: 'map', entries: [], at: { file: '', line: 1, column: 1 } }

const roleUseKeys = ['role', 'version', 'inputs', 'vars', 'become', 'become_user', 'tags', 'environment', 'when']

/** A list of roles as in `roles` of a play or `dependencies` of a role. */
export function readRoleUses(source: Source | undefined, shelf: RoleShelf): readonly RoleUse[] {
  if (source?.kind !== 'list') return []
  return source.items.flatMap((item) => readRoleUse(item, shelf) ?? [])
}

function readRoleUse(source: Source, shelf: RoleShelf): RoleUse | undefined {
  const { problems } = shelf.reader
  const plainName = textOf(source)
  if (plainName !== undefined) {
    const role = shelf.load(plainName.value, plainName.at)
    return role && { at: source.at, role, keywords: readKeywords(empty, problems), inputs: undefined }
  }
  if (source.kind !== 'map') {
    problems.push({
      code: 'TYPE_WRONG',
      message: `a role is named by a text or a map, got ${labelOf(literalSource(source))}`,
      at: source.at,
      hint: 'write - NAME, or - role: NAME',
    })
    return undefined
  }
  const known = withoutWords(source, 'a role entry', roleUseWords, problems)
  const stray = known.entries.filter(({ key }) => !roleUseKeys.includes(key))
  // a name in the wrong key is one all the same, so that its inputs are checked too
  const name = textField(known, 'role') ?? textField(source, 'name')
  const role = name === undefined ? undefined : shelf.load(name.value, name.at)
  const inputNames = new Set(role?.inputs.map((input) => input.name))
  const misplaced = stray.filter(({ key }) => inputNames.has(key))
  for (const { key, keyAt } of misplaced) {
    problems.push({
      code: 'KEY_UNKNOWN',
      message: `"${key}" is an input of the role and stands beside it`,
      at: keyAt,
      hint: `put it under inputs:\n  inputs:\n    ${key}: ...`,
    })
  }
  const map: MapSource = { ...known, entries: known.entries.filter((entry) => !misplaced.includes(entry)) }
  const found = validated(documents.roleUse, literalSource(map), { what: 'a role entry', source: map })
  problems.push(...(entryOf(source, 'name') === undefined ? found : found.filter(({ code }) => code !== 'KEY_MISSING')))
  if (role === undefined) return undefined
  const version = textField(map, 'version')
  return {
    ...{ at: name?.at ?? source.at, role, keywords: readKeywords(map, problems), inputs: callerInputs(map, source.at, problems) },
    ...(version === undefined ? {} : { version }),
  }
}

/** `inputs` and `vars` mean the same where a role is named. */
export function callerInputs(map: MapSource, at: Position, problems: Problem[]): MapSource | undefined {
  const inputs = mapField(map, 'inputs')
  const vars = mapField(map, 'vars')
  if (inputs === undefined || vars === undefined) return inputs ?? vars
  for (const { key, keyAt } of vars.entries) {
    const first = entryOf(inputs, key)
    if (first === undefined) continue
    problems.push({
      code: 'DUPLICATE_KEY',
      message: `"${key}" is given under inputs (${first.keyAt.line}:${first.keyAt.column}) and under vars`,
      at: keyAt,
      hint: 'keep the one under inputs',
    })
  }
  return { kind: 'map', entries: [...inputs.entries, ...vars.entries.filter(({ key }) => entryOf(inputs, key) === undefined)], at }
}
