import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { absent, type FileFact, type Probe, probeKey, type UnitFact } from '../../../src/model/fact.ts'
import type { Decision, PlanContext } from '../../../src/model/task-type.ts'
import { Secret } from '../../../src/model/value.ts'
import { config } from '../../../src/tasks/config/index.ts'
import type { ConfigParams } from '../../../src/tasks/config/schema.ts'
import type { Deed } from '../../../src/tasks/config/wish.ts'
import { type Told, viewOf } from '../../fakes/view.ts'

type Tree = Readonly<Record<string, string | 'folder' | undefined>>
const folder = 'folder'
const everywhere: Tree = { '/etc': folder, '/etc/default': folder, '/etc/app': folder, '/etc/systemd/system': folder }

const owned = { owner: 'root', group: 'root', uid: 0, gid: 0, mtime: 5, links: 1 }
const fileFact = (text: string): FileFact => ({ ...owned, type: 'file', mode: 0o644, size: text.length })
const folderFact: FileFact = { ...owned, type: 'directory', mode: 0o755, size: 0 }

const prometheus: UnitFact = {
  name: 'prometheus.service',
  activeState: 'active',
  subState: 'running',
  enabled: 'enabled',
  mainPid: 10,
  restarts: 0,
  startedAt: 100,
  user: 'prometheus',
  group: '',
  supplementaryGroups: [],
  fragmentPath: '/lib/systemd/system/prometheus.service',
  dropIns: [],
  environmentFiles: ['/etc/default/prometheus'],
  execStart: '/usr/bin/prometheus $ARGS',
  canReload: true,
  type: 'simple',
  sandbox: {
    protectHome: 'yes',
    privateTmp: true,
    privateUsers: true,
    protectSystem: 'full',
    dynamicUser: false,
    rootDirectory: '',
    inaccessiblePaths: [],
    temporaryFileSystems: [],
  },
}
const debianUnit = '[Service]\nUser=prometheus\nEnvironmentFile=/etc/default/prometheus\nExecStart=/usr/bin/prometheus $ARGS\n'
const upstreamUnit = '[Service]\nExecStart=/usr/local/bin/prometheus \\\n  --config.file=/etc/prometheus/prometheus.yml\n'
const upstream: UnitFact = {
  ...prometheus,
  fragmentPath: '/etc/systemd/system/prometheus.service',
  environmentFiles: [],
  execStart: '/usr/local/bin/prometheus --config.file=/etc/prometheus/prometheus.yml',
}
const ownDropIn = '/etc/systemd/system/prometheus.service.d/tlsplay.conf'

function told(tree: Tree, unit?: UnitFact): readonly Told[] {
  const facts: Told[] = Object.entries({ ...everywhere, ...tree }).flatMap(([path, text]): Told[] =>
    text === undefined
      ? [
          ['file', { path }, absent],
          ['content', { path }, absent],
          ['digest', { path }, absent],
        ]
      : text === folder
        ? [['file', { path }, folderFact]]
        : [
            ['file', { path }, fileFact(text)],
            ['content', { path }, { bytes: Buffer.from(text) }],
            ['digest', { path }, { sha256: createHash('sha256').update(text).digest('hex') }],
          ],
  )
  return [...facts, ['unit', { name: 'prometheus.service' }, unit ?? absent]]
}

function contextOf(facts: readonly Told[]): PlanContext {
  return {
    view: viewOf(facts),
    now: 0,
    assets: [],
    dirty: false,
    authority: () => undefined,
    stored: () => undefined,
    host: { name: 'h', address: 'h' },
    user: 'root',
  }
}

function plan(params: ConfigParams, tree: Tree, unit?: UnitFact): Decision<Deed> {
  return config.plan(params, contextOf(told(tree, unit)))
}

function written(decision: Decision<Deed>, path: string): string | undefined {
  const step = decision.changes.flatMap((change) => change.data.steps).find((one) => one.kind === 'write' && one.path === path)
  return step?.kind === 'write' ? String(step.content) : undefined
}

/** The host after the change, as far as the plan predicts it. */
function afterwards(decision: Decision<Deed>, tree: Tree, unit?: UnitFact): PlanContext {
  const predicted = decision.predicts.map(({ kind, target, fact }) => [kind, target, fact] as Told)
  return contextOf([...told(tree, unit), ...predicted])
}

