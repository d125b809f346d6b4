import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { audit } from '../../src/diagnose/audit/index.ts'
import { diagnose, installedOn } from '../../src/diagnose/doctor/index.ts'
import type { Problem } from '../../src/model/problem.ts'
import { auditJson } from '../../src/view/audit-formats.ts'
import { doctorJson } from '../../src/view/doctor-text.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { day, file, host, listening, now, pair, service, serving } from '../diagnose/surveys.ts'
import { mint } from '../fakes/certificates.ts'
import { faultsBy } from './schemas.ts'

// Of the documents of real fleets: test/fleet/doctor.test.ts.
const faults = { audit: faultsBy('audit-report'), doctor: faultsBy('doctor-report') }
const problems: readonly Problem[] = [
  { code: 'HOST_UNREACHABLE', host: 'h9', message: 'no answer' },
  { code: 'FILE_MISSING', message: 'of no host' },
]

const folder = mkdtempSync(join(tmpdir(), 'tlsplay-reports-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Report = Record<string, unknown>
let whole: { readonly audit: Report; readonly doctor: Report }

/** A service with everything a report can hold: certificates of each use, one that is not there, faults and notes. */
beforeAll(async () => {
  const authority = await mint({ subject: { CN: 'lab' }, authority: true, notBefore: now - day, notAfter: Date.UTC(2100, 0, 1) })
  const expired = await mint({
    names: ['h1', '10.0.0.1'],
    by: authority,
    notBefore: now - 9 * day,
    notAfter: now - day,
    keyType: 'ed25519',
  })
  const client = await mint({ subject: { CN: 'telegraf' }, usage: 'client', by: authority, notBefore: now - day, notAfter: now + 60 * day })
  const files = [
    ...pair(expired.fact),
    file('certificate as a client', { holds: { chain: [client.fact] } }),
    file('authorities', { holds: { chain: [authority.fact] } }),
    file('certificate', { holds: { chain: [], broken: 'is empty' } }),
  ]
  const surveyed = host(service({ files, version: [1, 5, 0], listeners: [{ ...listening(), fact: serving([expired.fact]) }] }))
  const intended = new Map([['h1', new Map([[files[0]?.path ?? '', 'would be replaced']])]])
  const surveys = new Map([['h1', surveyed]])
  whole = {
    audit: JSON.parse(
      auditJson({ entries: audit('h1', surveyed, { now, minDays: 14, authorities: [authority.fact], intended }), problems, at: now }),
    ),
    doctor: JSON.parse(
      doctorJson({
        ...{ found: diagnose({ surveys, authorities: [authority.fact], now, intended }), installed: installedOn('h1', surveyed) },
        ...{ problems, at: now },
      }),
    ),
  }
})

/** The document with one place changed; `undefined` takes the member away. */
function changed(document: Report, path: readonly (string | number)[], value: unknown): Report {
  const copy = structuredClone(document)
  let place = copy as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>
  const last = path.at(-1) ?? ''
  expect(value === undefined ? Object.keys(place) : [last], `${path.join('/')} of the document that is changed`).toContain(last)
  if (value === undefined) delete place[last]
  else place[last] = value
  return copy
}

describe('audit --output json', () => {
  test('a document with all that it can hold fits its schema', () => {
    const entries = whole.audit['entries'] as readonly {
      readonly use: string
      readonly certificate: unknown
      readonly findings: readonly unknown[]
    }[]
    expect(new Set(entries.map(({ use }) => use))).toEqual(new Set(['server', 'client', 'authority']))
    expect(entries.filter(({ certificate }) => certificate === null)).toHaveLength(1)
    expect(entries.flatMap(({ findings }) => findings).length).toBeGreaterThan(4)
    expect(faults.audit(whole.audit)).toEqual([])
  })

  test.each<{ case: string; path: readonly (string | number)[]; value: unknown }>([
    { case: 'another version', path: ['version'], value: 2 },
    { case: 'no time', path: ['at'], value: undefined },
    { case: 'a time as a number', path: ['at'], value: 0 },
    { case: 'a local time', path: ['at'], value: '2026-06-01T00:00:00.000+02:00' },
    { case: 'no list of hosts that could not be asked', path: ['problems'], value: undefined },
    { case: 'a certificate left out where there is none', path: ['entries', 0, 'certificate'], value: undefined },
    { case: 'a fingerprint with colons', path: ['entries', 0, 'certificate', 'fingerprint'], value: 'AA:BB' },
    { case: 'days as text', path: ['entries', 0, 'certificate', 'days_left'], value: '9' },
    { case: 'a class of clients that does not exist', path: ['entries', 0, 'certificate', 'clients', 'netscape'], value: 'accepts' },
    { case: 'a finding of an unknown kind', path: ['entries', 0, 'findings', 0, 'kind'], value: 'odd' },
    { case: 'a severity that is none', path: ['entries', 0, 'findings', 0, 'severity'], value: 'error' },
    { case: 'a use that is none', path: ['entries', 0, 'use'], value: 'both' },
    { case: 'a member too many', path: ['entries', 0, 'extra'], value: true },
  ])('$case: refused', ({ path, value }) => {
    expect(faults.audit(changed(whole.audit, path, value))).not.toEqual([])
  })
})

describe('doctor --output json', () => {
  test('a document with all that it can hold fits its schema', () => {
    const findings = whole.doctor['findings'] as readonly {
      readonly severity: string
      readonly playbook: unknown
      readonly planned: readonly unknown[]
    }[]
    expect(findings.length).toBeGreaterThan(1)
    expect(findings.some(({ planned }) => planned.length > 0)).toBe(true)
    expect(faults.doctor(whole.doctor)).toEqual([])
  })

  test.each<{ case: string; path: readonly (string | number)[]; value: unknown }>([
    { case: 'another version', path: ['version'], value: '1' },
    { case: 'no findings', path: ['findings'], value: undefined },
    { case: 'a row as a number', path: ['findings', 0, 'row'], value: 18 },
    { case: 'a playbook left out where there is none', path: ['findings', 0, 'playbook'], value: undefined },
    { case: 'evidence from nowhere', path: ['findings', 0, 'evidence', 0, 'kind'], value: 'hearsay' },
    { case: 'one defect instead of a list', path: ['installed', 0, 'defects'], value: 'old' },
    { case: 'a problem without a host', path: ['problems', 1, 'host'], value: undefined },
    { case: 'a member too many', path: ['extra'], value: true },
  ])('$case: refused', ({ path, value }) => {
    expect(faults.doctor(changed(whole.doctor, path, value))).not.toEqual([])
  })
})

describe('what the commands print', () => {
  const printed = async (...argv: readonly string[]) => {
    const io = fakeIo([...argv, '--output', 'json'], { cwd: folder, env: { HOME: folder, PATH: process.env['PATH'] } })
    const code = await runProgram(io)
    return { code, document: JSON.parse(io.out()) as Report }
  }

  test.each(['audit', 'doctor'] as const)('%s of this machine', async (command) => {
    const { document } = await printed(command, '-i', 'here,', '-e', 'ansible_connection=local')
    expect(faults[command](document)).toEqual([])
    expect(document['problems']).toEqual([])
  })

  test.each(['audit', 'doctor'] as const)('%s of a host that cannot be reached', async (command) => {
    const { code, document } = await printed(command, '-i', '127.0.0.1,', '-e', 'ansible_port=1')
    expect(faults[command](document)).toEqual([])
    expect({ code, problems: document['problems'] }).toEqual({
      code: 4,
      problems: [{ host: '127.0.0.1', code: 'HOST_UNREACHABLE', message: expect.any(String) }],
    })
  })

  test('the one is not taken for the other', () => {
    expect(faults.audit(whole.doctor)).not.toEqual([])
    expect(faults.doctor(whole.audit)).not.toEqual([])
  })
})
