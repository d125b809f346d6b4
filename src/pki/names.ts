import { canonicalIp } from './ip.ts'
import type { CertificateNames } from './match.ts'

/** Names as a person wrote them, apart by type, each in its one spelling, in the given order, without repetition. */
export function splitNames(names: readonly string[]): CertificateNames {
  const dnsNames = new Set<string>()
  const ipAddresses = new Set<string>()
  for (const name of names) {
    const ip = canonicalIp(name)
    if (ip === undefined) dnsNames.add(name.toLowerCase())
    else ipAddresses.add(ip)
  }
  return { dnsNames: [...dnsNames], ipAddresses: [...ipAddresses] }
}

export function sameNames(one: CertificateNames, other: CertificateNames): boolean {
  return sameSet(one.dnsNames, other.dnsNames) && sameSet(one.ipAddresses, other.ipAddresses)
}

/** DNS names, then addresses, separated by a comma. */
export function listNames({ dnsNames, ipAddresses }: CertificateNames): string {
  return [...dnsNames, ...ipAddresses].join(', ')
}

export function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().join('\0') === [...other].sort().join('\0')
}
