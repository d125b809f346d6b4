import { createPublicKey, KeyObject, webcrypto } from 'node:crypto'
import type { KeyType } from '../model/fact.ts'
import { parsePublicKey } from '../pki/parse.ts'

export type CryptoKey = webcrypto.CryptoKey
export type CryptoKeyPair = webcrypto.CryptoKeyPair

/** The library that writes X.509; loaded only when something is signed, for it takes longer to load than all of a plan. */
export async function loadX509() {
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto as never)
  return x509
}

interface SigningAlgorithm {
  readonly key: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | webcrypto.Algorithm
  readonly signature: { readonly name: string; readonly hash?: string }
}

export function signingAlgorithm(keyType: KeyType): SigningAlgorithm {
  switch (keyType) {
    case 'ecdsa-p256':
      return { key: { name: 'ECDSA', namedCurve: 'P-256' }, signature: { name: 'ECDSA', hash: 'SHA-256' } }
    case 'ecdsa-p384':
      return { key: { name: 'ECDSA', namedCurve: 'P-384' }, signature: { name: 'ECDSA', hash: 'SHA-384' } }
    case 'ed25519':
      return { key: { name: 'Ed25519' }, signature: { name: 'Ed25519' } }
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return {
        key: {
          name: 'RSASSA-PKCS1-v1_5',
          hash: 'SHA-256',
          publicExponent: Uint8Array.of(1, 0, 1),
          modulusLength: Number(keyType.slice('rsa-'.length)),
        },
        signature: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      }
  }
}

export function newKeyPair(keyType: KeyType): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(signingAlgorithm(keyType).key as webcrypto.EcKeyGenParams, true, ['sign', 'verify'])
}

/** A private key that can be written down and signed with. */
export async function newKey(keyType: KeyType): Promise<KeyObject> {
  return KeyObject.from((await newKeyPair(keyType)).privateKey)
}

export async function exportPkcs8(key: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', key))
}

export function importSigningKey(key: KeyObject, keyType: KeyType): Promise<CryptoKey> {
  const bytes = key.export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', bytes, signingAlgorithm(keyType).key as webcrypto.EcKeyImportParams, false, ['sign'])
}

/** Digest of the public half, as certificates are compared by. */
export function spkiOf(key: KeyObject): string | undefined {
  return parsePublicKey(String(createPublicKey(key).export({ type: 'spki', format: 'pem' })))?.spki
}

/** 16 random bytes with the top bit clear: positive, and beyond guessing (RFC 5280 allows 20 octets). */
export function newSerial(bytes: Uint8Array): string {
  const serial = Uint8Array.from(bytes)
  serial[0] = (serial[0] ?? 0) & 0x7f
  return Buffer.from(serial).toString('hex')
}

/** A certificate holds whole seconds. */
export function dateOf(at: number): Date {
  return new Date(Math.floor(at / 1000) * 1000)
}
