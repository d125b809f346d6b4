/** The head of an age file, taken apart (C2SP age.md, "Header"). */
export interface Header {
  readonly stanzas: readonly Stanza[]
  readonly mac: Uint8Array
  /** what the MAC is over: from the first byte to the three dashes */
  readonly signed: Uint8Array
  /** where the payload begins */
  readonly end: number
}

export interface Stanza {
  readonly type: string
  readonly args: readonly string[]
  readonly body: Uint8Array
}

const first = 'age-encryption.org/v1'
/** Far above any real one: a stanza is below 200 bytes. */
const longestHeader = 1024 * 1024

export function readHeader(file: Uint8Array): Header | undefined {
  const text = Buffer.from(file.subarray(0, longestHeader)).toString('latin1')
  const lines: string[] = []
  let at = 0
  for (;;) {
    const end = text.indexOf('\n', at)
    if (end < 0) return undefined
    const line = text.slice(at, end)
    if (line.startsWith('---')) {
      const mac = /^--- ([A-Za-z0-9+/]{43})$/.exec(line)?.[1]
      const bytes = mac === undefined ? undefined : fromBase64(mac)
      const stanzas = stanzasOf(lines)
      if (bytes === undefined || stanzas === undefined) return undefined
      return { stanzas, mac: bytes, signed: file.subarray(0, at + 3), end: end + 1 }
    }
    lines.push(line)
    at = end + 1
  }
}

/** The head up to the three dashes. */
export function writeHeader(stanzas: readonly Stanza[]): string {
  const lines = stanzas.flatMap(({ type, args, body }) => [['->', type, ...args].join(' '), ...wrapped(toBase64(body))])
  return `${[first, ...lines].join('\n')}\n---`
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}

/** Without padding, and only as it would be written. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return toBase64(bytes) === text ? bytes : undefined
}

/** Lines of 64 characters; the last one is shorter, empty where it has to be. */
function wrapped(text: string): readonly string[] {
  const lines = text.match(/.{1,64}/g) ?? []
  return (lines.at(-1)?.length ?? 64) === 64 ? [...lines, ''] : lines
}

function stanzasOf(lines: readonly string[]): readonly Stanza[] | undefined {
  if (lines[0] !== first) return undefined
  const stanzas: Stanza[] = []
  let at = 1
  while (at < lines.length) {
    const [arrow, type, ...args] = (lines[at] ?? '').split(' ')
    if (arrow !== '->' || type === undefined || [type, ...args].some((word) => !/^[!-~]+$/.test(word))) return undefined
    at += 1
    let body = ''
    for (;;) {
      const line = lines[at]
      if (line === undefined || line.length > 64) return undefined
      body += line
      at += 1
      if (line.length < 64) break
    }
    const bytes = fromBase64(body)
    if (bytes === undefined) return undefined
    stanzas.push({ type, args, body: bytes })
  }
  return stanzas
}
