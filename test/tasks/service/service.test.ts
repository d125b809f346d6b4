import { describe, expect, test } from 'vitest'
import {
  absent,
  type CertificateFact,
  type FileFact,
  type ListenerFact,
  type Probe,
  probeKey,
  type UnitFact,
  type UserFact,
} from '../../../src/model/fact.ts'
import type { Decision, PlanContext } from '../../../src/model/task-type.ts'
import { Unknown } from '../../../src/model/value.ts'
import type { Deed } from '../../../src/tasks/service/act.ts'
import { service } from '../../../src/tasks/service/index.ts'
import type { ServiceParams } from '../../../src/tasks/service/schema.ts'
import { type Told, viewOf } from '../../fakes/view.ts'

const env = '/etc/default/app'
const web = '/etc/app/web.yml'
const certificate = '/etc/app/tls/c.pem'
const key = '/etc/app/tls/k.pem'
const listenerTarget = { from: 'host', address: '127.0.0.1', port: 9090, serverName: 'h.lab.test', probeWeakness: false } as const

const unit: UnitFact = {
  name: 'app.service',
  activeState: 'active',
  subState: 'running',
  enabled: 'enabled',
  mainPid: 10,
  restarts: 0,
  startedAt: 100,
  user: 'prometheus',
  group: '',
  supplementaryGroups: [],
  fragmentPath: '/lib/systemd/system/app.service',
  dropIns: [],
  environmentFiles: [env],
  execStart: '/usr/bin/prometheus $ARGS',
  canReload: true,
  type: 'simple',
  sandbox: {
    protectHome: 'no',
    privateTmp: false,
    privateUsers: false,
    protectSystem: 'no',
    dynamicUser: false,
    rootDirectory: '',
    inaccessiblePaths: [],
    temporaryFileSystems: [],
  },
}
const user: UserFact = { name: 'prometheus', uid: 107, gid: 113, group: 'prometheus', gids: [113] }
const at = (mtime: number, mode = 0o644, uid = 0): FileFact => ({
  type: 'file',
  owner: 'o',
  group: 'g',
  uid,
  gid: uid,
  mode,
  size: 1,
  mtime,
  links: 1,
})
const folder = (mode = 0o755): FileFact => ({ ...at(1, mode), type: 'directory' })
const cert = (fingerprint: string): CertificateFact => ({
  pem: '',
  fingerprint,
  spki: '',
  subject: {},
  issuer: {},
  serial: '1',
  notBefore: 0,
  notAfter: 1,
  dnsNames: [],
  ipAddresses: [],
  keyType: 'ecdsa-p256',
  isAuthority: false,
  selfSigned: true,
  keyUsage: undefined,
  extendedKeyUsage: undefined,
  subjectKeyId: undefined,
  authorityKeyId: undefined,
  signatureAlgorithm: '',
})
const serving = (fingerprint: string): ListenerFact => ({ state: 'tls', chain: [cert(fingerprint)] })

const quiet: readonly Told[] = [
  ['unit', { name: 'app.service' }, unit],
  ['user', { name: 'prometheus' }, user],
  ...['/', '/etc', '/etc/app', '/etc/app/tls'].map((path): Told => ['file', { path }, folder()]),
  ['file', { path: unit.fragmentPath }, at(1)],
  ['file', { path: env }, at(50)],
  ['file', { path: web }, at(50)],
  ['file', { path: certificate }, at(50)],
  ['file', { path: key }, at(50, 0o400, 107)],
  ['certificate', { path: certificate }, { chain: [cert('aa')] }],
  ['key', { path: key }, { spki: '' }],
  ['listener', listenerTarget, serving('aa')],
]
const params: ServiceParams = {
  name: 'app',
  state: 'applied',
  settings_files: [web],
  serves: { port: 9090, certificate, key, name: 'h.lab.test' },
}

