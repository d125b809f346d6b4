import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAge, sealAge, unarmored } from '../../src/load/age/index.ts'
import { Secret } from '../../src/model/value.ts'
import { command, mustRun } from '../fleet/lab/command.ts'
import { provideAge } from './age-program.ts'
import { type Scratch, scratch } from './scratch.ts'

let folder: Scratch
let identity = ''
let recipient = ''
const at = (name: string): string => join(folder.path, name)

beforeAll(async () => {
  await provideAge()
  folder = scratch({ clear: 'token: hunter2\n' })
  await mustRun(['age-keygen', '-o', at('key')])
  identity =
    readFileSync(at('key'), 'utf8')
      .split('\n')
      .find((line) => line.startsWith('AGE-')) ?? ''
  recipient = (await command(['age-keygen', '-y', at('key')])).stdout.trim()
}, 300_000)
afterAll(() => folder?.remove())

const keys = () => ({ identities: [Secret.of(identity)], passphrases: [] })

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('age opens %i bytes that were sealed here', async (length) => {
  const bytes = randomBytes(length)
  writeFileSync(at('ours'), sealAge(bytes, [recipient], randomBytes))
  // for an empty text age 1.1.1 makes no file
  writeFileSync(at('ours.clear'), '')
  await mustRun(['age', '--decrypt', '-i', at('key'), '-o', at('ours.clear'), at('ours')])
  expect(readFileSync(at('ours.clear')).equals(bytes)).toBe(true)
})

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('what age sealed opens here: %i bytes', async (length) => {
  const bytes = randomBytes(length)
  writeFileSync(at('theirs.clear'), bytes)
  await mustRun(['age', '-r', recipient, '-o', at('theirs'), at('theirs.clear')])
  const opened = openAge(readFileSync(at('theirs')), keys())
  expect('bytes' in opened && Buffer.from(opened.bytes).equals(bytes)).toBe(true)
})

test('armor is the same on both sides', async () => {
  await mustRun(['age', '-a', '-r', recipient, '-o', at('armored'), at('clear')])
  const opened = openAge(unarmored(readFileSync(at('armored'), 'utf8')) ?? new Uint8Array(0), keys())
  expect('bytes' in opened && Buffer.from(opened.bytes).toString()).toBe('token: hunter2\n')
})

test('tlsplay vault encrypts what age opens', async () => {
  const made = await folder.tlsplay('vault', 'encrypt', 'clear', '--output', 'sealed', '--age-recipient', recipient)
  expect(made.code, made.err).toBe(0)
  expect((await command(['age', '--decrypt', '-i', at('key'), at('sealed')])).stdout).toBe('token: hunter2\n')
  const viewed = await folder.tlsplay('vault', 'view', 'armored', '--age-identity', 'key')
  expect(viewed.out).toBe('token: hunter2\n')
})
