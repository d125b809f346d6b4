/** Where everything stands in a TOML text, without judging it: smol-toml judges, this only finds. */
export interface TomlScan {
  readonly tables: readonly TomlTable[]
  readonly entries: readonly TomlEntry[]
  readonly comments: readonly TomlComment[]
  /** unquoted `${NAME}` values, which Telegraf documents and no TOML parser takes */
  readonly variables: readonly Span[]
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** Names, and numbers where a `[[table]]` counts its instances. */
export type TomlPath = readonly (string | number)[]

export interface TomlTable {
  readonly path: TomlPath
  readonly array: boolean
  /** start of the header's line */
  readonly start: number
  /** first byte after the header's line */
  readonly bodyStart: number
  readonly bodyEnd: number
}

export interface TomlEntry {
  /** index into `tables`; -1 above the first header */
  readonly table: number
  readonly path: TomlPath
  readonly lineStart: number
  readonly lineEnd: number
  readonly value: Span
}

/** A line that holds only a comment. */
export interface TomlComment {
  readonly table: number
  readonly lineStart: number
  readonly lineEnd: number
}

export type TomlScanned =
  | { readonly kind: 'scan'; readonly scan: TomlScan }
  | { readonly kind: 'broken'; readonly line: number; readonly why: string }

class Broken extends Error {
  readonly offset: number
  constructor(offset: number, why: string) {
    super(why)
    this.offset = offset
  }
}

export function scanToml(text: string): TomlScanned {
  try {
    return { kind: 'scan', scan: scan(text) }
  } catch (error) {
    if (error instanceof Broken) return { kind: 'broken', line: text.slice(0, error.offset).split('\n').length, why: error.message }
    throw error
  }
}

function scan(text: string): TomlScan {
  const tables: { path: TomlPath; array: boolean; start: number; bodyStart: number; bodyEnd: number }[] = []
  const entries: TomlEntry[] = []
  const comments: TomlComment[] = []
  const variables: Span[] = []
  const counts = new Map<string, number>()
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  while (at < text.length) {
    const lineStart = at
    at = skipBlank(text, at)
    const first = text[at]
    if (first === undefined) break
    if (first === '\n' || first === '\r') {
      at = nextLine(text, at)
    } else if (first === '#') {
      at = nextLine(text, at)
      comments.push({ table: tables.length - 1, lineStart, lineEnd: at })
    } else if (first === '[') {
      const array = text[at + 1] === '['
      const { names, end } = readKey(text, at + (array ? 2 : 1))
      if (!text.startsWith(array ? ']]' : ']', end)) throw new Broken(end, 'a table header is not closed')
      const last = tables.at(-1)
      if (last !== undefined) last.bodyEnd = lineStart
      at = nextLine(text, end + (array ? 2 : 1))
      tables.push({ path: tablePath(names, array, counts), array, start: lineStart, bodyStart: at, bodyEnd: text.length })
    } else {
      const { names, end } = readKey(text, at)
      if (text[end] !== '=') throw new Broken(end, 'expected = after a key')
      const start = skipBlank(text, end + 1)
      const stop = readValue(text, start, variables)
      at = nextLine(text, stop)
      entries.push({
        table: tables.length - 1,
        path: [...(tables.at(-1)?.path ?? []), ...names],
        lineStart,
        lineEnd: at,
        value: { start, end: stop },
      })
    }
  }
  return { tables, entries, comments, variables }
}

/** Puts the number of the current instance behind every name that is a `[[table]]`. */
function tablePath(names: readonly string[], array: boolean, counts: Map<string, number>): TomlPath {
  const path: (string | number)[] = []
  names.forEach((name, index) => {
    path.push(name)
    const key = JSON.stringify(path)
    if (array && index === names.length - 1) counts.set(key, (counts.get(key) ?? -1) + 1)
    const count = counts.get(key)
    if (count !== undefined) path.push(count)
  })
  return path
}

function skipBlank(text: string, at: number): number {
  let end = at
  while (text[end] === ' ' || text[end] === '\t') end += 1
  return end
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end + 1
}

/** A dotted key with the blanks around it; `end` is the first byte that no longer belongs to it. */
function readKey(text: string, from: number): { readonly names: readonly string[]; readonly end: number } {
  const names: string[] = []
  let at = from
  for (;;) {
    at = skipBlank(text, at)
    const quoteMark = text[at]
    if (quoteMark === '"' || quoteMark === "'") {
      const end = readString(text, at)
      const body = text.slice(at + 1, end - 1)
      names.push(quoteMark === '"' ? unescaped(text.slice(at, end)) : body)
      at = end
    } else {
      const word = /^[^\s.=\]["'#]+/.exec(text.slice(at, at + 1024))?.[0]
      if (word === undefined) throw new Broken(at, 'expected a key')
      names.push(word)
      at += word.length
    }
    at = skipBlank(text, at)
    if (text[at] !== '.') return { names, end: at }
    at += 1
  }
}

/** Escapes of JSON are those of TOML but for \U and \e, which no key of a config file has; such a key keeps its bytes. */
function unescaped(literal: string): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    return literal.slice(1, -1)
  }
}

/** End of the string that starts at `at`, of any of the four kinds. */
function readString(text: string, at: number): number {
  const mark = text[at] ?? '"'
  const long = text.startsWith(mark.repeat(3), at)
  const close = long ? mark.repeat(3) : mark
  let end = at + close.length
  for (;;) {
    const char = text[end]
    if (char === undefined || (!long && char === '\n')) throw new Broken(at, 'a string is not closed')
    if (char === '\\' && mark === '"') end += 2
    else if (text.startsWith(close, end)) {
      end += close.length
      // Up to two quotes may stand right before the three that close.
      while (long && text[end] === mark) end += 1
      return end
    } else end += 1
  }
}

function readValue(text: string, start: number, variables: Span[]): number {
  const first = text[start]
  if (first === '"' || first === "'") return readString(text, start)
  if (first === '[' || first === '{') return readNested(text, start, variables)
  const end = bareEnd(text, start)
  if (end === start) throw new Broken(start, 'expected a value')
  if (first === '$') variables.push({ start, end })
  return end
}

function bareEnd(text: string, start: number): number {
  let end = start
  for (; end < text.length && !'#\r\n'.includes(text[end] ?? ''); end += 1);
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1
  return end
}

/** Arrays and inline tables, with the strings and comments inside them. */
function readNested(text: string, start: number, variables: Span[]): number {
  const open: string[] = []
  let at = start
  for (;;) {
    const char = text[at]
    if (char === undefined) throw new Broken(start, `a ${text[start] === '[' ? 'list' : 'table'} is not closed`)
    if (char === '"' || char === "'") at = readString(text, at)
    else if (char === '#') at = nextLine(text, at)
    else if (char === '$' && text[at + 1] === '{') {
      const end = text.indexOf('}', at)
      if (end === -1) throw new Broken(at, 'a variable is not closed')
      variables.push({ start: at, end: end + 1 })
      at = end + 1
    } else if (char === '[' || char === '{') {
      open.push(char)
      at += 1
    } else if (char === ']' || char === '}') {
      if (open.pop() !== (char === ']' ? '[' : '{')) throw new Broken(at, `unexpected ${char}`)
      at += 1
      if (open.length === 0) return at
    } else at += 1
  }
}
