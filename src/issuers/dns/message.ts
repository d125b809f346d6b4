import { Buffer } from 'node:buffer'

/** Numbers of RFC 1035, RFC 2136 and RFC 8945. */
export const types = { soa: 6, txt: 16, tsig: 250 } as const
export const classes = { internet: 1, none: 254, any: 255 } as const
const updateOperation = 5
const headerLength = 12

export interface Update {
  readonly id: number
  readonly zone: string
  /** name of the TXT record */
  readonly record: string
  /** 255 bytes of ASCII at most */
  readonly value: string
  readonly action: 'present' | 'cleanup'
  /** seconds */
  readonly ttl: number
}

export class DnsError extends Error {}

/** One record more or one less, as RFC 2136, 2.5.1 and 2.5.4 have it: other values of the same name stay. Without a signature. */
export function updateMessage({ id, zone, record, value, action, ttl }: Update): Buffer {
  const text = Buffer.from(value, 'latin1')
  if (text.length > 255) throw new DnsError(`${record}: a value of ${text.length} bytes is too long for one text`)
  const adds = action === 'present'
  return Buffer.concat([
    words(id, updateOperation << 11, 1, 0, 1, 0),
    wireName(zone),
    words(types.soa, classes.internet),
    wireName(record),
    words(types.txt, adds ? classes.internet : classes.none),
    long(adds ? ttl : 0),
    words(text.length + 1),
    Buffer.from([text.length]),
    text,
  ])
}

/** In lower case and without compression, as signatures want it. */
export function wireName(name: string): Buffer {
  const labels = name
    .replace(/\.$/, '')
    .toLowerCase()
    .split('.')
    .map((label) => Buffer.from(label, 'latin1'))
  if (labels.some(({ length }) => length === 0 || length > 63)) throw new DnsError(`${JSON.stringify(name)} is no name of the DNS`)
  return Buffer.concat([...labels.flatMap((label) => [Buffer.from([label.length]), label]), Buffer.from([0])])
}

export function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 2)
  for (const [at, number] of numbers.entries()) bytes.writeUInt16BE(number, at * 2)
  return bytes
}

export function long(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

export interface Reply {
  readonly id: number
  /** 0: it was done */
  readonly code: number
  /** the record behind all others, when it is a signature: where it begins, and its data */
  readonly signature: { readonly start: number; readonly data: Buffer } | undefined
}

/** Reads as much of an answer as an update needs. Throws DnsError when it is none. */
export function readReply(message: Buffer): Reply {
  try {
    const [id = 0, flags = 0, questions = 0, ...records] = Array.from({ length: 6 }, (_, at) => message.readUInt16BE(at * 2))
    if (flags >> 15 !== 1) throw new DnsError('it is no answer')
    let at = headerLength
    for (let count = 0; count < questions; count += 1) at = nameEnd(message, at) + 4
    let last: { readonly start: number; readonly type: number; readonly data: Buffer } | undefined
    for (let count = records.reduce((sum, number) => sum + number, 0); count > 0; count -= 1) {
      const start = at
      const behind = nameEnd(message, at)
      const end = behind + 10 + message.readUInt16BE(behind + 8)
      if (end > message.length) throw new DnsError('a record is cut off')
      last = { start, type: message.readUInt16BE(behind), data: message.subarray(behind + 10, end) }
      at = end
    }
    return { id, code: flags & 0xf, signature: last?.type === types.tsig ? last : undefined }
  } catch (error) {
    if (error instanceof RangeError) throw new DnsError('it is cut off')
    throw error
  }
}

/** Where a name ends that may end in a pointer. */
export function nameEnd(message: Buffer, start: number): number {
  let at = start
  for (;;) {
    const length = message.readUInt8(at)
    if (length >= 0xc0) return at + 2
    if (length === 0) return at + 1
    at += length + 1
  }
}
