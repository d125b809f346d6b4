import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Environment } from '../../src/cli/io.ts'
import { runProgram } from '../../src/cli/program.ts'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-play-'))
  write('hosts.yml', `all: { hosts: { here: { ansible_connection: local, tlsplay_state_folder: ${cwd}/state } } }\n`)
  write('site.yml', playbook(`copy: { dest: ${cwd}/made, content: "x\\n", mode: '0640' }`))
  write('done.yml', playbook('debug: { msg: hello }'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function write(name: string, text: string): void {
  writeFileSync(join(cwd, name), text)
}

function playbook(...tasks: readonly string[]): string {
  return ['- name: p', '  hosts: all', '  tasks:', ...tasks.map((task) => `    - ${task}`), ''].join('\n')
}

async function tlsplay(
  words: readonly string[],
  given: { readonly env?: Environment; readonly signal?: AbortSignal; readonly leaving?: AbortSignal } = {},
) {
  const io = fakeIo(words, {
    cwd,
    env: { HOME: cwd, PATH: process.env['PATH'], ...given.env },
    ...(given.signal === undefined ? {} : { signal: given.signal }),
    ...(given.leaving === undefined ? {} : { leaving: given.leaving }),
  })
  const code = await runProgram(io)
  return { code, out: io.out(), err: io.err() }
}

const events = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test.each([
  { words: ['plan', 'site.yml', '-i', 'hosts.yml'] },
  { words: ['run', 'site.yml', '-i', 'hosts.yml', '--check'] },
  { words: ['run', 'site.yml', '-i', 'hosts.yml', '-CD'] },
])('a plan shows the change with its diff and does not make it: $words', async ({ words }) => {
  const { code, out } = await tlsplay(words)
  expect(out).toContain(`+ create   ${cwd}/made`)
  expect(out).toContain('| +x')
  expect(out).toContain('Plan: 1 host, 1 change on 1 host.\n')
  expect(out).not.toContain('PLAY RECAP')
  expect(existsSync(join(cwd, 'made'))).toBe(false)
  expect(code).toBe(0)
})

test('the proof asks behind the links that the run made in the same exchange as all else', async () => {
  const pair = `certificate: ${cwd}/tls/server.crt, private_key: ${cwd}/tls/server.key`
  const tasks = [
    `file: { path: ${cwd}/tls, state: directory, mode: '0750' }`,
    `generate: { ${pair}, names: [h1.lab.test], folder_per_pair: true }`,
  ]
  write('pair.yml', playbook(...tasks))
  const { code, out } = await tlsplay(['run', 'pair.yml', '-i', 'hosts.yml', '--stats'])
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/changed=2 .* converged\n/) })
  // Two to look, since the folder says where the pair may lie and who owns it; then staging, acting, the commit, the proof.
  expect(out).toMatch(/^host here +: 1 connection, 1 channel, 6 exchanges/m)
})

test('a run makes the change and shows diffs only when asked; the next run has nothing to do', async () => {
  const first = await tlsplay(['run', 'site.yml', '-i', 'hosts.yml', '--stats'])
  expect(first.code).toBe(0)
  expect(first.out).toContain('changed: [here] copy')
  expect(first.out).not.toContain('| +x')
  expect(first.out).toMatch(/host here : ok=1 +changed=1 .* converged\n/)
  expect(first.out).toMatch(/^STATS\nhost here +: 1 connection, 1 channel, \d+ exchanges/m)
  expect(readFileSync(join(cwd, 'made'), 'utf8')).toBe('x\n')
  const second = await tlsplay(['run', 'site.yml', '-i', 'hosts.yml'])
  expect(second.code).toBe(0)
  expect(second.out).toContain('Plan: nothing to do on 1 host.')
  expect(second.out).toMatch(/host here : ok=1 +changed=0/)
  expect(second.out).not.toContain('STATS')
})