function contextOf(more: readonly Told[]): PlanContext {
  return {
    view: viewOf([...quiet, ...more]),
    now: 0,
    assets: [],
    dirty: false,
    authority: () => undefined,
    stored: () => undefined,
    host: { name: 'h', address: 'h' },
    user: 'root',
  }
}

function plan(wanted: ServiceParams, ...more: readonly Told[]): Decision<Deed> {
  return service.plan(wanted, contextOf(more))
}

const told = (fact: UnitFact): Told => ['unit', { name: 'app.service' }, fact]
const influx = { ...unit, execStart: '/usr/bin/influxd -config /etc/x' }
const version = (text: string): Told => [
  'command',
  { argv: ['/usr/bin/influxd', 'version'], as: 'prometheus' },
  { rc: 0, stdout: text, stderr: '' },
]
const other: Told = ['listener', listenerTarget, serving('bb')]

describe('applied', () => {
  test.each<{ case: string; facts: readonly Told[]; actions: readonly string[]; says: string }>([
    {
      case: 'nothing newer, the certificate is served',
      facts: [],
      actions: [],
      says: `app.service runs with its settings as they are; port 9090 serves ${certificate}`,
    },
    {
      case: 'a settings file is newer',
      facts: [['file', { path: web }, at(100.01)]],
      actions: ['restart'],
      says: `${web} changed after the process started`,
    },
    { case: 'a settings file of the same instant is not', facts: [['file', { path: web }, at(100)]], actions: [], says: 'as they are' },
    {
      case: 'a settings file will change',
      facts: [['file', { path: web }, at(Number.POSITIVE_INFINITY)]],
      actions: ['restart'],
      says: `${web} changes in this run`,
    },
    {
      case: 'the environment file is newer',
      facts: [['file', { path: env }, at(200)]],
      actions: ['restart'],
      says: `${env} changed after`,
    },
    { case: 'the environment file is missing', facts: [['file', { path: env }, absent]], actions: [], says: 'as they are' },
    {
      case: 'a drop-in is newer',
      facts: [told({ ...unit, dropIns: ['/d.conf'] }), ['file', { path: '/d.conf' }, at(101)]],
      actions: ['restart'],
      says: '/d.conf changed',
    },
    {
      case: 'the unit file itself is newer',
      facts: [['file', { path: unit.fragmentPath }, at(101)]],
      actions: ['restart'],
      says: unit.fragmentPath,
    },
    { case: 'it does not run', facts: [told({ ...unit, activeState: 'inactive' })], actions: ['start'], says: 'app.service is inactive' },
    { case: 'it has failed', facts: [told({ ...unit, activeState: 'failed' })], actions: ['start'], says: 'app.service is failed' },
    {
      case: 'it starts again and again',
      facts: [told({ ...unit, activeState: 'activating' })],
      actions: ['restart'],
      says: 'is activating',
    },
    {
      case: 'it serves plain HTTP',
      facts: [['listener', listenerTarget, { state: 'plain', chain: [] }]],
      actions: ['restart'],
      says: 'port 9090 does not serve TLS yet',
    },
    {
      case: 'nothing listens',
      facts: [['listener', listenerTarget, { state: 'closed', chain: [] }]],
      actions: ['restart'],
      says: 'nothing listens on port 9090',
    },
    {
      case: 'handshakes fail',
      facts: [['listener', listenerTarget, { state: 'failed', chain: [], error: 'alert 80' }]],
      actions: ['restart'],
      says: 'fails to serve TLS: alert 80',
    },
    {
      case: 'prometheus reads a new certificate by itself',
      facts: [other],
      actions: [],
      says: 'prometheus reads it again on every handshake',
    },
    {
      case: 'one that is still to be issued likewise',
      facts: [['certificate', { path: certificate }, { chain: [], pending: true }]],
      actions: [],
      says: 'is replaced in this run; prometheus reads it again',
    },
    {
      case: 'influxdb 1.6 needs a restart for it',
      facts: [told(influx), other, version('InfluxDB v1.6.7')],
      actions: ['restart'],
      says: 'influxdb1 1.6.7 reads it at start only',
    },
    {
      case: 'influxdb 1.13 reads it again on SIGHUP',
      facts: [told(influx), other, version('InfluxDB v1.13.2')],
      actions: ['reload'],
      says: 'influxdb1 1.13.2 reads it again on SIGHUP',
    },
    {
      case: 'a restart for settings makes SIGHUP needless',
      facts: [told(influx), other, version('InfluxDB v1.13.2'), ['file', { path: env }, at(200)]],
      actions: ['restart'],
      says: env,
    },
    {
      case: 'influxdb of an unknown version is restarted, never sent SIGHUP',
      facts: [told(influx), other, ['command', { argv: ['/usr/bin/influxd', 'version'], as: 'prometheus' }, new Unknown('?')]],
      actions: ['restart'],
      says: '(version not known)',
    },
    {
      case: 'a service that is not known is restarted',
      facts: [told({ ...unit, execStart: '/usr/bin/other' }), other],
      actions: ['restart'],
      says: 'the service reads it at start only',
    },
  ])('$case', ({ facts, actions, says }) => {
    const decision = plan(params, ...facts)
    expect(decision.changes.map((change) => change.action)).toEqual(actions)
    expect(decision.reason).toContain(says)
    expect(decision.problems).toEqual([])
  })

  test('the version is not asked for while no rule needs it', () => {
    expect(() => plan(params, told(influx))).not.toThrow()
    expect(() => plan(params, told(influx), other)).toThrow(/not told: command/)
  })

  test('after the restart nothing is left to do', () => {
    const first = plan(params, ['file', { path: web }, at(Number.POSITIVE_INFINITY)])
    const predicted = first.predicts.map(({ kind, target, fact }) => [kind, target, fact] as Told)
    expect(plan(params, ['file', { path: web }, at(Number.POSITIVE_INFINITY)], ...predicted).changes).toEqual([])
    expect(first.invalidates?.find((one) => one.kind === 'listener')?.where?.({ port: 9090 } as never)).toBe(true)
    expect(first.invalidates?.find((one) => one.kind === 'listener')?.where?.({ port: 1 } as never)).toBe(false)
  })
})

