import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connectionTarget, controllerTarget, delegateTarget } from '../../src/compile/connection.ts'
import { isHostName, isUserName } from '../../src/compile/connection-values.ts'
import type { ConnectionOverrides } from '../../src/compile/compiled-run.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import { Secret } from '../../src/model/value.ts'
import { codes, compileWorld } from './compiled.ts'

const defaults: ConnectionOverrides['defaults'] = { user: 'me', homeFolder: '/home/me', knownHostsFiles: ['/home/me/.ssh/known_hosts'] }
const plain = '- hosts: all\n  tasks:\n    - debug: {msg: x}\n'

async function connect(
  vars: string,
  { connection = {}, site = plain, host = 'h1' }: { connection?: Partial<ConnectionOverrides>; site?: string; host?: string } = {},
) {
  const { run, loadProblems } = await compileWorld({
    files: { 'site.yml': site, 'inventory.yml': `all: {hosts: {${host}: {${vars}}}}\n` },
    options: { connection: { defaults, ...connection } },
  })
  expect(loadProblems).toEqual([])
  return connectionTarget(host, run)
}

test('defaults', async () => {
  expect(await connect('')).toEqual({
    problems: [],
    target: {
      name: 'h1',
      at: expect.objectContaining({ file: 'inventory.yml' }),
      transport: 'ssh',
      address: 'h1',
      port: 22,
      user: 'me',
      privateKeyFiles: [],
      password: undefined,
      knownHostsFiles: defaults.knownHostsFiles,
      become: undefined,
      connectTimeoutSeconds: 10,
      exclusive: true,
      stateFolder: undefined,
    },
  })
})

test.each<[string, string, Partial<ConnectionOverrides>, Partial<ConnectionTarget>]>([
  [
    'names of Ansible',
    'ansible_host: 10.0.0.1, ansible_port: 2222, ansible_user: ops, ansible_timeout: 3',
    {},
    { address: '10.0.0.1', port: 2222, user: 'ops', connectTimeoutSeconds: 3 },
  ],
  [
    'our names before them',
    'tlsplay_host: a.example, ansible_host: b.example, tlsplay_port: "2200", tlsplay_user: one, ansible_user: two, tlsplay_connect_timeout: 4',
    {},
    { address: 'a.example', port: 2200, user: 'one', connectTimeoutSeconds: 4 },
  ],
  [
    'variables above the command line',
    'ansible_user: ops, tlsplay_private_key_file: keys/id',
    { user: 'cli', privateKeyFile: '/cli/key' },
    { user: 'ops', privateKeyFiles: ['/play/keys/id'] },
  ],
  [
    'the command line above defaults',
    '',
    { user: 'cli', privateKeyFile: '/cli/key', timeoutSeconds: 7, knownHostsFiles: ['/k'], transport: 'local' },
    { privateKeyFiles: ['/cli/key'], connectTimeoutSeconds: 7, knownHostsFiles: ['/k'], transport: 'local', user: 'me' },
  ],
  [
    'templates',
    'ansible_host: "{{ inventory_hostname }}.lab.test", ansible_user: "{{ who }}", who: ops',
    {},
    { address: 'h1.lab.test', user: 'ops' },
  ],
  [
    'a home folder',
    'ansible_ssh_private_key_file: ~/.ssh/lab, tlsplay_known_hosts_file: ~/known',
    {},
    { privateKeyFiles: ['/home/me/.ssh/lab'], knownHostsFiles: ['/home/me/known'] },
  ],
  ['a local connection', 'ansible_connection: local', {}, { transport: 'local', user: 'me' }],
  ['an IPv6 address', 'ansible_host: "2001:db8::1"', {}, { address: '2001:db8::1' }],
])('%s', async (_, vars, connection, expected) => {
  expect(await connect(vars, { connection })).toMatchObject({ problems: [], target: expected })
})

test('localhost is this machine unless an address or port says otherwise', async () => {
  expect((await connect('', { host: 'localhost' })).target.transport).toBe('local')
  expect((await connect('ansible_port: 2222', { host: 'localhost' })).target.transport).toBe('ssh')
  expect((await connect('ansible_connection: ssh', { host: 'localhost' })).target.transport).toBe('ssh')
  expect((await connect('ansible_host: 127.0.0.1')).target.transport).toBe('ssh')
})