describe('a config file', () => {
  const path = '/etc/app/influxdb.conf'
  const text = '[http]\n  # https-enabled = false\n'

  test('is edited, predicted, and then right', () => {
    const params = { path, set: { 'http.https-enabled': true } }
    const decision = plan(params, { [path]: text })
    expect(decision.changes).toMatchObject([{ action: 'update', target: path, reason: 'http.https-enabled not as wanted' }])
    expect(written(decision, path)).toBe('[http]\n  # https-enabled = false\n  https-enabled = true\n')
    const second = config.plan(params, afterwards(decision, { [path]: text }))
    expect(second).toMatchObject({ changes: [], reason: `${path}: 1 setting is right` })
  })

  test('takes a map for what lies below a path: its keys are names as they stand, others stay', () => {
    const web = '/etc/app/web.yml'
    const text = 'basic_auth_users:\n  old: x\n'
    const params = { path: web, set: { basic_auth_users: { 'a.b': 'y', "o'neill": 'z', 'say "hi"': 'w' } } }
    const decision = plan(params, { [web]: text })
    expect(parse(written(decision, web) ?? '')).toEqual({ basic_auth_users: { old: 'x', 'a.b': 'y', "o'neill": 'z', 'say "hi"': 'w' } })
    expect(config.plan(params, afterwards(decision, { [web]: text })).changes).toEqual([])
  })

  test('keeps owner and mode, and sets them when asked', () => {
    expect(plan({ path, remove: ['http.x'], mode: '0640' }, { [path]: text }).changes).toMatchObject([
      { data: { steps: [{ kind: 'attributes', mode: 0o640 }] } },
    ])
  })

  test.each([
    { case: 'missing', params: { path, set: { a: 1 } }, tree: { [path]: undefined }, code: 'PATH_REFUSED', says: 'does not exist' },
    {
      case: 'cannot be edited',
      params: { path, set: { 'http.x': 1 } },
      tree: { [path]: 'a = "\n' },
      code: 'EDIT_IMPOSSIBLE',
      says: `${path}: http.x: line 1`,
    },
    {
      case: 'a format that cannot be told',
      params: { path: '/etc/app/x.conf', set: { a: 1 } },
      tree: {},
      code: 'VALUE_INVALID',
      says: 'format',
    },
    { case: 'both forms at once', params: { path, service: 'x', flags: {} }, tree: {}, code: 'VALUE_INVALID', says: 'exclude each other' },
    { case: 'neither form', params: {}, tree: {}, code: 'VALUE_INVALID', says: 'expected path' },
    { case: 'nothing to do', params: { path }, tree: {}, code: 'VALUE_INVALID', says: 'expected set or remove' },
    { case: 'flags without service', params: { path, set: { a: 1 }, flags: {} }, tree: {}, code: 'VALUE_INVALID', says: 'need service' },
    {
      case: 'at for a file of variables',
      params: { path, format: 'env' as const, at: 'a', set: { b: 1 } },
      tree: {},
      code: 'VALUE_INVALID',
      says: 'at needs toml or yaml',
    },
    {
      case: 'a map for a file of variables',
      params: { path, format: 'env' as const, set: { b: { c: 1 } } },
      tree: {},
      code: 'VALUE_INVALID',
      says: 'has no maps',
    },
    {
      case: 'at that finds nothing',
      params: { path, format: 'yaml' as const, at: 'jobs[name=c|d]', set: { scheme: 'https' } },
      tree: { ...everywhere, [path]: 'jobs:\n- name: a\n' },
      code: 'EDIT_IMPOSSIBLE',
      says: 'no item of jobs has name: c or d',
    },
    {
      case: 'set with service',
      params: { service: 'x', flags: {}, set: {} },
      tree: {},
      code: 'VALUE_INVALID',
      says: 'set belongs to path',
    },
  ])('refuses: $case', ({ params, tree, code, says }) => {
    expect(plan(params, tree).problems).toMatchObject([{ code, message: expect.stringContaining(says) as string }])
  })

  test('is made when asked, in the format of its name', () => {
    const web = '/etc/app/web.yml'
    const decision = plan({ path: web, set: { 'tls_server_config.cert_file': '/c.pem' }, create: true, mode: '0640' }, { [web]: undefined })
    expect(decision.changes).toMatchObject([{ action: 'create', data: { steps: [{ mode: 0o640, expect: 'absent' }] } }])
    expect(written(decision, web)).toBe('tls_server_config:\n  cert_file: /c.pem\n')
  })

  test('a missing file has nothing that must be removed', () => {
    expect(plan({ path: '/etc/default/influxdb', remove: ['X'] }, { '/etc/default/influxdb': undefined })).toMatchObject({
      changes: [],
      reason: expect.stringContaining('not there') as string,
    })
  })

  test('a secret is in the step and not in the diff; a plain text would be', () => {
    const shown = (value: never) => {
      const decision = plan({ path, set: { 'http.token': value } }, { [path]: text })
      const [step] = decision.changes[0]?.data.steps ?? []
      const content = step?.kind === 'write' ? step.content : ''
      return { wire: content instanceof Secret ? content.reveal() : String(content), diff: JSON.stringify(decision.changes) }
    }
    const hidden = shown(Secret.of('hunter2') as never)
    expect(hidden.wire).toContain('token = "hunter2"')
    expect(hidden.diff).not.toContain('hunter2')
    expect(shown('hunter2' as never).diff).toContain('hunter2')
  })
})

