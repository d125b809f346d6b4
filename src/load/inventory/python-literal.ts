/** A value that Python's literal_eval can give and JSON can hold. */
export type Literal = null | boolean | number | string | readonly Literal[] | { readonly [key: string]: Literal }

/**
 * Types a value of an INI inventory as Ansible does: what is a Python literal becomes that, everything else stays text
 * (`true` is text, `True` is a boolean, `007` is text, `0o17` is 15; measured with ansible-core 2.19).
 */
export function pythonLiteral(text: string): Literal {
  const reader: Cursor = { text, at: 0 }
  try {
    skipBlanks(reader)
    const value = readValue(reader, 0)
    skipBlanks(reader)
    return reader.at === text.length || text[reader.at] === '#' ? value : text
  } catch (error) {
    if (error === notLiteral) return text
    throw error
  }
}

interface Cursor {
  readonly text: string
  at: number
}

/** Thrown inside this file only: the text is no literal. */
const notLiteral = new Error('not a literal')

const depthLimit = 32

function readValue(cursor: Cursor, depth: number): Literal {
  if (depth > depthLimit) throw notLiteral
  const char = cursor.text[cursor.at]
  if (char === '[') return readItems(cursor, ']', depth).items
  if (char === '(') {
    const { items, commas } = readItems(cursor, ')', depth)
    // (1) is 1 in brackets, (1,) is a tuple
    return items.length === 1 && commas === 0 ? (items[0] ?? null) : items
  }
  if (char === '{') return readBraces(cursor, depth)
  if (char === "'" || char === '"' || /^[uUrRbB]['"]/.test(cursor.text.slice(cursor.at, cursor.at + 2))) return readStrings(cursor)
  return readWord(cursor)
}

function readItems(cursor: Cursor, close: string, depth: number): { readonly items: readonly Literal[]; readonly commas: number } {
  const items: Literal[] = []
  let commas = 0
  cursor.at += 1
  for (;;) {
    skipBlanks(cursor)
    if (cursor.text[cursor.at] === close) {
      cursor.at += 1
      return { items, commas }
    }
    if (items.length > commas) throw notLiteral
    items.push(readValue(cursor, depth + 1))
    skipBlanks(cursor)
    if (cursor.text[cursor.at] === ',') {
      cursor.at += 1
      commas += 1
    }
  }
}

/** A dict, or a set, which Ansible turns into a list. */
function readBraces(cursor: Cursor, depth: number): Literal {
  const start = cursor.at
  cursor.at += 1
  skipBlanks(cursor)
  if (cursor.text[cursor.at] === '}') {
    cursor.at += 1
    return {}
  }
  readValue(cursor, depth + 1)
  skipBlanks(cursor)
  const isDict = cursor.text[cursor.at] === ':'
  cursor.at = start
  if (!isDict) {
    const { items } = readItems(cursor, '}', depth)
    return items.filter((item, index) => items.indexOf(item) === index)
  }
  return readDict(cursor, depth)
}

function readDict(cursor: Cursor, depth: number): Literal {
  const entries = new Map<string, Literal>()
  cursor.at += 1
  for (;;) {
    skipBlanks(cursor)
    if (cursor.text[cursor.at] === '}') {
      cursor.at += 1
      return Object.fromEntries(entries)
    }
    const key = readValue(cursor, depth + 1)
    if (typeof key === 'object' && key !== null) throw notLiteral
    skipBlanks(cursor)
    if (cursor.text[cursor.at] !== ':') throw notLiteral
    cursor.at += 1
    skipBlanks(cursor)
    entries.set(String(key), readValue(cursor, depth + 1))
    skipBlanks(cursor)
    if (cursor.text[cursor.at] === ',') cursor.at += 1
    else if (cursor.text[cursor.at] !== '}') throw notLiteral
  }
}

/** One string, or several side by side, which Python joins. */
function readStrings(cursor: Cursor): string {
  let text = ''
  for (;;) {
    const prefix = /^[uUrRbB](?=['"])/.exec(cursor.text.slice(cursor.at, cursor.at + 2))?.[0] ?? ''
    const quote = cursor.text[cursor.at + prefix.length]
    if (quote !== "'" && quote !== '"') return text
    text += readString(cursor, prefix, quote)
    skipBlanks(cursor)
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u{7}',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

function readString(cursor: Cursor, prefix: string, quote: string): string {
  cursor.at += prefix.length + 1
  const isRaw = prefix.toLowerCase() === 'r'
  let text = ''
  for (;;) {
    const char = cursor.text[cursor.at]
    if (char === undefined) throw notLiteral
    cursor.at += 1
    if (char === quote) return text
    if (char !== '\\') {
      text += char
      continue
    }
    const rest = cursor.text.slice(cursor.at)
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest)
    const octal = /^[0-7]{1,3}/.exec(rest)
    if (isRaw) {
      text += char + (rest[0] ?? '')
      cursor.at += 1
    } else if (code !== null) {
      const number = Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '0', 16)
      if (number > 0x10ffff) throw notLiteral
      text += String.fromCodePoint(number)
      cursor.at += code[0].length
    } else if (octal !== null) {
      text += String.fromCodePoint(Number.parseInt(octal[0], 8))
      cursor.at += octal[0].length
    } else {
      const next = rest[0] ?? ''
      // Python keeps the backslash of an escape it does not know
      text += escapes[next] ?? `\\${next}`
      cursor.at += 1
    }
  }
}

function readWord(cursor: Cursor): Literal {
  const word = /^[-+]?[A-Za-z0-9_.]+(?:(?<=[0-9._][eE])[-+][0-9_]+)?/.exec(cursor.text.slice(cursor.at))?.[0] ?? ''
  cursor.at += word.length
  if (word === 'True') return true
  if (word === 'False') return false
  if (word === 'None') return null
  const sign = word.startsWith('-') ? -1 : 1
  const digits = word.replace(/^[-+]/, '')
  const whole = wholeNumber(digits)
  if (whole !== undefined) {
    // what JavaScript cannot keep exactly stays the text it was
    if (!Number.isSafeInteger(whole)) throw notLiteral
    return sign * whole + 0
  }
  if (
    !/^(?:[0-9](?:_?[0-9])*\.(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*|[0-9](?:_?[0-9])*(?=[eE]))(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/.test(
      digits,
    )
  )
    throw notLiteral
  return sign * Number(digits.replaceAll('_', ''))
}

function wholeNumber(digits: string): number | undefined {
  // Python refuses leading zeros, but for zero itself
  if (/^(?:[1-9](?:_?[0-9])*|0(?:_?0)*)$/.test(digits)) return Number(digits.replaceAll('_', ''))
  if (/^0[xX](?:_?[0-9a-fA-F])+$/.test(digits) || /^0[oO](?:_?[0-7])+$/.test(digits) || /^0[bB](?:_?[01])+$/.test(digits))
    return Number(digits.replaceAll('_', '').toLowerCase())
  return undefined
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.text[cursor.at] === ' ' || cursor.text[cursor.at] === '\t') cursor.at += 1
}
