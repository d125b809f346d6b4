import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-hosts-'))
  mkdirSync(join(cwd, 'etc'))
  write('hosts.yml', `all: { hosts: { here: { ansible_connection: local, tlsplay_state_folder: ${cwd}/state } } }\n`)
  write('etc/conf', 'by hand\n')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function write(name: string, text: string): void {
  writeFileSync(join(cwd, name), text)
}

async function tlsplay(...words: readonly string[]) {
  const io = fakeIo([...words, '-i', 'hosts.yml'], { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } })
  const code = await runProgram(io)
  return { code, out: io.out(), err: io.err() }
}

/** A run that writes these files; its id. */
async function run(...files: readonly (readonly [name: string, content: string])[]): Promise<string> {
  const tasks = files.map(
    ([name, content]) => `    - copy: { dest: ${cwd}/etc/${name}, content: ${JSON.stringify(content)}, mode: '0600' }\n`,
  )
  write('site.yml', `- hosts: all\n  tasks:\n${tasks.join('')}`)
  expect(await tlsplay('run', 'site.yml')).toMatchObject({ code: 0 })
  return readFileSync(join(cwd, 'state/owner'), 'utf8').slice(0, 8)
}

const conf = (): string => readFileSync(join(cwd, 'etc/conf'), 'utf8')

test('a run is shown in the history, taken back from there, and shown as such', async () => {
  const inode = statSync(join(cwd, 'etc/conf')).ino
  const id = await run(['conf', 'ours\n'], ['more', 'new\n'])
  expect((await tlsplay('history')).out).toMatch(
    new RegExp(`^here  \\S+  ${id}  committed, begun \\S+ by \\S+ on \\S+  \\(tlsplay rollback --run ${id}\\)\n$`),
  )
  expect(await tlsplay('rollback', '--run', id)).toEqual({ code: 0, out: `here  run ${id} is taken back\n`, err: '' })
  expect([conf(), existsSync(join(cwd, 'etc/more')), statSync(join(cwd, 'etc/conf')).ino]).toEqual(['by hand\n', false, inode])
  expect((await tlsplay('history')).out).toMatch(new RegExp(`${id}  committed, [^(]*\nhere  \\S+  ${id}  undone \\(rollback\\)`))
})

test('what changed since is named, and everything stays as it is', async () => {
  const id = await run(['conf', 'ours\n'], ['more', 'new\n'])
  write('etc/more', 'somebody else\n')
  const refused = await tlsplay('rollback', '--run', id)
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain(`error DRIFT: not what run ${id} left on here: ${cwd}/etc/more`)
  expect(conf()).toBe('ours\n')
  write('etc/more', 'new\n')
  expect((await tlsplay('rollback', '--run', id)).code).toBe(0)
  expect(conf()).toBe('by hand\n')
})

test('of two runs on one file the last is taken back first', async () => {
  const first = await run(['conf', 'one\n'])
  const second = await run(['conf', 'two\n'])
  expect((await tlsplay('rollback', '--run', first)).err).toContain('DRIFT')
  expect((await tlsplay('rollback', '--run', second)).code).toBe(0)
  expect(conf()).toBe('one\n')
  expect((await tlsplay('rollback', '--run', first)).code).toBe(0)
  expect(conf()).toBe('by hand\n')
})

/** What happens to the same files between a run and its being taken back; refused are those that it would undo as well. */
const interleavings: readonly { readonly case: string; readonly refused: boolean; readonly meanwhile: () => unknown }[] = [
  { case: 'a later run wrote one of them', refused: true, meanwhile: () => run(['more', 'later\n']) },
  { case: 'a later run wrote all of them', refused: true, meanwhile: () => run(['conf', 'later\n'], ['more', 'later\n']) },
  { case: 'one of them was removed', refused: true, meanwhile: () => rmSync(join(cwd, 'etc/more')) },
  {
    case: 'one of them became a link',
    refused: true,
    meanwhile: () => {
      rmSync(join(cwd, 'etc/more'))
      symlinkSync('conf', join(cwd, 'etc/more'))
    },
  },
  { case: 'a later run wrote something else', refused: false, meanwhile: () => run(['else', 'later\n']) },
]

test.each(interleavings)('taken back when $case', async ({ refused, meanwhile }) => {
  const id = await run(['conf', 'ours\n'], ['more', 'new\n'])
  await meanwhile()
  const now = () => readdirSync(join(cwd, 'etc')).map((name) => `${name} ${readFileSync(join(cwd, 'etc', name), 'utf8')}`)
  const before = now()
  const { code, err } = await tlsplay('rollback', '--run', id)
  expect({ code, told: err.includes('DRIFT') }).toEqual({ code: refused ? 1 : 0, told: refused })
  expect(now()).toEqual(refused ? before : ['conf by hand\n', 'else later\n'])
})

test('a run that is not kept is told of', async () => {
  expect((await tlsplay('history')).out).toBe('here  nothing was ever changed here\n')
  const { code, err } = await tlsplay('rollback', '--run', '0badcafe')
  expect(code).toBe(1)
  expect(err).toContain('error HISTORY_UNKNOWN: here keeps nothing of a run 0badcafe')
})

test('clean leaves nothing, and what was changed stays', async () => {
  await run(['conf', 'ours\n'])
  expect(await tlsplay('clean')).toEqual({ code: 0, out: 'here  clean\n', err: '' })
  expect(existsSync(join(cwd, 'state'))).toBe(false)
  expect(conf()).toBe('ours\n')
  mkdirSync(join(cwd, 'state/undoing'), { recursive: true, mode: 0o700 })
  const { code, err } = await tlsplay('clean')
  expect(code).toBe(1)
  expect(err).toContain('ROLLED_BACK')
  expect(existsSync(join(cwd, 'state/undoing'))).toBe(true)
})
