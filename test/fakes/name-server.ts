import { Buffer } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** How a server that is not well answers. */
export type Misbehaviour =
  | 'refuses'
  | 'knows no such key'
  | 'has another secret'
  | 'does not sign'
  | 'signs with another secret'
  | 'answers another request'
  | 'cuts its answer'
  | 'says nothing'
  | 'has another clock'

export interface NameServer {
  readonly port: number
  /** record -> values, in the order they came */
  readonly records: ReadonlyMap<string, readonly string[]>
  /** `present NAME VALUE` and `cleanup NAME VALUE`, of updates that were signed well */
  readonly heard: readonly string[]
  readonly close: () => void
}

/** Told of each change before it is answered: to whoever else serves the zone. */
type Taken = (record: string, values: readonly string[]) => Promise<void>

interface ServerKey {
  readonly name: string
  /** `sha256` */
  readonly digest: string
  /** base64 */
  readonly secret: string
}

/**
 * The primary server of one zone, over TCP: it takes updates of TXT records (RFC 2136) that are signed with its key (RFC 8945).
 * It reads and signs by code of its own, so that a mistake of the client is not made twice; BIND 9.18 was asked the same by hand.
 */
export async function nameServer(
  zone: string,
  key: ServerKey,
  { odd, taken = async () => undefined }: { readonly odd?: Misbehaviour | undefined; readonly taken?: Taken } = {},
): Promise<NameServer> {
  const records = new Map<string, readonly string[]>()
  const heard: string[] = []
  const server = createServer((socket) => {
    let seen = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk])
      if (seen.length >= 2 && seen.length >= 2 + seen.readUInt16BE(0)) void answer(socket, seen.subarray(2)).catch(() => socket.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, records, heard, close: () => server.close() }

  async function answer(socket: Socket, message: Buffer): Promise<void> {
    const read = readUpdate(message)
    const { mac: asked, plain, variables, name } = read
    const right = createHmac(key.digest, Buffer.from(key.secret, 'base64')).update(plain).update(variables).digest()
    const wellSigned = name === key.name && right.equals(asked)
    if (wellSigned && odd === undefined) await take(read)
    if (odd === 'says nothing') return void socket.end()
    const head = Buffer.from(message.subarray(0, 12))
    head.writeUInt16BE(
      0x8000 |
        (5 << 11) |
        (wellSigned && odd !== 'refuses' && odd !== 'knows no such key' && odd !== 'has another secret' ? 0 : odd === 'refuses' ? 5 : 9),
      2,
    )
    head.writeUInt32BE(0, 6)
    if (odd === 'answers another request') head.writeUInt16BE((message.readUInt16BE(0) + 1) % 65_536, 0)
    const body = Buffer.concat([head, message.subarray(12, read.zoneEnd)])
    body.writeUInt16BE(0, 10)
    const unsignedError = odd === 'knows no such key' ? 17 : odd === 'has another secret' || !wellSigned ? 16 : 0
    const reply = odd === 'does not sign' ? body : signed(body, asked, unsignedError)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(reply.length)
    socket.end(Buffer.concat([length, odd === 'cuts its answer' ? reply.subarray(0, 20) : reply]))
  }

  async function take({ zone: asked, record, value, recordClass, ttl }: ReturnType<typeof readUpdate>): Promise<void> {
    if (asked !== zone || !(record === zone || record.endsWith(`.${zone}`))) return
    const present = records.get(record) ?? []
    const adds = recordClass === 1 && ttl > 0
    if (!adds && !(recordClass === 254 && ttl === 0)) return
    records.set(record, adds ? [...present, value] : present.filter((one) => one !== value))
    await taken(record, records.get(record) ?? [])
    heard.push(`${adds ? 'present' : 'cleanup'} ${record} ${value}`)
  }

  function signed(body: Buffer, asked: Buffer, error: number): Buffer {
    const now = Math.floor(Date.now() / 1000) + (odd === 'has another clock' ? 3600 : 0)
    const [name, algorithm] = [wire(key.name), wire(`hmac-${key.digest}`)]
    const time = Buffer.alloc(8)
    time.writeUIntBE(now, 0, 6)
    time.writeUInt16BE(300, 6)
    const [errorBytes, size, any] = [Buffer.alloc(4), Buffer.alloc(2), Buffer.from([0, 255, 0, 0, 0, 0])]
    errorBytes.writeUInt16BE(error, 0)
    const askedSize = Buffer.alloc(2)
    askedSize.writeUInt16BE(asked.length)
    const secret = odd === 'signs with another secret' ? Buffer.from('another') : Buffer.from(key.secret, 'base64')
    const hmac = createHmac(key.digest, secret)
    for (const part of [askedSize, asked, body, name, any, algorithm, time, errorBytes]) hmac.update(part)
    const mac = error === 0 ? hmac.digest() : Buffer.alloc(0)
    size.writeUInt16BE(mac.length)
    const data = Buffer.concat([algorithm, time, size, mac, body.subarray(0, 2), errorBytes])
    const dataSize = Buffer.alloc(2)
    dataSize.writeUInt16BE(data.length)
    const whole = Buffer.concat([body, name, Buffer.from([0, 250]), any, dataSize, data])
    whole.writeUInt16BE(1, 10)
    return whole
  }
}

function readUpdate(message: Buffer) {
  if (message.readUInt16BE(2) >> 11 !== 5) throw new Error('it is no update')
  let at = 12
  const name = (): string => {
    const labels: string[] = []
    for (let size = message.readUInt8(at); size > 0; size = message.readUInt8(at)) {
      labels.push(message.toString('latin1', at + 1, at + 1 + size))
      at += size + 1
    }
    at += 1
    return labels.join('.')
  }
  const zone = name()
  at += 4
  const zoneEnd = at
  const record = name()
  const [recordClass, ttl, size] = [message.readUInt16BE(at + 2), message.readUInt32BE(at + 4), message.readUInt16BE(at + 8)]
  const value = message.toString('latin1', at + 11, at + 10 + size)
  at += 10 + size
  const plain = Buffer.from(message.subarray(0, at))
  plain.writeUInt16BE(message.readUInt16BE(10) - 1, 10)
  const keyStart = at
  const keyName = name()
  const keyBytes = message.subarray(keyStart, at)
  at += 10
  const algorithmStart = at
  name()
  const macSize = message.readUInt16BE(at + 8)
  const mac = message.subarray(at + 10, at + 10 + macSize)
  const errorBytes = message.subarray(at + 12 + macSize, at + 16 + macSize)
  const variables = Buffer.concat([keyBytes, Buffer.from([0, 255, 0, 0, 0, 0]), message.subarray(algorithmStart, at + 8), errorBytes])
  return { zone, zoneEnd, record, value, recordClass, ttl, plain, variables, mac, name: keyName }
}

function wire(name: string): Buffer {
  return Buffer.concat([
    ...name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')),
    Buffer.from([0]),
  ])
}
