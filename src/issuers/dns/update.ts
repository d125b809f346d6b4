import { Buffer } from 'node:buffer'
import { connect } from 'node:net'
import type { DnsUpdate } from '../../model/step.ts'
import type { Random } from '../../ports/ports.ts'
import { refused } from '../acme/client.ts'
import { DnsError, updateMessage, words } from './message.ts'
import { replyFault, sign } from './tsig.ts'

const timeoutMs = 15_000
/** A record that lives for a minute, so that no resolver keeps an old one for long. */
const ttl = 60
const longestMessage = 65_535

/** Puts a TXT record into a zone, or takes this one value away, and believes only a signed answer. Throws TlsplayError. */
export async function updateRecord(
  { server, port, zone, key }: DnsUpdate,
  action: 'present' | 'cleanup',
  { record, value, random }: { readonly record: string; readonly value: string; readonly random: Random },
): Promise<void> {
  const what = `${server}:${port} did not ${action === 'present' ? 'take' : 'remove'} the record ${record}`
  try {
    const id = Buffer.from(random.bytes(2)).readUInt16BE(0)
    const request = sign(updateMessage({ id, zone, record, value, action, ttl }), key, seconds())
    const fault = replyFault(await exchange(server, port, request.message), request, key, seconds())
    if (fault !== undefined) throw new DnsError(fault)
  } catch (error) {
    // RangeError: what it sent ends before it should.
    if (error instanceof DnsError || error instanceof RangeError || (error instanceof Error && 'code' in error))
      throw refused(`${what}: ${error.message}`)
    throw error
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Over TCP (RFC 1035, 4.2.2): nobody answers in the name of the server without being on the way, and nothing is cut. */
function exchange(server: string, port: number, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0)
    const socket = connect({ host: server, port })
    socket.setTimeout(timeoutMs, () => socket.destroy(new DnsError(`no answer within ${timeoutMs / 1000} s`)))
    socket.on('error', reject)
    socket.on('close', () => reject(new DnsError('it ended the connection without an answer')))
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk])
      if (heard.length < 2 || heard.length < heard.readUInt16BE(0) + 2) return
      resolve(heard.subarray(2, heard.readUInt16BE(0) + 2))
      socket.end()
    })
    if (message.length > longestMessage) return reject(new DnsError('the update is too long'))
    socket.write(Buffer.concat([words(message.length), message]))
  })
}
