import { type Edit, edited, impossible, splice } from './edit-path.ts'
import type { Word } from './words.ts'

/** What a flag shall be: a value, there without one (true), or not there (false). */
export type FlagWish = string | boolean

/** A command line inside a source text: its words, where a new word goes, and how a value is written there. */
export interface FlagLine {
  readonly words: readonly Word[]
  readonly end: number
  encode(text: string): string | undefined
}

type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'twice' }
  | { readonly kind: 'one'; readonly word: Word; readonly value: Word | undefined }

/** Sets or removes one flag, in the form it has: `--flag=value` or `--flag value`. Every other byte stays. */
export function editFlag(source: string, line: FlagLine, flag: string, wish: FlagWish): Edit {
  const found = findFlag(line.words, flag, wish)
  if (found.kind === 'twice') return impossible(`${flag} is given more than once`)
  if (found.kind === 'none') return wish === false ? edited(source) : append(source, line, flag, wish)
  if (wish === false) return edited(without(source, line, found.word, found.value ?? found.word))
  const now = found.value?.text ?? attached(found.word)
  if (now === wish || (wish === true && now === undefined)) return edited(source)
  const text = wish === true ? flag : found.value === undefined ? `${flag}=${wish}` : wish
  const written = encoded(line, text)
  if (written === undefined) return unwritable(flag)
  const { start, end } = found.value ?? found.word
  return edited(splice(source, start, end, written))
}

/** The value a flag has in a list of words; true when it stands alone. */
export function flagIn(words: readonly Word[], flag: string, wish: FlagWish): string | true | undefined {
  const found = findFlag(words, flag, wish)
  return found.kind === 'one' ? (found.value?.text ?? attached(found.word) ?? true) : undefined
}

function findFlag(words: readonly Word[], flag: string, wish: FlagWish): Found {
  const matches = words.filter((word) => word.text === flag || word.text.startsWith(`${flag}=`))
  const word = matches[0]
  if (word === undefined) return { kind: 'none' }
  if (matches.length > 1) return { kind: 'twice' }
  const next = words[words.indexOf(word) + 1]
  // Whether a bare flag takes the next word cannot be seen. None of these services takes words that belong to no flag, so
  // a word without a dash is the flag's value, unless it is wished for without one.
  const takesNext = word.text === flag && wish !== true && next !== undefined && !next.text.startsWith('-')
  return { kind: 'one', word, value: takesNext ? next : undefined }
}

function attached(word: Word): string | undefined {
  const at = word.text.indexOf('=')
  return at === -1 ? undefined : word.text.slice(at + 1)
}

function append(source: string, line: FlagLine, flag: string, wish: string | true): Edit {
  const written = encoded(line, wish === true ? flag : `${flag}=${wish}`)
  if (written === undefined) return unwritable(flag)
  const last = line.words.at(-1)
  const blank = last === undefined || /\s$/.test(source.slice(last.end, line.end)) ? '' : ' '
  return edited(splice(source, line.end, line.end, `${blank}${written}`))
}

function without(source: string, line: FlagLine, first: Word, last: Word): string {
  const next = line.words[line.words.indexOf(last) + 1]
  const previous = line.words[line.words.indexOf(first) - 1]
  if (next !== undefined) return splice(source, first.start, next.start, '')
  return splice(source, previous?.end ?? first.start, last.end, '')
}

function encoded(line: FlagLine, text: string): string | undefined {
  return /[\s"']/.test(text) ? undefined : line.encode(text)
}

function unwritable(flag: string): Edit {
  return impossible(`the value of ${flag} has blanks or quotes, which cannot be written here`)
}
