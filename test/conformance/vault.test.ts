import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newVault, sealVault } from '../../src/load/index.ts'
import { runProgram } from '../../src/cli/program.ts'
import { Secret } from '../../src/model/value.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { type Scratch, scratch } from './scratch.ts'

let folder: Scratch
beforeAll(() => {
  folder = scratch({ pass: 'päss word\n', other: 'another\n', hosts: 'h1 ansible_password=x\n' })
})
afterAll(() => folder.remove())

const password = (label: string) => ({ label, password: Secret.of('päss word') })

describe.each(['default', 'dev'])('with the label %s', (label) => {
  test.concurrent.each([0, 1, 16, 4096, 100_000])('ansible-vault opens %i bytes that were sealed here', async (length) => {
    const bytes = randomBytes(length)
    const name = `ours-${label}-${length}`
    writeFileSync(join(folder.path, name), sealVault(bytes, password(label), randomBytes(32)))
    const { code, err } = await folder.ansible('ansible-vault', [
      'decrypt',
      '--vault-id',
      `${label}@pass`,
      '--output',
      `${name}.clear`,
      name,
    ])
    expect(code, err).toBe(0)
    expect(readFileSync(join(folder.path, `${name}.clear`)).equals(bytes)).toBe(true)
  })

  test.concurrent.each([1, 16, 4096, 100_000])('what ansible-vault sealed opens here: %i bytes', async (length) => {
    const bytes = randomBytes(length)
    const name = `theirs-${label}-${length}`
    writeFileSync(join(folder.path, name), bytes)
    const { code, err } = await folder.ansible('ansible-vault', ['encrypt', '--vault-id', `${label}@pass`, name])
    expect(code, err).toBe(0)
    const opened = newVault([password(label)]).open(readFileSync(join(folder.path, name), 'latin1'))
    expect('bytes' in opened && Buffer.from(opened.bytes).equals(bytes)).toBe(true)
  })
})

test('a file and a value of ansible-vault are read, and never shown', async () => {
  const value = await folder.ansible('ansible-vault', ['encrypt_string', '--vault-id', 'dev@pass', 'hunter2', '--name', 'token'])
  expect(value.code, value.err).toBe(0)
  const work = scratch({
    hosts: 'h1\n',
    'host_vars/h1.yml': value.out,
    'group_vars/all.yml': 'more: hunter3\n',
    pass: 'päss word\n',
    other: 'no\n',
  })
  try {
    const sealed = await work.ansible('ansible-vault', ['encrypt', '--vault-password-file', 'pass', 'group_vars/all.yml'])
    expect(sealed.code, sealed.err).toBe(0)
    const theirs = await work.ansible('ansible-inventory', ['-i', 'hosts', '--host', 'h1', '--vault-password-file', 'pass'])
    expect(theirs.out).toContain('hunter3')
    const ours = await work.tlsplay('inventory', '-i', 'hosts', '--host', 'h1', '--vault-password-file', 'pass')
    expect(ours.err).toBe('')
    expect(JSON.parse(ours.out)).toEqual({ token: '(secret)', more: '(secret)' })
    const wrong = await work.tlsplay('inventory', '-i', 'hosts', '--host', 'h1', '--vault-password-file', 'other')
    expect(wrong.code).toBe(1)
    expect(wrong.err).toContain('error VAULT_LOCKED')
    expect(wrong.out + wrong.err).not.toMatch(/hunter/)
  } finally {
    work.remove()
  }
})

describe.each([
  { label: 'default', by: ['--vault-password-file', 'pass'] },
  { label: 'dev', by: ['--vault-id', 'dev@pass'] },
])('the commands of both, with the label $label', ({ label, by }) => {
  test.concurrent('what tlsplay vault encrypts ansible-vault opens, and the other way round', async () => {
    const work = scratch({ pass: 'päss word\n', next: 'another\n', clear: 'token: hunter2\n' })
    try {
      const done = async (ended: Promise<{ code: number; err: string; out: string }>): Promise<string> => {
        const { code, err, out } = await ended
        expect(code, err).toBe(0)
        return out
      }
      await done(work.tlsplay('vault', 'encrypt', 'clear', ...by))
      expect(await done(work.ansible('ansible-vault', ['view', 'clear', ...by]))).toBe('token: hunter2\n')
      const renewed = ['--new-vault-id', `${label}@next`]
      await done(work.ansible('ansible-vault', ['rekey', 'clear', ...by, ...renewed]))
      expect(await done(work.tlsplay('vault', 'view', 'clear', '--vault-id', `${label}@next`))).toBe('token: hunter2\n')
      await done(work.tlsplay('vault', 'rekey', 'clear', '--vault-id', `${label}@next`, '--new-vault-id', `${label}@pass`))
      await done(work.ansible('ansible-vault', ['decrypt', 'clear', ...by]))
      expect(readFileSync(join(work.path, 'clear'), 'utf8')).toBe('token: hunter2\n')
    } finally {
      work.remove()
    }
  })
})

test('a value of tlsplay vault encrypt-string is a value of Ansible', async () => {
  const work = scratch({ hosts: 'h1\n', pass: 'päss word\n' })
  try {
    const io = fakeIo(['vault', 'encrypt-string', '--name', 'token', '--vault-password-file', 'pass'], { cwd: work.path })
    ;(io.stdin as PassThrough).end('hunter2 with "quotes": and ünïcode')
    expect(await runProgram(io)).toBe(0)
    mkdirSync(join(work.path, 'host_vars'))
    writeFileSync(join(work.path, 'host_vars/h1.yml'), io.out())
    // ansible-inventory prints such a value as it is encrypted
    const shown = ['-i', 'hosts', 'h1', '-m', 'debug', '-a', 'var=token', '--vault-password-file', 'pass']
    const theirs = await work.ansible('ansible', shown)
    expect(JSON.parse(theirs.out.replace('h1 | SUCCESS => ', ''))).toMatchObject({ token: 'hunter2 with "quotes": and ünïcode' })
  } finally {
    work.remove()
  }
})
