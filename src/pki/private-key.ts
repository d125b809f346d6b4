import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { Secret } from '../model/value.ts'
import { parsePublicKey, type PublicKey } from './parse.ts'

/** A private key in clear, as PKCS#8, and its public half. */
export interface OpenedKey extends PublicKey {
  readonly pem: string
}

/** Opens the private key of a PEM text, whatever else stands in it; or says in words why it cannot be used. */
export function openPrivateKey(text: string, passphrase: Secret | undefined): OpenedKey | string {
  const begin = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.exec(text)
  if (begin === null) return 'is no private key in PEM form'
  const encrypted = /ENCRYPTED/.test(text)
  if (encrypted && passphrase === undefined) return 'is encrypted, and there is no passphrase for it'
  const key = keyOf(text.slice(begin.index), passphrase)
  if (key === undefined) return encrypted ? 'does not open with the passphrase' : 'cannot be read'
  const half = parsePublicKey(String(createPublicKey(key).export({ type: 'spki', format: 'pem' })))
  return half === undefined ? 'cannot be read' : { ...half, pem: String(key.export({ type: 'pkcs8', format: 'pem' })) }
}

function keyOf(pem: string, passphrase: Secret | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }) })
  } catch (error) {
    // OpenSSL refuses what is no key, or is closed to the passphrase, with an Error that carries a code.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
