import { createHash, X509Certificate } from 'node:crypto'
import type { CertificateFact, CertificateFileFact, KeyType } from '../model/fact.ts'
import { childrenOf, type Der, DerError, readIntegerHex, readOid, readOne, readTime, tags } from './der.ts'
import type { CertificateNames } from './match.ts'
import { readName } from './distinguished-name.ts'
import { readExtensions } from './extensions.ts'
import { hasSignatureOf } from './signature.ts'
import { type PemBlock, pemBlocks, toPem } from './pem.ts'

/**
 * Every certificate of a PEM text in file order. `broken` says why the file is no use: no certificate, or one that
 * cannot be read; what could be read stands in the chain all the same.
 */
export function parseCertificateFile(text: string): CertificateFileFact {
  const blocks = pemBlocks(text).filter(({ label }) => label === 'CERTIFICATE')
  const chain: CertificateFact[] = []
  for (const [index, block] of blocks.entries()) {
    const certificate = parseBlock(block)
    if (certificate === undefined) return { chain, broken: `certificate ${index + 1} of ${blocks.length} cannot be read` }
    chain.push(certificate)
  }
  if (text.split('-----BEGIN CERTIFICATE-----').length - 1 > blocks.length) return { chain, broken: 'a certificate is cut off' }
  return chain.length === 0 ? { chain, broken: 'holds no certificate in PEM form' } : { chain }
}

/** The certificates that a text holds among other things: the output of `openssl s_client`. Unreadable ones are left out. */
export function parseCertificates(text: string): readonly CertificateFact[] {
  return pemBlocks(text)
    .filter(({ label }) => label === 'CERTIFICATE')
    .flatMap((block) => parseBlock(block) ?? [])
}

function parseBlock({ der }: PemBlock): CertificateFact | undefined {
  return readingDer(() => parseCertificate(der))
}

/** Throws DerError, or the Error of OpenSSL, when the bytes are no certificate. */
export function parseCertificate(bytes: Uint8Array): CertificateFact {
  const native = new X509Certificate(bytes)
  const [tbs, algorithm] = childrenOf(readOne(bytes))
  if (tbs === undefined || algorithm === undefined) throw new DerError('expected a certificate')
  const fields = childrenOf(tbs)
  // A version 1 certificate has no version field.
  const [serial, , issuer, validity, subject, publicKey, ...rest] = fields[0]?.tag === tags.constructed(0) ? fields.slice(1) : fields
  if (serial === undefined || issuer === undefined || validity === undefined || subject === undefined || publicKey === undefined)
    throw new DerError('expected a certificate')
  const [notBefore, notAfter] = childrenOf(validity)
  if (notBefore === undefined || notAfter === undefined) throw new DerError('expected two dates')
  const list = rest.find(({ tag }) => tag === tags.constructed(3))
  const rsaBits = rsaBitsOf(publicKey)
  return {
    pem: toPem('CERTIFICATE', bytes),
    fingerprint: sha256(bytes),
    spki: sha256(publicKey.whole),
    subject: readName(subject),
    issuer: readName(issuer),
    serial: readIntegerHex(serial.content),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    ...readExtensions(list === undefined ? [] : childrenOf(readOne(list.content))),
    keyType: keyTypeOf(publicKey),
    ...(rsaBits === undefined ? {} : { rsaBits }),
    selfSigned: Buffer.compare(issuer.whole, subject.whole) === 0 && hasSignatureOf(native, native),
    signatureAlgorithm: signatureName(algorithm),
  }
}

const curves: Readonly<Record<string, KeyType>> = { '1.2.840.10045.3.1.7': 'ecdsa-p256', '1.3.132.0.34': 'ecdsa-p384' }
const rsaSizes: Readonly<Record<number, KeyType>> = { 2048: 'rsa-2048', 3072: 'rsa-3072', 4096: 'rsa-4096' }

