import { isDeepStrictEqual } from 'node:util'
import { type Edit, edited, impossible, insertLines, lineEndOf, lineStartOf, newlineAt, splice } from './edit-path.ts'
import { editFlag, type FlagWish } from './flags.ts'
import { type Char, splitWords } from './words.ts'

/** One `NAME=value` of a file that systemd reads as EnvironmentFile and a shell may read too. */
interface Assignment {
  readonly name: string
  readonly lineStart: number
  readonly lineEnd: number
  readonly mark: '"' | "'" | ''
  /** the value with its quotes */
  readonly start: number
  readonly end: number
  /** the value without them, decoded */
  readonly chars: readonly Char[]
  readonly value: string
}

type EnvScan = { readonly kind: 'scan'; readonly assignments: readonly Assignment[] } | { readonly kind: 'broken'; readonly why: string }

/** Variables as systemd will see them; undefined when the file cannot be read line by line. */
export function envValues(text: string): ReadonlyMap<string, string> | undefined {
  const scanned = scanEnv(text)
  return scanned.kind === 'scan' ? new Map(scanned.assignments.map(({ name, value }) => [name, value])) : undefined
}

/** Sets a whole variable, in the quotes it has. A new one goes below its commented sample, else to the end. */
export function setEnv(text: string, name: string, value: string): Edit {
  if (/[\r\n]/.test(value)) return impossible(`the value of ${name} has a line break`)
  return change(
    text,
    name,
    (held) => {
      if (held?.value === value) return edited(text)
      if (held === undefined) return newVariable(text, name, value)
      return edited(splice(text, held.start, held.end, literal(value, held.mark)))
    },
    () => value,
  )
}

export function removeEnv(text: string, name: string): Edit {
  const scanned = scanEnv(text)
  if (scanned.kind === 'broken') return impossible(scanned.why)
  const kept = scanned.assignments
    .filter((one) => one.name === name)
    .reduceRight((rest, { lineStart, lineEnd }) => splice(rest, lineStart, lineEnd, ''), text)
  return edited(kept)
}

/** Sets or removes one flag of the command line that a variable holds; `initial` is what it holds while it is unset. */
export function setEnvFlag(text: string, name: string, flag: string, wish: FlagWish, initial = ''): Edit {
  return change(text, name, (held) => {
    if (held === undefined) return flagInUnset(text, name, flag, wish, initial)
    const words = splitWords(held.chars)
    const line = { words, end: held.mark === '' ? held.end : held.end - 1, encode: (word: string) => encode(word, held.mark) }
    const result = editFlag(text, line, flag, wish)
    if (result.kind === 'impossible') return impossible(`${name}: ${result.why}`)
    // A shell would end a bare value at the first blank.
    const grown = held.end + result.text.length - text.length
    const bare = result.text.slice(held.start, grown)
    return held.mark === '' && /\s/.test(bare) ? edited(splice(result.text, held.start, grown, `"${bare}"`)) : result
  })
}

function flagInUnset(text: string, name: string, flag: string, wish: FlagWish, initial: string): Edit {
  if (wish === false && initial === '') return edited(text)
  const words = splitWords(Array.from(initial, (char, index) => ({ char, start: index, end: index + 1 })))
  const result = editFlag(initial, { words, end: initial.length, encode: (word) => word }, flag, wish)
  if (result.kind === 'impossible') return impossible(`${name}: ${result.why}`)
  return result.text === initial ? edited(text) : newVariable(text, name, result.text, '"')
}

function change(text: string, name: string, work: (held: Assignment | undefined) => Edit, wanted?: () => string): Edit {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return impossible(`${name} cannot be the name of a variable`)
  const scanned = scanEnv(text)
  if (scanned.kind === 'broken') return impossible(scanned.why)
  // The last assignment is the one that counts.
  const held = scanned.assignments.filter((one) => one.name === name).at(-1)
  const result = work(held)
  if (result.kind === 'impossible' || result.text === text) return result
  const others = (values: ReadonlyMap<string, string> | undefined) => [...(values ?? [])].filter(([other]) => other !== name)
  const after = envValues(result.text)
  const right =
    after !== undefined &&
    isDeepStrictEqual(others(envValues(text)), others(after)) &&
    (wanted === undefined || after.get(name) === wanted())
  return right ? result : impossible(`the edit would change more than ${name}: write it into the file by hand once`)
}

