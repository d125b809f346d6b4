import { revealText, Secret, type Text } from '../model/value.ts'
import { sha256Hex } from './digest.ts'

/** What a file on a host shall hold. */
export type Content = Text | Uint8Array

export function bytesOf(content: Content): Uint8Array {
  return content instanceof Uint8Array ? content : Buffer.from(revealText(content), 'utf8')
}

/** As a program reads it that takes text, whatever the bytes are. */
export function readAsText(content: Content): string {
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : revealText(content)
}

export function sha256Of(content: Content): string {
  return sha256Hex(bytesOf(content))
}

/** The text that bytes are, undefined when they are none: not UTF-8, or with a NUL as only binary files have. */
export function textIn(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The same, with secret stretches kept apart. */
export function textOf(content: Content): Text | undefined {
  return content instanceof Uint8Array ? textIn(content) : content
}

/** Size and digest as a plan shows what it cannot show in full; a digest of a secret would help to guess it. */
export function contentSummary(content: Content): string {
  if (content instanceof Secret) return `${bytesOf(content).length} bytes, secret`
  return summaryOf(bytesOf(content).length, sha256Of(content))
}

export function summaryOf(bytes: number, sha256: string): string {
  return `${bytes} bytes, sha256 ${sha256.slice(0, 16)}`
}
