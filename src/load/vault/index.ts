import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../../model/value.ts'
import { armorMark, openAge, plainMark, unarmored } from '../age/index.ts'
import { type Envelope, readEnvelope, vaultMark, writeEnvelope } from './envelope.ts'

export { defaultLabel, isLabel } from './envelope.ts'

export interface VaultPassword {
  readonly label: string
  readonly password: Secret
}

export type Opened = { readonly bytes: Uint8Array } | { readonly refused: 'damaged' | 'locked' }

/** The passwords of a run. Keys are derived once per password and salt: 10,000 rounds cost some milliseconds. */
export interface Vault {
  open(text: string): Opened
}

/** Whether a text, or bytes as latin1, are encrypted in a form that is known: by Ansible Vault or by age. */
export function isSealed(text: string): boolean {
  return text.startsWith(vaultMark) || isAge(text)
}

export function isAge(text: string): boolean {
  return text.startsWith(armorMark) || text.startsWith(plainMark)
}

/** `identities` are keys of age; its passphrases are the passwords. */
export function newVault(passwords: readonly VaultPassword[], identities: readonly Secret[] = []): Vault {
  const known = new Map<VaultPassword, Map<string, Keys>>(passwords.map((password) => [password, new Map()]))
  const keysFor = (password: VaultPassword, salt: Uint8Array): Keys => {
    const bySalt = known.get(password) ?? new Map<string, Keys>()
    const name = Buffer.from(salt).toString('hex')
    const keys = bySalt.get(name) ?? derive(password.password, salt)
    bySalt.set(name, keys)
    return keys
  }
  return {
    open(text) {
      if (isAge(text)) {
        const file = text.startsWith(armorMark) ? unarmored(text) : Buffer.from(text, 'latin1')
        if (file === undefined) return { refused: 'damaged' }
        return openAge(file, { identities, passphrases: passwords.map(({ password }) => password) })
      }
      const envelope = readEnvelope(text)
      if (envelope === undefined) return { refused: 'damaged' }
      // as in Ansible: the password of that label first, then all others
      const ordered = passwords.toSorted((one, other) => Number(other.label === envelope.label) - Number(one.label === envelope.label))
      for (const password of ordered) {
        const keys = keysFor(password, envelope.salt)
        if (timingSafeEqual(digestOf(keys, envelope.ciphertext), envelope.digest)) return decrypted(keys, envelope)
      }
      return { refused: 'locked' }
    },
  }
}

/** Encrypts as Ansible does; `salt` is 32 fresh random bytes. */
export function sealVault(bytes: Uint8Array, { label, password }: VaultPassword, salt: Uint8Array): string {
  const keys = derive(password, salt)
  const padding = blockBytes - (bytes.length % blockBytes)
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.counter)
  const ciphertext = Buffer.concat([cipher.update(Buffer.concat([bytes, Buffer.alloc(padding, padding)])), cipher.final()])
  return writeEnvelope({ label, salt, digest: digestOf(keys, ciphertext), ciphertext })
}

interface Keys {
  readonly cipher: Uint8Array
  readonly authentication: Uint8Array
  readonly counter: Uint8Array
}

const blockBytes = 16

// VaultAES256 of ansible-core 2.19: 80 bytes of PBKDF2 with SHA-256, cut into 32, 32 and 16.
function derive(password: Secret, salt: Uint8Array): Keys {
  const bytes = pbkdf2Sync(password.reveal(), salt, 10_000, 80, 'sha256')
  return { cipher: bytes.subarray(0, 32), authentication: bytes.subarray(32, 64), counter: bytes.subarray(64) }
}

function digestOf(keys: Keys, ciphertext: Uint8Array): Buffer {
  return createHmac('sha256', keys.authentication).update(ciphertext).digest()
}

function decrypted(keys: Keys, { ciphertext }: Envelope): Opened {
  const cipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.counter)
  const padded = Buffer.concat([cipher.update(ciphertext), cipher.final()])
  const padding = padded.at(-1) ?? 0
  const isPadded = padding >= 1 && padding <= blockBytes && padded.length % blockBytes === 0
  return isPadded ? { bytes: padded.subarray(0, padded.length - padding) } : { refused: 'damaged' }
}
