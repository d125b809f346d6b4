import { join } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Position } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import { textField } from './fields.ts'
import { literalSource } from './plain.ts'
import type { Reader } from './reader.ts'
import { validated } from './schema-problems.ts'
import { readMapFile } from './vars-file.ts'

export const lockName = 'tlsplay.lock'

/** What exactly a project uses of a role from elsewhere. */
export interface LockedRole {
  /** as `src` of requirements.yml */
  readonly source: string
  /** folder within the source */
  readonly path?: string
  /** the version that was asked for */
  readonly requested?: string
  /** commit of git, version of npm */
  readonly resolved?: string
  /** as role.yml says */
  readonly version: string
  readonly tree: string
}

export interface Lock {
  readonly roles: ReadonlyMap<string, LockedRole & { readonly at: Position }>
}

/** Reads the lock of a project; without a file nothing is locked. Undefined when it is broken, which is reported. */
export function readLock(reader: Reader, folder: string): Lock | undefined {
  const path = join(folder, lockName)
  if (reader.files.kind(path) !== 'file') return { roles: new Map() }
  const map = readMapFile(reader, path, 'core', 'the lock of roles')
  if (map === undefined) return undefined
  const found = validated(documents.lock, literalSource(map), { what: lockName, source: map })
  reader.problems.push(...found)
  const roles = entryOf(map, 'roles')?.value
  if (found.length > 0 || roles?.kind !== 'map') return undefined
  return {
    roles: new Map(roles.entries.flatMap(({ key, keyAt, value }) => (value.kind === 'map' ? [[key, lockedRole(value, keyAt)]] : []))),
  }
}

function lockedRole(map: Parameters<typeof textField>[0], at: Position): LockedRole & { readonly at: Position } {
  const text = (key: string): string | undefined => textField(map, key)?.value
  const optional = (key: 'path' | 'requested' | 'resolved') => {
    const value = text(key)
    return value === undefined ? {} : { [key]: value }
  }
  return {
    ...{ source: text('source') ?? '', version: text('version') ?? '', tree: text('tree') ?? '', at },
    ...optional('path'),
    ...optional('requested'),
    ...optional('resolved'),
  }
}

/** The text of a lock: by name, so that two people who add a role each can merge what they have. */
export function lockText(roles: ReadonlyMap<string, LockedRole>): string {
  const sorted = [...roles].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const entries = sorted.map(([name, { source, path, requested, resolved, version, tree }]) => [
    name,
    { source, path, requested, resolved, version, tree },
  ])
  return `${JSON.stringify({ formatVersion: 1, roles: Object.fromEntries(entries) }, undefined, 2)}\n`
}
