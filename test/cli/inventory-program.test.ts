import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventoryPrograms } from '../../src/cli/inventory-program.ts'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-program-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, body: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

async function list(source: string) {
  const io = fakeIo(['inventory', '-i', source, '--list'], { cwd: folder, env: { PATH: process.env['PATH'] } })
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}

test('what it prints is the inventory, and it is run where tlsplay was started', async () => {
  program('good', `printf '{"all": {"hosts": ["h1"]}, "_meta": {"hostvars": {"h1": {"in": "%s"}}}}' "$PWD"`)
  const { code, out, err } = await list('good')
  expect(err).toBe('')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ _meta: { hostvars: { h1: { in: folder } } } })
})

test('it does not see a password that stands in the environment', async () => {
  const path = program(
    'nosy',
    `printf '{"_meta": {"hostvars": {}}, "a": {"vars": {"p": "%s", "o": "%s"}}}' "$TLSPLAY_VAULT_PASSWORD" "$OTHER"`,
  )
  const run = inventoryPrograms({ cwd: folder, env: { PATH: process.env['PATH'], TLSPLAY_VAULT_PASSWORD: 'hunter2', OTHER: 'seen' } })
  expect(run(path, ['--list'])).toEqual({ out: expect.stringContaining('"p": "", "o": "seen"') })
})

test.each([
  { case: 'a failure', body: 'exit 3', says: '--list: the program ended with 3' },
  { case: 'no JSON', body: 'echo hello', says: 'printed no JSON object' },
  { case: 'half of JSON', body: `echo '{"a": ['`, says: 'printed no JSON object' },
  { case: 'a bracket bomb', body: 'yes [ | head -c 5000 | tr -d "\\n"', says: 'printed no JSON object' },
  { case: 'hosts that are no list', body: `echo '{"web": {"hosts": "h1"}}'`, says: 'the group web: hosts are a list of names, got "h1"' },
  { case: 'a group that is none', body: `echo '{"web": 5}'`, says: 'the group web: expected a map or a list of hosts, got the number 5' },
  { case: 'a host name that cannot be one', body: `echo '{"web": ["-oProxyCommand=x"]}'`, says: 'error HOST_NAME_INVALID' },
  { case: 'a circle', body: `echo '{"a": {"children": ["b"]}, "b": {"children": ["a"]}}'`, says: 'error GROUP_CYCLE' },
])('refused: $case', async ({ body, says }) => {
  program('bad', body)
  const { code, out, err } = await list('bad')
  expect(code).toBe(1)
  expect(err).toContain(says)
  expect(out).toBe('')
})

test('the command that shows what it printed is one that a shell finds', async () => {
  program('bad', 'echo hello')
  const command = (await list('bad')).err.trimEnd().split('\n').at(-1)?.trim() ?? ''
  expect(command).toMatch(/ --list$/)
  expect(execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' })).toBe('hello\n')
})

test('one that gives no answer is ended at its deadline', () => {
  const path = program('slow', 'exec sleep 600')
  const ran = inventoryPrograms({ cwd: folder, env: { PATH: process.env['PATH'] } }, 0.2)(path, ['--list'])
  expect(ran).toMatchObject({ problem: { code: 'INVENTORY_PROGRAM', message: expect.stringContaining('gave no answer within 0.2 s') } })
})

test.each([
  { case: 'the program', open: 'open/program', mode: 0o757, refused: true },
  { case: 'its folder', open: 'open', mode: 0o757, refused: true },
  { case: 'its folder, where only owners may replace files', open: 'open', mode: 0o1777, refused: false },
])('every user can write $case', async ({ open, mode, refused }) => {
  mkdirSync(join(folder, 'open'), { recursive: true })
  chmodSync(join(folder, 'open'), 0o755)
  program('open/program', `touch ran; echo '{}'`)
  chmodSync(join(folder, open), mode)
  const { code, err } = await list('open/program')
  expect(code).toBe(refused ? 1 : 0)
  expect(err.includes('can be written by every user, so it is not run')).toBe(refused)
})
