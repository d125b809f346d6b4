import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-inventory-'))
  const files = {
    hosts: '[web]\nh1 a=1 ansible_password=hunter2\nh2 note="\u202eback"\n[top:children]\nweb\n[web:vars]\nb="{{ a }}"\n',
    'group_vars/all.yml': 'c: 3\n',
    'plays/group_vars/all.yml': 'c: 4\n',
    broken: '[web\n',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function inventory(...words: readonly string[]) {
  const io = fakeIo(['inventory', ...words], { cwd: folder })
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}

test('the variables of one host, secrets masked, templates as written, nothing that turns text around', async () => {
  const { code, out } = await inventory('-i', 'hosts', '--host', 'h1')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ a: 1, ansible_password: '(secret)', b: '{{ a }}', c: 3 })
  const other = await inventory('-i', 'hosts', '--host', 'h2')
  expect(other.out).toContain('"\\u202eback"')
})

test('the folder of the playbook counts as well', async () => {
  const { out } = await inventory('-i', 'hosts', '--playbook-dir', 'plays', '--host', 'h1')
  expect(JSON.parse(out)).toMatchObject({ c: 4 })
})

test('the tree', async () => {
  const { code, out } = await inventory('-i', 'hosts', '--graph')
  expect(code).toBe(0)
  expect(out).toBe('@all:\n  |--@ungrouped:\n  |--@top:\n  |  |--@web:\n  |  |  |--h1\n  |  |  |--h2\n')
})

test('the tree below a group with its variables', async () => {
  const { out } = await inventory('-i', 'hosts', '--graph', 'web', '--vars')
  expect(out.split('\n').filter((line) => line.includes('{'))).toContain('  |--{b = "{{ a }}"}')
  expect(out).toContain('{ansible_password = "(secret)"}')
})

test.each([
  { case: 'nothing chosen', words: ['-i', 'hosts'], says: 'choose one of --list, --graph and --host' },
  { case: 'two things chosen', words: ['-i', 'hosts', '--list', '--graph'], says: 'choose one of --list, --graph and --host' },
  { case: 'no such host', words: ['-i', 'hosts', '--host', 'h3'], says: 'no host or group matches h3' },
  { case: 'several hosts', words: ['-i', 'hosts', '--host', 'web'], says: '--host web is 2 hosts, expected one' },
  { case: 'no such group', words: ['-i', 'hosts', '--graph', 'wbe'], says: 'did you mean "web"?' },
  { case: 'an empty limit', words: ['-i', 'hosts', '--list', '-l', 'nobody'], says: 'the limit nobody leaves no host' },
  { case: 'an inventory that cannot be read', words: ['-i', 'broken', '--list'], says: 'broken:1:1' },
])('refused with exit 1: $case', async ({ words, says }) => {
  const { code, out, err } = await inventory(...words)
  expect(code).toBe(1)
  expect(err).toContain(says)
  expect(out).toBe('')
})
