import { beforeAll, describe, expect, test } from 'vitest'
import { diagnose, installedOn } from '../../src/diagnose/doctor/index.ts'
import type { Diagnosis } from '../../src/model/diagnosis.ts'
import { absent } from '../../src/model/fact.ts'
import { type Mint, type Minted, mint } from '../fakes/certificates.ts'
import { day, file, host, listening, now, pair, paths, service, type ServiceWish, serving, system } from './surveys.ts'

let authority: Minted
let good: Minted
const valid = { notBefore: now - day, notAfter: now + 60 * day }

beforeAll(async () => {
  authority = await mint({ subject: { CN: 'lab' }, authority: true, ...valid })
  good = await mint({ names: ['h1', 'localhost'], by: authority, ...valid })
})

const leafOf = (wish: Partial<Mint>): Promise<Minted> => mint({ names: ['h1'], by: authority, ...valid, ...wish })

function judged(wish: ServiceWish, change: { readonly trusted?: boolean } = {}): readonly Diagnosis[] {
  const authorities = change.trusted === false ? [] : [authority.fact]
  return diagnose({ surveys: new Map([['h1', host(service(wish))]]), authorities, now })
}

const rows = (found: readonly Diagnosis[]): readonly string[] => found.map(({ row, severity }) => (severity === 'note' ? `${row}?` : row))

/** A service that serves what lies on its disk. */
const healthy = ({ fact }: Minted): ServiceWish => ({
  files: pair(fact),
  listeners: [{ ...listening(), fact: serving([fact]) }],
})

test('a healthy service: nothing', () => {
  expect(judged(healthy(good))).toEqual([])
})

describe('files', () => {
  const wrong = (change: Partial<ReturnType<typeof file>>, use: 'certificate' | 'key' = 'key'): readonly string[] => {
    const files = pair(good.fact).map((one) => (one.use === use ? { ...one, ...change } : one))
    return rows(judged({ files, listeners: [{ ...listening(), fact: serving([good.fact]) }] }))
  }
  const barred = (reason: string) => ({ readable: { obstacles: [{ component: paths.key, reason, remedy: '' }], notes: [] } })

  test('a key of another pair', async () => expect(wrong({ key: { spki: (await leafOf({})).fact.spki } })).toEqual(['18']))
  test('a certificate in DER form', () =>
    expect(wrong({ holds: { chain: [], broken: 'holds no certificate in PEM form' } }, 'certificate')).toEqual(['19']))
  test('a key where the certificate is named', () =>
    expect(wrong({ holds: { chain: [] }, key: { spki: good.fact.spki } }, 'certificate')).toEqual(['20']))
  test('a certificate where the key is named', () =>
    expect(wrong({ holds: { chain: [good.fact] }, key: { spki: undefined, broken: 'is no private key in PEM form' } })).toEqual(['21']))
  test('an encrypted key', () => expect(wrong({ key: { spki: undefined, broken: 'is encrypted, and no service asks' } })).toEqual(['22']))
  test('a key that the service may not read', () => expect(wrong(barred('app may not read /k (root:root 0600)'))).toEqual(['24']))
  test('a key that its sandbox hides', () => expect(wrong(barred('the unit has ProtectHome=yes, so /home is not visible'))).toEqual(['26']))
  test('a file that is not there, with nobody known who reads it', () =>
    expect(wrong({ readable: undefined, holds: absent })).toEqual(['26']))

  test('an open key: only where the version looks at its mode', () => {
    const of = (version: readonly [number, number, number]) => {
      const fact = { ...(file('key').fact as NonNullable<ReturnType<typeof file>['fact']>), mode: 0o640 }
      const files = pair(good.fact).map((one) => (one.use === 'key' ? { ...one, fact } : one))
      return rows(judged({ ...healthy(good), product: 'influxdb1', version, files }))
    }
    expect(of([1, 13, 2])).toEqual(['25'])
    expect(of([1, 6, 7])).toEqual([])
  })

  test('the authorities of a client have rows of their own', () => {
    const gone = file('authorities', { path: '/etc/ca.crt', of: 'job a', holds: absent, readable: undefined })
    expect(rows(judged({ product: 'prometheus', files: [gone] }))).toEqual(['48'])
    expect(rows(judged({ product: 'telegraf', files: [gone] }))).toEqual(['50'])
  })
})