describe('other states', () => {
  test.each<{ state: NonNullable<ServiceParams['state']>; activeState: string; actions: readonly string[]; unconditional?: true }>([
    { state: 'started', activeState: 'active', actions: [] },
    { state: 'started', activeState: 'failed', actions: ['start'] },
    { state: 'stopped', activeState: 'active', actions: ['stop'] },
    { state: 'stopped', activeState: 'inactive', actions: [] },
    { state: 'restarted', activeState: 'active', actions: ['restart'], unconditional: true },
    { state: 'reloaded', activeState: 'active', actions: ['reload'], unconditional: true },
    { state: 'reloaded', activeState: 'inactive', actions: ['start'], unconditional: true },
  ])('$state while $activeState', ({ state, activeState, actions, unconditional }) => {
    const decision = plan({ name: 'app', state }, told({ ...unit, activeState }))
    expect(decision.changes.map((change) => change.action)).toEqual(actions)
    expect(decision.unconditional).toBe(unconditional)
  })

  test.each([
    { enabled: true, is: 'disabled', after: 'enabled' },
    { enabled: false, is: 'enabled', after: 'disabled' },
    { enabled: true, is: 'enabled', after: undefined },
    { enabled: false, is: 'disabled', after: undefined },
    { enabled: true, is: 'static', after: undefined },
  ])('enabled: $enabled while $is', ({ enabled, is, after }) => {
    const [change] = plan({ name: 'app', enabled }, told({ ...unit, enabled: is })).changes
    const [diff] = change?.diffs ?? []
    expect(diff?.kind === 'fields' ? diff.fields[0]?.after : undefined).toBe(after)
  })

  test.each<{ case: string; facts: readonly Told[]; wanted: ServiceParams; code: string; says: string }>([
    {
      case: 'no such unit',
      facts: [['unit', { name: 'app.service' }, absent]],
      wanted: params,
      code: 'UNIT_UNKNOWN',
      says: 'no unit app.service',
    },
    {
      case: 'a masked unit',
      facts: [told({ ...unit, enabled: 'masked', activeState: 'inactive' })],
      wanted: { name: 'app' },
      code: 'UNIT_UNKNOWN',
      says: 'masked',
    },
    {
      case: 'a reload that would end it',
      facts: [told(influx), version('InfluxDB v1.6.7')],
      wanted: { name: 'app', state: 'reloaded' },
      code: 'SETTING_ILLEGAL',
      says: 'influxdb1 1.6.7 ends on SIGHUP',
    },
    {
      case: 'a reload of what is not known',
      facts: [told({ ...unit, execStart: '/x', canReload: false })],
      wanted: { name: 'app', state: 'reloaded' },
      code: 'SETTING_ILLEGAL',
      says: 'not known',
    },
  ])('refuses: $case', ({ facts, wanted, code, says }) => {
    expect(plan(wanted, ...facts).problems).toMatchObject([{ code, message: expect.stringContaining(says) as string }])
  })
})

