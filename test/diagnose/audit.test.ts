import { rootCertificates } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { audit, type AuditOptions } from '../../src/diagnose/audit/index.ts'
import type { AuditEntry } from '../../src/model/audit.ts'
import type { CertificateFact } from '../../src/model/fact.ts'
import type { Problem } from '../../src/model/problem.ts'
import { Unknown } from '../../src/model/value.ts'
import { parseCertificates } from '../../src/pki/parse.ts'
import { auditCsv, auditJson, auditJunit, auditMetrics } from '../../src/view/audit-formats.ts'
import { auditTable } from '../../src/view/audit-table.ts'
import { type Mint, type Minted, mint } from '../fakes/certificates.ts'
import { day, file, host, listening, now, pair, paths, service, type ServiceWish, serving } from './surveys.ts'

const valid = { notBefore: now - day, notAfter: now + 60 * day }
let authority: Minted
let good: Minted

beforeAll(async () => {
  authority = await mint({ subject: { CN: 'lab' }, authority: true, ...valid })
  good = await mint({ names: ['h1'], by: authority, ...valid })
})

const leafOf = (wish: Partial<Mint>): Promise<Minted> => mint({ names: ['h1'], by: authority, ...valid, ...wish })

function audited(wish: ServiceWish, options: Partial<AuditOptions> = {}): readonly AuditEntry[] {
  return audit('h1', host(service(wish)), { now, minDays: 14, authorities: [authority.fact], intended: undefined, ...options })
}

const healthy = ({ fact }: Minted): ServiceWish => ({ files: pair(fact), listeners: [{ ...listening(), fact: serving([fact]) }] })

/** `served expired!`: where, what, and whether it makes the exit code. */
const findings = (entries: readonly AuditEntry[]): readonly string[] =>
  entries.flatMap(({ source, findings: found }) => found.map(({ kind, severity }) => `${source} ${kind}${severity === 'fault' ? '!' : ''}`))

test('a healthy service: the certificate as served and as it lies on disk, and nothing is wrong', () => {
  const entries = audited(healthy(good))
  expect(entries.map(({ source, place, daysLeft }) => [source, place, daysLeft])).toEqual([
    ['served', '127.0.0.1:9100', 60],
    ['disk', paths.certificate, 60],
  ])
  expect(findings(entries)).toEqual([])
})

describe('findings', () => {
  test('expired, expiring, not yet valid', async () => {
    const of = async (wish: Partial<Mint>, minDays = 14) => findings(audited(healthy(await leafOf(wish)), { minDays }))
    expect(await of({ notBefore: now - 9 * day, notAfter: now - day })).toEqual(['served expired!', 'disk expired!'])
    expect(await of({ notAfter: now + 13 * day })).toEqual(['served expiring!', 'disk expiring!'])
    expect(await of({ notAfter: now + 13 * day }, 13)).toEqual([])
    expect(await of({ notBefore: now + day })).toEqual(['served not yet valid!', 'disk not yet valid!'])
  })

  test('what clients of these services refuse is a fault, what only others refuse a note', async () => {
    expect(findings(audited(healthy(await leafOf({ names: [] }))))).toContain('served refused!')
    expect(findings(audited(healthy(await leafOf({ keyType: 'ed25519' }))))).toEqual(['served refused', 'disk refused'])
  })

  test('a lifetime that browsers refuse of a public authority is a note, and nothing of one of our own', async () => {
    const [shipped] = parseCertificates(rootCertificates[0] ?? '')
    const leaf = (await leafOf({ notAfter: now + 300 * day })).fact
    // Signed by the key of the shipped authority, as only that one can: its own bytes stand for it.
    const signed = { ...leaf, issuer: shipped?.subject ?? {}, authorityKeyId: undefined, pem: shipped?.pem ?? '' }
    const of = (...chain: readonly CertificateFact[]) =>
      audited({ listeners: [{ ...listening(), fact: serving(chain) }] }).flatMap(({ findings: found }) =>
        found.filter(({ message }) => message.includes('publicly trusted')).map(({ severity, message }) => `${severity}: ${message}`),
      )
    expect(of(leaf)).toEqual([])
    expect(of(signed, ...(shipped === undefined ? [] : [shipped]))).toEqual([
      'note: chrome and apple refuse it: it lives longer than the 200 days that a publicly trusted certificate issued on 2026-05-31 may',
    ])
    expect(of({ ...signed, notAfter: now + 198 * day })).toEqual([])
  })

  test('served differs from disk', async () => {
    const other = await leafOf({})
    const entries = audited({ files: pair(good.fact), listeners: [{ ...listening(), fact: serving([other.fact]) }] })
    expect(findings(entries)).toEqual(['served drift!'])
    expect(entries[0]?.findings[0]?.message).toContain('it takes that over by itself')
  })

  test('disk differs from what a playbook intends, path by path and host by host', () => {
    const intended = new Map([['h1', new Map([[paths.certificate, 'certificate would install it']])]])
    expect(findings(audited(healthy(good), { intended }))).toEqual(['disk drift!'])
    expect(findings(audited(healthy(good), { intended: new Map([['h2', intended.get('h1') ?? new Map()]]) }))).toEqual([])
  })

  test('old protocols, and plain HTTP on the same port', () => {
    const fact = serving([good.fact], { acceptsOldProtocol: true, plainHttp: 'answered' })
    expect(findings(audited({ files: pair(good.fact), listeners: [{ ...listening(), fact }] }))).toEqual(['served weak!', 'served weak!'])
  })

  test('a key that everybody may read, and a key of another pair', async () => {
    const [certificate, key] = pair(good.fact)
    const loose = { ...file('key').fact, mode: 0o644 } as NonNullable<ReturnType<typeof file>['fact']>
    const with_ = (change: Partial<ReturnType<typeof file>>) =>
      audited({ ...healthy(good), files: [certificate, { ...key, ...change }] as ServiceWish['files'] & object })
    expect(findings(with_({ fact: loose }))).toEqual(['disk weak!'])
    expect(findings(with_({ key: { spki: (await leafOf({})).fact.spki } }))).toEqual(['disk unusable!'])
  })

  test('settings ask for TLS and nothing or plain HTTP is there; a service that never asked for it is a note', () => {
    const of = (tls: boolean, state: 'plain' | 'closed') =>
      findings(audited({ listeners: [{ ...listening({ tls }), fact: serving([], { state }) }] }))
    expect(of(true, 'plain')).toEqual(['served unusable!'])
    expect(of(true, 'closed')).toEqual(['served unusable!'])
    expect(of(false, 'plain')).toEqual(['served plain'])
    expect(of(false, 'closed')).toEqual([])
  })

  test('a file that may not be read is a note, one that is not there or holds nothing a fault', () => {
    const of = (holds: ReturnType<typeof file>['holds']) => findings(audited({ files: [file('certificate', { holds })] }))
    expect(of(new Unknown('permission denied'))).toEqual(['disk unusable'])
    expect(of({ chain: [], broken: 'is empty' })).toEqual(['disk unusable!'])
  })

  test('of a bundle of authorities the one that ends first counts', async () => {
    const late = await mint({ subject: { CN: 'late' }, authority: true, notBefore: now - day, notAfter: now + 900 * day })
    const [entry] = audited({ files: [file('authorities', { holds: { chain: [late.fact, authority.fact] } })] })
    expect([entry?.use, entry?.daysLeft]).toEqual(['authority', 60])
  })
})