test('passwords are secrets', async () => {
  const { target } = await connect('ansible_ssh_pass: s3cret, ansible_become: "yes", ansible_become_pass: 12345')
  expect([target.password?.reveal(), target.become?.password?.reveal()]).toEqual(['s3cret', '12345'])
  expect(JSON.stringify(target)).not.toMatch(/s3cret|12345/)
  expect(
    (await connect('', { connection: { password: 'typed', become: true, becomePassword: Secret.of('typed too') } })).target.password,
  ).toBeInstanceOf(Secret)
})

describe('the channel becomes', () => {
  const tasks = (...more: string[]): string => `- hosts: all\n  tasks:\n${more.map((text) => `    - {debug: {msg: x}${text}}\n`).join('')}`
  test.each<[string, string, Partial<ConnectionOverrides>, string, string | undefined]>([
    ['nobody when no task does', tasks(''), {}, '', undefined],
    ['root when one does', tasks('', ', become: true'), {}, '', 'root'],
    ['the only other user', tasks(', become: true, become_user: app'), {}, '', 'app'],
    ['root for several users', tasks(', become: true, become_user: app', ', become: true, become_user: db'), {}, '', 'root'],
    ['as the command line says', tasks(''), { become: true, becomeUser: 'app' }, '', 'app'],
    ['as a variable says', tasks(''), { becomeUser: 'app' }, 'ansible_become: true, ansible_become_user: db', 'db'],
    ['nobody for tasks on this machine', tasks(', become: true, delegate_to: localhost'), {}, '', undefined],
    ['root where only the item tells', tasks(', become: true, become_user: "{{ item }}", loop: [a]'), {}, '', 'root'],
  ])('%s', async (_, site, connection, vars, user) => {
    expect((await connect(vars, { site, connection })).target.become?.user).toBe(user)
  })
})

describe('what cannot be', () => {
  // Loading refuses what is written so already; a template brings it past that.
  test.each<[string, string, string]>([
    ['ansible_host', '"-oProxyCommand=x"', 'HOST_NAME_INVALID'],
    ['ansible_host', '"a b"', 'HOST_NAME_INVALID'],
    ['ansible_host', '"$(id)"', 'HOST_NAME_INVALID'],
    ['ansible_host', '"fe80::1%eth0"', 'HOST_NAME_INVALID'],
    ['tlsplay_user', '"-l"', 'HOST_NAME_INVALID'],
    ['ansible_user', '"a;b"', 'HOST_NAME_INVALID'],
    ['ansible_port', '0', 'VALUE_INVALID'],
    ['ansible_port', '65536', 'VALUE_INVALID'],
    ['ansible_port', '"22; id"', 'VALUE_INVALID'],
    ['ansible_host', '[a]', 'VALUE_INVALID'],
    ['ansible_connection', 'winrm', 'VALUE_INVALID'],
    ['ansible_become', 'maybe', 'VALUE_INVALID'],
    ['ansible_ssh_pass', '[a]', 'VALUE_INVALID'],
    ['ansible_host', '"{{ facts.hostname }}"', 'VARIABLE_UNDEFINED'],
    ['ansible_host', '"{{ missing }}"', 'VARIABLE_UNDEFINED'],
  ])('%s: %s is %s, with its place', async (name, value, code) => {
    const { problems } = await connect(`${name}: "{{ given }}", given: ${value}`)
    expect(new Set(codes(problems))).toEqual(new Set([code]))
    expect(problems[0]).toMatchObject({ host: 'h1', at: { file: 'inventory.yml', line: 1 } })
  })
  const hostile = [
    '-x',
    '--',
    ' a',
    'a ',
    'a\n',
    'a\0',
    '%h',
    '`id`',
    '$(id)',
    '${IFS}',
    ';',
    '|',
    '&',
    '<',
    '>',
    '"',
    "'",
    '\\',
    '*',
    '?',
    '[a]',
    '(a)',
    '#',
    '!',
    '~',
    '‮a',
    '﻿a',
    'a/b',
    'a,b',
    'fe80::1%lo',
    '::1%',
    'a:b',
    '',
    'a'.repeat(254),
  ]
  test.each(hostile.map((text) => [text]))('%j is no host name', (text) => {
    expect(isHostName(text)).toBe(false)
  })
  test('names are only made of harmless letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (isHostName(text)) expect(text).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9_.:-]*$/)
        if (isUserName(text)) expect(text).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.@+$-]*$/)
      }),
      { numRuns: 5000 },
    )
  })
  test.each(['h1', 'h-1.example.', '10.0.0.1', '::1', 'node_1', 'a.b.c'])('%s is one', (text) => {
    expect(isHostName(text)).toBe(true)
  })
})

