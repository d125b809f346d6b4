/** One element of DER: its tag, its content and the whole of it. */
export interface Der {
  readonly tag: number
  readonly content: Uint8Array
  readonly whole: Uint8Array
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  /** context-specific and primitive, e.g. `context(2)` = dNSName in a GeneralName */
  context: (number: number): number => 0x80 | number,
  /** context-specific and constructed */
  constructed: (number: number): number => 0xa0 | number,
} as const

/** Bytes that are no DER. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** The elements that follow each other in `bytes`. Throws DerError. */
export function readAll(bytes: Uint8Array): readonly Der[] {
  const elements: Der[] = []
  for (let at = 0; at < bytes.length; ) {
    const element = readAt(bytes, at)
    elements.push(element)
    at += element.whole.length
  }
  return elements
}

/** The single element that `bytes` are. Throws DerError. */
export function readOne(bytes: Uint8Array): Der {
  const [element, ...more] = readAll(bytes)
  if (element === undefined || more.length > 0) throw new DerError('expected one element')
  return element
}

export function childrenOf(element: Der): readonly Der[] {
  if ((element.tag & 0x20) === 0) throw new DerError('expected a constructed element')
  return readAll(element.content)
}

function readAt(bytes: Uint8Array, at: number): Der {
  const tag = bytes[at] ?? 0
  const first = bytes[at + 1]
  // Tag numbers above 30 take more bytes; X.509 has none.
  if (first === undefined || (tag & 0x1f) === 0x1f) throw new DerError('expected a tag and a length')
  let start = at + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > 4) throw new DerError('expected a definite length')
    length = 0
    for (let index = 0; index < count; index += 1) length = length * 256 + (bytes[start + index] ?? 0)
    start += count
  }
  if (start + length > bytes.length) throw new DerError('the element is cut off')
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) }
}

/** Dotted numbers. */
export function readOid(content: Uint8Array): string {
  const numbers: number[] = []
  let number = 0
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    if (numbers.length === 0) numbers.push(Math.min(2, Math.floor(number / 40)), number - 40 * Math.min(2, Math.floor(number / 40)))
    else numbers.push(number)
    number = 0
  }
  return numbers.join('.')
}

/** Names of the bits that are set; bit 0 is the highest of the first byte. */
export function readBits<T>(content: Uint8Array, names: readonly T[]): readonly T[] {
  return names.filter((_, bit) => ((content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0)
}

/** Lower-case hex without the leading zero byte that keeps the number positive. */
export function readIntegerHex(content: Uint8Array): string {
  const significant = content.length > 1 && content[0] === 0 ? content.subarray(1) : content
  return Buffer.from(significant).toString('hex')
}

/** UTCTime (two-digit years, 1950 to 2049) or GeneralizedTime, as milliseconds since 1970. */
export function readTime(element: Der): number {
  const text = Buffer.from(element.content).toString('latin1')
  const parts = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined) throw new DerError('expected a time')
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const year = element.tag === 0x18 ? written : written + (written < 50 ? 2000 : 1900)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  const length: number[] = []
  if (content.length < 0x80) length.push(content.length)
  else {
    for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest & 0xff)
    length.unshift(0x80 | length.length)
  }
  return Buffer.concat([Uint8Array.of(tag, ...length), content])
}

export function sequence(...contents: readonly Uint8Array[]): Uint8Array {
  return der(tags.sequence, ...contents)
}

export function octets(content: Uint8Array): Uint8Array {
  return der(tags.octetString, content)
}

/** A small number that is not negative. */
export function integer(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.unshift(rest & 0xff)
    rest = Math.floor(rest / 256)
  } while (rest > 0)
  return der(tags.integer, Uint8Array.from((bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes))
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f]
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 | (left & 0x7f))
    return groups
  })
  return der(tags.oid, Uint8Array.from(bytes))
}
