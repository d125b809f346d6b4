import type { CertificateFact, KeyType } from '../model/fact.ts'
import type { KeyUsage } from './extensions.ts'
import { sameSet } from './names.ts'

export type CertificateUsage = 'server' | 'client' | 'peer'

/** What a leaf is good for, as its extensions say it. Always CA:FALSE, with subject and authority key identifiers. */
export interface LeafProfile {
  readonly keyUsage: readonly KeyUsage[]
  readonly extendedKeyUsage: readonly string[]
}

/**
 * The profile that every client tested accepts (Go, OpenSSL also in strict mode, GnuTLS, Chrome). digitalSignature must
 * be there: a leaf with keyEncipherment alone is refused by Chrome and GnuTLS; keyEncipherment belongs to RSA only.
 */
export function leafProfile(keyType: KeyType, usage: CertificateUsage): LeafProfile {
  return {
    keyUsage: keyType.startsWith('rsa-') ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'],
    extendedKeyUsage: purposes[usage],
  }
}

const purposes: Readonly<Record<CertificateUsage, readonly string[]>> = {
  server: ['serverAuth'],
  client: ['clientAuth'],
  peer: ['serverAuth', 'clientAuth'],
}

export interface ProfileDifference {
  readonly name: string
  readonly before: string
  readonly after: string
}

/** Where a certificate departs from the profile; empty when it keeps it. */
export function profileDifferences(certificate: CertificateFact, profile: LeafProfile): readonly ProfileDifference[] {
  const differences: ProfileDifference[] = []
  if (certificate.isAuthority) differences.push({ name: 'authority', before: 'yes', after: 'no' })
  if (!sameSet(certificate.keyUsage ?? [], profile.keyUsage)) {
    differences.push({ name: 'key usage', before: listed(certificate.keyUsage), after: listed(profile.keyUsage) })
  }
  if (!sameSet(certificate.extendedKeyUsage ?? [], profile.extendedKeyUsage)) {
    differences.push({ name: 'extended key usage', before: listed(certificate.extendedKeyUsage), after: listed(profile.extendedKeyUsage) })
  }
  if (certificate.subjectKeyId === undefined || certificate.authorityKeyId === undefined) {
    differences.push({ name: 'key identifiers', before: 'incomplete', after: 'complete' })
  }
  return differences
}

function listed(names: readonly string[] | undefined): string {
  return names === undefined || names.length === 0 ? '(none)' : names.join(', ')
}
