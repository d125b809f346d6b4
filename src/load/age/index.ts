import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto'
import type { Secret } from '../../model/value.ts'
import { fromBech32 } from './bech32.ts'
import { fromBase64, readHeader, type Stanza, toBase64, writeHeader } from './header.ts'

export { armored, armorMark, plainMark, unarmored } from './armor.ts'

/**
 * Files of age (C2SP age.md, version 1): X25519 recipients and passphrases. With the primitives of Node, because variables are
 * read without waiting and libraries for it only answer later; test/conformance holds it against the program.
 */
export interface AgeKeys {
  /** `AGE-SECRET-KEY-1...` */
  readonly identities: readonly Secret[]
  readonly passphrases: readonly Secret[]
}

export type AgeOpened = { readonly bytes: Uint8Array } | { readonly refused: 'damaged' | 'locked' }

const label = 'age-encryption.org/v1'
const chunkBytes = 64 * 1024
const tagBytes = 16
/** 2 to this power: 4 GiB of memory and a minute; what a person makes has 18. */
const highestWork = 22

export function openAge(file: Uint8Array, keys: AgeKeys): AgeOpened {
  const header = readHeader(file)
  if (header === undefined) return { refused: 'damaged' }
  const fileKey = header.stanzas.some(({ type }) => type === 'scrypt')
    ? byPassphrase(header.stanzas, keys.passphrases)
    : byIdentity(header.stanzas, keys.identities)
  if (fileKey === undefined) return { refused: 'locked' }
  const mac = createHmac('sha256', derived(fileKey, empty, 'header'))
    .update(header.signed)
    .digest()
  if (!timingSafeEqual(mac, header.mac)) return { refused: 'damaged' }
  const bytes = openPayload(file.subarray(header.end), fileKey)
  return bytes === undefined ? { refused: 'damaged' } : { bytes }
}

/** Encrypts for recipients, `age1...`; `random` gives fresh bytes. */
export function sealAge(bytes: Uint8Array, recipients: readonly string[], random: (count: number) => Uint8Array): Uint8Array {
  const fileKey = random(16)
  const stanzas = recipients.map((recipient) => stanzaFor(recipient, fileKey, random))
  const head = Buffer.from(writeHeader(stanzas), 'latin1')
  const mac = createHmac('sha256', derived(fileKey, empty, 'header'))
    .update(head)
    .digest()
  const nonce = random(16)
  const key = derived(fileKey, nonce, 'payload')
  const chunks: Uint8Array[] = []
  for (let [at, index] = [0, 0]; at === 0 || at < bytes.length; at += chunkBytes, index += 1)
    chunks.push(sealed(key, chunkNonce(index, at + chunkBytes >= bytes.length), bytes.subarray(at, at + chunkBytes)))
  return Buffer.concat([head, Buffer.from(` ${toBase64(mac)}\n`, 'latin1'), nonce, ...chunks])
}

export function isAgeRecipient(text: string): boolean {
  return fromBech32(text, 'age')?.length === 32
}

export function isAgeIdentity(text: string): boolean {
  return text === text.toUpperCase() && fromBech32(text, 'age-secret-key-')?.length === 32
}

const empty = new Uint8Array(0)

function derived(key: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, info, 32))
}

function byPassphrase(stanzas: readonly Stanza[], passphrases: readonly Secret[]): Uint8Array | undefined {
  const [stanza, ...others] = stanzas
  const [salt, work] = [fromBase64(stanza?.args[0] ?? ''), stanza?.args[1] ?? '']
  if (stanza === undefined || others.length > 0 || salt?.length !== 16 || !/^[1-9]\d?$/.test(work)) return undefined
  const power = Number(work)
  if (power > highestWork) return undefined
  for (const passphrase of passphrases) {
    const key = scryptSync(passphrase.reveal(), Buffer.concat([Buffer.from(`${label}/scrypt`), salt]), 32, {
      ...{ N: 2 ** power, r: 8, p: 1 },
      maxmem: 2 ** power * 1024 + 1024 * 1024,
    })
    const fileKey = opened(key, zeroNonce, stanza.body)
    if (fileKey !== undefined) return fileKey
  }
  return undefined
}

function byIdentity(stanzas: readonly Stanza[], identities: readonly Secret[]): Uint8Array | undefined {
  for (const identity of identities) {
    const raw = fromBech32(identity.reveal(), 'age-secret-key-')
    if (raw === undefined) continue
    const own = privateKey(raw)
    const ours = rawPublic(createPublicKey(own))
    for (const { type, args, body } of stanzas) {
      const share = type === 'X25519' && args.length === 1 ? fromBase64(args[0] ?? '') : undefined
      if (share?.length !== 32 || body.length !== 32) continue
      const shared = agreed(own, share)
      const key = shared === undefined ? undefined : derived(shared, Buffer.concat([share, ours]), `${label}/X25519`)
      const fileKey = key === undefined ? undefined : opened(key, zeroNonce, body)
      if (fileKey !== undefined) return fileKey
    }
  }
  return undefined
}

function stanzaFor(recipient: string, fileKey: Uint8Array, random: (count: number) => Uint8Array): Stanza {
  const theirs = fromBech32(recipient, 'age')
  if (theirs === undefined) throw new Error('a recipient that was not checked')
  const ephemeral = privateKey(random(32))
  const share = rawPublic(createPublicKey(ephemeral))
  const shared = agreed(ephemeral, theirs)
  if (shared === undefined) throw new Error('a recipient of low order')
  const key = derived(shared, Buffer.concat([share, theirs]), `${label}/X25519`)
  return { type: 'X25519', args: [toBase64(share)], body: sealed(key, zeroNonce, fileKey) }
}

function openPayload(payload: Uint8Array, fileKey: Uint8Array): Uint8Array | undefined {
  if (payload.length < 16 + tagBytes) return undefined
  const key = derived(fileKey, payload.subarray(0, 16), 'payload')
  const body = payload.subarray(16)
  const whole = chunkBytes + tagBytes
  const clear: Uint8Array[] = []
  for (let [at, index] = [0, 0]; at < body.length; at += whole, index += 1) {
    const isLast = at + whole >= body.length
    const chunk = opened(key, chunkNonce(index, isLast), body.subarray(at, at + whole))
    // an empty chunk stands for an empty file and nothing else
    if (chunk === undefined || (chunk.length === 0 && index > 0)) return undefined
    clear.push(chunk)
  }
  return Buffer.concat(clear)
}

const zeroNonce = new Uint8Array(12)

function chunkNonce(index: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 5, 6)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

function sealed(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes })
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

function opened(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < tagBytes) return undefined
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes })
  cipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
  try {
    return Buffer.concat([cipher.update(bytes.subarray(0, bytes.length - tagBytes)), cipher.final()])
  } catch {
    return undefined
  }
}

// RFC 8410: what stands before the 32 bytes of an X25519 key in PKCS#8 and in SubjectPublicKeyInfo.
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex')
const spkiHead = Buffer.from('302a300506032b656e032100', 'hex')

function privateKey(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, raw]), format: 'der', type: 'pkcs8' })
}

function rawPublic(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'spki' }).subarray(spkiHead.length)
}

/** Undefined for a point of low order, whose secret everybody knows. */
function agreed(own: KeyObject, theirs: Uint8Array): Uint8Array | undefined {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([spkiHead, theirs]), format: 'der', type: 'spki' })
    const shared = diffieHellman({ privateKey: own, publicKey })
    return shared.every((byte) => byte === 0) ? undefined : shared
  } catch {
    return undefined
  }
}
