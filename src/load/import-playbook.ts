import { dirname } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { InheritedKeywords, Play } from '../model/playbook.ts'
import type { MapEntry, MapSource, Source } from '../model/source.ts'
import { shortName } from './ansible-words.ts'
import { mapField, textOf } from './fields.ts'
import { countImport, importedPath } from './imported-path.ts'
import { readKeywords } from './keywords.ts'
import { literalSource } from './plain.ts'
import type { RoleShelf } from './roles.ts'
import { validated } from './schema-problems.ts'

export interface PlaybookImport {
  readonly map: MapSource
  readonly entry: MapEntry
}

/** An item of a playbook that is no play but the name of another playbook. */
export function importOf(item: Source): PlaybookImport | undefined {
  if (item.kind !== 'map') return undefined
  const entry = item.entries.find(({ key }) => shortName(key) === 'import_playbook')
  return entry && { map: item, entry }
}

/**
 * The plays of another playbook in this place. Its variables stand above those of each play, its tags are added, and its conditions
 * are tested before each task of theirs, handlers aside, as in Ansible (playbook/playbook_include.py of ansible-core 2.19).
 */
export function readPlaybookImport(
  { map, entry }: PlaybookImport,
  chain: readonly string[],
  shelf: RoleShelf,
  readPlays: (path: string) => readonly Play[],
): readonly Play[] {
  const { reader } = shelf
  const named = { ...map, entries: map.entries.map((one) => (one === entry ? { ...one, key: 'import_playbook' } : one)) }
  reader.problems.push(...validated(documents.importPlaybook, literalSource(named), { what: 'import_playbook', source: named }))
  const keywords = readKeywords(map, reader.problems)
  const file = textOf(entry.value)
  const from = chain.at(-1)
  if (file === undefined || from === undefined || !countImport(file, reader)) return []
  const path = importedPath({ word: 'import_playbook', file, folders: [dirname(from)], chain }, reader)
  if (path === undefined) return []
  shelf.lookBeside(dirname(path))
  const vars = mapField(map, 'vars')
  return readPlays(path).map((play) => ({
    ...play,
    keywords: inheriting(play.keywords, keywords),
    vars: vars === undefined ? play.vars : above(vars, play.vars),
  }))
}

function inheriting(own: InheritedKeywords, { tags, when }: InheritedKeywords): InheritedKeywords {
  return { ...own, tags: [...tags, ...own.tags], when: [...when, ...own.when] }
}

function above(vars: MapSource, own: MapSource | undefined): MapSource {
  const given = new Set(vars.entries.map(({ key }) => key))
  return { ...vars, entries: [...(own?.entries ?? []).filter(({ key }) => !given.has(key)), ...vars.entries] }
}
