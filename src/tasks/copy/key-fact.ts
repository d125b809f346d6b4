import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyFact } from '../../model/fact.ts'
import { sha256Hex } from '../../lib/digest.ts'

/** The public half of the private key that a text holds; undefined when it holds none. */
export function keyFactOf(text: string): KeyFact | undefined {
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(text)) return undefined
  try {
    return { spki: sha256Hex(createPublicKey(createPrivateKey(text)).export({ type: 'spki', format: 'der' })) }
  } catch (error) {
    // OpenSSL refuses what is no key, or is encrypted, with an Error that carries a code.
    if (error instanceof Error && 'code' in error) return { spki: undefined, broken: 'the private key cannot be read' }
    throw error
  }
}