describe('settings', () => {
  test('what the reader of settings found is told by its row', () => {
    const faults = [
      { row: 'override', what: 'A=1 beats a = 2' },
      { row: '29', what: 'only tls-cert is set' },
    ]
    expect(rows(judged({ settings: { faults } }))).toEqual(['29', 'override?'])
  })

  test('tls1.3 before InfluxDB 1.8', () => {
    const of = (version: readonly [number, number, number]) =>
      rows(judged({ product: 'influxdb1', version, listeners: [{ ...listening({ minVersion: 'tls1.3' }), fact: serving([good.fact]) }] }))
    expect(of([1, 6, 7])).toEqual(['31'])
    expect(of([1, 8, 0])).toEqual([])
  })
})

describe('what is served', () => {
  const served = async (wish: Partial<Mint>) => rows(judged(healthy(await leafOf(wish))))

  test('expired, and not yet valid', async () => {
    expect(await served({ notBefore: now - 9 * day, notAfter: now - day })).toEqual(['43'])
    expect(await served({ notBefore: now + day })).toEqual(['43'])
  })
  test('no name', async () => expect(await served({ names: [] })).toContain('10'))
  test('names of somewhere else', async () => expect(await served({ names: ['other.test'] })).toEqual(['42']))
  test('for clients only', async () => expect(await served({ usage: 'client' })).toContain('44'))
  test('a key usage that browsers do not take: a note', async () =>
    expect(await served({ keyUsage: ['keyEncipherment'], keyType: 'rsa-2048' })).toEqual(['51?']))
  test('an issuer nobody knows; itself: a note', async () => {
    expect(rows(judged(healthy(good), { trusted: false }))).toEqual(['40'])
    expect(rows(judged(healthy(await mint({ names: ['h1'], ...valid }))))).toEqual(['41?'])
  })
  test('the system trusts it: nothing', () => {
    const listeners = [{ ...listening(), fact: serving([good.fact], { verified: true }) }]
    expect(rows(judged({ files: pair(good.fact), listeners }, { trusted: false }))).toEqual([])
  })
  test('a client of the fleet trusts its authority: nothing', () => {
    const client = service({ product: 'prometheus', files: [file('authorities', { holds: { chain: [authority.fact] } })] })
    expect(diagnose({ surveys: new Map([['h1', host(service(healthy(good)), client)]]), authorities: [], now })).toEqual([])
  })
  test('another certificate than on disk', async () => {
    const [old] = [await leafOf({})]
    expect(rows(judged({ files: pair(good.fact), listeners: [{ ...listening(), fact: serving([old.fact]) }] }))).toEqual(['stale'])
  })
  test('plain HTTP although TLS is set', () =>
    expect(rows(judged({ files: pair(good.fact), listeners: [{ ...listening(), fact: serving([], { state: 'plain' }) }] }))).toEqual([
      'restart',
    ]))
  test('nobody answers; an internal error', () => {
    const of = (state: 'closed' | 'failed', error: string) =>
      rows(judged({ files: pair(good.fact), listeners: [{ ...listening(), fact: serving([], { state, error }) }] }))
    expect(of('closed', 'connection refused')).toEqual(['52'])
    expect(of('failed', 'tlsv1 alert internal error')).toEqual(['46'])
  })

  test('a client of the fleet calls it by a name it does not have', () => {
    const client = (url: string, unchecked = false) =>
      service({
        product: 'prometheus',
        settings: {
          calling: [
            { what: 'job lab', urls: [url], ca: undefined, certificate: undefined, key: undefined, serverName: undefined, unchecked },
          ],
        },
      })
    const seen = (url: string, unchecked = false) =>
      rows(
        diagnose({ surveys: new Map([['h1', host(service(healthy(good)), client(url, unchecked))]]), authorities: [authority.fact], now }),
      )
    expect(seen('https://10.0.0.1:9100')).toEqual(['42'])
    expect(seen('https://h1:9100')).toEqual([])
    expect(seen('https://10.0.0.1:9090')).toEqual([])
    expect(seen('https://10.0.0.1:9100', true)).toEqual([])
  })
})