test.each([
  { case: 'changes pending', words: ['plan', 'site.yml', '-i', 'hosts.yml'], code: 2 },
  { case: 'changes pending, asked by run --check', words: ['run', 'site.yml', '-i', 'hosts.yml', '--check'], code: 2 },
  { case: 'nothing to do', words: ['plan', 'done.yml', '-i', 'hosts.yml'], code: 0 },
  { case: 'nothing that can be read', words: ['plan', 'none.yml', '-i', 'hosts.yml'], code: 1 },
  { case: 'a host that is not there', words: ['plan', 'site.yml', '-i', 'gone.yml'], code: 1 },
  { case: 'a run, which changes things', words: ['run', 'site.yml', '-i', 'hosts.yml'], code: 1 },
])('--detailed-exitcode: $case is $code', async ({ words, code }) => {
  write('gone.yml', 'all: { hosts: { gone: { ansible_host: 127.0.0.1, ansible_port: 1 } } }\n')
  expect((await tlsplay([...words, '--detailed-exitcode'])).code).toBe(code)
  expect(existsSync(join(cwd, 'made'))).toBe(false)
})

test('JSON is one event per line: the first names the format, the last is the report', async () => {
  const { code, out, err } = await tlsplay(['run', 'site.yml', '-i', 'hosts.yml', '--output', 'json'])
  expect(code).toBe(0)
  const all = events(out)
  expect(all[0]).toMatchObject({ type: 'run_started', formatVersion: 1, mode: 'run', playbook: 'site.yml' })
  expect(all.at(-1)).toMatchObject({
    type: 'run_finished',
    report: { exitCode: 0, recap: [{ host: 'here', changed: 1, converged: true }] },
  })
  expect(all.map((event) => event['type'])).toEqual(
    expect.arrayContaining(['phase_started', 'host_done', 'plan_ready', 'task_finished', 'phase_finished']),
  )
  expect(err).toBe('')
})

test.each([
  { case: 'an unknown word', text: playbook('copi: { dest: /x, content: x }'), place: 'bad.yml:4:7', code: 'TASK_TYPE_UNKNOWN' },
  { case: 'an undefined variable', text: playbook('debug: { msg: "{{ nowhere }}" }'), place: 'bad.yml:4:', code: 'VARIABLE_UNDEFINED' },
  { case: 'a mode as a number', text: playbook('copy: { dest: /x, content: x, mode: 644 }'), place: 'bad.yml:4:', code: 'MODE_NUMBER' },
])('a mistake is shown where it was made, exit 1, nothing is connected: $case', async ({ text, place, code }) => {
  write('bad.yml', text)
  const plain = await tlsplay(['run', 'bad.yml', '-i', 'hosts.yml'])
  expect(plain).toMatchObject({ code: 1, err: expect.stringContaining(place) })
  expect(plain.err).toContain(code)
  expect(plain.err).not.toMatch(/^\s+at |bug in tlsplay/m)
  const json = await tlsplay(['run', 'bad.yml', '-i', 'hosts.yml', '--output', 'json'])
  expect(json.code).toBe(1)
  expect(events(json.out)).toEqual([expect.objectContaining({ type: 'problem', problem: expect.objectContaining({ code }) })])
})

test.each([
  { case: 'no host is left', words: ['-l', 'none*'], code: 'NO_HOSTS' },
  { case: 'an extra variable that cannot be read', words: ['-e', '{a: ['], code: 'YAML_SYNTAX' },
  { case: 'a file of extra variables that is not there', words: ['-e@none.yml'], code: 'FILE_MISSING' },
  { case: 'a password and nobody to ask', words: ['-K'], code: 'OPTION_INVALID' },
])('refused with exit 1: $case', async ({ words, code }) => {
  const { code: exit, err } = await tlsplay(['run', 'site.yml', '-i', 'hosts.yml', ...words])
  expect(err).toContain(code)
  expect(exit).toBe(1)
  expect(existsSync(join(cwd, 'made'))).toBe(false)
})

test('options reach the run: extra variables, tags and a warning about one that no task has', async () => {
  write('vars.yml', 'word: from-file\n')
  write('opts.yml', playbook('debug: { msg: "{{ word }} {{ more }}" }\n      tags: [a]', 'debug: { msg: other }\n      tags: [b]'))
  const { code, out, err } = await tlsplay(['run', 'opts.yml', '-i', 'hosts.yml', '-e@vars.yml', '-e', 'more=pair', '-t', 'a,typo'])
  expect(code).toBe(0)
  expect(out).toContain('| from-file pair')
  expect(out).not.toContain('other')
  expect(err).toContain('warning: ')
  expect(err).toContain('typo')
})

test('a host that does not answer is exit 4, and the message says what to try', async () => {
  write('gone.yml', 'all: { hosts: { gone: { ansible_host: 127.0.0.1, ansible_port: 1 } } }\n')
  const { code, out } = await tlsplay(['run', 'site.yml', '-i', 'gone.yml'])
  expect(code).toBe(4)
  expect(out).toContain('x unreachable  gone: ')
  expect(out).toMatch(/host gone : ok=0 +changed=0 +unreachable=1/)
})

