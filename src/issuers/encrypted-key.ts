import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, type ScryptOptions, scrypt } from 'node:crypto'
import type { Secret } from '../model/value.ts'
import { childrenOf, type Der, DerError, integer, octets, oid, readIntegerHex, readOid, readOne, sequence } from '../pki/der.ts'
import { pemBlocks, toPem } from '../pki/pem.ts'

/**
 * Cost of opening the key. OWASP's scrypt parameters for 16 MiB; a larger N would need more than the 32 MiB that OpenSSL
 * allows, and then neither Node nor `openssl pkey` could open the file.
 */
const cost = { N: 2 ** 14, r: 8, p: 5 } as const

const oids = { pbes2: '1.2.840.113549.1.5.13', scrypt: '1.3.6.1.4.1.11591.4.11', aes256cbc: '2.16.840.1.101.3.4.1.42' } as const

export type RandomBytes = (count: number) => Uint8Array

/** PEM of a PKCS#8 key under a passphrase (PBES2 of RFC 8018 with the scrypt of RFC 7914). Node can open such a key but not make one. */
export async function encryptKey(pkcs8: Uint8Array, passphrase: Secret, random: RandomBytes): Promise<string> {
  const salt = random(16)
  const iv = random(16)
  const cipher = createCipheriv('aes-256-cbc', await derive(passphrase, salt, cost), iv)
  const encrypted = Buffer.concat([cipher.update(pkcs8), cipher.final()])
  const derivation = sequence(oid(oids.scrypt), sequence(octets(salt), integer(cost.N), integer(cost.r), integer(cost.p)))
  const scheme = sequence(oid(oids.aes256cbc), octets(iv))
  return toPem('ENCRYPTED PRIVATE KEY', sequence(sequence(oid(oids.pbes2), sequence(derivation, scheme)), octets(encrypted)))
}

/** Undefined when the passphrase is wrong or the text is no encrypted key: the two cannot be told apart. */
export async function decryptKey(pem: string, passphrase: Secret): Promise<KeyObject | undefined> {
  try {
    const own = readEnvelope(pem)
    // A key that another program encrypted: Node knows its scheme, but takes the whole process's time to derive the key.
    if (own === undefined) return createPrivateKey({ key: pem, format: 'pem', passphrase: passphrase.reveal() })
    const decipher = createDecipheriv('aes-256-cbc', await derive(passphrase, own.salt, own.options), own.iv)
    return createPrivateKey({ key: Buffer.concat([decipher.update(own.encrypted), decipher.final()]), format: 'der', type: 'pkcs8' })
  } catch (error) {
    // OpenSSL's words differ with the byte it stumbles over; none of them may reach a log.
    if (error instanceof DerError || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}

interface Envelope {
  readonly salt: Uint8Array
  readonly options: ScryptOptions
  readonly iv: Uint8Array
  readonly encrypted: Uint8Array
}

/** Undefined when it is not of the form that `encryptKey` writes. */
function readEnvelope(pem: string): Envelope | undefined {
  const block = pemBlocks(pem).find(({ label }) => label === 'ENCRYPTED PRIVATE KEY')
  if (block === undefined) return undefined
  const [algorithm, encrypted] = childrenOf(readOne(block.der))
  const parameters = parametersOf(algorithm, oids.pbes2)
  if (parameters === undefined || encrypted === undefined) return undefined
  const [derivation, scheme] = childrenOf(parameters)
  const scryptParameters = parametersOf(derivation, oids.scrypt)
  const iv = parametersOf(scheme, oids.aes256cbc)
  if (scryptParameters === undefined || iv === undefined) return undefined
  const [salt, N, r, p] = childrenOf(scryptParameters)
  if (salt === undefined || N === undefined || r === undefined || p === undefined) return undefined
  return { salt: salt.content, options: { N: numberOf(N), r: numberOf(r), p: numberOf(p) }, iv: iv.content, encrypted: encrypted.content }
}

function parametersOf(algorithm: Der | undefined, wanted: string): Der | undefined {
  const [type, parameters] = algorithm === undefined ? [] : childrenOf(algorithm)
  return type !== undefined && readOid(type.content) === wanted ? parameters : undefined
}

function numberOf({ content }: Der): number {
  return Number.parseInt(readIntegerHex(content), 16)
}

/** In the thread pool: other hosts go on meanwhile. */
function derive(passphrase: Secret, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.reveal(), salt, 32, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}
