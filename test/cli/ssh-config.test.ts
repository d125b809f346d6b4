import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { connectionTarget } from '../../src/compile/connection.ts'
import { withSshConfig } from '../../src/cli/ssh-config.ts'
import { compileWorld } from '../compile/compiled.ts'
import { removeTemporaryFolders, script, temporaryFolder } from '../ssh/rig.ts'

let home = ''
beforeEach(() => {
  home = temporaryFolder()
  mkdirSync(join(home, '.ssh'))
})
afterAll(removeTemporaryFolders)

async function asked(
  config: string | undefined,
  { hosts = 'web1: {}', path = process.env['PATH'] }: { hosts?: string; path?: string | undefined } = {},
) {
  if (config !== undefined) writeFileSync(join(home, '.ssh/config'), config)
  const { run } = await compileWorld({
    files: { 'site.yml': '- hosts: all\n  tasks:\n    - debug: {msg: x}\n', 'inventory.yml': `all: {hosts: {${hosts}}}\n` },
    options: { connection: { defaults: { user: 'me', homeFolder: home, knownHostsFiles: ['/kh'] } } },
  })
  const found = await withSshConfig(run, { env: { HOME: home, PATH: path } })
  return { ...found, target: (host: string) => connectionTarget(host, found.run).target }
}

test('what ssh itself would do: HostName, User, Port, IdentityFile, UserKnownHostsFile, HostKeyAlias, ConnectTimeout', async () => {
  const { target, problems } = await asked(`
Host web*
  HostName %h.example.com
  User ops
  Port 2201
  IdentityFile ~/.ssh/id_%n
  IdentityFile /keys/%%h-%h
  IdentitiesOnly yes
  UserKnownHostsFile /kh/one /kh/two
  HostKeyAlias thealias
  ConnectTimeout 7
`)
  expect(problems).toEqual([])
  expect(target('web1')).toMatchObject({
    ...{ address: 'web1.example.com', user: 'ops', port: 2201, identitiesOnly: true, hostKeyAlias: 'thealias', connectTimeoutSeconds: 7 },
    identityFiles: [join(home, '.ssh/id_web1'), '/keys/%h-web1.example.com'],
    knownHostsFiles: ['/kh/one', '/kh/two', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
  })
})

test('Include and Match mean what they mean to ssh', async () => {
  writeFileSync(join(home, '.ssh/more'), 'Host web1\n  User included\n')
  const { target } = await asked(
    `Include ${join(home, '.ssh/more')}\nMatch host web1 exec "true"\n  Port 2022\nMatch exec "false"\n  Port 1\n`,
  )
  expect(target('web1')).toMatchObject({ user: 'included', port: 2022 })
})

test('ProxyJump with a chain, each hop with its own settings, and a setting for all that leaves the hop itself out', async () => {
  const { target } = await asked(
    `Host bastion\n  HostName 10.0.0.1\n  User jumper\n  Port 2222\n  ProxyJump outer\nHost outer\n  ProxyJump none\nHost *\n  ProxyJump bastion\n`,
    { hosts: 'web1: {}, web2: {ansible_host: 10.1.1.1}, bastion: {}' },
  )
  const way = (host: string) => (target(host).jumps ?? []).map(({ hop, user, address, port }) => `${hop}: ${user}@${address}:${port}`)
  expect(way('web1')).toEqual(['outer: me@outer:22', 'bastion: jumper@10.0.0.1:2222'])
  expect(way('web2')).toEqual(way('web1'))
  expect(way('bastion')).toEqual(['outer: me@outer:22'])
})

test('what nothing says keeps the defaults', async () => {
  const { target } = await asked('Host other\n  User x\n')
  expect(target('web1')).toMatchObject({ address: 'web1', user: 'me', port: 22, knownHostsFiles: ['/kh'], privateKeyFiles: [] })
  expect(target('web1').identityFiles).toBeUndefined()
})

test('without settings no program is run, and with them one for each name', async () => {
  const tools = temporaryFolder()
  const log = join(tools, 'log')
  script(join(tools, 'ssh'), `#!/bin/sh\nprintf '%s\\n' "$*" >>${log}\necho "host x"\n`)
  writeFileSync(log, '')
  const { readFileSync } = await import('node:fs')
  await asked(undefined, { path: tools })
  expect(readFileSync(log, 'utf8')).toBe('')
  await asked('Host a\n  User b\n', {
    path: `${tools}:/usr/bin:/bin`,
    hosts: 'a: {}, b: {ansible_host: a}, here: {ansible_connection: local}',
  })
  const calls = readFileSync(log, 'utf8').trim().split('\n')
  expect(calls).toHaveLength(2)
  expect(calls[1]).toMatch(/^-G -F \S+\/\.ssh\/config -- a$/)
})

test('a broken file is told with the words of ssh', async () => {
  const { problems } = await asked('Host web1\n  Frobnicate yes\n')
  expect(problems).toEqual([
    expect.objectContaining({
      code: 'VALUE_INVALID',
      message: expect.stringMatching(/ssh cannot tell its settings for web1: .*terminating, 1 bad configuration/),
      hint: expect.stringContaining('ssh -G web1'),
    }),
  ])
})

test('settings without an ssh program to read them are a warning', async () => {
  const { warnings, problems, target } = await asked('Host web1\n  User ops\n', { path: temporaryFolder() })
  expect(problems).toEqual([])
  expect(warnings).toEqual([expect.objectContaining({ code: 'TOOL_MISSING', message: expect.stringContaining('not used') })])
  expect(target('web1').user).toBe('me')
})