describe('flags of a service', () => {
  const flags = { '--web.config.file': '/etc/prometheus/web.yml' }
  const defaults = '/etc/default/prometheus'
  const debian: Tree = {
    '/lib/systemd/system/prometheus.service': debianUnit,
    [defaults]: '# args\nARGS=""\n',
    [ownDropIn]: undefined,
    '/etc/systemd/system/prometheus.service.d': undefined,
  }
  const bare: Tree = {
    '/etc/systemd/system/prometheus.service': upstreamUnit,
    [ownDropIn]: undefined,
    '/etc/systemd/system/prometheus.service.d': undefined,
  }
  const params = { service: 'prometheus', flags }

  test('live in the environment file when the unit names its variable', () => {
    const decision = plan(params, debian, prometheus)
    expect(decision.changes).toMatchObject([{ action: 'update', target: defaults, reason: '--web.config.file in ARGS not as wanted' }])
    expect(written(decision, defaults)).toBe('# args\nARGS="--web.config.file=/etc/prometheus/web.yml"\n')
    expect(config.plan(params, afterwards(decision, debian, prometheus)).changes).toEqual([])
  })

  test('an environment file that is missing is made', () => {
    const decision = plan(params, { ...debian, [defaults]: undefined }, prometheus)
    expect(written(decision, defaults)).toBe('ARGS="--web.config.file=/etc/prometheus/web.yml"\n')
  })

  test('what Environment= of the unit gives is kept', () => {
    const unit = debianUnit.replace('[Service]\n', '[Service]\nEnvironment="ARGS=--a"\n')
    const decision = plan(params, { ...debian, '/lib/systemd/system/prometheus.service': unit, [defaults]: undefined }, prometheus)
    expect(written(decision, defaults)).toBe('ARGS="--a --web.config.file=/etc/prometheus/web.yml"\n')
  })

  test('of several variables the one that is set, unless one is named', () => {
    const unit = debianUnit.replace('$ARGS', '$OPTIONS $EXTRA')
    const tree = { ...debian, '/lib/systemd/system/prometheus.service': unit, [defaults]: 'EXTRA="--a"\n' }
    expect(written(plan(params, tree, prometheus), defaults)).toBe('EXTRA="--a --web.config.file=/etc/prometheus/web.yml"\n')
    expect(written(plan({ ...params, env_var: 'OPTIONS' }, tree, prometheus), defaults)).toContain('OPTIONS="--web.config.file')
  })

  test('in braces a variable reaches the program as one word', () => {
    const tree = { ...debian, '/lib/systemd/system/prometheus.service': debianUnit.replace('$ARGS', '${ARGS}'), [defaults]: 'ARGS="--a"\n' }
    expect(plan(params, tree, prometheus).problems).toMatchObject([
      { code: 'EDIT_IMPOSSIBLE', message: expect.stringContaining('one word') as string },
    ])
    expect(plan(params, { ...tree, [defaults]: 'ARGS=""\n' }, prometheus).problems).toEqual([])
  })

  test('live in ExecStart: a drop-in with the whole line, then daemon-reload', () => {
    const decision = plan(params, bare, upstream)
    expect(decision.changes.flatMap((change) => change.data.steps.map((step) => step.kind))).toEqual(['directory', 'write', 'run'])
    expect(written(decision, ownDropIn)).toMatch(
      /\n\[Service\]\nExecStart=\nExecStart=\/usr\/local\/bin\/prometheus --config\.file=\/etc\/prometheus\/prometheus\.yml --web\.config\.file=\/etc\/prometheus\/web\.yml\n$/,
    )
    expect(decision.predicts.find((one) => one.kind === 'unit')?.fact).toMatchObject({ dropIns: [ownDropIn] })
    expect(config.plan(params, afterwards(decision, bare, upstream)).changes).toEqual([])
  })

  test('a flag that already stands in ExecStart is changed there, though there is a variable too', () => {
    const unit = debianUnit.replace('$ARGS', '--web.config.file=/old $ARGS')
    const decision = plan(params, { ...debian, '/lib/systemd/system/prometheus.service': unit }, prometheus)
    expect(decision.changes.map((change) => change.target)).toEqual([ownDropIn])
  })

  test('a drop-in of somebody else that comes later is not fought with', () => {
    const late = '/etc/systemd/system/prometheus.service.d/zz.conf'
    const unit = { ...upstream, dropIns: [late] }
    const tree = { ...bare, '/etc/systemd/system/prometheus.service.d': folder, [late]: '[Service]\nExecStart=\nExecStart=/x\n' }
    expect(plan(params, tree, unit).problems).toMatchObject([
      { code: 'EDIT_IMPOSSIBLE', message: expect.stringContaining('comes after tlsplay.conf') as string },
    ])
  })

  test('a drop-in that systemd has not read yet: only daemon-reload', () => {
    const line = `${upstream.execStart} --web.config.file=/etc/prometheus/web.yml`
    const tree = { ...bare, '/etc/systemd/system/prometheus.service.d': folder, [ownDropIn]: `[Service]\nExecStart=\nExecStart=${line}\n` }
    expect(plan(params, tree, upstream).changes).toMatchObject([{ action: 'reload', data: { steps: [{ kind: 'run' }] } }])
    expect(plan(params, tree, { ...upstream, dropIns: [ownDropIn], execStart: line }).changes).toEqual([])
  })

  test('no unit: says what to give instead', () => {
    expect(plan(params, {}).problems).toMatchObject([{ code: 'UNIT_UNKNOWN', hint: expect.stringContaining('start_command') as string }])
  })
})

