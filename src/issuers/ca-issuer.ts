import type { KeyType } from '../model/fact.ts'
import type { ProblemCode } from '../model/problem-codes.ts'
import { TlsplayError } from '../model/problem.ts'
import type { IssueStep } from '../model/step.ts'
import type { Secret } from '../model/value.ts'
import { isIssuedBy } from '../pki/chain.ts'
import { permits } from '../pki/constraints.ts'
import { canonicalIp } from '../pki/ip.ts'
import type { CertificateNames } from '../pki/match.ts'
import { listNames, sameNames } from '../pki/names.ts'
import { parseCertificate, parseRequestKey } from '../pki/parse.ts'
import { leafProfile } from '../pki/profile.ts'
import type { Clock, Issuer, Random } from '../ports/ports.ts'
import { readAuthority, type StoredAuthority } from './ca-store.ts'
import { decryptKey } from './encrypted-key.ts'
import { leafExtensions } from './leaf-extensions.ts'
import { type CryptoKey, dateOf, importSigningKey, loadX509, newSerial, signingAlgorithm } from './signing.ts'

export interface CaIssuerOptions {
  /** folder of the inventory */
  readonly folder: string
  /** asked for at most once per authority, when the first certificate is signed */
  readonly passphrase: (authority: string) => Promise<Secret>
  readonly clock: Clock
  readonly random: Random
}

interface Signer {
  readonly stored: StoredAuthority
  readonly keyType: KeyType
  readonly key: CryptoKey
}

/** Signs with authorities whose keys lie beside the inventory. The key is open only inside this process. */
export function caIssuer({ folder, passphrase, clock, random }: CaIssuerOptions): Issuer {
  const signers = new Map<string, Promise<Signer>>()

  /** Hosts ask at once: the key is opened for the first of them, and again only after a failure. */
  function signerOf(name: string): Promise<Signer> {
    const known = signers.get(name)
    if (known !== undefined) return known
    const opening = open(name)
    signers.set(name, opening)
    opening.catch(() => signers.delete(name))
    return opening
  }

  async function open(name: string): Promise<Signer> {
    const stored = readAuthority(folder, name)
    if (stored === undefined) throw refusal('CA_MISSING', `there is no certificate authority ${name}`)
    const { keyType } = stored.certificate
    if (keyType === 'other')
      throw refusal('CERTIFICATE_INVALID', `the certificate authority ${name} has a key of a type that tlsplay does not sign with`)
    const key = await decryptKey(stored.encryptedKey, await passphrase(name))
    if (key === undefined)
      throw refusal(
        'CA_LOCKED',
        `the key of the certificate authority ${name} could not be opened with this passphrase`,
        'give the passphrase that it was made with',
      )
    return { stored, keyType, key: await importSigningKey(key, keyType) }
  }

  return {
    authority: (name) => readAuthority(folder, name)?.certificate,
    async unlock(name) {
      await signerOf(name)
    },
    async issue(step) {
      return sign(step, await signerOf(step.authority), clock.now(), random)
    },
  }
}

async function sign(
  { authority: name, request: pem, profile }: IssueStep,
  { stored, keyType, key }: Signer,
  now: number,
  random: Random,
): Promise<string> {
  const { certificate: authority } = stored
  if (authority.notAfter <= now) throw refusal('CERTIFICATE_INVALID', `the certificate authority ${name} has expired`)
  const foreign = [...profile.dnsNames, ...profile.ipAddresses].find((wanted) => !permits(authority, wanted))
  if (foreign !== undefined) throw refusal('NAME_NOT_COVERED', `the certificate authority ${name} may not sign ${foreign}`)
  const x509 = await loadX509()
  const wanted = parseRequestKey(pem)
  if (wanted === undefined || wanted.keyType === 'other')
    throw refusal('CERTIFICATE_INVALID', 'the request cannot be read or its key is of a type that tlsplay does not make')
  const request = new x509.Pkcs10CertificateRequest(pem)
  // Whoever sends a request must hold its key.
  if (!(await request.verify())) throw refusal('CERTIFICATE_INVALID', 'the signature of the request is not by its own key')
  const alternative = request.getExtension('2.5.29.17')
  const names = requestedNames(alternative instanceof x509.SubjectAlternativeNameExtension ? alternative.names.toJSON() : [])
  if (!sameNames(names, profile))
    throw refusal('CERTIFICATE_INVALID', `the request is for ${listNames(names) || 'no name'}, expected ${listNames(profile)}`)
  const issuer = new x509.X509Certificate(authority.pem)
  if (request.subject === issuer.subject) throw refusal('CERTIFICATE_INVALID', 'the request has the name of the authority itself')
  const leaf = leafProfile(wanted.keyType, profile.usage)
  const signed = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(random.bytes(16)),
    subject: request.subjectName,
    issuer: issuer.subjectName,
    notBefore: dateOf(Math.max(profile.notBefore, authority.notBefore)),
    notAfter: dateOf(Math.min(profile.notAfter, authority.notAfter)),
    publicKey: request.publicKey,
    signingKey: key as never,
    signingAlgorithm: signingAlgorithm(keyType).signature,
    extensions: await leafExtensions(profile, leaf, request.publicKey, authority.subjectKeyId ?? issuer.publicKey),
  })
  const fact = parseCertificate(new Uint8Array(signed.rawData))
  // The key beside a certificate may be another authority's.
  if (!isIssuedBy(fact, authority))
    throw refusal('KEY_MISMATCH', `the key of the certificate authority ${name} does not belong to its certificate`)
  return fact.pem
}

function requestedNames(names: readonly { readonly type: string; readonly value: string }[]): CertificateNames {
  return {
    dnsNames: names.filter(({ type }) => type === 'dns').map(({ value }) => value.toLowerCase()),
    ipAddresses: names.filter(({ type }) => type === 'ip').map(({ value }) => canonicalIp(value) ?? value),
  }
}

function refusal(code: ProblemCode, message: string, hint?: string): TlsplayError {
  return new TlsplayError([{ code, message, ...(hint === undefined ? {} : { hint }) }])
}
