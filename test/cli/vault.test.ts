import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/cli/io.ts'
import { runProgram } from '../../src/cli/program.ts'
import { newVault } from '../../src/load/index.ts'
import { Secret } from '../../src/model/value.ts'
import { fakeIo, typing } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-vault-'))
  for (const [name, text] of Object.entries({ pass: 'right\n', other: 'another\n', clear: 'token: hunter2\n', more: 'hunter3' }))
    writeFileSync(join(cwd, name), text)
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const right = ['--vault-password-file', 'pass']
const at = (name: string): string => join(cwd, name)
const read = (name: string): string => readFileSync(at(name), 'utf8')

async function vault(words: readonly string[], given: { readonly stdin?: string | Uint8Array; readonly env?: Environment } = {}) {
  const io = fakeIo(['vault', ...words], { cwd, env: given.env ?? {} })
  if (given.stdin !== undefined) (io.stdin as PassThrough).end(given.stdin)
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}

/** The same before a terminal, where a person types the answers one after the other. */
async function typed(words: readonly string[], ...answers: readonly string[]) {
  const io = typing(fakeIo(['vault', ...words], { cwd }), answers)
  return { code: await runProgram(io), out: io.out(), err: io.err(), asked: io.asked }
}

/** What a text holds; undefined when the password does not open it. */
function inside(text: string, password: string, label = 'default'): string | undefined {
  const opened = newVault([{ label, password: Secret.of(password) }]).open(text)
  return 'bytes' in opened ? Buffer.from(opened.bytes).toString() : undefined
}

test('encrypted in place, viewed, decrypted in place: the bytes are those of before, owner and mode too', async () => {
  chmodSync(at('clear'), 0o640)
  const before = statSync(at('clear'))
  expect(await vault(['encrypt', 'clear', 'more', ...right])).toEqual({ code: 0, out: 'encrypted clear\nencrypted more\n', err: '' })
  expect(read('clear')).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n/)
  expect(inside(read('clear'), 'right')).toBe('token: hunter2\n')
  expect(await vault(['view', 'clear', 'more', ...right])).toEqual({ code: 0, out: 'token: hunter2\nhunter3', err: '' })
  expect(await vault(['decrypt', 'clear', 'more', ...right])).toEqual({ code: 0, out: 'decrypted clear\ndecrypted more\n', err: '' })
  expect(read('clear')).toBe('token: hunter2\n')
  const after = statSync(at('clear'))
  expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid])
  expect(readdirSync(cwd).filter((name) => name.endsWith('.new'))).toEqual([])
})

test.runIf(process.getuid?.() === 0)('a file of another user stays that user’s', async () => {
  const { chownSync } = await import('node:fs')
  chownSync(at('clear'), 4321, 4322)
  chmodSync(at('clear'), 0o4750)
  await vault(['encrypt', 'clear', ...right])
  const { uid, gid, mode } = statSync(at('clear'))
  expect([uid, gid, mode & 0o7777]).toEqual([4321, 4322, 0o4750])
})

test('what a link leads to is encrypted, and the link stays', async () => {
  symlinkSync('clear', at('link'))
  expect((await vault(['encrypt', 'link', ...right])).code).toBe(0)
  expect(inside(read('clear'), 'right')).toBe('token: hunter2\n')
  expect(readFileSync(at('link'), 'utf8')).toBe(read('clear'))
})

test('stdin and stdout, bytes that are no text among them', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  const sealed = await vault(['encrypt', ...right], { stdin: bytes })
  expect(sealed.out).toMatch(/^\$ANSIBLE_VAULT/)
  await vault(['decrypt', '-', '--output', 'bytes', ...right], { stdin: sealed.out })
  expect(Uint8Array.from(readFileSync(at('bytes')))).toEqual(bytes)
  expect(statSync(at('bytes')).mode & 0o777).toBe(0o600)
})

test('--output leaves the file as it is', async () => {
  expect((await vault(['encrypt', 'clear', '--output', 'sealed', ...right])).out).toBe('encrypted clear into sealed\n')
  expect(read('clear')).toBe('token: hunter2\n')
  expect((await vault(['decrypt', 'sealed', '--output', '-', ...right])).out).toBe('token: hunter2\n')
  expect(inside(read('sealed'), 'right')).toBe('token: hunter2\n')
})