test.each([
  {
    case: 'a file: all in one round',
    params: { path: '/etc/app/influxdb.conf', set: { a: 1 } },
    tree: { '/etc/app/influxdb.conf': '' },
    rounds: 1,
  },
  {
    case: 'flags: the unit, then its files',
    params: { service: 'prometheus', flags: { '--x': true } },
    tree: {
      '/lib/systemd/system/prometheus.service': debianUnit,
      '/etc/default/prometheus': '',
      [ownDropIn]: undefined,
      '/etc/systemd/system/prometheus.service.d': undefined,
    },
    rounds: 2,
  },
])('observe asks what plan reads: $case', ({ params, tree, rounds }) => {
  const facts = told(tree, prometheus)
  const asked = new Set<string>()
  const questions = config.observe(params)
  let count = 0
  for (let step = questions.next(); step.done !== true; step = questions.next(viewOf(facts))) {
    count += 1
    for (const probe of step.value) asked.add(probeKey(probe))
  }
  expect(count).toBe(rounds)
  const known = facts.filter(([kind, target]) => asked.has(probeKey({ kind, target } as Probe)))
  expect(() => config.plan(params, contextOf(known))).not.toThrow()
})

test('at: the same task finds its item before and after it edited the key that it chooses by', () => {
  const params: ConfigParams = {
    path: '/etc/app/t.conf',
    format: 'toml',
    at: 'out[urls=http://b|https://b]',
    set: { urls: ['https://b'], ca: '/ca' },
  }
  const tree = { ...everywhere, '/etc/app/t.conf': '[[out]]\nurls = ["http://a"]\n\n[[out]]\nurls = ["http://b"] # ours\n' }
  const first = plan(params, tree)
  const text = '[[out]]\nurls = ["http://a"]\n\n[[out]]\nurls = ["https://b"] # ours\nca = "/ca"\n'
  expect(written(first, '/etc/app/t.conf')).toBe(text)
  expect(plan(params, { ...tree, '/etc/app/t.conf': text }).changes).toEqual([])
})
