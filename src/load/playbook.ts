import type { Play, Playbook } from '../model/playbook.ts'
import { literalSource } from './plain.ts'
import { importOf, readPlaybookImport } from './import-playbook.ts'
import { readPlay } from './play.ts'
import { readText, shownPath, startOf } from './reader.ts'
import type { RoleShelf } from './roles.ts'
import { labelOf } from './value-labels.ts'
import { parseYaml } from './yaml.ts'

/** Reads a playbook. `path` is absolute. What is broken is reported; what is left is returned, so that all of it gets checked. */
export function readPlaybook(path: string, shelf: RoleShelf): Playbook {
  const { reader } = shelf
  const file = shownPath(reader.cwd, path)
  if (reader.files.kind(path) === 'file') return { file, plays: readPlays(path, [], shelf) }
  reader.problems.push({
    code: 'FILE_MISSING',
    message: `there is no playbook ${file}`,
    hint: 'give the path of a YAML file that holds a list of plays',
  })
  return { file, plays: [] }
}

/** The plays of a file, and in their places those of the files it imports. `importedBy`: files whose import led here. */
function readPlays(path: string, importedBy: readonly string[], shelf: RoleShelf): readonly Play[] {
  const { reader } = shelf
  const named = readText(reader, path)
  const source = named && parseYaml(named, 'core', reader.problems)
  if (source === undefined) return []
  if (source.kind !== 'list') {
    const empty = source.kind === 'scalar' && source.value === null
    reader.problems.push({
      code: 'TYPE_WRONG',
      message: empty ? 'the playbook is empty' : `a playbook is a list of plays, got ${labelOf(literalSource(source))}`,
      at: empty ? startOf(shownPath(reader.cwd, path)) : source.at,
      hint: 'start each play with - hosts: PATTERN',
    })
    return []
  }
  return source.items.flatMap((item) => {
    const imported = importOf(item)
    if (imported === undefined) return readPlay(item, path, shelf) ?? []
    return readPlaybookImport(imported, [...importedBy, path], shelf, (file) => readPlays(file, [...importedBy, path], shelf))
  })
}