describe('rekey', () => {
  beforeEach(() => vault(['encrypt', 'clear', ...right]))

  test.each([
    { words: ['--new-vault-password-file', 'other'], head: '$ANSIBLE_VAULT;1.1;AES256' },
    { words: ['--new-vault-id', 'prod@other'], head: '$ANSIBLE_VAULT;1.2;AES256;prod' },
  ])('$words', async ({ words, head }) => {
    expect(await vault(['rekey', 'clear', ...right, ...words])).toEqual({ code: 0, out: 'encrypted anew: clear\n', err: '' })
    expect(read('clear').split('\n')[0]).toBe(head)
    expect(inside(read('clear'), 'another')).toBe('token: hunter2\n')
    expect(inside(read('clear'), 'right')).toBeUndefined()
  })

  test('one file that does not open keeps all of them as they are', async () => {
    await vault(['encrypt', 'more', '--vault-password-file', 'other'])
    const before = [read('clear'), read('more')]
    const { code, err } = await vault(['rekey', 'clear', 'more', ...right, '--new-vault-password-file', 'other'])
    expect(code).toBe(1)
    expect(err).toContain('no password or identity that was given opens more')
    expect([read('clear'), read('more')]).toEqual(before)
  })

  test('the new password is asked for twice', async () => {
    const { code, asked } = await typed(['rekey', 'clear', ...right], 'fresh', 'fresh')
    expect(code).toBe(0)
    expect(asked).toEqual(['New Vault password: ', 'New Vault password, again: '])
    expect(inside(read('clear'), 'fresh')).toBe('token: hunter2\n')
  })
})

describe('a value', () => {
  const value = (yaml: string): string =>
    yaml
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
      .join('\n')
      .trimEnd()
      .concat('\n')

  test.each([
    { words: ['--name', 'token'], head: 'token: !vault |' },
    { words: [], head: '!vault |' },
    { words: ['--name', 'a key: of sorts'], head: '"a key: of sorts": !vault |' },
  ])('from stdin: $words', async ({ words, head }) => {
    const { code, out, err } = await vault(['encrypt-string', ...words, ...right], { stdin: 'hunter2' })
    expect([code, err]).toEqual([0, ''])
    expect(out.split('\n')[0]).toBe(head)
    expect(inside(value(out), 'right')).toBe('hunter2')
  })

  test('a line break at its end belongs to it, and is told', async () => {
    const { out, err } = await vault(['encrypt-string', ...right], { stdin: 'hunter2\n' })
    expect(inside(value(out), 'right')).toBe('hunter2\n')
    expect(err).toContain('the value ends with a line break')
  })

  test('asked for on a terminal, and not shown', async () => {
    const { out, err, asked } = await typed(['encrypt-string', '--name', 'token', ...right], 'hunter2')
    expect(asked).toEqual(['Value to encrypt: '])
    expect(inside(value(out), 'right')).toBe('hunter2')
    expect(out + err).not.toContain('hunter2')
  })

  test('refused among the arguments', async () => {
    const { code, out, err } = await vault(['encrypt-string', 'hunter2', '--name', 'token', ...right])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('error SECRET_EXPOSED')
    expect(err).not.toContain('hunter2')
  })
})

describe('where the password comes from', () => {
  test.each([
    { env: { TLSPLAY_VAULT_PASSWORD: 'right' }, opens: 'right' },
    { env: { TLSPLAY_VAULT_PASSWORD_FILE: 'pass', TLSPLAY_VAULT_PASSWORD: 'no' }, opens: 'right' },
  ])('the environment: $env', async ({ env, opens }) => {
    await vault(['encrypt', 'clear'], { env })
    expect(inside(read('clear'), opens)).toBe('token: hunter2\n')
    expect((await vault(['view', 'clear'], { env })).out).toBe('token: hunter2\n')
  })

  test('an option beats the environment', async () => {
    await vault(['encrypt', 'clear', ...right], { env: { TLSPLAY_VAULT_PASSWORD: 'no' } })
    expect(inside(read('clear'), 'right')).toBe('token: hunter2\n')
  })

  test('asked twice before anything is encrypted, once to open', async () => {
    const sealed = await typed(['encrypt', 'clear'], 'typed', 'typed')
    expect(sealed.asked).toEqual(['Vault password: ', 'Vault password, again: '])
    expect(inside(read('clear'), 'typed')).toBe('token: hunter2\n')
    expect((await typed(['view', 'clear'], 'typed')).asked).toEqual(['Vault password: '])
  })

  test('two that differ encrypt nothing', async () => {
    const { code, err } = await typed(['encrypt', 'clear'], 'typed', 'typd')
    expect(code).toBe(1)
    expect(err).toContain('the two passwords differ, nothing was encrypted')
    expect(read('clear')).toBe('token: hunter2\n')
  })

  test('--encrypt-vault-id chooses among several', async () => {
    const several = ['--vault-id', 'dev@pass', '--vault-id', 'prod@other']
    await vault(['encrypt', 'clear', ...several, '--encrypt-vault-id', 'prod'])
    expect(read('clear').split('\n')[0]).toBe('$ANSIBLE_VAULT;1.2;AES256;prod')
    expect(inside(read('clear'), 'another')).toBe('token: hunter2\n')
  })
})

