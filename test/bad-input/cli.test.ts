import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { type BadCase, goodInventory, goodPlaybook } from './bad-case.ts'
import { corpus } from './cases/index.ts'
import { stackTrace } from './verdict.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-bad-input-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, text] of Object.entries({ 'site.yml': goodPlaybook, 'inventory.yml': goodInventory, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** The real program, on files that lie on a disk, up to its exit code. */
async function program(...argv: readonly string[]) {
  const io = fakeIo(argv, { cwd: folder, env: { HOME: folder, PATH: process.env['PATH'] } })
  const code = await runProgram(io)
  return { code, out: io.out(), err: io.err() }
}

/** Two of each theme that need no host, so nothing here dials: the first and the one in the middle. */
const chosen = [...corpus].flatMap(([theme, cases]) => {
  const offline = cases.filter(({ links, files }) => links === undefined && !Object.keys(files ?? {}).some((path) => path.startsWith('/')))
  return theme === 'plan' ? [] : [offline[0], offline[offline.length >> 1]].flatMap((one) => (one === undefined ? [] : [{ theme, one }]))
})

describe.each(['plan', 'run'])('tlsplay %s', (command) => {
  test.each(chosen)('$theme: $one.name', async ({ one }: { readonly one: BadCase }) => {
    write(one.files ?? {})
    const args = one.args ?? []
    const { code, out, err } = await program(command, 'site.yml', ...(args.includes('-i') ? [] : ['-i', 'inventory.yml']), ...args)
    expect(code).toBe(exitCodes.refused)
    expect(err).toContain(`${one.expect.at === undefined ? '' : `${one.expect.at}: `}error ${one.expect.code}: `)
    expect(err).toContain(one.expect.message)
    expect(err).not.toMatch(stackTrace)
    expect(err).not.toContain('bug in tlsplay')
    expect(out).toBe('')
  })
})

test('there are about twenty of them, of every theme but the one that needs a host', () => {
  expect(chosen.length).toBeGreaterThanOrEqual(20)
  expect(new Set(chosen.map(({ theme }) => theme)).size).toBe(corpus.size - 1)
})

describe('words that are no playbook', () => {
  test.each<{ readonly argv: readonly string[]; readonly says: string }>([
    { argv: ['plan', 'nope.yml', '-i', 'inventory.yml'], says: 'error FILE_MISSING: there is no playbook nope.yml' },
    { argv: ['plan', '.', '-i', 'inventory.yml'], says: 'error FILE_MISSING: there is no playbook' },
    { argv: ['plan', '-i', 'inventory.yml'], says: "missing required argument 'playbook'" },
    { argv: ['plan', 'site.yml'], says: "required option '-i, --inventory <source>'" },
    { argv: ['plan', 'site.yml', 'more.yml', '-i', 'h1,'], says: 'too many arguments' },
    { argv: ['plan', 'site.yml', '-i'], says: "option '-i, --inventory <source>' argument missing" },
    { argv: ['plan', 'site.yml', '-i', 'h1,', '-f', '0'], says: 'expected a whole number from 1' },
    { argv: ['plan', 'site.yml', '-i', 'h1,', '-f', 'many'], says: 'expected a whole number from 1' },
    { argv: ['plan', 'site.yml', '-i', 'h1,', '--connect-timeout', '-1'], says: 'expected a whole number from 1' },
    { argv: ['plan', 'site.yml', '-i', 'h1,', '--output', 'xml'], says: 'Allowed choices are text, json' },
    { argv: ['plan', 'site.yml', '-i', 'h1,', '--transport', 'telnet'], says: 'Allowed choices are ssh, openssh, local' },
    { argv: ['plan', 'site.yml', '-i', 'h1,', '--limt', 'x'], says: 'Did you mean --limit?' },
    { argv: ['run', 'site.yml', '-i', 'h1,', '--detailed-exitcode'], says: 'error OPTION_INVALID: --detailed-exitcode' },
    { argv: ['plam', 'site.yml'], says: 'Did you mean plan?' },
    { argv: ['ca', 'init', '--days', '0'], says: 'expected a whole number from 1' },
  ])('$argv', async ({ argv, says }) => {
    write({})
    const { code, err } = await program(...argv)
    expect(code).toBe(exitCodes.refused)
    expect(err).toContain(says)
    expect(err).not.toMatch(stackTrace)
  })
})

test('a folder in place of a file, and a link that leads in a circle, are problems like any other', async () => {
  write({ 'vars/x': '' })
  mkdirSync(join(folder, 'roles/r'), { recursive: true })
  symlinkSync('role.yml', join(folder, 'roles/r/role.yml'))
  writeFileSync(join(folder, 'site.yml'), '- hosts: all\n  vars_files: vars\n  roles: [r]\n')
  const { code, err } = await program('plan', 'site.yml', '-i', 'inventory.yml')
  expect(code).toBe(exitCodes.refused)
  expect(err).toContain('site.yml:2:15: error FILE_MISSING: ')
  expect(err).toContain('roles/r/role.yml:1:1: error FILE_MISSING: roles/r/role.yml cannot be read: its links lead in a circle')
  expect(err).not.toMatch(stackTrace)
})

test('what only the plan of a host finds is refused as well, with nothing done', async () => {
  write({ 'site.yml': '- hosts: all\n  tasks:\n    - copy: {src: nope.pem, dest: /tmp/nope.pem}\n' })
  const { code, err, out } = await program('run', 'site.yml', '-i', 'localhost,')
  expect(code).toBe(exitCodes.refused)
  expect(`${out}${err}`).toContain('nope.pem does not exist')
  expect(`${out}${err}`).toContain('site.yml:3:7')
  expect(err).not.toMatch(stackTrace)
})

test('a good playbook ends well: the checks above are not true of everything', async () => {
  write({})
  const { code, out, err } = await program('plan', 'site.yml', '-i', 'localhost,')
  expect(code).toBe(exitCodes.done)
  expect(`${out}${err}`).not.toContain('error')
})

test('with --output json every problem is an event of its own on stdout', async () => {
  write({ 'site.yml': '- hosts: all\n  becom: true\n  taks: []\n' })
  const { code, out } = await program('plan', 'site.yml', '-i', 'h1,', '--output', 'json')
  expect(code).toBe(exitCodes.refused)
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly problem: { readonly code: string } })
  expect(events.map(({ type, problem }) => `${type} ${problem.code}`)).toEqual(['problem KEY_UNKNOWN', 'problem KEY_UNKNOWN'])
})
