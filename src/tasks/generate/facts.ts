import type { CertificateFact } from '../../model/fact.ts'
import type { ValueMap } from '../../model/value.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import type { Lifetime } from './assess.ts'
import type { IssuedFacts } from './deed.ts'
import type { Wish } from './wish.ts'

export function factsOf(certificate: CertificateFact): IssuedFacts {
  const { fingerprint, serial, notBefore, notAfter, subject, dnsNames, ipAddresses } = certificate
  return { fingerprint, serial, notBefore, notAfter, subject, names: { dnsNames, ipAddresses } }
}

export function valuesOf({ fingerprint, serial, notBefore, notAfter, subject, names }: IssuedFacts): ValueMap {
  return {
    fingerprint,
    serial,
    subject: formatName(subject),
    names: [...names.dnsNames, ...names.ipAddresses],
    not_before: new Date(notBefore).toISOString(),
    not_after: new Date(notAfter).toISOString(),
  }
}

/** The certificate to come: everything but what its key and its signature will be. */
export function pendingCertificate(wish: Wish, authority: CertificateFact | undefined, { notBefore, notAfter }: Lifetime): CertificateFact {
  return {
    ...wish.names,
    ...wish.profile,
    subject: wish.subject,
    issuer: authority?.subject ?? wish.subject,
    notBefore,
    notAfter,
    keyType: wish.keyType,
    isAuthority: false,
    selfSigned: authority === undefined,
    pem: '',
    fingerprint: '',
    spki: '',
    serial: '',
    subjectKeyId: '',
    authorityKeyId: authority?.subjectKeyId ?? '',
    signatureAlgorithm: '',
  }
}
