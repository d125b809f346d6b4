import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { nodeFiles } from '../../src/cli/ports/node-files.ts'
import { startSshHost, type SshHost } from '../../src/embedded/ssh-host.ts'
import { newKeyPair } from '../../src/embedded/ssh-key-pair.ts'
import type { Problem } from '../../src/model/problem.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { optionsWith, problemOf, removeTemporaryFolders, script, targetWith, temporaryFolder } from '../ssh/rig.ts'

/** A remedy that is a command is run as it stands, and then the same thing works, or fails for the next reason. */

let folder = ''
let host: SshHost
beforeAll(async () => {
  host = await startSshHost({ folder: temporaryFolder() })
})
afterAll(async () => {
  await host.close()
  removeTemporaryFolders()
})
beforeEach(() => {
  folder = temporaryFolder()
  writeFileSync(join(folder, 'key'), host.clientKey, { mode: 0o600 })
})

/** The line of the hint that is a command beginning with this word, run by a shell. */
function runRemedy(problem: Problem, program: string, env: Record<string, string> = {}): string {
  const line = problem.hint?.split('\n').find((one) => one.startsWith(program))
  if (line === undefined) throw new Error(`no such remedy: ${problem.hint}`)
  return execFileSync('/bin/sh', ['-c', line], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const transport = (agentSocket?: string) => sshTransport(optionsWith({}, { files: nodeFiles, agentSocket }))
const target = () => targetWith({ port: host.port, knownHostsFiles: [join(folder, 'known_hosts')], privateKeyFiles: [join(folder, 'key')] })
const known = () => readFileSync(join(folder, 'known_hosts'), 'utf8')

/** ssh-keyscan asks from another process, which the host in this one has to answer meanwhile. */
async function runRemedyAside(problem: Problem, program: string): Promise<void> {
  const line = problem.hint?.split('\n').find((one) => one.startsWith(program))
  const { spawn } = await import('node:child_process')
  const child = spawn('/bin/sh', ['-c', line ?? 'false'], { cwd: folder, stdio: 'ignore' })
  await new Promise((resolve) => child.on('close', resolve))
}

test('HOST_KEY_UNKNOWN: the key that ssh-keyscan adds is the one that is trusted', async () => {
  const problem = await problemOf(transport().open(target()))
  expect(problem.code).toBe('HOST_KEY_UNKNOWN')
  await runRemedyAside(problem, 'ssh-keyscan')
  expect(known()).toContain(host.hostKeyLine)
  await (await transport().open(target())).close()
})

test('HOST_KEY_CHANGED: what ssh-keygen removes is no longer known, and nothing else is gone', async () => {
  const other = newKeyPair().public.trim().split(' ').slice(0, 2).join(' ')
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${host.port} ${other}\nneighbour.example ${other}\n`)
  const problem = await problemOf(transport().open(target()))
  expect(problem.code).toBe('HOST_KEY_CHANGED')
  runRemedy(problem, 'ssh-keygen')
  expect(known()).toBe(`neighbour.example ${other}\n`)
  expect((await problemOf(transport().open(target()))).code).toBe('HOST_KEY_UNKNOWN')
})

test('KEY_UNUSABLE: the agent opens the encrypted key', async () => {
  writeFileSync(join(folder, 'known_hosts'), `${host.hostKeyLine}\n`)
  execFileSync('ssh-keygen', ['-q', '-p', '-N', 'a passphrase', '-P', '', '-f', join(folder, 'key')])
  const problem = await problemOf(transport().open(target()))
  expect(problem).toMatchObject({ code: 'KEY_UNUSABLE', message: expect.stringContaining('is encrypted') })
  // As typed by a person, but for the passphrase, which a program gives.
  const ask = script(join(folder, 'ask'), '#!/bin/sh\necho a passphrase\n')
  const line = problem.hint?.split('\n').find((one) => one.startsWith('eval')) ?? ''
  const said = execFileSync('/bin/sh', ['-c', `${line}; echo "socket $SSH_AUTH_SOCK $SSH_AGENT_PID"`], {
    ...{
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
    },
  })
  const [, socket = '', pid = ''] = /^socket (\S+) (\d+)$/m.exec(said) ?? []
  try {
    await (await transport(socket).open(target())).close()
  } finally {
    process.kill(Number(pid))
  }
})

async function tlsplay(...words: readonly string[]) {
  const io = fakeIo(words, { cwd: folder, env: { HOME: folder, PATH: process.env['PATH'] } })
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}

const inHint = (err: string, program: string): Problem => ({
  ...{ code: 'TASK_FAILED', message: '' },
  hint: err
    .split('\n')
    .flatMap((line) => (line.includes(program) ? [line.slice(line.indexOf(program))] : []))
    .join('\n'),
})

test('STATE_UNUSABLE: after chmod the folder is used', async () => {
  writeFileSync(join(folder, 'hosts.yml'), 'all: { hosts: { here: { ansible_connection: local } } }\n')
  writeFileSync(join(folder, 'site.yml'), '- hosts: all\n  tasks:\n    - debug: {msg: x}\n')
  mkdirSync(join(folder, '.local/state/tlsplay'), { recursive: true })
  chmodSync(join(folder, '.local/state/tlsplay'), 0o777)
  const save = () => tlsplay('plan', 'site.yml', '-i', 'hosts.yml', '-o', 'plan.json')
  const refused = await save()
  expect(refused.err).toContain('STATE_UNUSABLE')
  runRemedy(inHint(refused.err, 'chmod'), 'chmod')
  expect((await save()).code).toBe(0)
})

test('INVENTORY_PROGRAM: after chmod the program is run', async () => {
  const program = script(join(folder, 'hosts.sh'), '#!/bin/sh\necho \'{"all": {"hosts": ["h1"]}, "_meta": {"hostvars": {}}}\'\n')
  chmodSync(program, 0o757)
  const list = () => tlsplay('inventory', '-i', 'hosts.sh', '--list')
  const refused = await list()
  expect(refused.err).toContain('INVENTORY_PROGRAM')
  runRemedy(inHint(refused.err, 'chmod'), 'chmod')
  expect(await list()).toMatchObject({ code: 0, out: expect.stringContaining('"h1"') })
})

test('INVENTORY_PROGRAM: after chmod u+x it is a program', async () => {
  const program = script(join(folder, 'hosts.sh'), '#!/bin/sh\necho \'{"all": {"hosts": ["h1"]}, "_meta": {"hostvars": {}}}\'\n')
  chmodSync(program, 0o644)
  const list = () => tlsplay('inventory', '-i', 'hosts.sh', '--list')
  const refused = await list()
  expect(refused.err).toContain('INVENTORY_PROGRAM')
  runRemedy(inHint(refused.err, 'chmod'), 'chmod')
  expect(await list()).toMatchObject({ code: 0, out: expect.stringContaining('"h1"') })
})

test('CA_MISSING: what tlsplay ca init makes is there for the next plan', async () => {
  writeFileSync(join(folder, 'hosts.yml'), 'all: { hosts: { here: { ansible_connection: local } } }\n')
  writeFileSync(join(folder, 'passphrase'), 'a passphrase\n')
  const refused = await tlsplay('ca', 'show', 'web', '-i', 'hosts.yml')
  expect(refused.err).toContain('CA_MISSING')
  const line = inHint(refused.err, 'tlsplay ca init').hint ?? ''
  expect(line).toBe('tlsplay ca init web -i INVENTORY')
  const words = line.replace('INVENTORY', 'hosts.yml').split(' ').slice(1)
  expect((await tlsplay(...words, '--ca-passphrase-file', 'passphrase')).code).toBe(0)
  expect((await tlsplay('ca', 'show', 'web', '-i', 'hosts.yml')).code).toBe(0)
})
