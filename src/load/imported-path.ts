import { isAbsolute, join } from 'node:path'
import type { Located } from '../model/playbook.ts'
import type { Position } from '../model/problem.ts'
import { isTemplate } from './plain.ts'
import { shownPath } from './reader.ts'
import type { Reader } from './reader.ts'

export interface ImportedFile {
  /** the word that imports */
  readonly word: string
  readonly file: Located<string>
  /** absolute folders in which it is looked for, in order */
  readonly folders: readonly string[]
  /** files whose import led here, outermost first, and the one that imports last */
  readonly chain: readonly string[]
}

/** The absolute path of a file that another one imports. What cannot be imported is reported. */
export function importedPath({ word, file: { value, at }, folders, chain }: ImportedFile, reader: Reader): string | undefined {
  const { files, cwd, problems } = reader
  if (isTemplate(value)) {
    problems.push({
      code: 'NOT_SUPPORTED',
      message: `${word} takes no template: the file is read before any variable is known`,
      at,
      hint: 'name the file, and choose with when',
    })
    return undefined
  }
  const candidates = isAbsolute(value) ? [value] : folders.map((folder) => join(folder, value))
  const path = candidates.find((candidate) => files.kind(candidate) === 'file')
  if (path === undefined) {
    problems.push({
      code: 'FILE_MISSING',
      message: `there is no file ${candidates[0] === undefined ? value : shownPath(cwd, candidates[0])}`,
      at,
      hint: `paths of ${word} start at the folder of the file they stand in`,
    })
    return undefined
  }
  return importCycle(path, at, chain, reader) ? undefined : path
}

/** Whether a file leads back to one that leads to it, which is reported with the way. */
export function importCycle(path: string, at: Position, chain: readonly string[], { cwd, problems }: Reader): boolean {
  const circle = chain.indexOf(path)
  if (circle < 0) return false
  const way = [...chain, path].slice(circle).map((one) => shownPath(cwd, one))
  const message = `files import each other in a circle: ${way.join(' -> ')}`
  problems.push({ code: 'IMPORT_CYCLE', message, at, hint: 'remove one of the imports' })
  return true
}

/** Files may import files that import files; more than this is a mistake, or made to exhaust us. */
export const importLimit = 5000

const counts = new WeakMap<Reader, number>()

/** Counts one more import of a load; false, and reported once, when there were too many. */
export function countImport({ at }: Located<string>, reader: Reader): boolean {
  const count = (counts.get(reader) ?? 0) + 1
  counts.set(reader, count)
  if (count === importLimit + 1)
    reader.problems.push({
      code: 'IMPORT_LIMIT',
      message: `more than ${importLimit} files and roles are imported`,
      at,
      hint: 'import a file once and loop in it, or make fewer files of them',
    })
  return count <= importLimit
}
