import { Unknown } from '../model/value.ts'

/** One character per byte, so that lengths and comparisons are those of the bytes a host sent. */
export function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** The text that such characters encode; what is not UTF-8 becomes U+FFFD. */
export function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}

/** How a name looks in the bytes that a host prints. */
export function asBinary(name: string): string {
  return Buffer.from(name, 'utf8').toString('latin1')
}

/** Whole number of at most 15 digits, undefined for anything else. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}

/** What a probe answers when the bytes are not what its script prints. */
export function unreadable(what: string): Unknown {
  return new Unknown(`the host gave no readable answer about ${what}`)
}

/** Bytes out of base64 as any tool wraps it; undefined when it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  const dense = text.replaceAll(/[\r\n]/g, '')
  return /^[A-Za-z0-9+/]*={0,2}$/.test(dense) && dense.length % 4 === 0 ? new Uint8Array(Buffer.from(dense, 'base64')) : undefined
}
