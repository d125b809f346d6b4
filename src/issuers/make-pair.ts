import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto'
import type { DistinguishedName, KeyType } from '../model/fact.ts'
import { TlsplayError } from '../model/problem.ts'
import type { PairWish } from '../model/step.ts'
import { subjectFields } from '../pki/distinguished-name.ts'
import { parseCertificateFile } from '../pki/parse.ts'
import { toPem } from '../pki/pem.ts'
import { leafProfile } from '../pki/profile.ts'
import type { Issuer, Random } from '../ports/ports.ts'
import { alternativeNames, leafExtensions } from './leaf-extensions.ts'
import { dateOf, importSigningKey, loadX509, newKey, newSerial, signingAlgorithm, spkiOf } from './signing.ts'

/** A key, unless one is kept, and its certificate. Throws what the one who signs throws. */
export async function makePair(
  wish: PairWish,
  kept: KeyObject | undefined,
  issuer: Pick<Issuer, 'issue' | 'acme'>,
  random: Random,
): Promise<{ readonly chain: string; readonly key: KeyObject }> {
  const { keyType, signer, profile } = wish
  const key = kept ?? (await newKey(keyType))
  const keys = await keysOf(key, keyType)
  if (signer.kind === 'self') return { chain: await selfSigned(wish, keys, random), key }
  const request = await requestOf(wish, keys)
  if (signer.kind === 'authority') return { chain: await issuer.issue({ kind: 'issue', authority: signer.name, request, profile }), key }
  if (issuer.acme === undefined) throw new Error('nobody speaks to ACME servers here')
  const { order } = await issuer.acme.order(signer.order)
  const chain = await issuer.acme.finish(order, request)
  const [leaf] = parseCertificateFile(chain).chain
  if (leaf !== undefined && leaf.spki === spkiOf(key)) return { chain, key }
  throw new TlsplayError([
    {
      code: 'ACME_REFUSED',
      message: `${signer.order.directory} issued a certificate for another key`,
      hint: 'run again: a new order is made',
    },
  ])
}

async function keysOf(key: KeyObject, keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const algorithm = signingAlgorithm(keyType).key as webcrypto.EcKeyImportParams
  return {
    privateKey: await importSigningKey(key, keyType),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  }
}

/** The names of a certificate, in the order in which openssl writes them. */
function nameOf(subject: DistinguishedName) {
  return subjectFields.flatMap((field) => (subject[field] === undefined ? [] : [{ [field]: [subject[field]] }]))
}

async function selfSigned({ keyType, subject, profile }: PairWish, keys: webcrypto.CryptoKeyPair, random: Random): Promise<string> {
  const x509 = await loadX509()
  const publicKey = await x509.PublicKey.create(keys.publicKey as never)
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(random.bytes(16)),
    name: nameOf(subject),
    notBefore: dateOf(profile.notBefore),
    notAfter: dateOf(profile.notAfter),
    keys: keys as never,
    signingAlgorithm: signingAlgorithm(keyType).signature,
    extensions: await leafExtensions(profile, leafProfile(keyType, profile.usage), publicKey, publicKey),
  })
  return toPem('CERTIFICATE', new Uint8Array(made.rawData))
}

async function requestOf({ keyType, subject, profile }: PairWish, keys: webcrypto.CryptoKeyPair): Promise<string> {
  const x509 = await loadX509()
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: nameOf(subject),
    keys: keys as never,
    signingAlgorithm: signingAlgorithm(keyType).signature,
    extensions: [await alternativeNames(profile)],
  })
  return toPem('CERTIFICATE REQUEST', new Uint8Array(made.rawData))
}