describe('forms', () => {
  const problems: readonly Problem[] = [{ code: 'HOST_UNREACHABLE', host: 'h9', message: 'h9 <says> "no"' }]
  const document = async () => ({
    entries: audited(healthy(await leafOf({ notAfter: now + 2 * day, subject: { O: 'a,"b"', CN: 'h1' } }))),
    problems,
    at: now,
  })

  test('table', async () => {
    const text = auditTable((await document()).entries)
    expect(text).toMatch(/^HOST {2}SERVICE +WHERE +DAYS +UNTIL +ISSUER +NAMES +ACCEPTED BY\n/)
    expect(text).toContain('served 127.0.0.1:9100')
    expect(text).toContain('    ! expiring: expires in 2 days\n')
    expect(text).toMatch(/2 certificates at 2 places: 2 faults\n$/)
    expect(auditTable([])).toBe('0 certificates at 0 places: nothing is wrong\n')
  })

  test('JSON', async () => {
    const read = JSON.parse(auditJson(await document())) as {
      version: number
      entries: { certificate: { days_left: number; clients: Record<string, string> } }[]
      problems: unknown[]
    }
    expect(read.version).toBe(1)
    expect(read.entries[0]?.certificate.days_left).toBe(2)
    expect(read.entries[0]?.certificate.clients['go']).toBe('accepts')
    expect(read.problems).toEqual([{ host: 'h9', code: 'HOST_UNREACHABLE', message: 'h9 <says> "no"' }])
  })

  test('CSV: quotes, and no cell that a spreadsheet would calculate', async () => {
    const given = await document()
    const [entry] = given.entries
    if (entry === undefined) throw new Error('no entry')
    const lines = auditCsv({ ...given, entries: [{ ...entry, host: '=1+1', service: 'a,"b"' }] }).split('\r\n')
    expect(lines[0]).toMatch(/^host,product,service,source,place,use,days_left,/)
    expect(lines[1]).toMatch(/^'=1\+1,node_exporter,"a,""b""",served,127\.0\.0\.1:9100,server,2,/)
    expect(lines).toHaveLength(3)
  })

  test('JUnit: a failure for each place with a fault, an error for each host that could not be asked', async () => {
    const text = auditJunit(await document())
    expect(text).toContain('<testsuite name="h1" tests="2" failures="2" errors="0"')
    expect(text).toContain('<failure type="expiring" message="expires in 2 days">')
    expect(text).toContain('<error type="HOST_UNREACHABLE" message="h9 &lt;says&gt; &quot;no&quot;"/>')
    expect(text.match(/<testcase /g)).toHaveLength(3)
    expect(text.match(/<\/testcase>/g)).toHaveLength(3)
  })

  test('Prometheus: metrics that promtool would take, one sample for each place', async () => {
    const text = auditMetrics(await document())
    expect(text).toContain(
      `tlsplay_certificate_not_after_seconds{host="h1",product="node_exporter",service="node_exporter.service",source="served",place="127.0.0.1:9100",use="server"} ${(now + 2 * day) / 1000}\n`,
    )
    expect(text).toContain('tlsplay_audit_host_up{host="h9"} 0\n')
    expect(text).toContain('tlsplay_audit_host_up{host="h1"} 1\n')
    for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#')))
      expect(line).toMatch(/^[a-z_]+(?:\{(?:[a-z_]+="[^"\n]*",?)+\})? -?\d+$/)
  })
})
