import type { Answer, ListenerFact, ListenerTarget } from '../model/fact.ts'
import { parseCertificates } from '../pki/parse.ts'
import { unreadable } from './bytes.ts'

/** What openssl and the plain client said of one target. */
export interface Heard {
  /** note: how many arguments the CA file took, 0 when the host cannot read it */
  readonly main?: Said
  readonly old?: Said
  readonly plain?: Said
}

export interface Said {
  readonly note: string
  readonly text: string
}

/** Reads the words of `openssl s_client` (1.0.2 to 3.x). */
export function listenerFact(target: ListenerTarget, heard: Heard | undefined): Answer<ListenerFact> {
  if (heard?.main === undefined) return unreadable(`${target.address}:${target.port}`)
  const { text, note } = heard.main
  // What follows is said by the server: nothing in it counts but the status of its answer.
  const handshakeEnd = text.indexOf('SSL handshake has read')
  const chain = parseCertificates(handshakeEnd < 0 ? text : text.slice(0, handshakeEnd))
  const weakness = weaknessOf(target, heard)
  if (chain.length === 0) return { ...unserved(text), chain, ...weakness }
  return {
    state: 'tls',
    chain,
    ...protocolOf(text),
    ...verificationOf(target, text, note !== '0'),
    ...weakness,
    ...answerOf(target, text, handshakeEnd),
  }
}

function unserved(text: string): Pick<ListenerFact, 'state' | 'error'> {
  if (/wrong version number|packet length too long|unknown protocol/.test(text)) return { state: 'plain' }
  if (text.includes('CONNECTED')) {
    const words = lastError(text)
    return {
      state: 'failed',
      error: words === undefined || words.startsWith('unexpected eof') ? 'it closes the connection without an answer' : words,
    }
  }
  const reason =
    /Connection refused|No route to host|Network is unreachable|timed out|Name or service not known|Temporary failure in name resolution/i.exec(
      text,
    )?.[0] ?? lastError(text)
  // A client that was ended by its deadline said nothing: its words were still in its buffer.
  return reason === undefined ? { state: 'failed', error: 'no answer in time' } : { state: 'closed', error: reason.toLowerCase() }
}

/** `error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading:file:line:` -> the words in the middle. */
function lastError(text: string): string | undefined {
  const line = /error:[0-9A-F]+:(.*)/.exec(text)?.[1]
  if (line === undefined) return undefined
  const words = line.split(':').filter((word) => word !== '' && !/\.c$|^\d+$/.test(word))
  return words[2] ?? words.at(-1)
}

function protocolOf(text: string): Pick<ListenerFact, 'protocol'> {
  // Before TLS 1.3 the line `New, ...` names the protocol that first had the cipher, not the one in use.
  const protocol = /^ *Protocol *: (\S+)/m.exec(text)?.[1] ?? /^New, (TLSv[\d.]+), Cipher is/m.exec(text)?.[1]
  return protocol === undefined ? {} : { protocol }
}

function verificationOf({ caFile }: ListenerTarget, text: string, caRead: boolean): Pick<ListenerFact, 'verified' | 'verifyError'> {
  if (caFile === undefined) return {}
  if (!caRead) return { verified: false, verifyError: `${caFile} cannot be read` }
  const [, code, words] = /Verify return code: (\d+) \(([^)]*)\)/.exec(text) ?? []
  if (code === undefined) return { verified: false, verifyError: 'the handshake did not come to its end' }
  return code === '0' ? { verified: true } : { verified: false, ...(words === undefined ? {} : { verifyError: words.toLowerCase() }) }
}

/** With TLS 1.3 a client without a certificate gets through the handshake; the alert comes in place of the answer. */
function answerOf({ httpPath }: ListenerTarget, text: string, handshakeEnd: number): Pick<ListenerFact, 'httpStatus' | 'turnedAway'> {
  if (httpPath === undefined || handshakeEnd < 0) return {}
  const said = text.slice(handshakeEnd)
  // Not at the start of a line: openssl prints the tickets of TLS 1.3 through a buffer, and the answer past it (seen with 3.0.19).
  const status = /HTTP\/1\.[01] (\d{3})/.exec(said)?.[1]
  if (status !== undefined) return { httpStatus: Number(status) }
  // Before TLS 1.3 it ends the handshake, which openssl says first.
  return /SSL alert number \d+|errno[:=]104\b|unexpected eof/.test(text) ? { turnedAway: true } : {}
}

function weaknessOf({ probeWeakness }: ListenerTarget, { old, plain }: Heard): Pick<ListenerFact, 'acceptsOldProtocol' | 'plainHttp'> {
  if (!probeWeakness) return {}
  const accepts = old === undefined ? undefined : acceptedOld(old.text)
  return {
    ...(accepts === undefined ? {} : { acceptsOldProtocol: accepts }),
    plainHttp: plain === undefined ? 'not asked' : plainAnswer(plain.text),
  }
}

/** Undefined when the openssl of the host cannot speak so old a protocol, or the server did not answer. */
function acceptedOld(text: string): boolean | undefined {
  if (/^(New, (?!\(NONE\))| *Cipher *: (?!0000|\(NONE\)))/m.test(text)) return true
  if (/no protocols available|no ciphers available|no cipher match|nknown option|nrecognized flag/.test(text)) return undefined
  return /alert|unsupported protocol|wrong version|unexpected eof|errno=(104|0)\b|handshake failure/.test(text) ? false : undefined
}

/** A TLS server that is spoken to in plain HTTP says 400 (Go, nginx) or hangs up (Node): both refuse. */
export function plainAnswer(text: string): NonNullable<ListenerFact['plainHttp']> {
  const status = /HTTP\/\d[.\d]* (\d{3})/.exec(text)?.[1]
  return status === undefined || status === '000' || status === '400' ? 'refused' : 'answered'
}