test('a terminal gets no character that moves its cursor', async () => {
  await vault(['encrypt', ...right, '--output', 'sealed'], { stdin: 'a\u001b[2Jb\n' })
  const io = fakeIo(['vault', 'view', 'sealed', ...right], { cwd })
  await runProgram({ ...io, stdout: Object.assign(io.stdout, { isTTY: true }) })
  expect(io.out()).toBe('a\\x1b[2Jb\n')
})

describe('refused with exit 1, files as they were, no word of the content', () => {
  beforeEach(() => vault(['encrypt', 'more', ...right]))

  test.each([
    {
      case: 'a wrong password',
      words: ['view', 'more', '--vault-password-file', 'other'],
      says: 'no password or identity that was given opens more',
    },
    { case: 'a wrong password', words: ['decrypt', 'more', '--vault-password-file', 'other'], says: 'error VAULT_LOCKED' },
    { case: 'encrypted already', words: ['encrypt', 'more', ...right], says: 'more is encrypted already' },
    { case: 'one of two is encrypted already', words: ['encrypt', 'clear', 'more', ...right], says: 'more is encrypted already' },
    { case: 'not encrypted', words: ['decrypt', 'clear', ...right], says: 'clear is not encrypted' },
    { case: 'not encrypted', words: ['rekey', 'clear', ...right, '--new-vault-password-file', 'other'], says: 'error OPTION_INVALID' },
    { case: 'no such file', words: ['encrypt', 'nope', 'neither', ...right], says: 'there is no file neither' },
    { case: 'a folder', words: ['encrypt', '.', ...right], says: 'there is no file .' },
    { case: 'no such password file', words: ['encrypt', 'clear', '--vault-password-file', 'nope'], says: 'error FILE_MISSING' },
    {
      case: 'two outputs in one',
      words: ['encrypt', 'clear', 'more', '--output', 'x', ...right],
      says: '--output takes the text of one file',
    },
    {
      case: 'an output in no folder',
      words: ['encrypt', 'clear', '--output', 'no/x', ...right],
      says: 'no/x cannot be written: its folder does not exist',
    },
    {
      case: 'several passwords and none chosen',
      words: ['encrypt', 'clear', '--vault-id', 'dev@pass', '--vault-id', 'prod@other'],
      says: 'which of the passwords encrypts? Given are dev, prod',
    },
    {
      case: 'a label nobody has',
      words: ['encrypt', 'clear', '--vault-id', 'dev@pass', '--encrypt-vault-id', 'prod'],
      says: 'no password that was given is labelled prod',
    },
    { case: 'a label that is none', words: ['encrypt', 'clear', '--vault-id', 'a;b@pass'], says: 'a vault label cannot be "a;b"' },
    {
      case: 'two new passwords',
      words: ['rekey', 'more', ...right, '--new-vault-id', 'a@pass', '--new-vault-password-file', 'other'],
      says: '--new-vault-id and --new-vault-password-file both name the new password',
    },
    { case: 'nobody to ask', words: ['encrypt', 'clear'], says: 'cannot ask for the Vault password' },
  ])('$case: $words', async ({ words, says }) => {
    const before = [read('clear'), read('more')]
    const { code, out, err } = await vault(words)
    expect(code).toBe(1)
    expect(err).toContain(says)
    expect(out).toBe('')
    expect(err).not.toMatch(/hunter/)
    expect([read('clear'), read('more')]).toEqual(before)
    expect(existsSync(at('x'))).toBe(false)
  })

  test.each([
    // the last digit of the ciphertext is a hex digit itself, written as two
    {
      case: 'one digit',
      damage: (text: string) => text.replace(/(\d\d)\n$/, (_, last) => (last === '30' ? '31\n' : '30\n')),
      says: 'VAULT_LOCKED',
    },
    { case: 'half', damage: (text: string) => text.slice(0, text.length / 2), says: 'VAULT_BROKEN' },
  ])('damaged: $case', async ({ damage, says }) => {
    writeFileSync(at('more'), damage(read('more')))
    const { code, out, err } = await vault(['view', 'more', ...right])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`error ${says}`)
  })

  test('a terminal instead of a text', async () => {
    const { code, err } = await typed(['encrypt', ...right])
    expect(code).toBe(1)
    expect(err).toContain('no file is named, and stdin is a terminal')
  })
})