describe('preflight', () => {
  test.each<{ case: string; facts: readonly Told[]; wanted?: ServiceParams; codes: readonly string[] }>([
    { case: 'all is readable', facts: [], codes: [] },
    { case: 'a key of root', facts: [['file', { path: key }, at(50, 0o400)]], codes: ['NOT_READABLE'] },
    {
      case: 'a folder that will be closed',
      facts: [['file', { path: '/etc/app/tls' }, folder(0o700)]],
      codes: ['NOT_READABLE', 'NOT_READABLE'],
    },
    { case: 'the user of the unit does not exist', facts: [['user', { name: 'prometheus' }, absent]], codes: ['USER_UNKNOWN'] },
    { case: 'an open key is fine for prometheus', facts: [['file', { path: key }, at(50, 0o440, 107)]], codes: [] },
    {
      case: 'an open key is fine for influxdb 1.6',
      facts: [told(influx), ['file', { path: key }, at(50, 0o640, 107)], version('InfluxDB v1.6.7')],
      codes: [],
    },
    {
      case: 'an open key is not for influxdb 1.12.3',
      facts: [told(influx), ['file', { path: key }, at(50, 0o640, 107)], version('InfluxDB v1.12.3')],
      codes: ['SETTING_ILLEGAL'],
    },
    {
      case: 'the key of another certificate',
      facts: [['key', { path: key }, { spki: 'other' }]],
      codes: ['KEY_MISMATCH'],
    },
    {
      case: 'a key that is none',
      facts: [['key', { path: key }, { spki: undefined, broken: 'is no private key in PEM form' }]],
      codes: ['CERTIFICATE_INVALID'],
    },
    {
      case: 'a key beside a certificate that is issued in this run',
      facts: [
        ['certificate', { path: certificate }, { chain: [cert('aa')], pending: true }],
        ['key', { path: key }, { spki: 'other' }],
      ],
      codes: [],
    },
    {
      case: '0600 is what it accepts, its version not asked',
      facts: [told(influx), ['file', { path: key }, at(50, 0o600, 107)]],
      codes: [],
    },
  ])('$case', ({ facts, codes }) => {
    expect(plan(params, ...facts).problems?.map((problem) => problem.code)).toEqual(codes)
  })

  test("a key below /home under Debian's prometheus unit is refused in words", () => {
    const home = '/home/prometheus/k.pem'
    const facts: readonly Told[] = [
      told({ ...unit, sandbox: { ...unit.sandbox, protectHome: 'yes' } }),
      ['file', { path: '/home' }, folder()],
      ['file', { path: '/home/prometheus' }, folder()],
      ['file', { path: home }, at(1, 0o400, 107)],
    ]
    expect(plan({ name: 'app', reads: [home] }, ...facts).problems).toMatchObject([
      {
        code: 'NOT_READABLE',
        message: `app.service cannot read ${home}: the unit has ProtectHome=yes, so /home is not visible to the service`,
      },
    ])
  })

  test('Group= takes the place of the own group', () => {
    const facts: readonly Told[] = [
      told({ ...unit, group: 'tls' }),
      ['group', { name: 'tls' }, { gid: 500 }],
      ['file', { path: key }, { ...at(50, 0o440), gid: 500 }],
    ]
    expect(plan(params, ...facts).problems).toEqual([])
    expect(plan(params, ...facts, ['file', { path: key }, { ...at(50, 0o440), gid: 113 }]).problems).toHaveLength(1)
  })
})

