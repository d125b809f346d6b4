import type { CertificateFact } from '../model/fact.ts'
import { canonicalIp } from './ip.ts'

/** The names a certificate is good for. */
export type CertificateNames = Pick<CertificateFact, 'dnsNames' | 'ipAddresses'>

/**
 * Whether a client written in Go (Prometheus, Telegraf, influx) accepts the certificate for this name or address.
 * Go has the strictest rules of the clients tlsplay serves: the common name counts for nothing, an address must stand
 * in the certificate as an address, and `*` is the whole of the leftmost label (crypto/x509, Certificate.VerifyHostname).
 */
export function coversName(certificate: CertificateNames, nameOrIp: string): boolean {
  const bare = nameOrIp.startsWith('[') && nameOrIp.endsWith(']') ? nameOrIp.slice(1, -1) : nameOrIp
  const ip = canonicalIp(bare)
  if (ip !== undefined) return certificate.ipAddresses.includes(ip)
  const host = nameOrIp.toLowerCase()
  const valid = isHostName(host, false)
  return certificate.dnsNames.some((pattern) =>
    valid && isHostName(pattern, true) ? matches(pattern, host) : matchesExactly(pattern, host),
  )
}

/** What of `wanted` a client could not use, in the given order. */
export function uncoveredNames(certificate: CertificateNames, wanted: readonly string[]): readonly string[] {
  return wanted.filter((name) => !coversName(certificate, name))
}

/** Letters, digits, `-` (not first) and `_` in labels that are not empty; a pattern may start with the label `*`. */
export function isHostName(host: string, pattern: boolean): boolean {
  const name = !pattern && host.endsWith('.') ? host.slice(0, -1) : host
  if (name === '' || name === '*') return false
  return name.split('.').every((label, index) => (pattern && index === 0 && label === '*') || /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(label))
}

function matches(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase().split('.')
  const given = (host.endsWith('.') ? host.slice(0, -1) : host).split('.')
  return wanted.length === given.length && wanted.every((label, index) => (index === 0 && label === '*') || label === given[index])
}

function matchesExactly(pattern: string, host: string): boolean {
  return host !== '' && host !== '.' && pattern.toLowerCase() === host
}
