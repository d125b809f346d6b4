import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { updateRecord } from '../../src/issuers/dns/update.ts'
import type { DnsUpdate, TsigAlgorithm } from '../../src/model/step.ts'
import { tsigAlgorithms } from '../../src/model/step.ts'
import { Secret } from '../../src/model/value.ts'
import { type Misbehaviour, nameServer } from '../fakes/name-server.ts'

const secret = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')
const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
const record = '_acme-challenge.lab.test'

async function server(odd?: Misbehaviour, digest = 'sha256') {
  const started = await nameServer('lab.test', { name: 'acme-key', digest, secret }, { odd })
  onTestFinished(() => started.close())
  return started
}

function to(port: number, change: Partial<DnsUpdate['key']> = {}): DnsUpdate {
  const key = { name: 'acme-key', algorithm: 'hmac-sha256' as TsigAlgorithm, secret: Secret.of(secret), ...change }
  return { server: '127.0.0.1', port, zone: 'lab.test', key, wait: 0 }
}

const change = (update: DnsUpdate, action: 'present' | 'cleanup', value = 'v1', name = record) =>
  updateRecord(update, action, { record: name, value, random })

const refusal = (message: string) => ({ problems: [{ code: 'ACME_REFUSED', message: expect.stringContaining(message) }] })

describe('an update of a zone', () => {
  test('adds one value beside others, and takes away that value alone', async () => {
    const { port, records, heard } = await server()
    await change(to(port), 'present', 'v1')
    await change(to(port), 'present', 'v2')
    expect(records.get(record)).toEqual(['v1', 'v2'])
    await change(to(port), 'cleanup', 'v1')
    expect(records.get(record)).toEqual(['v2'])
    expect(heard).toEqual([`present ${record} v1`, `present ${record} v2`, `cleanup ${record} v1`])
  })

  test.each(tsigAlgorithms)('is signed and believed with %s', async (algorithm) => {
    const { port, records } = await server(undefined, algorithm.replace('hmac-', ''))
    await change(to(port, { algorithm }), 'present')
    expect(records.get(record)).toEqual(['v1'])
  })

  test.each<{ odd: Misbehaviour; says: string }>([
    { odd: 'refuses', says: 'REFUSED' },
    { odd: 'knows no such key', says: 'BADKEY' },
    { odd: 'has another secret', says: 'BADSIG' },
    { odd: 'does not sign', says: 'its answer is not signed' },
    { odd: 'signs with another secret', says: 'signed with another key' },
    { odd: 'answers another request', says: 'another request' },
    { odd: 'cuts its answer', says: 'without an answer' },
    { odd: 'says nothing', says: 'without an answer' },
    { odd: 'has another clock', says: 'clock' },
  ])('a server that $odd: $says', async ({ odd, says }) => {
    const { port } = await server(odd)
    await expect(change(to(port), 'present')).rejects.toMatchObject(refusal(says))
  })

  test('a wrong secret of ours changes nothing', async () => {
    const { port, records } = await server()
    await expect(change(to(port, { secret: Secret.of('b3RoZXI=') }), 'present')).rejects.toMatchObject(refusal('BADSIG'))
    expect(records.size).toBe(0)
  })

  test('nobody listens, and what answers is no name server', async () => {
    const { port, close } = await nameServer('lab.test', { name: 'k', digest: 'sha256', secret })
    close()
    await expect(change(to(port), 'present')).rejects.toMatchObject(refusal('ECONNREFUSED'))
    const web = createServer((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void web.close())
    await expect(change(to((web.address() as AddressInfo).port), 'present')).rejects.toMatchObject(refusal('did not take'))
  })

  test('what is no name, or too long a value, is not sent', async () => {
    const { port, heard } = await server()
    await expect(change(to(port), 'present', 'v', 'a..lab.test')).rejects.toMatchObject(refusal('no name of the DNS'))
    await expect(change(to(port), 'present', 'v'.repeat(256))).rejects.toMatchObject(refusal('too long'))
    expect(heard).toEqual([])
  })
})