describe('a process without a unit', () => {
  const exe = '/opt/app'
  const command = { start: "/opt/app --a 'b c'", exe, user: 'prometheus', log_file: '/var/log/app.log' }
  const runs = (argv: readonly string[], uid = 107, startedAt = 100): Told => [
    'process',
    { exe },
    { processes: [{ pid: 7, argv, uid, startedAt }] },
  ]
  const wanted: ServiceParams = { ...params, command }
  test.each<{ case: string; facts: readonly Told[]; actions: readonly string[]; says: string }>([
    { case: 'it runs as wanted', facts: [runs([exe, '--a', 'b c'])], actions: [], says: '/opt/app runs as process 7' },
    { case: 'by an interpreter', facts: [runs(['/bin/sh', exe, '--a', 'b c'])], actions: [], says: 'runs as process 7' },
    { case: 'it does not run', facts: [['process', { exe }, absent]], actions: ['start'], says: '/opt/app does not run' },
    { case: 'other words', facts: [runs([exe, '--a', 'x'])], actions: ['restart'], says: 'process 7 runs with other words: --a x' },
    { case: 'another user', facts: [runs([exe, '--a', 'b c'], 0)], actions: ['restart'], says: 'process 7 does not run as prometheus' },
    { case: 'newer settings', facts: [runs([exe, '--a', 'b c'], 107, 20)], actions: ['restart'], says: `${web} changed after` },
    {
      case: 'no TLS yet',
      facts: [runs([exe, '--a', 'b c']), ['listener', listenerTarget, { state: 'plain', chain: [] }]],
      actions: ['restart'],
      says: 'does not serve TLS yet',
    },
  ])('$case', ({ facts, actions, says }) => {
    const decision = plan(wanted, ...facts)
    expect(decision.changes.map((change) => change.action)).toEqual(actions)
    expect(decision.reason).toContain(says)
    expect(decision.problems).toEqual([])
  })

  test('of several the one with the wanted words is ours; when none has them none is ended', () => {
    const two = (words: string): Told => [
      'process',
      { exe },
      {
        processes: [
          { pid: 7, argv: [exe, 'x'], uid: 107, startedAt: 100 },
          { pid: 8, argv: [exe, '--a', words], uid: 107, startedAt: 100 },
        ],
      },
    ]
    expect(plan(wanted, two('b c')).changes).toEqual([])
    expect(plan(wanted, two('z')).problems).toMatchObject([{ code: 'UNIT_UNKNOWN', hint: expect.stringContaining('pid 7 or 8') as string }])
  })
})

test.each<{ case: string; wanted: ServiceParams; rounds: number }>([
  { case: 'applied', wanted: params, rounds: 2 },
  { case: 'started', wanted: { name: 'app' }, rounds: 1 },
])('observe asks what plan reads: $case', ({ wanted, rounds }) => {
  const asked = new Set<string>()
  const questions = service.observe(wanted)
  let count = 0
  for (let step = questions.next(); step.done !== true; step = questions.next(viewOf(quiet))) {
    count += 1
    for (const probe of step.value) asked.add(probeKey(probe))
  }
  expect(count).toBe(rounds)
  const known = quiet.filter(([kind, target]) => asked.has(probeKey({ kind, target } as Probe)))
  expect(service.plan(wanted, { ...contextOf([]), view: viewOf(known) }).changes).toEqual([])
})
