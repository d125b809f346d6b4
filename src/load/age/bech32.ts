/** Bech32 of BIP 173, without its limit of 90 characters, as age spells its keys. */

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const checksumLength = 6

/** The bytes behind a prefix; undefined: another prefix, mixed case, or a wrong checksum. */
export function fromBech32(text: string, prefix: string): Uint8Array | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined
  const lower = text.toLowerCase()
  if (!lower.startsWith(`${prefix}1`)) return undefined
  const values = [...lower.slice(prefix.length + 1)].map((letter) => letters.indexOf(letter))
  if (values.length < checksumLength || values.includes(-1) || polymod([...expanded(prefix), ...values]) !== 1) return undefined
  return regrouped(values.slice(0, -checksumLength))
}

function expanded(prefix: string): readonly number[] {
  const codes = [...prefix].map((letter) => letter.charCodeAt(0))
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
}

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of generators.entries()) if (((top >> bit) & 1) === 1) sum ^= generator
  }
  return sum >>> 0
}

/** Groups of five bits to bytes; what is left over must be zeros, fewer than a group. */
function regrouped(values: readonly number[]): Uint8Array | undefined {
  const bytes: number[] = []
  let [buffer, bits] = [0, 0]
  for (const value of values) {
    buffer = ((buffer << 5) | value) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((buffer >> bits) & 0xff)
  }
  return bits >= 5 || (buffer & ((1 << bits) - 1)) !== 0 ? undefined : Uint8Array.from(bytes)
}
