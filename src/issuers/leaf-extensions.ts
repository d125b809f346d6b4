import type { Extension, PublicKey } from '@peculiar/x509'
import type { CertificateNames } from '../pki/match.ts'
import type { LeafProfile } from '../pki/profile.ts'
import { loadX509 } from './signing.ts'

/** What every certificate that is signed here says of itself. `issuerKeyId`: hex, or the key of the issuer where it has none. */
export async function leafExtensions(
  names: CertificateNames,
  profile: LeafProfile,
  publicKey: PublicKey,
  issuerKeyId: string | PublicKey,
): Promise<Extension[]> {
  const x509 = await loadX509()
  const { KeyUsageFlags, ExtendedKeyUsage } = x509
  const purposes = { serverAuth: ExtendedKeyUsage.serverAuth, clientAuth: ExtendedKeyUsage.clientAuth }
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(
      profile.keyUsage.reduce<number>((flags, usage) => flags | KeyUsageFlags[usage], 0),
      true,
    ),
    new x509.ExtendedKeyUsageExtension(profile.extendedKeyUsage.map((purpose) => purposes[purpose as keyof typeof purposes])),
    await alternativeNames(names),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    // The very identifier of the authority: a checker compares the two byte by byte.
    typeof issuerKeyId === 'string'
      ? new x509.AuthorityKeyIdentifierExtension(issuerKeyId)
      : await x509.AuthorityKeyIdentifierExtension.create(issuerKeyId),
  ]
}

/** The names by which clients reach whoever has the certificate. */
export async function alternativeNames({ dnsNames, ipAddresses }: CertificateNames): Promise<Extension> {
  const x509 = await loadX509()
  return new x509.SubjectAlternativeNameExtension([
    ...dnsNames.map((value) => ({ type: 'dns', value }) as const),
    ...ipAddresses.map((value) => ({ type: 'ip', value }) as const),
  ])
}
