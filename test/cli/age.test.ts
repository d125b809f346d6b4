import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Environment } from '../../src/cli/io.ts'
import { runProgram } from '../../src/cli/program.ts'
import { unarmored } from '../../src/load/age/index.ts'
import { forRecipient, identity, recipient, withPassphrase } from '../load/age-samples.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-age-'))
  write('key', `# created: today\n# public key: ${recipient}\n${identity}\n`)
  write('pass', 'the passphrase\n')
  write('hosts.yml', 'all: { hosts: { here: { ansible_connection: local } } }\n')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true })
  writeFileSync(join(cwd, name), content)
}

const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')

async function tlsplay(words: readonly string[], given: { readonly env?: Environment; readonly stdin?: string } = {}) {
  const io = fakeIo(words, { cwd, env: { HOME: cwd, PATH: process.env['PATH'], ...given.env } })
  if (given.stdin !== undefined) (io.stdin as PassThrough).end(given.stdin)
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}

const indented = (text: string): string => text.trim().replaceAll('\n', '\n  ')
const sources = [
  { case: 'a file of variables', lay: () => write('group_vars/all.yml', forRecipient) },
  { case: 'a file that is not armored', lay: () => write('group_vars/all.yml', unarmored(forRecipient) ?? '') },
  { case: 'a value', lay: () => write('group_vars/all.yml', `token: !age |\n  ${indented(withPassphrase)}\n`) },
  { case: 'a value by the tag of Ansible', lay: () => write('group_vars/all.yml', `token: !vault |\n  ${indented(withPassphrase)}\n`) },
]
const site = `- name: p\n  hosts: all\n  tasks:\n    - name: t\n      template: { src: t.hbs, dest: MADE, mode: '0600' }\n`

test.each(sources)('$case reaches the host and is shown nowhere', async ({ lay }) => {
  lay()
  write('site.yml', site.replace('MADE', `${cwd}/made`))
  write('templates/t.hbs', '{{ token }}')
  const words = ['site.yml', '-i', 'hosts.yml', '--age-identity', 'key', '--vault-password-file', 'pass']
  const plan = await tlsplay(['plan', ...words, '-vv'])
  expect(plan.out + plan.err).not.toContain('hunter2')
  const run = await tlsplay(['run', ...words, '-D'])
  expect(run.code, run.err).toBe(0)
  expect(run.out + run.err).not.toContain('hunter2')
  expect(read('made')).toBe('hunter2-hunter2')
})

test.each(sources)('$case: without a key it is refused', async ({ lay }) => {
  lay()
  const { code, out, err } = await tlsplay(['inventory', '-i', 'hosts.yml', '--list'])
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain('error VAULT_LOCKED')
  expect(err).toContain('is encrypted with age, and no identity or passphrase that was given opens it')
})

test('a file for copy', async () => {
  write('site.yml', site.replace('template: { src: t.hbs, dest: MADE', `copy: { src: secret.age, dest: ${cwd}/made`))
  write('files/secret.age', unarmored(forRecipient) ?? '')
  const { code, out, err } = await tlsplay(['run', 'site.yml', '-i', 'hosts.yml', '-D', '--age-identity', 'key'])
  expect(code, err).toBe(0)
  expect(out + err).not.toContain('hunter2')
  expect(read('made')).toBe('token: hunter2-hunter2\n')
})

test.each([{ env: { TLSPLAY_AGE_IDENTITY: identity } }, { env: { TLSPLAY_AGE_IDENTITY_FILE: 'key' } }])(
  'the key from the environment: $env',
  async ({ env }) => {
    write('secret', forRecipient)
    expect(await tlsplay(['vault', 'view', 'secret'], { env })).toEqual({ code: 0, out: 'token: hunter2-hunter2\n', err: '' })
  },
)

test('vault encrypts for recipients, decrypts, and changes from age to a password and back', async () => {
  write('secret', 'hunter2\n')
  expect((await tlsplay(['vault', 'encrypt', 'secret', '--age-recipient', recipient])).out).toBe('encrypted secret\n')
  expect(read('secret')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  expect((await tlsplay(['vault', 'view', 'secret', '--age-identity', 'key'])).out).toBe('hunter2\n')
  await tlsplay(['vault', 'rekey', 'secret', '--age-identity', 'key', '--new-vault-password-file', 'pass'])
  expect(read('secret')).toMatch(/^\$ANSIBLE_VAULT/)
  await tlsplay(['vault', 'rekey', 'secret', '--vault-password-file', 'pass', '--age-recipient', recipient])
  expect((await tlsplay(['vault', 'decrypt', 'secret', '--age-identity', 'key'])).out).toBe('decrypted secret\n')
  expect(read('secret')).toBe('hunter2\n')
})

test('a value of encrypt-string is read again', async () => {
  const made = await tlsplay(['vault', 'encrypt-string', '-n', 'token', '--age-recipient', recipient], { stdin: 'hunter2' })
  expect(made.out).toMatch(/^token: !age \|\n {10}-----BEGIN AGE/)
  write('host_vars/here.yml', made.out)
  const shown = await tlsplay(['inventory', '-i', 'hosts.yml', '--host', 'here', '--age-identity', 'key'])
  expect(JSON.parse(shown.out)).toEqual({ ansible_connection: 'local', token: '(secret)' })
})

test.each([
  { case: 'no such file', words: ['--age-identity', 'none'], says: 'there is no file of age identities none' },
  { case: 'a file without a key', words: ['--age-identity', 'empty'], says: 'empty holds no age identity' },
  { case: 'a key of ssh', words: ['--age-identity', 'ssh'], says: 'ssh holds a line that is no age identity' },
  { case: 'half a file', words: ['--age-identity', 'key'], file: forRecipient.slice(0, 200), says: 'error VAULT_BROKEN' },
])('refused with exit 1: $case', async ({ words, file, says }) => {
  write('empty', '# nothing\n')
  write('ssh', '-----BEGIN OPENSSH PRIVATE KEY-----\n')
  write('secret', file ?? forRecipient)
  const { code, out, err } = await tlsplay(['vault', 'view', 'secret', ...words])
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain(says)
})

test('a recipient that is none is refused, and a secret key is not repeated', async () => {
  write('secret', 'hunter2\n')
  const wrong = await tlsplay(['vault', 'encrypt', 'secret', '--age-recipient', 'age1abc'])
  expect(wrong.err).toContain('--age-recipient age1abc is no public key of age')
  const swapped = await tlsplay(['vault', 'encrypt', 'secret', '--age-recipient', identity])
  expect(swapped.code).toBe(1)
  expect(swapped.err).not.toContain(identity.slice(16, 40))
  expect(read('secret')).toBe('hunter2\n')
})
