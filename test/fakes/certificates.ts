import type { CertificateFact, KeyType } from '../../src/model/fact.ts'
import { dateOf, loadX509, newKeyPair, signingAlgorithm } from '../../src/issuers/signing.ts'
import type { CryptoKeyPair } from '../../src/issuers/signing.ts'
import { splitNames } from '../../src/pki/names.ts'
import { parseCertificate } from '../../src/pki/parse.ts'
import { leafProfile, type CertificateUsage } from '../../src/pki/profile.ts'
import type { KeyUsage } from '../../src/pki/extensions.ts'

export interface Minted {
  readonly fact: CertificateFact
  readonly keys: CryptoKeyPair
}

export interface Mint {
  readonly names?: readonly string[]
  readonly subject?: Readonly<Record<string, string>>
  readonly keyType?: KeyType
  readonly notBefore: number
  readonly notAfter: number
  /** undefined: self-signed */
  readonly by?: Minted | undefined
  /** true: an authority; or the usages of an odd leaf */
  readonly authority?: boolean
  readonly usage?: CertificateUsage
  readonly keyUsage?: readonly KeyUsage[]
  readonly keys?: CryptoKeyPair
}

/** A real certificate with any dates, for tests: signatures in it verify. */
export async function mint(wish: Mint): Promise<Minted> {
  const { names = [], keyType = 'ecdsa-p256', notBefore, notAfter, by, authority = false, usage = 'server' } = wish
  const x509 = await loadX509()
  const keys = wish.keys ?? (await newKeyPair(keyType))
  const { dnsNames, ipAddresses } = splitNames(names)
  const subject = Object.entries(wish.subject ?? { CN: names[0] ?? 'nobody' }).map(([field, value]) => ({ [field]: [value] }))
  const issuer = by === undefined ? subject : new x509.X509Certificate(by.fact.pem).subjectName
  const profile = leafProfile(keyType, usage)
  const flags = (wish.keyUsage ?? (authority ? (['keyCertSign', 'cRLSign'] as const) : profile.keyUsage)).reduce<number>(
    (sum, name) => sum | x509.KeyUsageFlags[name],
    0,
  )
  const signerType = by === undefined ? keyType : (by.fact.keyType as KeyType)
  const purposes = profile.extendedKeyUsage.map((purpose) =>
    purpose === 'serverAuth' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  )
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '0102',
    subject,
    issuer: issuer as never,
    notBefore: dateOf(notBefore),
    notAfter: dateOf(notAfter),
    publicKey: keys.publicKey as never,
    signingKey: (by?.keys ?? keys).privateKey as never,
    signingAlgorithm: signingAlgorithm(signerType).signature,
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      new x509.KeyUsagesExtension(flags, true),
      ...(authority ? [] : [new x509.ExtendedKeyUsageExtension(purposes)]),
      ...(names.length === 0
        ? []
        : [
            new x509.SubjectAlternativeNameExtension([
              ...dnsNames.map((value) => ({ type: 'dns', value }) as const),
              ...ipAddresses.map((value) => ({ type: 'ip', value }) as const),
            ]),
          ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
      await x509.AuthorityKeyIdentifierExtension.create((by?.keys ?? keys).publicKey as never),
    ],
  })
  return { fact: parseCertificate(new Uint8Array(certificate.rawData)), keys }
}
