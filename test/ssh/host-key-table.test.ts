import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKeyPair } from '../../src/embedded/ssh-key-pair.ts'
import type { ProblemCode } from '../../src/model/problem-codes.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { type RawServer, startRawServer } from './raw-server.ts'
import { optionsWith, problemOf, targetWith } from './rig.ts'

/** T24: whoever answers with the wrong key never hears a word of how we log in. */

const client = newKeyPair()
const foreign = newKeyPair().public.trim().split(' ').slice(0, 2).join(' ')
// Another type than the server has; the blob is all that counts.
const otherType = `ecdsa-sha2-nistp256 ${Buffer.concat([length('ecdsa-sha2-nistp256'), length('nistp256'), length('x'.repeat(65))]).toString('base64')}`
let server: RawServer
let key = ''
beforeAll(async () => {
  server = await startRawServer({ judge: () => false })
  key = server.hostKeyLine.split(' ').slice(1).join(' ')
})
afterAll(() => server.close())

function length(text: string): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(text.length)
  return Buffer.concat([head, Buffer.from(text)])
}

function hashed(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

/** Each way in which the first field of a line names our server, or does not. */
const namings: readonly { readonly naming: string; readonly field: (port: number) => string; readonly meant: boolean }[] = [
  { naming: 'plain, with its port', field: (port) => `[127.0.0.1]:${port}`, meant: true },
  { naming: 'one of several', field: (port) => `other.example,[127.0.0.1]:${port}`, meant: true },
  { naming: 'hashed', field: (port) => hashed(`[127.0.0.1]:${port}`), meant: true },
  { naming: 'a wildcard', field: (port) => `[127.0.0.?]:${String(port).slice(0, 2)}*`, meant: true },
  { naming: 'plain, without a port', field: () => '127.0.0.1', meant: false },
  { naming: 'plain, with another port', field: () => '[127.0.0.1]:22', meant: false },
  { naming: 'hashed without a port', field: () => hashed('127.0.0.1'), meant: false },
  { naming: 'negated', field: (port) => `*,![127.0.0.1]:${port}`, meant: false },
]

/** What such a line says of the key: with the line meant for us, and with it meant for somebody else. */
const lines: readonly {
  readonly says: string
  readonly line: (field: string) => string
  readonly meant: ProblemCode
  readonly not: ProblemCode
}[] = [
  { says: 'this key', line: (field) => `${field} ${key}`, meant: 'AUTH_FAILED', not: 'HOST_KEY_UNKNOWN' },
  { says: 'another key', line: (field) => `${field} ${foreign}`, meant: 'HOST_KEY_CHANGED', not: 'HOST_KEY_UNKNOWN' },
  { says: 'a key of another type', line: (field) => `${field} ${otherType}`, meant: 'HOST_KEY_UNKNOWN', not: 'HOST_KEY_UNKNOWN' },
  { says: 'this key, revoked', line: (field) => `@revoked ${field} ${key}`, meant: 'HOST_KEY_REVOKED', not: 'HOST_KEY_UNKNOWN' },
  {
    says: 'this key, and that it is revoked',
    line: (field) => `${field} ${key}\n@revoked ${field} ${key}`,
    meant: 'HOST_KEY_REVOKED',
    not: 'HOST_KEY_UNKNOWN',
  },
  { says: 'another key, revoked', line: (field) => `@revoked ${field} ${foreign}`, meant: 'HOST_KEY_UNKNOWN', not: 'HOST_KEY_UNKNOWN' },
  {
    says: 'an authority with this very key',
    line: (field) => `@cert-authority ${field} ${key}`,
    meant: 'HOST_KEY_UNKNOWN',
    not: 'HOST_KEY_UNKNOWN',
  },
  { says: 'a marker nobody knows', line: (field) => `@trusted ${field} ${key}`, meant: 'HOST_KEY_UNKNOWN', not: 'HOST_KEY_UNKNOWN' },
  { says: 'a key cut short', line: (field) => `${field} ${key.slice(0, -8)}`, meant: 'HOST_KEY_CHANGED', not: 'HOST_KEY_UNKNOWN' },
  { says: 'nothing that is a key', line: (field) => `${field} ssh-ed25519 AAAA`, meant: 'HOST_KEY_UNKNOWN', not: 'HOST_KEY_UNKNOWN' },
  { says: 'a comment', line: (field) => `# ${field} ${key}`, meant: 'HOST_KEY_UNKNOWN', not: 'HOST_KEY_UNKNOWN' },
  { says: 'nothing', line: () => '', meant: 'HOST_KEY_UNKNOWN', not: 'HOST_KEY_UNKNOWN' },
]

describe.each(namings)('known_hosts names the server: $naming', ({ field, meant: isMeant }) => {
  test.each(lines)('with $says', async ({ line, meant, not }) => {
    server.asked.splice(0)
    const wanted = isMeant ? meant : not
    const files = { '/known_hosts': `${line(field(server.port))}\n`, '/keys/client': client.private }
    const problem = await problemOf(sshTransport(optionsWith(files)).open(targetWith({ port: server.port, password: undefined })))
    expect(problem.code).toBe(wanted)
    expect(problem).toMatchObject({ host: 'h1', at: { file: 'inventory.yml', line: 3, column: 5 }, hint: expect.any(String) })
    if (wanted === 'AUTH_FAILED') expect(server.asked).toEqual(['publickey'])
    else {
      expect(server.asked).toEqual([])
      expect(problem.message).toContain('SHA256:')
    }
  })
})
