import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownNames } from '../../src/lib/own-names.ts'
import { shells } from '../probes/shells.ts'

const isRoot = process.getuid?.() === 0
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-names-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)
const modeOf = (name: string): number => statSync(at(name)).mode & 0o7777

function run(
  [program = '', ...words]: readonly string[],
  path: string,
  script: string,
): { readonly status: number | null; readonly said: string } {
  const input = `cd ${folder} || exit 9\n${ownNames}\n${script}\n`
  const { status, stdout, stderr } = spawnSync(program, words, { input, env: { PATH: path, LC_ALL: 'C' }, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

describe.each(shells)('under $name', ({ argv, path }) => {
  const act = (script: string) => run(argv, path, script)

  test.each([
    { name: 'a file', make: (to: string) => writeFileSync(to, 'x'), mode: '0640' },
    { name: 'a file that nobody may read', make: (to: string) => writeFileSync(to, 'x', { mode: 0o200 }), mode: '0400' },
    { name: 'a folder', make: (to: string) => mkdirSync(to), mode: '2750' },
  ])('$name gets its mode', ({ make, mode }) => {
    make(at('it'))
    expect(act(`tls_mode ${mode} it`)).toEqual({ status: 0, said: '' })
    expect(modeOf('it')).toBe(Number.parseInt(mode, 8))
  })

  test('what is not there gets none, and it is told', () => {
    const { status, said } = act('tls_mode 0640 none')
    expect(status).not.toBe(0)
    expect(said).toContain('none')
  })

  // Who is not root reaches nothing over a link that is not theirs to change anyway.
  const elsewhere = ['a link', 'a fifo'] as const
  test.each(isRoot ? elsewhere : [])('root gives no mode to %s', (kind) => {
    writeFileSync(at('outside'), 'x', { mode: 0o600 })
    if (kind === 'a link') symlinkSync('outside', at('it'))
    else spawnSync('mkfifo', [at('it')])
    expect(act('tls_mode 0644 it').status).toBe(1)
    expect(modeOf('outside')).toBe(0o600)
  })

  test('a file takes the place of a link to a folder, and what it leads to stays as it was', () => {
    mkdirSync(at('outside'))
    symlinkSync('outside', at('it'))
    writeFileSync(at('new'), 'new')
    expect(act('tls_mv new it').status).toBe(0)
    expect(readFileSync(at('it'), 'utf8')).toBe('new')
    expect(readdirSync(at('outside'))).toEqual([])
  })

  test('a link takes the place of a file', () => {
    symlinkSync('nowhere', at('new'))
    writeFileSync(at('it'), 'old')
    expect(act('tls_mv new it').status).toBe(0)
    expect(readlinkSync(at('it'))).toBe('nowhere')
  })

  test.each([
    { case: 'a folder is in the way', plant: () => mkdirSync(at('it')), from: 'new' },
    { case: 'there is nothing to move', plant: () => undefined, from: 'none' },
  ])('$case: it is told and nothing is moved', ({ plant, from }) => {
    plant()
    writeFileSync(at('new'), 'new')
    const { status, said } = act(`tls_mv ${from} it`)
    expect(status).toBe(1)
    expect(said).toMatch(/it|none/)
    expect(lstatSync(at('new')).isFile()).toBe(true)
  })

  test('a BusyBox that knows no -T renames as well, but not below a folder', () => {
    mkdirSync(at('bin'))
    const old = `case $1 in --help) echo 'BusyBox v1.20'; exit;; *T*) echo "mv: invalid option -- 'T'" >&2; exit 1;; esac`
    writeFileSync(at('bin/mv'), `#!/bin/sh\n${old}\nPATH=\${PATH#*:} exec mv "$@"\n`, { mode: 0o755 })
    writeFileSync(at('new'), 'new')
    mkdirSync(at('way'))
    symlinkSync('way', at('it'))
    const { said } = run(argv, `${at('bin')}:${path}`, 'tls_mv new it 2>/dev/null; echo "rc $?"; tls_mv it way; echo "rc $?"')
    expect(said).toContain('rc 0\nmv: way: is a directory\nrc 1\n')
    expect(readFileSync(at('it'), 'utf8')).toBe('new')
    expect(readdirSync(at('way'))).toEqual([])
  })
})

/** Somebody who puts a file and a link in the place of `it`, in turns, as fast as can be, until told to end. */
function flips(): ChildProcess {
  const program = `
const { renameSync, symlinkSync, writeFileSync } = require('node:fs')
process.chdir(process.argv[1])
process.stdin.on('end', () => process.exit(0)).resume()
const round = () => {
  for (let n = 0; n < 50; n++) try {
    writeFileSync('a', 'x'); renameSync('a', 'it')
    symlinkSync(process.argv[2], 'b'); renameSync('b', 'it')
  } catch {}
  setImmediate(round)
}
round()`
  return spawn(process.execPath, ['-e', program, folder, 'outside'], { stdio: ['pipe', 'ignore', 'inherit'] })
}

/** Does it again and again while the name flips. */
async function against(act: string, times: number): Promise<void> {
  const other = flips()
  const ended = new Promise((resolve) => other.once('close', resolve))
  const [{ argv, path }] = shells as [(typeof shells)[number]]
  run(argv, path, `until [ -L it ]; do :; done 2>/dev/null; i=0; while [ $i -lt ${times} ]; do ${act}; i=$((i + 1)); done >/dev/null 2>&1`)
  other.stdin?.end()
  await ended
}

describe.runIf(isRoot)('a name that flips between a file and a link', () => {
  test.each([
    { case: 'leads no mode elsewhere', act: 'tls_mode 0644 it', changed: false },
    { case: 'the twin: leads that of chmod elsewhere', act: 'chmod 0644 it', changed: true },
  ])('$case', async ({ act, changed }) => {
    writeFileSync(at('outside'), 'x')
    chmodSync(at('outside'), 0o600)
    await against(act, 400)
    expect(modeOf('outside') !== 0o600).toBe(changed)
  })

  test.each([
    { case: 'leads no file elsewhere', act: 'echo x >new; tls_mv new it', reached: false },
    { case: 'the twin: leads that of mv elsewhere', act: 'echo x >new; [ -d it ] || mv -f -- new it', reached: true },
  ])('$case', async ({ act, reached }) => {
    mkdirSync(at('outside'))
    await against(act, 400)
    expect(readdirSync(at('outside')).length > 0).toBe(reached)
  })
})
