import type { Playbook } from '../model/playbook.ts'
import { literalSource } from './plain.ts'
import { readPlay } from './play.ts'
import { readText, shownPath, startOf } from './reader.ts'
import type { RoleShelf } from './roles.ts'
import { labelOf } from './value-labels.ts'
import { parseYaml } from './yaml.ts'

/** Reads a playbook. `path` is absolute. What is broken is reported; what is left is returned, so that all of it gets checked. */
export function readPlaybook(path: string, shelf: RoleShelf): Playbook {
  const { reader } = shelf
  const file = shownPath(reader.cwd, path)
  const nothing: Playbook = { file, plays: [] }
  if (reader.files.kind(path) !== 'file') {
    reader.problems.push({
      code: 'FILE_MISSING',
      message: `there is no playbook ${file}`,
      hint: 'give the path of a YAML file that holds a list of plays',
    })
    return nothing
  }
  const named = readText(reader, path)
  const source = named && parseYaml(named, 'core', reader.problems)
  if (source === undefined) return nothing
  if (source.kind !== 'list') {
    const empty = source.kind === 'scalar' && source.value === null
    reader.problems.push({
      code: 'TYPE_WRONG',
      message: empty ? 'the playbook is empty' : `a playbook is a list of plays, got ${labelOf(literalSource(source))}`,
      at: empty ? startOf(file) : source.at,
      hint: 'start each play with - hosts: PATTERN',
    })
    return nothing
  }
  return { file, plays: source.items.flatMap((item) => readPlay(item, path, shelf) ?? []) }
}
