import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { vaultOf } from '../../src/cli/vault-passwords.ts'
import { sealVault } from '../../src/load/index.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import { Secret } from '../../src/model/value.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-vault-'))
  writeFileSync(join(folder, 'pass'), ' from a file \n')
  writeFileSync(join(folder, 'empty'), '\n')
  writeFileSync(join(folder, 'program'), '#!/bin/sh\necho from a program\n', { mode: 0o755 })
  writeFileSync(join(folder, 'keys-client.sh'), '#!/bin/sh\n[ "$1" = --vault-id ] && echo "for $2"\n', { mode: 0o755 })
  writeFileSync(join(folder, 'broken'), '#!/bin/sh\necho hunter2\necho hunter2 >&2\nexit 3\n', { mode: 0o755 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const none = { askVaultPass: false, vaultPasswordFile: [], vaultId: [] }
const prompt = { secret: async (question: string) => Secret.of(`typed: ${question}`) }
const vault = (options: Partial<typeof none> | object) =>
  vaultOf({ ...none, ...options }, { cwd: folder, env: { PATH: process.env['PATH'] } }, prompt)

test.each([
  { options: { vaultPasswordFile: ['pass'] }, password: 'from a file' },
  { options: { vaultPasswordFile: ['program'] }, password: 'from a program' },
  { options: { vaultId: ['dev@keys-client.sh'] }, password: 'for dev' },
  { options: { vaultId: ['pass'] }, password: 'from a file' },
  { options: { vaultId: ['dev@prompt'] }, password: 'typed: Vault password (dev)' },
  { options: { askVaultPass: true }, password: 'typed: Vault password' },
  { options: { vaultPasswordFile: ['program', 'pass'] }, password: 'from a file' },
])('$options opens what $password has sealed', async ({ options, password }) => {
  const sealed = sealVault(new TextEncoder().encode('content'), { label: 'default', password: Secret.of(password) }, new Uint8Array(32))
  expect((await vault(options))?.open(sealed)).toHaveProperty('bytes')
})

test('without an option there is no vault', async () => {
  expect(await vault({})).toBeUndefined()
})

test.each([
  { file: 'nowhere', code: 'FILE_MISSING' },
  { file: 'empty', code: 'VAULT_LOCKED' },
  { file: 'broken', code: 'VAULT_LOCKED' },
])('refused: $file', async ({ file, code }) => {
  const error: unknown = await vault({ vaultPasswordFile: [file] }).catch((caught: unknown) => caught)
  if (!(error instanceof TlsplayError)) throw error
  expect(error.problems[0].code).toBe(code)
  expect(JSON.stringify(error.problems)).not.toContain('hunter2')
})