test('a host that another run has is exit 5, and what the message says to do works', async () => {
  const wait = `i=0; until [ -e ${cwd}/go ] || [ $i = 600 ]; do sleep 0.05; i=$((i+1)); done`
  // The copy reads what the command answers, so it is a step of its own.
  write(
    'long.yml',
    playbook(
      `{ command: { argv: [sh, -c, "echo >${cwd}/inside; ${wait}"] }, register: waited }`,
      `{ copy: { dest: ${cwd}/late, content: x }, when: waited.rc == 0 }`,
    ),
  )
  const first = tlsplay(['run', 'long.yml', '-i', 'hosts.yml'])
  await vi.waitFor(() => expect(existsSync(join(cwd, 'inside'))).toBe(true), { timeout: 20_000 })
  const second = await tlsplay(['run', 'site.yml', '-i', 'hosts.yml'])
  expect(second.code).toBe(5)
  expect(second.err).toMatch(/error LOCKED: run [0-9a-f]{8} of \S+ on \S+, since \S+, has here\n/)
  expect(existsSync(join(cwd, 'made'))).toBe(false)
  const [, id = ''] = /--force-unlock ([0-9a-f]{8})/.exec(second.err) ?? []
  const taking = tlsplay(['run', 'site.yml', '-i', 'hosts.yml', '--force-unlock', id])
  // It waits for the step that goes on, for no two runs ever act at once.
  await vi.waitFor(() => expect(readFileSync(join(cwd, 'state/owner'), 'utf8')).not.toContain(id), { timeout: 20_000 })
  expect(existsSync(join(cwd, 'made'))).toBe(false)
  write('go', '')
  expect(await taking).toMatchObject({ code: 0 })
  expect(await first).toMatchObject({ code: 5, err: expect.stringContaining('was taken from this run by run') })
  expect([existsSync(join(cwd, 'made')), existsSync(join(cwd, 'late'))]).toEqual([true, false])
})

test('the twin: a plan asks nobody, and a run that has ended is in nobody’s way', async () => {
  expect((await tlsplay(['plan', 'site.yml', '-i', 'hosts.yml'])).code).toBe(0)
  expect(existsSync(join(cwd, 'state'))).toBe(false)
  expect((await tlsplay(['run', 'site.yml', '-i', 'hosts.yml'])).code).toBe(0)
  write('site.yml', playbook(`copy: { dest: ${cwd}/other, content: x }`))
  expect((await tlsplay(['run', 'site.yml', '-i', 'hosts.yml'])).code).toBe(0)
})

test('a host whose key nobody vouched for is not talked to', async () => {
  const server = await startSshHost({ folder: cwd })
  try {
    write('key', server.clientKey)
    write(
      'ssh.yml',
      `all: { hosts: { h: { ansible_host: 127.0.0.1, ansible_port: ${server.port}, ansible_user: ${userInfo().username}, tlsplay_state_folder: ${cwd}/state } } }\n`,
    )
    write('known', '')
    const words = ['run', 'site.yml', '-i', 'ssh.yml', '--private-key', 'key', '--known-hosts', 'known']
    const stranger = await tlsplay(words)
    expect(stranger.code).toBe(4)
    expect(`${stranger.out}${stranger.err}`).toMatch(/ssh-keyscan|known_hosts|known/)
    write('known', `${server.hostKeyLine}\n`)
    expect(await tlsplay(words)).toMatchObject({ code: 0, err: expect.not.stringContaining('error') })
  } finally {
    await server.close()
  }
})

test('a failed task is exit 2, with its place and its last words', async () => {
  write('fail.yml', playbook('command: { argv: [sh, -c, "echo said; exit 3"] }'))
  const { code, out, err } = await tlsplay(['run', 'fail.yml', '-i', 'hosts.yml'])
  expect(code).toBe(2)
  expect(out).toContain('failed: [here] command')
  expect(out).toMatch(/host here : .*failed=1/)
  expect(err).toContain('fail.yml:4:7')
  expect(err).toContain('TASK_FAILED')
})

test.each([130, 143])('a run that was interrupted starts no host and ends with %i', async (reason) => {
  const { code } = await tlsplay(['run', 'site.yml', '-i', 'hosts.yml'], { signal: AbortSignal.abort(reason) })
  expect(code).toBe(reason)
  expect(existsSync(join(cwd, 'made'))).toBe(false)
})

