import { expect, test } from 'vitest'
import type { Diagnosis } from '../../src/model/diagnosis.ts'
import { doctorJson, doctorText } from '../../src/view/doctor-text.ts'

const finding: Diagnosis = {
  ...{ host: 'h1', service: 'influxdb.service', product: 'influxdb1', row: '18', severity: 'fault', title: 'the key does not fit' },
  ...{ cause: 'two pairs', fix: 'replace both', playbook: 'role influxdb1_tls', planned: ['pair would install it'] },
  evidence: [
    { kind: 'log', text: 'said \u001b[31mred' },
    { kind: 'process', text: 'failed' },
  ],
}
const report = {
  found: [finding, { ...finding, row: 'stale', severity: 'note', playbook: undefined, planned: [] }] as const,
  installed: [
    { host: 'h1', program: 'openssl', version: '3.0.15', defects: [] },
    { host: 'h1', program: 'influxdb1', version: '1.6.7', defects: ['old'] },
    { host: 'h2', program: 'openssl', version: '', defects: [] },
  ],
  problems: [],
  at: 0,
}

test('one paragraph for each finding, versions, and a sum; what a log says moves no cursor', () => {
  expect(doctorText(report, false)).toBe(
    [
      '! h1 influxdb.service: the key does not fit (row 18)',
      '    cause: two pairs',
      '    log: said \\x1b[31mred',
      '    fix: replace both',
      '    playbook: role influxdb1_tls',
      '    planned: pair would install it',
      '- h1 influxdb.service: the key does not fit (stale)',
      '    cause: two pairs',
      '    log: said \\x1b[31mred',
      '    fix: replace both',
      '- h2: no service runs there that tlsplay knows',
      'versions',
      '  h1 openssl 3.0.15',
      '  h1 influxdb1 1.6.7',
      '      old',
      '  h2 openssl (version not known)',
      '1 fault, 1 note',
      '',
    ].join('\n'),
  )
  expect(doctorText(report, true)).toContain('    process: failed\n')
})

test('nothing is wrong', () => {
  expect(doctorText({ ...report, found: [], installed: [] }, false)).toBe('nothing is wrong\n')
})

test('one JSON document', () => {
  const read = JSON.parse(doctorJson(report)) as { version: number; findings: { row: string; playbook: string | null }[] }
  expect([read.version, read.findings.map(({ row, playbook }) => [row, playbook])]).toEqual([
    1,
    [
      ['18', 'role influxdb1_tls'],
      ['stale', null],
    ],
  ])
})
