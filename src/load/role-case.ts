import { documents } from '../generated/validators/index.js'
import type { Position } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import { literalSource } from './plain.ts'
import type { Reader } from './reader.ts'
import { validated } from './schema-problems.ts'
import { readMapFile } from './vars-file.ts'

/** A file of `cases/`, as data. */
export interface RoleCase {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly vars: Readonly<Record<string, unknown>>
  readonly project: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string | CaseFile>>
  readonly facts: readonly CaseFact[]
  readonly expect: {
    readonly changes?: readonly string[]
    readonly later?: readonly string[]
    readonly shows?: readonly string[]
    readonly refused?: readonly string[]
  }
  readonly at: {
    readonly inputs: Position
    readonly expect: Position
    readonly changes: Position
    readonly later: Position
    readonly shows: Position
    readonly refused: Position
  }
}

export interface CaseFile {
  readonly type?: 'file' | 'directory' | 'link'
  readonly content?: string
  readonly owner?: string
  readonly group?: string
  readonly mode?: string
  readonly link?: string
}

/** The kind of question as a key, its target; and the answer under `is`. */
export type CaseFact = Readonly<Record<string, Readonly<Record<string, unknown>>>> & {
  readonly is: 'absent' | Readonly<Record<string, unknown>>
}

/** Reads one case; undefined when it is broken, which is reported. */
export function readRoleCase(reader: Reader, path: string): RoleCase | undefined {
  const map = readMapFile(reader, path, 'core', 'a map with inputs and expect')
  if (map === undefined) return undefined
  const data = literalSource(map)
  const found = validated(documents.roleCase, data, { what: 'a case', source: map })
  reader.problems.push(...found)
  const expect = entryOf(map, 'expect')?.value
  if (found.length > 0 || expect?.kind !== 'map') return undefined
  const place = (key: string): Position => entryOf(expect, key)?.value.at ?? expect.at
  return {
    ...{ inputs: {}, vars: {}, project: {}, files: {}, facts: [] },
    ...(data as Omit<RoleCase, 'at'>),
    at: {
      inputs: entryOf(map, 'inputs')?.value.at ?? map.at,
      ...{ expect: expect.at, changes: place('changes'), later: place('later'), shows: place('shows'), refused: place('refused') },
    },
  }
}
