import { describe, expect, test } from 'vitest'
import { connectionTarget } from '../../src/compile/connection.ts'
import type { ConnectionOverrides } from '../../src/compile/compiled-run.ts'
import { jumpOfArguments, jumpOfCommand, parseJump } from '../../src/compile/jump.ts'
import type { SshSettings } from '../../src/compile/ssh-settings.ts'
import { compileWorld } from './compiled.ts'

test.each<[string, ReturnType<typeof parseJump>]>([
  ['bastion', [{ host: 'bastion' }]],
  ['ops@bastion.example:2222', [{ user: 'ops', host: 'bastion.example', port: 2222 }]],
  ['a,b@c , [2001:db8::1]:22', [{ host: 'a' }, { user: 'b', host: 'c' }, { host: '2001:db8::1', port: 22 }]],
  ['ssh://ops@bastion:2200/', [{ user: 'ops', host: 'bastion', port: 2200 }]],
  ['none', []],
  ['NONE', []],
])('hops: %s', (text, hops) => {
  expect(parseJump(text)).toEqual(hops)
})

test.each([
  '',
  ',',
  'a,,b',
  '-oProxyCommand=touch',
  'a b',
  'a;b',
  'a$(id)',
  '%h',
  'a\nb',
  'a\0',
  'u@-x',
  '-u@x',
  'a:0',
  'a:70000',
  'a:b',
  'fe80::1%eth0',
  '[fe80::1%eth0]',
  'a‮b',
  'u@v@w',
])('no hops: %j', (text) => {
  expect(parseJump(text)).toBeUndefined()
})

test.each<[string, ReturnType<typeof jumpOfArguments>]>([
  ['-J bastion', { jump: 'bastion' }],
  ['-Jops@bastion:22', { jump: 'ops@bastion:22' }],
  ['-C -o ControlMaster=auto -o ProxyJump=bastion', { jump: 'bastion' }],
  ['-oProxyJump=bastion -J other', { jump: 'bastion' }],
  ['-o "ProxyJump bastion"', { jump: 'bastion' }],
  [`-o ProxyCommand="ssh -W %h:%p -q ops@bastion"`, { jump: 'ops@bastion' }],
  [`-o ProxyCommand='ssh -q -p 2222 -l ops -o StrictHostKeyChecking=no -W %h:%p bastion'`, { jump: 'ops@bastion:2222' }],
  ['-o ProxyCommand="nc -x proxy:1080 %h %p"', { refused: 'nc -x proxy:1080 %h %p' }],
  ['-o ProxyCommand="ssh -i key -W %h:%p bastion"', { refused: 'ssh -i key -W %h:%p bastion' }],
  ['-o ProxyCommand=none', { jump: 'none' }],
  ['-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -q', {}],
  ['', {}],
])('arguments of ssh: %s', (text, told) => {
  expect(jumpOfArguments(text)).toEqual(told)
})

test.each([
  'ssh -W %h:%p a; id',
  'ssh -W other:22 bastion',
  'ssh bastion nc %h %p',
  'ssh -W %h:%p a b',
  'bash -c "ssh -W %h:%p a"',
  'ssh -o ProxyCommand=x -W %h:%p a',
])('a command that is no plain way is refused: %s', (command) => {
  expect(jumpOfCommand(command).jump === undefined || parseJump(jumpOfCommand(command).jump ?? '') === undefined).toBe(true)
})

