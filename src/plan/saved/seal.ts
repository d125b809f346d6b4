import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SavedPlan } from './document.ts'

/** Bytes of the key that only this controller has. */
export const sealKeyBytes = 32

/** Digests that mean something to the holder of the key only. */
export type Digest = (bytes: Uint8Array | string) => string

export function keyedDigest(key: Uint8Array): Digest {
  // 128 bits: two different facts never have the same by chance, and a file of 1,000 hosts stays small.
  return (bytes) => createHmac('sha256', key).update('tlsplay digest\0').update(bytes).digest('hex').slice(0, 32)
}

/** The text of a plan file: JSON whose last member seals every byte before it. */
export function sealedText(saved: SavedPlan, key: Uint8Array): string {
  const json = JSON.stringify(saved, undefined, 1)
  const body = json.slice(0, json.lastIndexOf('\n}'))
  return `${body}${ending(Buffer.from(body), key)}`
}

/** What a plan file says; undefined when it is not, byte for byte, what this controller sealed. */
export function openSealed(bytes: Uint8Array, key: Uint8Array): SavedPlan | undefined {
  const length = ending(Buffer.alloc(0), key).length
  if (bytes.length <= length) return undefined
  const body = bytes.subarray(0, bytes.length - length)
  if (!timingSafeEqual(bytes.subarray(body.length), Buffer.from(ending(body, key)))) return undefined
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as SavedPlan
}

function ending(body: Uint8Array, key: Uint8Array): string {
  const seal = createHmac('sha256', key).update('tlsplay seal\0').update(body).digest('hex')
  return `,\n "seal": "hmac-sha256:${seal}"\n}\n`
}