function keyTypeOf(publicKey: Der): KeyType | 'other' {
  const [algorithm, bits] = childrenOf(publicKey)
  if (algorithm === undefined || bits === undefined) throw new DerError('expected a public key')
  const [type, parameter] = childrenOf(algorithm)
  switch (type === undefined ? '' : readOid(type.content)) {
    case '1.3.101.112':
      return 'ed25519'
    case '1.2.840.10045.2.1':
      return (parameter?.tag === tags.oid ? curves[readOid(parameter.content)] : undefined) ?? 'other'
    case rsaEncryption:
      return rsaSizes[rsaBitsOf(publicKey) ?? 0] ?? 'other'
    default:
      return 'other'
  }
}

const rsaEncryption = '1.2.840.113549.1.1.1'

function rsaBitsOf(publicKey: Der): number | undefined {
  const [algorithm, bits] = childrenOf(publicKey)
  const type = algorithm === undefined ? undefined : childrenOf(algorithm)[0]
  if (type === undefined || bits === undefined || readOid(type.content) !== rsaEncryption) return undefined
  const modulus = childrenOf(readOne(bits.content.subarray(1)))[0]
  return modulus === undefined ? undefined : readIntegerHex(modulus.content).length * 4
}

const signatureNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ED25519',
}

function signatureName(algorithm: Der): string {
  const type = childrenOf(algorithm)[0]
  const dotted = type === undefined ? '' : readOid(type.content)
  return signatureNames[dotted] ?? dotted
}

export interface PublicKey {
  /** sha256 over the SubjectPublicKeyInfo in DER, lower-case hex */
  readonly spki: string
  readonly keyType: KeyType | 'other'
}

/** The first public key of a PEM text; undefined when it holds none. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const block = pemBlocks(text).find(({ label }) => label === 'PUBLIC KEY')
  return block === undefined ? undefined : readingDer(() => publicKeyOf(readOne(block.der)))
}

/** What a certificate request (PKCS#10) asks a certificate for; undefined when the text holds none. Its signature is not looked at. */
export function parseRequestKey(text: string): PublicKey | undefined {
  const block = pemBlocks(text).find(({ label }) => label === 'CERTIFICATE REQUEST')
  return readingDer(() => {
    const key = block === undefined ? undefined : childrenOf(childrenOf(readOne(block.der))[0] ?? readOne(block.der))[2]
    return key === undefined ? undefined : publicKeyOf(key)
  })
}

/** A certificate request, as far as it says for what and whom; undefined when the text holds none. Its signature is not looked at. */
export function parseRequest(text: string): (PublicKey & CertificateNames) | undefined {
  const block = pemBlocks(text).find(({ label }) => label === 'CERTIFICATE REQUEST')
  return readingDer(() => {
    if (block === undefined) return undefined
    const [info] = childrenOf(readOne(block.der))
    const [, , key, attributes] = info === undefined ? [] : childrenOf(info)
    if (key === undefined) return undefined
    const wanted = (attributes === undefined ? [] : childrenOf(attributes)).find((attribute) => {
      const [type] = childrenOf(attribute)
      return type !== undefined && readOid(type.content) === extensionRequest
    })
    const values = wanted === undefined ? undefined : childrenOf(wanted)[1]
    const list = values === undefined ? undefined : childrenOf(values)[0]
    const { dnsNames, ipAddresses } = readExtensions(list === undefined ? [] : childrenOf(list))
    return { ...publicKeyOf(key), dnsNames, ipAddresses }
  })
}

/** PKCS #9: what a request asks to stand in the certificate. */
const extensionRequest = '1.2.840.113549.1.9.14'

function publicKeyOf(publicKey: Der): PublicKey {
  return { spki: sha256(publicKey.whole), keyType: keyTypeOf(publicKey) }
}

function readingDer<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch (error) {
    // OpenSSL, behind X509Certificate, refuses what is no certificate with a plain Error that carries a code.
    if (error instanceof DerError || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