function newVariable(text: string, name: string, value: string, mark: '"' | '' = ''): Edit {
  const sample = new RegExp(String.raw`^[ \t]*#(?!#)[ \t]*(?:export[ \t]+)?${name}=.*$`, 'gm')
  const line = `${name}=${literal(value, mark)}`
  let at = text.length
  for (const match of text.matchAll(sample)) {
    at = lineEndOf(text, match.index)
    // A commented value that goes on after a backslash is one sample.
    while (/\\\r?\n$/.test(text.slice(0, at)) && /^[ \t]*#/.test(text.slice(at))) at = lineEndOf(text, at)
  }
  return edited(insertLines(text, at, [line], newlineAt(text, Math.max(0, at - 1))))
}

function literal(value: string, mark: '"' | "'" | ''): string {
  if (mark === "'" && !value.includes("'")) return `'${value}'`
  if (mark === '' && /^[A-Za-z0-9_./:=@%+,-]*$/.test(value)) return value
  return `"${encode(value, '"')}"`
}

/** Inside double quotes systemd and sh agree on which characters a backslash protects. */
function encode(text: string, mark: '"' | "'" | ''): string {
  if (mark === "'") return text
  return mark === '"' ? text.replace(/["\\$`]/g, '\\$&') : text.replace(/[\\$`"'#;&|<>()*?[\]{}~!]/g, '\\$&')
}

function scanEnv(text: string): EnvScan {
  const assignments: Assignment[] = []
  let at = 0
  while (at < text.length) {
    const end = lineEndOf(text, at)
    const match = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=[ \t]*/.exec(text.slice(at, end))
    if (match?.[1] === undefined) {
      at = end
      continue
    }
    const start = at + match[0].length
    const mark = text[start] === '"' || text[start] === "'" ? text[start] : ''
    const read = mark === '' ? readBare(text, start) : readQuoted(text, start, mark)
    const line = text.slice(0, start).split('\n').length
    if (read === undefined) return { kind: 'broken', why: `line ${line}: the quote of ${match[1]} is not closed` }
    const lineEnd = lineEndOf(text, read.end)
    // systemd would take what stands behind the closing quote as part of the value, a shell as a comment or a command.
    if (text.slice(read.end, lineEnd).trim() !== '')
      return { kind: 'broken', why: `line ${line}: something stands behind the value of ${match[1]}` }
    assignments.push({
      name: match[1],
      lineStart: lineStartOf(text, at),
      lineEnd,
      mark,
      start,
      ...read,
      value: read.chars.map((one) => one.char).join(''),
    })
    at = lineEnd
  }
  return { kind: 'scan', assignments }
}

interface ReadValue {
  readonly end: number
  readonly chars: readonly Char[]
}

function readQuoted(text: string, start: number, mark: '"' | "'"): ReadValue | undefined {
  const chars: Char[] = []
  for (let at = start + 1; at < text.length; ) {
    const char = text[at] ?? ''
    if (char === mark) return { end: at + 1, chars }
    const length = mark === '"' && char === '\\' ? escapeLength(text, at, /["\\$`]/) : 1
    if (length === 1) chars.push({ char, start: at, end: at + 1 })
    else if (text[at + length - 1] !== '\n') chars.push({ char: text[at + 1] ?? '', start: at, end: at + length })
    at += length
  }
  return undefined
}

function readBare(text: string, start: number): ReadValue {
  const chars: Char[] = []
  let at = start
  while (at < text.length && text[at] !== '\n') {
    const length = text[at] === '\\' ? escapeLength(text, at, /[^\r\n]/) : 1
    if (length === 1) chars.push({ char: text[at] ?? '', start: at, end: at + 1 })
    else if (text[at + length - 1] !== '\n') chars.push({ char: text[at + 1] ?? '', start: at, end: at + length })
    at += length
  }
  while (/\s/.test(chars.at(-1)?.char ?? '')) chars.pop()
  return { end: chars.at(-1)?.end ?? start, chars }
}

/** Bytes of an escape: 2 or 3 for a line that goes on, 2 for a protected character, 1 for a backslash that is itself. */
function escapeLength(text: string, at: number, protectedChar: RegExp): number {
  if (text[at + 1] === '\n') return 2
  if (text.startsWith('\r\n', at + 1)) return 3
  return protectedChar.test(text[at + 1] ?? '') ? 2 : 1
}
