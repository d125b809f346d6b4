import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

/** Two hosts of the run in real shells, each with a state folder of its own; tasks of h1 act on h2. */
let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-delegates-'))
  mkdirSync(join(cwd, 'etc'))
  const host = (name: string) => `${name}: { ansible_connection: local, tlsplay_state_folder: ${cwd}/state-${name} }`
  write('hosts.yml', `all: { hosts: { ${host('h1')}, ${host('h2')} } }\n`)
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text)
const has = (name: string): boolean => existsSync(join(cwd, 'etc', name))
const copy = (name: string): string => `copy: { dest: ${cwd}/etc/${name}, content: x, mode: '0600' }`
const of = (host: string, task: string): string => `{ ${task}, when: inventory_hostname == '${host}' }`
const playbook = (...tasks: readonly string[]): string => `- hosts: all\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`

async function tlsplay(...words: readonly string[]) {
  const io = fakeIo([...words, '-i', 'hosts.yml'], { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } })
  const code = await runProgram(io)
  return { code, out: io.out(), err: io.err() }
}

test('what a host does on another one stands in the history of that one alone, with its own, and is taken back there', async () => {
  write('site.yml', playbook(of('h2', copy('own')), of('h1', `${copy('lent')}, delegate_to: h2`)))
  expect(await tlsplay('run', 'site.yml')).toMatchObject({ code: 0, err: expect.not.stringContaining('error') })
  expect([has('own'), has('lent')]).toEqual([true, true])
  const history = (await tlsplay('history')).out
  expect(history).toMatch(/^h1 {2}nothing was ever changed here\nh2 {2}\S+ {2}[0-9a-f]{8} {2}committed,.*\n$/)
  const id = readFileSync(join(cwd, 'state-h2/owner'), 'utf8').slice(0, 8)
  expect((await tlsplay('rollback', '--run', id, '--limit', 'h2')).code).toBe(0)
  expect([has('own'), has('lent')]).toEqual([false, false])
})

test('a failure of the host that it was done for takes it back there, and nothing is left', async () => {
  write('site.yml', playbook(of('h2', copy('own')), of('h1', `${copy('lent')}, delegate_to: h2`), of('h1', 'command: { argv: ["false"] }')))
  const { code, err } = await tlsplay('run', 'site.yml')
  expect(code).toBe(2)
  expect(err).toContain('ROLLED_BACK: what this play had changed on h2 was taken back')
  expect([has('own'), has('lent')]).toEqual([false, false])
  expect(['open', 'undoing'].filter((name) => existsSync(join(cwd, 'state-h2', name)))).toEqual([])
})

test('it is locked by what others do there: a second run is told, and waits for nothing', async () => {
  const wait = `echo >${cwd}/inside; i=0; until [ -e ${cwd}/go ] || [ $i = 600 ]; do sleep 0.05; i=$((i+1)); done`
  write('long.yml', playbook(of('h1', `command: { argv: [sh, -c, "${wait}"] }, delegate_to: h2`)))
  write('site.yml', playbook(of('h2', copy('own'))))
  const first = tlsplay('run', 'long.yml')
  await vi.waitFor(() => expect(existsSync(join(cwd, 'inside'))).toBe(true), { timeout: 20_000 })
  const second = await tlsplay('run', 'site.yml')
  expect(second).toMatchObject({ code: 5, err: expect.stringMatching(/error LOCKED: run [0-9a-f]{8} of \S+ on \S+, since \S+, has h2\n/) })
  expect(has('own')).toBe(false)
  write('go', '')
  expect(await first).toMatchObject({ code: 0 })
  expect((await tlsplay('run', 'site.yml')).code).toBe(0)
})

test('the twin: acting there for itself and for another one in turn, a run is not in its own way', async () => {
  const tasks = ['a', 'b', 'c'].flatMap((name) => [
    of('h2', copy(`own-${name}`)),
    of('h1', `${copy(name)}, delegate_to: h2`),
    of('h2', `${copy(`back-${name}`)}, delegate_to: h1`),
  ])
  write('site.yml', playbook(...tasks))
  expect(await tlsplay('run', 'site.yml')).toMatchObject({ code: 0, out: expect.stringMatching(/h1 .*changed=3/) })
  expect((await tlsplay('history')).out).toMatch(/^h1 {2}\S+ {2}[0-9a-f]{8} {2}committed,.*\nh2 {2}\S+ {2}[0-9a-f]{8} {2}committed,.*\n$/)
  expect(await tlsplay('run', 'site.yml')).toMatchObject({ code: 0, out: expect.stringMatching(/h1 .*changed=0/) })
})
