import type { CertificateFact } from '../model/fact.ts'
import { formatIp, parseIp } from './ip.ts'

/** An address range as name constraints hold it. */
export interface IpRange {
  readonly network: Uint8Array
  readonly mask: Uint8Array
}

/** `10.0.0.0/8`, `fd00::/8`; an address alone is a range of one. Undefined when the text is none. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', prefix, ...more] = text.split('/')
  const bytes = parseIp(address)
  if (bytes === undefined || more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  const bits = prefix === undefined ? bytes.length * 8 : Number(prefix)
  if (bits > bytes.length * 8) return undefined
  const mask = bytes.map((_, index) => (0xff00 >> Math.min(8, Math.max(0, bits - 8 * index))) & 0xff)
  return { network: bytes.map((byte, index) => byte & (mask[index] ?? 0)), mask }
}

/**
 * Whether an authority may sign for a name or address. Constraints bind only the kind of name they speak of, so an
 * authority with DNS constraints alone may sign any address (RFC 5280, 4.2.1.10; Go and OpenSSL enforce it on a root too).
 */
export function permits(authority: Pick<CertificateFact, 'permittedNames'>, name: string): boolean {
  const permitted = authority.permittedNames ?? []
  const ranges = permitted.flatMap((text) => parseIpRange(text) ?? [])
  const domains = permitted.filter((text) => parseIpRange(text) === undefined)
  const ip = parseIp(name)
  if (ip !== undefined) return ranges.length === 0 || ranges.some((range) => contains(range, ip))
  const host = name.toLowerCase()
  return (
    domains.length === 0 ||
    domains.map((domain) => domain.toLowerCase().replace(/^\./, '')).some((domain) => host === domain || host.endsWith(`.${domain}`))
  )
}

/** The one spelling of a permitted name: an address range with its network address, or the domain in lower case. */
export function formatPermitted(text: string): string {
  const range = parseIpRange(text)
  if (range === undefined) return text.toLowerCase()
  const bits = [...range.mask].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
  return `${formatIp(range.network)}/${bits}`
}

function contains({ network, mask }: IpRange, ip: Uint8Array): boolean {
  return network.length === ip.length && network.every((byte, index) => byte === ((ip[index] ?? 0) & (mask[index] ?? 0)))
}
