import { knownSecrets } from '../../model/known-secrets.ts'
import { shortestMask } from './encodings.ts'
import { Masker, PatternIndex } from './masker.ts'

const index = new PatternIndex()
let indexed = 0

/** All that is known by now. Nothing is built before there is a secret. */
function upToDate(): PatternIndex {
  for (; indexed < knownSecrets.length; indexed += 1) index.add(knownSecrets[indexed]?.text ?? '')
  return index
}

/** A text with every known secret replaced, in whatever encoding it stands there. For texts that are about to be cut or kept. */
export function maskText(text: string): string {
  if (knownSecrets.length === 0) return text
  const masker = new Masker(upToDate())
  const bytes = Buffer.from(text).toString('latin1')
  const masked = masker.push(bytes) + masker.end()
  return masked === bytes ? text : Buffer.from(masked, 'latin1').toString()
}

/** A value of JSON with all its texts masked, keys too. */
export function maskJson<T>(value: T): T {
  if (knownSecrets.length === 0) return value
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) => {
    if (typeof part === 'string') return maskText(part)
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [maskText(key), item]))
  }) as T
}

/** Masks one stream of bytes; secrets may become known while it flows. */
export class StreamMasker {
  #masker: Masker | undefined

  push(bytes: Uint8Array): Uint8Array {
    if (knownSecrets.length === 0) return bytes
    this.#masker ??= new Masker(upToDate())
    upToDate()
    return Buffer.from(this.#masker.push(Buffer.from(bytes).toString('latin1')), 'latin1')
  }

  end(): Uint8Array {
    return Buffer.from(this.#masker?.end() ?? '', 'latin1')
  }
}

/** How many secrets that a person gave are too short to be searched for. */
export function tooShortToMask(): number {
  return knownSecrets.filter(({ text, given }) => given && text !== '' && Buffer.byteLength(text) < shortestMask).length
}
