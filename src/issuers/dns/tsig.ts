import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { TsigAlgorithm } from '../../model/step.ts'
import type { Secret } from '../../model/value.ts'
import { classes, DnsError, long, nameEnd, readReply, types, wireName, words } from './message.ts'

/** A secret that this side and the name server share (RFC 8945). */
export interface TsigKey {
  readonly name: string
  readonly algorithm: TsigAlgorithm
  /** base64, as tsig-keygen prints it */
  readonly secret: Secret
}

export interface Signed {
  readonly message: Buffer
  readonly mac: Buffer
}

/** Seconds by which the two clocks may differ; what RFC 8945, 10 recommends. */
const fudge = 300
const additionalCount = 10

/** `at`: seconds since 1970. */
export function sign(message: Buffer, key: TsigKey, at: number): Signed {
  const mac = macOf(key, [message, variables(key, at, fudge, 0, Buffer.alloc(0))])
  const id = message.readUInt16BE(0)
  const data = Buffer.concat([wireName(key.algorithm), time(at), words(fudge, mac.length), mac, words(id, 0, 0)])
  const record = Buffer.concat([wireName(key.name), words(types.tsig, classes.any), long(0), words(data.length), data])
  return { message: counted(Buffer.concat([message, record]), 1), mac }
}

/** Why an answer does not count, in words; undefined: it comes from who has the key, answers this request, and says that it was done. */
export function replyFault(reply: Buffer, { message: request, mac }: Signed, key: TsigKey, now: number): string | undefined {
  const { id, code, signature } = readReply(reply)
  if (id !== request.readUInt16BE(0)) return 'it answered another request'
  if (signature === undefined) return code === 0 ? 'its answer is not signed' : (codes[code] ?? `code ${code}`)
  const behind = nameEnd(signature.data, 0)
  const [at, window, length] = [
    signature.data.readUIntBE(behind, 6),
    signature.data.readUInt16BE(behind + 6),
    signature.data.readUInt16BE(behind + 8),
  ]
  const given = signature.data.subarray(behind + 10, behind + 10 + length)
  const rest = signature.data.subarray(behind + 10 + length)
  const [error, others] = [rest.readUInt16BE(2), rest.subarray(6)]
  // Who does not know the key, or not this one, cannot sign; the answer is a refusal and nothing is believed because of it.
  if (error !== 0 && length === 0) return signatureErrors[error] ?? `error ${error} of its signature`
  const plain = counted(Buffer.from(reply.subarray(0, signature.start)), -1)
  const expected = macOf(key, [words(mac.length), mac, plain, variables(key, at, window, error, others)])
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return 'its answer is signed with another key'
  if (error !== 0) return signatureErrors[error] ?? `error ${error} of its signature`
  if (Math.abs(now - at) > window) return 'its clock and ours differ too much'
  return code === 0 ? undefined : (codes[code] ?? `code ${code}`)
}

const codes: Readonly<Record<number, string>> = {
  1: 'it did not understand the update (FORMERR)',
  2: 'it failed (SERVFAIL)',
  4: 'it takes no updates (NOTIMP)',
  5: 'it refused the update (REFUSED): the key may not change this record',
  9: 'it is not in charge of the zone, or does not know the key (NOTAUTH)',
  10: 'the record is not within the zone (NOTZONE)',
}

const signatureErrors: Readonly<Record<number, string>> = {
  16: 'it has another secret for the key (BADSIG)',
  17: 'it does not know the key, or not with this algorithm (BADKEY)',
  18: 'its clock and ours differ by more than five minutes (BADTIME)',
  22: 'its signature would be cut (BADTRUNC)',
}

function variables(key: TsigKey, at: number, window: number, error: number, others: Buffer): Buffer {
  return Buffer.concat([
    ...[wireName(key.name), words(classes.any), long(0), wireName(key.algorithm), time(at), words(window, error, others.length), others],
  ])
}

function macOf({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.from(secret.reveal(), 'base64')
  if (bytes.length === 0) throw new DnsError('the secret of the key is no base64')
  const hmac = createHmac(algorithm.replace('hmac-', ''), bytes)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

function time(seconds: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(seconds, 0, 6)
  return bytes
}

/** The message with so many records more in its last section. */
function counted(message: Buffer, more: number): Buffer {
  message.writeUInt16BE(message.readUInt16BE(additionalCount) + more, additionalCount)
  return message
}
