import { maskText } from '../lib/masking/mask.ts'
import type { ProblemCode } from '../model/problem-codes.ts'
import { TlsplayError } from '../model/problem.ts'
import type { ConnectionTarget } from '../ports/channel.ts'

/** The one way a transport reports what a user must know. */
export function failure(target: ConnectionTarget, code: ProblemCode, message: string, hint?: string, cause?: unknown): TlsplayError {
  const where = target.hop === undefined ? target.name : `${target.name}: jump host ${target.hop}`
  const problem = { code, message: `${where}: ${message}`, at: target.at, host: target.name, ...(hint === undefined ? {} : { hint }) }
  return new TlsplayError([problem], cause === undefined ? undefined : { cause })
}

/**
 * What a host printed, safe to show: control characters, bidirectional overrides and broken UTF-8 are escaped,
 * and at most `limit` characters are kept.
 */
export function quoted(text: string, limit = 200): string {
  // What is cut off could not be recognized any more.
  const trimmed = maskText(text.trim())
  const kept = trimmed.length > limit ? `${trimmed.slice(0, limit)}...` : trimmed
  return `"${kept.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu, escapeCharacter)}"`
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  return `\\u{${character.codePointAt(0)?.toString(16)}}`
}
