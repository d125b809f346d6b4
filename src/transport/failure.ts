import { maskText } from '../lib/masking/mask.ts'
import type { ProblemCode } from '../model/problem-codes.ts'
import { TlsplayError } from '../model/problem.ts'
import type { ConnectionTarget } from '../ports/channel.ts'

/** What to do where whoever reports knows no better. */
const remedies: { readonly [C in ProblemCode]?: string } = {
  HOST_UNREACHABLE: 'log in by hand from here, and see what is said',
  CONNECTION_LOST: 'run again: what had been done is found done, and what had not is done then',
  TIMED_OUT: 'log in by hand, and see what the host waits for',
  SHELL_REFUSED: 'log in by hand, and see what is said; the account needs a shell of the POSIX kind, or one that starts sh',
  OUTPUT_LIMIT: 'have the command print less, or into a file of the host',
  PROTOCOL: 'run again with -vvv, and look for programs of the host that write where tlsplay listens, such as rc files of the shell',
}

/** The one way a transport reports what a user must know. */
export function failure(target: ConnectionTarget, code: ProblemCode, message: string, hint?: string, cause?: unknown): TlsplayError {
  const where = target.hop === undefined ? target.name : `${target.name}: jump host ${target.hop}`
  const remedy = hint ?? remedies[code]
  const problem = {
    code,
    message: `${where}: ${message}`,
    at: target.at,
    host: target.name,
    ...(remedy === undefined ? {} : { hint: remedy }),
  }
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
