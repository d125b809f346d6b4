import { isAbsolute, relative } from 'node:path'
import type { Position, Problem } from '../model/problem.ts'
import type { Files } from '../ports/ports.ts'
import { armored, plainMark } from './age/index.ts'
import type { Vault } from './vault/index.ts'
import type { RunInventory } from './inventory/program.ts'
import { guardedFiles } from './guarded-files.ts'
import { lineIndex } from './line-index.ts'

/** What every part of this stage is given: where texts come from, and where texts and problems are kept. */
export interface Reader {
  readonly files: Files
  /** absolute; files below it are shown relative to it */
  readonly cwd: string
  /** passwords for what is encrypted with Ansible Vault; undefined: none was given */
  readonly vault: Vault | undefined
  /** runs inventories that are programs; undefined: none is run */
  readonly run: RunInventory | undefined
  /** shown name -> text, for code frames */
  readonly texts: Map<string, string>
  /** shown names of files that were encrypted as a whole and are obeyed: what is wrong in them is told without their words */
  readonly sealed: Set<string>
  readonly problems: Problem[]
}

export function newReader(files: Files, cwd: string, vault?: Vault, run?: RunInventory): Reader {
  const problems: Problem[] = []
  const tell = (path: string, why: string): void => {
    const at = startOf(shownPath(cwd, path))
    // one path is looked at more than once
    if (problems.some((problem) => problem.code === 'FILE_MISSING' && problem.at?.file === at.file)) return
    problems.push({ code: 'FILE_MISSING', message: `${at.file} cannot be read: ${why}`, at, hint: `look at it\nls -l ${path}` })
  }
  return { files: guardedFiles(files, tell), cwd, vault, run, texts: new Map(), sealed: new Set(), problems }
}

export function shownPath(cwd: string, path: string): string {
  const below = relative(cwd, path)
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below
}

export function startOf(file: string): Position {
  return { file, line: 1, column: 1 }
}

/** 4 MiB: far above any real playbook or inventory, far below what makes a parser slow. */
export const textLimitBytes = 4 * 1024 * 1024

export interface NamedText {
  /** as shown in positions */
  readonly file: string
  readonly text: string
  readonly vault?: Vault | undefined
  /** called when it turns out to be encrypted as a whole */
  readonly onSealed?: () => void
}

/** Reads a text; reports a file that is too large or no UTF-8. Undefined when it was reported or is not there. */
export function readText(reader: Reader, path: string): NamedText | undefined {
  const bytes = reader.files.read(path)
  if (bytes === undefined) return undefined
  const file = shownPath(reader.cwd, path)
  if (bytes.length > textLimitBytes) {
    reader.problems.push({
      code: 'FILE_TOO_LARGE',
      message: `the file has ${bytes.length} bytes, at most ${textLimitBytes} are read`,
      at: startOf(file),
      hint: 'split the file',
    })
    return undefined
  }
  // the form of age that is no text holds the same as the other
  const isPlainAge = Buffer.from(bytes.subarray(0, plainMark.length)).toString('latin1') === plainMark
  const text = isPlainAge ? armored(bytes) : new TextDecoder('utf-8').decode(bytes)
  reader.texts.set(file, text)
  const broken = isPlainAge ? undefined : brokenAt(bytes)
  if (broken !== undefined) {
    reader.problems.push({
      code: 'YAML_SYNTAX',
      message: 'the file is not UTF-8 text',
      at: lineIndex(text, file)(broken),
      hint: 'save it as UTF-8',
    })
    return undefined
  }
  const onSealed = (): void => {
    reader.texts.delete(file)
    reader.sealed.add(file)
  }
  return { file, text, vault: reader.vault, onSealed }
}

/** Offset into the text of the first byte that cannot be UTF-8: the longest beginning that can be decoded ends there. */
function brokenAt(bytes: Uint8Array): number | undefined {
  const decoded = (length: number): string | undefined => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: length < bytes.length })
    } catch {
      return undefined
    }
  }
  if (decoded(bytes.length) !== undefined) return undefined
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decoded(middle) === undefined) bad = middle
    else good = middle
  }
  return decoded(good)?.length
}
