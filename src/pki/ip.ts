/** 4 or 16 bytes of an address; undefined when the text is none. An IPv4 address inside IPv6 (::ffff:1.2.3.4) is that IPv4 address, as in Go. */
export function parseIp(text: string): Uint8Array | undefined {
  const v4 = parseV4(text)
  if (v4 !== undefined) return v4
  const v6 = parseV6(text)
  if (v6 === undefined) return undefined
  const mapped = v6.subarray(0, 10).every((byte) => byte === 0) && v6[10] === 0xff && v6[11] === 0xff
  return mapped ? v6.slice(12) : v6
}

/** The one spelling of an address: dotted, or IPv6 with its longest run of zeros left out (RFC 5952). */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0))
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start += 1) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length += 1
    if (length > best.length) best = { start, length }
  }
  const words = groups.map((group) => group.toString(16))
  if (best.start < 0) return words.join(':')
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`
}

/** The canonical spelling of an address; undefined when the text is none. */
export function canonicalIp(text: string): string | undefined {
  const bytes = parseIp(text)
  return bytes === undefined ? undefined : formatIp(bytes)
}

function parseV4(text: string): Uint8Array | undefined {
  // A leading zero is refused, as in Go: some programs read it as octal.
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  if (parts === undefined || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined
  return Uint8Array.from(parts, Number)
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (!text.includes(':') || halves.length > 2) return undefined
  const [head, tail] = halves.map(groupsOf)
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const missing = 16 - head.length - (tail?.length ?? 0)
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.from([...head, ...Array<number>(missing).fill(0), ...(tail ?? [])])
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return []
  const words = text.split(':')
  const bytes: number[] = []
  for (const [index, word] of words.entries()) {
    const v4 = index === words.length - 1 ? parseV4(word) : undefined
    if (v4 !== undefined) bytes.push(...v4)
    else if (/^[0-9a-fA-F]{1,4}$/.test(word)) bytes.push(Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff)
    else return undefined
  }
  return bytes
}