describe('logs and calls', () => {
  const line = (peer: string, text: string): string => `http: TLS handshake error from ${peer}:5: ${text}`

  test('lines that say the same are told once, with their number', () => {
    const [found] = judged({ log: [1, 2, 3].map((n) => line(`10.0.0.${n}`, 'remote error: tls: bad certificate')) })
    expect(found?.row).toBe('1')
    expect(found?.evidence[0]?.text).toContain('(3 such lines)')
  })

  test('what the host itself tries, as audit and verify do, is a note', () => {
    const text = 'client sent an HTTP request to an HTTPS server'
    expect(rows(judged({ log: [line('127.0.0.1', text)] }))).toEqual(['16?'])
    expect(rows(judged({ log: [line('127.0.0.1', text), line('10.0.0.9', text)] }))).toEqual(['16'])
  })

  test('errors of targets, and of those by plain HTTP only what is about TLS', () => {
    const target = (url: string, error: string) => rows(judged({ product: 'prometheus', targetErrors: [{ job: 'a', url, error }] }))
    expect(target('https://x:1/', 'x509: certificate signed by unknown authority')).toEqual(['8'])
    expect(target('https://x:1/', 'dial tcp 1.1.1.1:1: connect: connection refused')).toEqual(['52'])
    expect(target('http://x:1/', 'dial tcp 1.1.1.1:1: connect: connection refused')).toEqual([])
    expect(target('http://x:1/', 'server returned HTTP status 400 Bad Request')).toEqual(['16'])
  })

  test('cause before symptom, fault before note, and who mends it', () => {
    const found = judged({
      product: 'influxdb1',
      version: [1, 6, 7],
      log: [line('10.0.0.9', 'EOF'), 'run: open server: open service: tls: private key does not match public key'],
      listeners: [{ ...listening(), fact: serving([], { state: 'closed', error: 'connection refused' }) }],
    })
    expect(rows(found)).toEqual(['18', '52', '3?'])
    expect(found[0]?.playbook).toBe('role influxdb1_tls')
  })
})

test('a clock that is off is told once', () => {
  const surveys = new Map([
    ['h1', { system: { ...system, now: now / 1000 + 3600 }, services: [service({}), service({ product: 'prometheus' })] }],
  ])
  const found = diagnose({ surveys, authorities: [], now })
  expect(rows(found)).toEqual(['clock'])
  expect(found[0]?.evidence[0]?.text).toBe('the clock of the host is 3600 s ahead')
})

test('what a playbook would do about a file of the service stands with its findings', () => {
  const surveys = new Map([['h1', host(service({ ...healthy(good), log: ['tls: private key does not match public key'] }))]])
  const intended = new Map([
    [
      'h1',
      new Map([
        [paths.key, 'pair would replace it'],
        ['/etc/other', 'no'],
      ]),
    ],
  ])
  expect(diagnose({ surveys, authorities: [authority.fact], now, intended }).map(({ planned }) => planned)).toEqual([
    ['pair would replace it'],
  ])
})

test('who is not root is told that this is not all', () => {
  const surveys = new Map([['h1', { system: { ...system, uid: 1000, user: 'ops' }, services: [service({})] }]])
  expect(rows(diagnose({ surveys, authorities: [], now }))).toEqual(['unseen?'])
})

test('versions, with what is known of them', () => {
  const [openssl, influx] = installedOn('h1', host(service({ product: 'influxdb1', version: [1, 6, 7] })))
  expect([openssl?.program, openssl?.version, openssl?.defects]).toEqual(['openssl', '3.0.15', []])
  expect(influx?.defects.join('\n')).toContain('SIGHUP ends it')
  const [, newer] = installedOn('h1', host(service({ product: 'influxdb1', version: [1, 13, 2] })))
  expect(newer?.defects.join('\n')).not.toContain('SIGHUP ends it')
})