describe('the way to a host', () => {
  const defaults = { user: 'me', homeFolder: '/home/me', knownHostsFiles: ['/home/me/.ssh/known_hosts'] }
  async function way(vars: string, config: Readonly<Record<string, SshSettings>> = {}, more: Partial<ConnectionOverrides> = {}) {
    const { run } = await compileWorld({
      files: { 'site.yml': '- hosts: all\n  tasks:\n    - debug: {msg: x}\n', 'inventory.yml': `all: {hosts: {h1: {${vars}}}}\n` },
      options: { connection: { defaults, sshConfig: new Map(Object.entries(config)), ...more } },
    })
    const { target, problems } = connectionTarget('h1', run)
    return { target, problems, hops: (target.jumps ?? []).map(({ hop, user, address, port }) => `${hop}: ${user}@${address}:${port}`) }
  }

  test.each<{
    case: string
    vars?: string
    config?: Readonly<Record<string, SshSettings>>
    more?: Partial<ConnectionOverrides>
    hops: readonly string[]
  }>([
    { case: 'none', hops: [] },
    { case: 'a variable', vars: 'tlsplay_jump: "ops@b:2222"', hops: ['b: ops@b:2222'] },
    { case: 'arguments as for Ansible', vars: "ansible_ssh_common_args: '-J b,c'", hops: ['b: me@b:22', 'c: me@c:22'] },
    { case: 'the command line', more: { jump: 'b' }, hops: ['b: me@b:22'] },
    { case: 'ssh_config', config: { h1: { proxyJump: 'b' } }, hops: ['b: me@b:22'] },
    { case: 'an old way of ssh_config', config: { h1: { proxyCommand: 'ssh -W %h:%p b' } }, hops: ['b: me@b:22'] },
    {
      case: 'a variable before all others',
      vars: 'tlsplay_jump: a, ansible_ssh_args: "-J b"',
      more: { jump: 'c' },
      config: { h1: { proxyJump: 'd' } },
      hops: ['a: me@a:22'],
    },
    { case: 'arguments before the command line', vars: 'ansible_ssh_args: "-J b"', more: { jump: 'c' }, hops: ['b: me@b:22'] },
    { case: 'the command line before ssh_config', more: { jump: 'c' }, config: { h1: { proxyJump: 'd' } }, hops: ['c: me@c:22'] },
    { case: 'none, said out loud', vars: 'tlsplay_jump: none', config: { h1: { proxyJump: 'd' } }, hops: [] },
    {
      case: 'settings of the hop',
      vars: 'tlsplay_jump: b',
      config: { b: { hostName: '10.0.0.9', user: 'hop', port: 2200 } },
      hops: ['b: hop@10.0.0.9:2200'],
    },
    {
      case: 'the way of the first hop',
      vars: 'tlsplay_jump: "b,c"',
      config: { b: { proxyJump: 'a' }, c: { proxyJump: 'x' } },
      hops: ['a: me@a:22', 'b: me@b:22', 'c: me@c:22'],
    },
    {
      case: 'a circle',
      vars: 'tlsplay_jump: b',
      config: { b: { proxyJump: 'a' }, a: { proxyJump: 'b' } },
      hops: ['a: me@a:22', 'b: me@b:22'],
    },
    { case: 'a host of this machine', vars: 'ansible_connection: local, tlsplay_jump: b', hops: [] },
  ])('$case', async ({ vars = '', config = {}, more = {}, hops }) => {
    const found = await way(vars, config, more)
    expect(found.hops).toEqual(hops)
    expect(found.problems).toEqual([])
  })

  test('ssh_config gives address, user, port, keys and known hosts, and variables beat it', async () => {
    const config: SshSettings = {
      hostName: '10.0.0.1',
      user: 'conf',
      port: 2201,
      identityFiles: ['/k'],
      identitiesOnly: true,
      hostKeyAlias: 'alias',
      knownHostsFiles: ['/kh'],
      connectTimeoutSeconds: 7,
    }
    expect((await way('', { h1: config })).target).toMatchObject({
      ...{ address: '10.0.0.1', user: 'conf', port: 2201, identityFiles: ['/k'], identitiesOnly: true, hostKeyAlias: 'alias' },
      ...{ knownHostsFiles: ['/kh'], connectTimeoutSeconds: 7, privateKeyFiles: [] },
    })
    expect((await way('ansible_user: v, ansible_port: 1', { h1: config })).target).toMatchObject({ user: 'v', port: 1 })
    // ssh_config is asked about the name that is handed to ssh.
    expect((await way('ansible_host: other', { h1: config, other: { user: 'o' } })).target).toMatchObject({
      address: 'other',
      user: 'o',
      port: 22,
    })
    expect((await way('', { h1: config }, { user: 'cli' })).target.user).toBe('cli')
  })

  test.each<{ case: string; vars: string; config?: Readonly<Record<string, SshSettings>>; code: string; says: string }>([
    {
      case: 'a hop that is an option',
      vars: 'tlsplay_jump: "-oProxyCommand=id"',
      code: 'HOST_NAME_INVALID',
      says: 'tlsplay_jump: "-oProxyCommand=id" does not name hosts',
    },
    {
      case: 'a command in a variable',
      vars: 'ansible_ssh_common_args: \'-o ProxyCommand="nc %h %p"\'',
      code: 'NOT_SUPPORTED',
      says: 'ansible_ssh_common_args: a ProxyCommand is not run: "nc %h %p"',
    },
    {
      case: 'a command of ssh_config',
      vars: '',
      config: { h1: { proxyCommand: 'cloud %h' } },
      code: 'NOT_SUPPORTED',
      says: 'h1: a ProxyCommand is not run',
    },
  ])('$case is refused with its place', async ({ vars, config = {}, code, says }) => {
    const { problems } = await way(vars, config)
    expect(problems).toEqual([
      expect.objectContaining({
        code,
        message: expect.stringContaining(says),
        at: expect.objectContaining({ file: 'inventory.yml', line: 1 }),
        hint: expect.any(String),
      }),
    ])
  })
})
