import { join } from 'node:path'
import { documents } from '../generated/validators/index.js'
import type { Position, Problem } from '../model/problem.ts'
import type { MapSource, Source } from '../model/source.ts'
import { entryOf } from '../model/source.ts'
import { textField } from './fields.ts'
import { literalSource } from './plain.ts'
import { readText, type Reader } from './reader.ts'
import { validated } from './schema-problems.ts'
import { labelOf } from './value-labels.ts'
import { parseYaml } from './yaml.ts'

export const requirementsName = 'requirements.yml'

/** A role that comes from elsewhere, as somebody asked for it. */
export interface Requirement {
  readonly name: string
  /** as written */
  readonly src: string
  readonly place: RolePlace
  readonly version?: string
  readonly path?: string
  readonly at: Position
}

/** Where a role is had. Paths are as written: those that are relative start at the folder of requirements.yml. */
export type RolePlace =
  | { readonly kind: 'git'; readonly url: string }
  | { readonly kind: 'npm'; readonly name: string }
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'download'; readonly url: string }

/** Reads requirements.yml of a folder; without the file nothing is required. What is wrong is reported and left out. */
export function readRequirements(reader: Reader, folder: string): readonly Requirement[] {
  const path = join(folder, requirementsName)
  const named = reader.files.kind(path) === 'file' ? readText(reader, path) : undefined
  const source = named && parseYaml(named, 'core', reader.problems)
  if (source === undefined || (source.kind === 'scalar' && source.value === null)) return []
  const roles = source.kind === 'list' ? source : source.kind === 'map' ? rolesIn(source, reader) : undefined
  if (source.kind === 'scalar')
    reader.problems.push({
      ...{ code: 'TYPE_WRONG', message: `expected a map with roles, got ${labelOf(literalSource(source))}`, at: source.at },
      hint: 'write roles: and a list of roles below it',
    })
  const found = (roles?.kind === 'list' ? roles.items : []).flatMap((item) => requirementOf(item, reader.problems) ?? [])
  for (const [index, { name, at }] of found.entries()) {
    if (!found.slice(0, index).some((other) => other.name === name)) continue
    reader.problems.push({ code: 'DUPLICATE_KEY', message: `two roles are called ${name}`, at, hint: 'give one of them another name' })
  }
  return found
}

function rolesIn(map: MapSource, reader: Reader): Source | undefined {
  // collections are a notion of Ansible: what they hold, tlsplay cannot use, and a project may well be for both
  const own: MapSource = { ...map, entries: map.entries.filter(({ key }) => key !== 'collections') }
  reader.problems.push(...validated(documents.requirements, literalSource(own), { what: requirementsName, source: own }))
  return entryOf(map, 'roles')?.value
}

function requirementOf(source: Source, problems: Problem[]): Requirement | undefined {
  if (source.kind === 'scalar' && typeof source.value === 'string') {
    // the short form of ansible-galaxy: src, version and name with commas
    const [src = '', version, name] = source.value.split(',').map((word) => word.trim())
    return requirement({ src, version: version || undefined, name: name || undefined, at: source.at }, problems)
  }
  if (source.kind !== 'map') return undefined
  const text = (key: string): string | undefined => textField(source, key)?.value
  const src = textField(source, 'src')
  if (src === undefined) return undefined
  const [version, name, path, scm] = ['version', 'name', 'path', 'scm'].map(text)
  return requirement({ src: src.value, version, name, path, scm, at: src.at }, problems)
}

interface Written {
  readonly src: string
  readonly version?: string | undefined
  readonly name?: string | undefined
  readonly path?: string | undefined
  readonly scm?: string | undefined
  readonly at: Position
}

/** A requirement in the words of requirements.yml; reports what cannot be one. */
export function requirement({ src, version, path, at, ...written }: Written, problems: Problem[]): Requirement | undefined {
  if (/^(?:[a-z]+\+)?[a-z]+:\/\/[^/@]*:[^/@]*@/.test(src)) {
    problems.push({
      code: 'SECRET_EXPOSED',
      message: 'the source of a role holds a password, which would stand in requirements.yml and in the lock',
      at,
      hint: 'take it out; git asks a credential helper, or uses ssh, and npm reads its own settings',
    })
    return undefined
  }
  const place = placeOf(src, written.scm === 'git')
  if (place === undefined) {
    problems.push({
      code: 'NOT_SUPPORTED',
      message: `${labelOf(src)} is no source of roles; names of Ansible Galaxy are not looked up`,
      at,
      hint: 'name the repository: src: git+https://HOST/PATH.git, or npm:PACKAGE, ./FOLDER, FILE.tgz',
    })
    return undefined
  }
  const name = written.name ?? nameOf(src, path)
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
    problems.push({ code: 'VALUE_INVALID', message: `${labelOf(name)} cannot be the name of a role`, at, hint: 'add name: NAME' })
    return undefined
  }
  return { name, src, place, at, ...(version === undefined ? {} : { version }), ...(path === undefined ? {} : { path }) }
}

const archive = /\.(?:tgz|tar|tar\.gz)$/

function placeOf(src: string, isGit: boolean): RolePlace | undefined {
  if (src.startsWith('npm:')) return { kind: 'npm', name: src.slice('npm:'.length) }
  if (src.startsWith('git+')) return { kind: 'git', url: src.slice('git+'.length) }
  if (isGit || /^[\w.-]+@[\w.-]+:/.test(src) || /^(?:ssh|git):\/\//.test(src) || /\.git$/.test(src)) return { kind: 'git', url: src }
  if (src.startsWith('https://')) return archive.test(new URL(src).pathname) ? { kind: 'download', url: src } : undefined
  if (/^[a-z]+:\/\//.test(src)) return undefined
  if (archive.test(src)) return { kind: 'file', path: src }
  return /^\.{0,2}\//.test(src) || src === '.' || src === '..' ? { kind: 'folder', folder: src } : undefined
}

function nameOf(src: string, path: string | undefined): string {
  const words = (path ?? src.replace(/[?#].*$/, '')).replace(/\/+$/, '')
  const last = words.slice(Math.max(words.lastIndexOf('/'), words.lastIndexOf(':')) + 1)
  return last.replace(/\.git$/, '').replace(archive, '')
}