test('one that is interrupted twice tells what is done and which host it leaves at work', async () => {
  write(
    'long.yml',
    playbook(
      'debug: { msg: done }',
      `command: { argv: [sh, -c, "touch begun; until [ -e go ] || [ ! -e begun ]; do sleep 0.1; done"], chdir: ${cwd} }`,
    ),
  )
  const [interrupt, leave] = [new AbortController(), new AbortController()]
  const running = tlsplay(['run', 'long.yml', '-i', 'hosts.yml'], { signal: interrupt.signal, leaving: leave.signal })
  try {
    await vi.waitFor(() => expect(existsSync(join(cwd, 'begun'))).toBe(true), { timeout: 10_000 })
    interrupt.abort(130)
    leave.abort(143)
    const { code, out, err } = await running
    expect(existsSync(join(cwd, 'go'))).toBe(false)
    expect(code).toBe(143)
    expect(out).toMatch(/PLAY RECAP\nhost here : /)
    expect(err).toContain('left at once while these hosts were at work: here (being changed)')
  } finally {
    write('go', '')
  }
})

test('interrupted once, a host at work ends its tasks and the summary is complete', async () => {
  write(
    'long.yml',
    playbook(`command: { argv: [sh, -c, "touch begun; until [ -e go ] || [ ! -e begun ]; do sleep 0.1; done"], chdir: ${cwd} }`),
  )
  const interrupt = new AbortController()
  const running = tlsplay(['run', 'long.yml', '-i', 'hosts.yml'], { signal: interrupt.signal })
  await vi.waitFor(() => expect(existsSync(join(cwd, 'begun'))).toBe(true), { timeout: 10_000 })
  interrupt.abort(130)
  write('go', '')
  const { code, out, err } = await running
  expect(code).toBe(130)
  expect(out).toMatch(/host here : ok=1 +changed=1/)
  expect(err).toContain('interrupted: hosts at work end first')
})

test('an authority signs with the passphrase of a file; a wrong one, or nobody to ask, is a refusal before the first change', async () => {
  write('pass', 'correct\n')
  write('wrong', 'incorrect\n')
  expect((await tlsplay(['ca', 'init', '-i', 'hosts.yml', '--ca-passphrase-file', 'pass'])).code).toBe(0)
  const before = `copy: { dest: ${cwd}/before, content: x }`
  write(
    'sign.yml',
    `${playbook(before)}    - generate: { certificate: ${cwd}/a.crt, private_key: ${cwd}/a.key, names: [a.test], issuer: ca }\n`,
  )
  const refusals = [
    {
      words: ['--ca-passphrase-file', 'wrong'],
      says: 'could not be opened with this passphrase\n  hint: give the passphrase that it was made with',
    },
    { words: [], says: 'hint: run it on a terminal, or name a file that holds it with --ca-passphrase-file or TLSPLAY_CA_PASSPHRASE_FILE' },
  ]
  for (const { words, says } of refusals) {
    const { code, out, err } = await tlsplay(['run', 'sign.yml', '-i', 'hosts.yml', ...words])
    expect(code).toBe(1)
    expect(out + err).toContain(says)
    expect(existsSync(join(cwd, 'before'))).toBe(false)
  }
  expect((await tlsplay(['plan', 'sign.yml', '-i', 'hosts.yml'])).code).toBe(0)
  const signed = await tlsplay(['run', 'sign.yml', '-i', 'hosts.yml'], { env: { TLSPLAY_CA_PASSPHRASE_FILE: 'pass' } })
  expect(signed.code).toBe(0)
  expect(readFileSync(join(cwd, 'a.crt'), 'utf8')).toContain('BEGIN CERTIFICATE')
})

test('a template does not see a vault password that stands in the environment', async () => {
  write('nosy.yml', playbook('debug: { msg: \'[{{ env "TLSPLAY_VAULT_PASSWORD" "none" }}] [{{ env "OTHER" }}]\' }'))
  const { code, out } = await tlsplay(['plan', 'nosy.yml', '-i', 'hosts.yml', '-vv'], {
    env: { TLSPLAY_VAULT_PASSWORD: 'hunter2', OTHER: 'seen' },
  })
  expect(code).toBe(0)
  expect(out).toContain('[none] [seen]')
})
