import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-ca-'))
  writeFileSync(join(cwd, 'hosts.yml'), 'all: {}\n')
  writeFileSync(join(cwd, 'pass'), 'correct horse\n')
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function ca(...words: readonly string[]) {
  const io = fakeIo(['ca', ...words], { cwd })
  return { code: await runProgram(io), io }
}

const place = ['-i', 'hosts.yml'] as const

test('show says what the authority is and may sign, without its passphrase', async () => {
  await ca('init', ...place, '--ca-passphrase-file', 'pass', '--days', '30', '--permit', 'lab.test', '--permit', '10.0.0.0/8')
  const [fact] = parseCertificateFile(readFileSync(join(cwd, 'ca/default/ca.crt'), 'utf8')).chain
  const { code, io } = await ca('show', ...place)
  expect(code).toBe(0)
  expect(io.err()).toBe('')
  expect(io.out().split('\n')).toEqual([
    'the certificate authority default',
    '  certificate  ca/default/ca.crt',
    '  subject      CN=tlsplay default authority',
    '  key type     ecdsa-p256',
    expect.stringMatching(/^ {2}valid until {2}\d{4}-\d\d-\d\d, 29 more days$/),
    `  sha256       ${fact?.fingerprint}`,
    '  may sign     lab.test, 10.0.0.0/8',
    '  signs        leaves only',
    '',
  ])
})

test('show of an authority without constraints', async () => {
  await ca('init', 'lab', ...place, '--ca-passphrase-file', 'pass')
  expect((await ca('show', 'lab', ...place)).io.out()).toContain('  may sign     any name\n')
})

test('export prints the certificate and nothing else', async () => {
  await ca('init', ...place, '--ca-passphrase-file', 'pass')
  const { code, io } = await ca('export', ...place)
  expect(code).toBe(0)
  expect(io.out()).toBe(readFileSync(join(cwd, 'ca/default/ca.crt'), 'utf8'))
})

test.each(['show', 'export'])(
  '%s: no authority, half of one, a name that leads elsewhere: exit 1 and nothing on stdout',
  async (command) => {
    const refused = async (says: string, ...words: readonly string[]) => {
      const { code, io } = await ca(command, ...words)
      expect(code).toBe(1)
      expect(io.out()).toBe('')
      expect(io.err()).toContain(says)
      expect(io.err()).not.toContain('bug in tlsplay')
    }
    await refused('there is no certificate authority default', ...place)
    await refused('where does the authority lie?')
    await refused('cannot be the name', '../x', ...place)
    await ca('init', ...place, '--ca-passphrase-file', 'pass')
    rmSync(join(cwd, 'ca/default/ca.key'))
    await refused('the certificate authority is incomplete', ...place)
  },
)

test('rotate takes three steps, says which run has to follow each, and show knows the next', async () => {
  await ca('init', ...place, '--ca-passphrase-file', 'pass')
  const rotate = async () => (await ca('rotate', ...place, '--ca-passphrase-file', 'pass')).io.out()
  expect(await rotate()).toMatch(
    /^step 1 of 3: clients come to trust both\n {2}signs {8}CN=tlsplay default authority, .*\n {2}trusted too {2}CN=tlsplay default authority 2, .*\nrun the playbooks/,
  )
  expect((await ca('show', ...place)).io.out()).toMatch(
    /trusted too {2}CN=tlsplay default authority 2, .*\n {2}rotation {5}next step: re-issue\n$/,
  )
  expect((await ca('export', ...place)).io.out().match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  expect(await rotate()).toMatch(/^step 2 of 3: the new one signs\n {2}signs {8}CN=tlsplay default authority 2, /)
  expect((await ca('show', ...place)).io.out()).toContain('next step: drop the old')
  expect(await rotate()).toMatch(/^step 3 of 3/)
  expect((await ca('show', ...place)).io.out()).not.toContain('rotation')
  expect((await ca('export', ...place)).io.out().match(/BEGIN CERTIFICATE/g)).toHaveLength(1)
})