test('the controller is one more place', async () => {
  const { run } = await compileWorld({ files: { 'site.yml': plain, 'inventory.yml': 'all: {hosts: {h1: {}}}\n' } })
  expect(controllerTarget(run)).toMatchObject({ transport: 'local', user: 'me', become: undefined })
})

describe('a delegate', () => {
  const reach = async (name: string, tasks: string): Promise<ConnectionTarget> => {
    const { run, loadProblems } = await compileWorld({
      files: {
        'site.yml': `- hosts: h1\n  become: true\n  tasks:\n${tasks}`,
        'inventory.yml':
          'all: {hosts: {h1: {ansible_user: one}, h2: {ansible_user: two, ansible_port: 2222, ansible_become_password: pw}}}\n',
      },
      options: { connection: { defaults } },
    })
    expect(loadProblems).toEqual([])
    const { target, problems } = delegateTarget(name, run)
    expect(problems).toEqual([])
    return target
  }
  const there = '    - {command: x, delegate_to: h2}\n'

  test('is reached as its own variables say, and is not kept for the run', async () => {
    expect(await reach('h2', there)).toMatchObject({ name: 'h2', user: 'two', port: 2222, exclusive: false })
  })
  test('is reached by its name when no inventory names it', async () => {
    expect(await reach('other.example.net', there)).toMatchObject({ transport: 'ssh', address: 'other.example.net', user: 'me', port: 22 })
  })
  test.each([
    [there, 'root'],
    ['    - {command: x, delegate_to: h2, become_user: app}\n    - {command: y}\n', 'app'],
    ['    - {command: x, delegate_to: h2, become_user: app}\n    - {command: y, delegate_to: h1}\n', 'root'],
    ['    - {command: x, delegate_to: h2, become: false}\n', undefined],
  ])('becomes who the delegated tasks become: %j', async (tasks, user) => {
    const { become } = await reach('h2', tasks)
    expect(become?.user).toBe(user)
    if (user !== undefined) expect(become?.password?.reveal()).toBe('pw')
  })
})

describe('the method of becoming', () => {
  const method = async (vars: string, site: string): Promise<string | undefined> => {
    const { target, problems } = await connect(vars, { site })
    expect(problems).toEqual([])
    return target.become?.method
  }
  const task = (keywords: string): string => `    - {command: x, become: true${keywords}}\n`
  test.each([
    ['', '- hosts: all\n  tasks:\n', '', 'sudo'],
    ['', '- hosts: all\n  become_method: doas\n  tasks:\n', '', 'doas'],
    ['', '- hosts: all\n  tasks:\n', ', become_method: su', 'su'],
    ['ansible_become_method: su', '- hosts: all\n  become_method: doas\n  tasks:\n', '', 'su'],
    ['tlsplay_become_method: doas, ansible_become_method: su', '- hosts: all\n  tasks:\n', '', 'doas'],
    ['ansible_become_method: community.general.doas', '- hosts: all\n  tasks:\n', '', 'doas'],
  ])('%j, %j, %j: %s', async (vars, play, keyword, expected) => {
    expect(await method(vars, `${play}${task(keyword)}`)).toBe(expected)
  })
  test('is one for all tasks of a host, and one of three', async () => {
    const site = `- hosts: all\n  tasks:\n${task('')}${task(', become_method: su')}`
    expect((await connect('', { site })).problems).toMatchObject([
      { code: 'VALUE_INVALID', at: { line: 4 }, message: expect.stringContaining('sudo and su') },
    ])
    expect((await connect('ansible_become_method: su', { site })).problems).toEqual([])
    expect((await connect('ansible_become_method: pbrun', { site })).problems).toMatchObject([
      { code: 'VALUE_INVALID', at: { file: 'inventory.yml' }, message: expect.stringContaining('expected sudo, doas, su') },
    ])
  })
})
