import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import type { Environment } from '../../src/cli/io.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-ca-'))
  writeFileSync(join(cwd, 'hosts.yml'), 'all: {}\n')
  writeFileSync(join(cwd, 'pass'), 'correct horse\n')
  writeFileSync(join(cwd, 'empty'), '\n')
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function init(words: readonly string[], env: Environment = {}) {
  const io = fakeIo(['ca', 'init', ...words], { cwd, env })
  return { code: await runProgram(io), io }
}

test.each([
  { case: 'beside an inventory', words: ['-i', 'hosts.yml', '--ca-passphrase-file', 'pass'], name: 'default' },
  { case: 'in a folder', words: ['lab', '--folder', '.', '--ca-passphrase-file', 'pass'], name: 'lab' },
  { case: 'with a file from the environment', words: ['lab', '-i', 'hosts.yml'], env: { TLSPLAY_CA_PASSPHRASE_FILE: 'pass' }, name: 'lab' },
])('an authority is made $case', async ({ words, env, name }) => {
  const { code, io } = await init(words, env)
  expect(io.err()).toBe('')
  expect(code).toBe(0)
  const [certificate, key] = [join(cwd, 'ca', name, 'ca.crt'), join(cwd, 'ca', name, 'ca.key')]
  expect(io.out()).toContain(`made the certificate authority ${name}\n`)
  expect(io.out()).toContain(`ca/${name}/ca.crt`)
  expect(statSync(key).mode & 0o777).toBe(0o600)
  expect(readFileSync(key, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
  execFileSync('openssl', ['pkey', '-in', key, '-passin', 'pass:correct horse', '-noout'])
  expect(execFileSync('openssl', ['verify', '-CAfile', certificate, certificate]).toString()).toContain('OK')
})

test('the passphrase is asked for twice on a terminal and not shown', async () => {
  const io = {
    ...fakeIo(['ca', 'init', '-i', 'hosts.yml'], { cwd }),
    stdin: Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} }),
  }
  const answers = ['s3cret\r', 's3cret\r']
  io.stderr.on('data', (chunk: Buffer) => {
    if (chunk.toString().endsWith(': ')) io.stdin.write(answers.shift() ?? '')
  })
  expect(await runProgram(io)).toBe(0)
  expect(io.err()).toBe('new passphrase for the certificate authority default: \nthe same passphrase again: \n')
  execFileSync('openssl', ['pkey', '-in', join(cwd, 'ca/default/ca.key'), '-passin', 'pass:s3cret', '-noout'])
})

test.each([
  { case: 'no place for it', words: [], says: 'where does the authority lie?' },
  { case: 'no such inventory', words: ['-i', 'none.yml', '--ca-passphrase-file', 'pass'], says: 'there is no inventory' },
  { case: 'a name that leads elsewhere', words: ['../x', '--folder', '.', '--ca-passphrase-file', 'pass'], says: 'cannot be the name' },
  { case: 'no passphrase file', words: ['-i', 'hosts.yml', '--ca-passphrase-file', 'none'], says: 'cannot be read' },
  { case: 'an empty passphrase', words: ['-i', 'hosts.yml', '--ca-passphrase-file', 'empty'], says: 'is empty' },
  { case: 'nobody to ask', words: ['-i', 'hosts.yml'], says: 'there is no terminal' },
  {
    case: 'a name it could never sign',
    words: ['-i', 'hosts.yml', '--ca-passphrase-file', 'pass', '--permit', 'no such name'],
    says: 'neither a domain',
  },
])('nothing is made, exit 1: $case', async ({ words, says }) => {
  const { code, io } = await init(words)
  expect(code).toBe(1)
  expect(io.err()).toContain(says)
  expect(io.err()).not.toContain('bug in tlsplay')
  expect(() => statSync(join(cwd, 'ca/default/ca.key'))).toThrow()
})

test('an authority is never replaced', async () => {
  await init(['-i', 'hosts.yml', '--ca-passphrase-file', 'pass'])
  const before = readFileSync(join(cwd, 'ca/default/ca.crt'), 'utf8')
  const { code, io } = await init(['-i', 'hosts.yml', '--ca-passphrase-file', 'pass'])
  expect(code).toBe(1)
  expect(io.err()).toContain('exists already')
  expect(readFileSync(join(cwd, 'ca/default/ca.crt'), 'utf8')).toBe(before)
})
