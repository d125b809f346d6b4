import ssh2, { type AuthContext } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSshHost, type SshHost } from '../../src/embedded/ssh-host.ts'
import { newKeyPair } from '../../src/embedded/ssh-key-pair.ts'
import { Secret } from '../../src/model/value.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import type { TransportOptions } from '../../src/transport/options.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { startAgent } from './agent.ts'
import { startRawServer, type RawServer } from './raw-server.ts'
import { optionsWith, problemOf, removeTemporaryFolders, targetWith, temporaryFolder } from './rig.ts'

const mine = newKeyPair()
const strange = newKeyPair()
const elliptic = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, comment: 'elliptic' })
const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048, comment: 'rsa' })
const locked = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'locked', passphrase: 'open', cipher: 'aes256-ctr', rounds: 1 })
/** the clear head of a key as ssh-keygen -Z chacha20-poly1305@openssh.com writes it */
const chacha = (() => {
  const word = (text: string): Buffer => {
    const bytes = Buffer.from(`    ${text}`, 'latin1')
    bytes.writeUInt32BE(text.length)
    return bytes
  }
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    word('chacha20-poly1305@openssh.com'),
    word('bcrypt'),
    word('x'.repeat(24)),
    Buffer.alloc(120),
  ])
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
})()

let host: SshHost
beforeAll(async () => {
  host = await startSshHost({
    folder: temporaryFolder(),
    users: [
      { name: 'deploy', publicKey: mine.public },
      { name: 'ellie', publicKey: elliptic.public },
      { name: 'ron', publicKey: rsa.public },
      { name: 'pat', password: 'swordfish' },
    ],
  })
})
afterAll(async () => {
  await host.close()
  removeTemporaryFolders()
})

const keys = {
  '/k/mine': mine.private,
  '/k/strange': strange.private,
  '/k/elliptic': elliptic.private,
  '/k/rsa': rsa.private,
  '/k/locked': locked.private,
  '/k/chacha': chacha,
  '/k/garbage': 'no key at all',
  '/k/public': mine.public,
}

async function hello(
  target: Partial<ConnectionTarget>,
  options: Partial<TransportOptions> = {},
  server: { readonly port: number; readonly hostKeyLine: string } = host,
): Promise<string> {
  const transport = sshTransport(optionsWith({ ...keys, '/known_hosts': server.hostKeyLine }, options))
  const channel = await transport.open(targetWith({ port: server.port, privateKeyFiles: [], ...target }))
  const { output } = await channel.exchange('echo hello', { idleSeconds: 10 })
  await channel.close()
  return Buffer.from(output).toString()
}

test('a pair that ssh2 made badly is thrown away', () => {
  const [start, body] = [mine.private.split('\n')[0], mine.private.split('\n').slice(1).join('')]
  const broken = { private: `${start}\n${body.slice(8)}`, public: mine.public }
  const made = [broken, { ...mine, public: 'ssh-ed25519 AAAA' }, strange]
  expect(newKeyPair(() => made.shift() ?? mine)).toBe(strange)
})

describe('who gets in', () => {
  test.each<{ case: string; target: Partial<ConnectionTarget>; options?: Partial<TransportOptions> }>([
    { case: 'a named key', target: { privateKeyFiles: ['/k/mine'] } },
    { case: 'the second of two named keys', target: { privateKeyFiles: ['/k/strange', '/k/mine'] } },
    { case: 'an ECDSA key', target: { user: 'ellie', privateKeyFiles: ['/k/elliptic'] } },
    { case: 'an RSA key', target: { user: 'ron', privateKeyFiles: ['/k/rsa'] } },
    {
      case: 'a default key, past missing, locked and broken ones',
      target: {},
      options: { defaultKeyFiles: ['/k/none', '/k/locked', '/k/garbage', '/k/mine'] },
    },
    { case: 'a default key when the agent is gone', target: {}, options: { agentSocket: '/nowhere/agent', defaultKeyFiles: ['/k/mine'] } },
    { case: 'a password', target: { user: 'pat', password: Secret.of('swordfish') } },
    {
      case: 'a password after keys that do not fit',
      target: { user: 'pat', privateKeyFiles: ['/k/strange'], password: Secret.of('swordfish') },
    },
  ])('$case', async ({ target, options }) => {
    expect(await hello(target, options)).toBe('hello\n')
  })
  test.each<{ case: string; held: readonly string[]; target: Partial<ConnectionTarget>; signs: number }>([
    { case: 'a key of the agent', held: [strange.private, mine.private], target: {}, signs: 1 },
    { case: 'an RSA key of the agent', held: [rsa.private], target: { user: 'ron' }, signs: 1 },
    {
      case: 'a named key that is locked in the file and open in the agent',
      held: [mine.private],
      target: { privateKeyFiles: ['/k/locked'] },
      signs: 1,
    },
    { case: 'a named key, and the agent is left alone', held: [strange.private], target: { privateKeyFiles: ['/k/mine'] }, signs: 0 },
  ])('$case', async ({ held, target, signs }) => {
    const agent = await startAgent(temporaryFolder(), held)
    expect(await hello(target, { agentSocket: agent.socket })).toBe('hello\n')
    expect(agent.signed()).toBe(signs)
    await agent.close()
  })
})

describe('who does not', () => {
  test.each<{
    case: string
    target: Partial<ConnectionTarget>
    options?: Partial<TransportOptions>
    code: string
    says: string
    hint?: string
  }>([
    {
      case: 'the wrong key',
      target: { privateKeyFiles: ['/k/strange'] },
      code: 'AUTH_FAILED',
      says: 'deploy could not log in: it refused key /k/strange',
    },
    { case: 'the wrong user', target: { user: 'root', privateKeyFiles: ['/k/mine'] }, code: 'AUTH_FAILED', says: 'root could not log in' },
    { case: 'the wrong password', target: { user: 'pat', password: Secret.of('guppy') }, code: 'AUTH_FAILED', says: 'it refused password' },
    { case: 'nothing to show', target: {}, code: 'AUTH_FAILED', says: 'there was no key' },
    {
      case: 'only a locked default key',
      target: {},
      options: { defaultKeyFiles: ['/k/locked'] },
      code: 'AUTH_FAILED',
      says: 'not tried: /k/locked (encrypted)',
    },
    { case: 'a named key that is not there', target: { privateKeyFiles: ['/k/none'] }, code: 'FILE_MISSING', says: '/k/none' },
    {
      case: 'a named key that is locked',
      target: { privateKeyFiles: ['/k/locked'] },
      code: 'KEY_UNUSABLE',
      says: 'encrypted (aes256-ctr)',
      hint: 'ssh-add /k/locked',
    },
    {
      case: 'a named key with a cipher that ssh2 has not',
      target: { privateKeyFiles: ['/k/chacha'] },
      code: 'KEY_UNUSABLE',
      says: 'chacha20-poly1305',
      hint: 'ssh-keygen -p -Z aes256-ctr -f /k/chacha',
    },
    { case: 'a named key that is none', target: { privateKeyFiles: ['/k/garbage'] }, code: 'KEY_UNUSABLE', says: '/k/garbage' },
    { case: 'the public half', target: { privateKeyFiles: ['/k/public'] }, code: 'KEY_UNUSABLE', says: 'public half' },
  ])('$case: $code', async ({ target, options, code, says, hint }) => {
    const problem = await problemOf(hello(target, options))
    expect(problem).toMatchObject({ code, host: 'h1', at: { line: 3 } })
    expect(problem.message).toContain(says)
    if (hint !== undefined) expect(problem.hint?.split('\n').some((line) => line.includes(hint))).toBe(true)
    expect(JSON.stringify(problem)).not.toMatch(/swordfish|guppy/)
  })
  test('a certificate beside the key is named, because it was not used', async () => {
    const transport = sshTransport(optionsWith({ ...keys, '/k/strange-cert.pub': 'x', '/known_hosts': host.hostKeyLine }))
    const problem = await problemOf(transport.open(targetWith({ port: host.port, privateKeyFiles: ['/k/strange'] })))
    expect(problem.message).toContain('/k/strange-cert.pub was not used')
  })
})

describe('passwords are shown once', () => {
  const servers: RawServer[] = []
  afterAll(() => Promise.all(servers.map((server) => server.close())))
  const password = Secret.of('swordfish')
  const serve = async (judge: (context: AuthContext) => boolean | 'later' | readonly string[]): Promise<RawServer> => {
    const server = await startRawServer({ judge })
    servers.push(server)
    return server
  }
  test('a server that lists password and refuses it is not asked again by another name', async () => {
    const server = await serve(() => ['password', 'keyboard-interactive'])
    expect((await problemOf(hello({ password }, {}, server))).code).toBe('AUTH_FAILED')
    expect(server.asked).toEqual(['password:swordfish'])
  })
  test('a server that knows only keyboard-interactive gets it there, and once', async () => {
    const answers: string[][] = []
    const server = await serve((context) => {
      if (context.method !== 'keyboard-interactive') return ['keyboard-interactive']
      context.prompt([{ prompt: 'Password: ', echo: false }], (first) => {
        answers.push(first)
        context.prompt([{ prompt: 'Password: ', echo: false }], (second) => {
          answers.push(second)
          context.reject([])
        })
      })
      return 'later'
    })
    expect((await problemOf(hello({ password }, {}, server))).code).toBe('AUTH_FAILED')
    expect(answers).toEqual([['swordfish'], ['']])
  })
  test('a server that wants none of it does not get it', async () => {
    const server = await serve(() => ['publickey'])
    expect((await problemOf(hello({ password, privateKeyFiles: ['/k/mine'] }, {}, server))).code).toBe('AUTH_FAILED')
    expect(server.asked.filter((asked) => asked.startsWith('password'))).toEqual([])
  })
})

describe('algorithms', () => {
  const negotiate = async (algorithms: NonNullable<Parameters<typeof startRawServer>[0]['algorithms']>, keys?: readonly string[]) => {
    const server = await startRawServer({ algorithms, judge: () => false, ...(keys === undefined ? {} : { keys }) })
    const problem = await problemOf(hello({ privateKeyFiles: ['/k/mine'] }, {}, server))
    await server.close()
    return { problem, seen: server.negotiated[0], asked: server.asked }
  }
  test.each([
    { case: 'CBC', algorithms: { cipher: ['aes128-cbc' as const] } },
    { case: 'chacha20-poly1305', algorithms: { cipher: ['chacha20-poly1305@openssh.com' as const] } },
    {
      case: 'encrypt-then-MAC with CTR',
      algorithms: { cipher: ['aes128-ctr' as const], hmac: ['hmac-sha2-256-etm@openssh.com' as const] },
    },
    { case: 'HMAC-SHA1', algorithms: { cipher: ['aes128-ctr' as const], hmac: ['hmac-sha1' as const] } },
    { case: 'key exchange with SHA-1', algorithms: { kex: ['diffie-hellman-group14-sha1' as const] } },
  ])('only $case: refused before the login', async ({ algorithms }) => {
    const { problem, asked } = await negotiate(algorithms)
    expect(problem.code).toBe('HOST_UNREACHABLE')
    expect(problem.message).toContain('no algorithm in common')
    expect(asked).toEqual([])
  })
  test('an RSA host that signs with SHA-1 only is refused', async () => {
    const { problem, asked } = await negotiate({ serverHostKey: ['ssh-rsa'] }, [rsa.private])
    expect(problem.code).toBe('HOST_UNREACHABLE')
    expect(asked).toEqual([])
  })
  test('the twin: with everything on offer the safe ones are taken', async () => {
    const { problem, seen } = await negotiate({ cipher: ['chacha20-poly1305@openssh.com', 'aes128-cbc', 'aes128-gcm@openssh.com'] })
    expect(problem.code).toBe('AUTH_FAILED')
    expect(seen).toMatchObject({
      kex: expect.stringContaining('curve25519'),
      cs: { cipher: 'aes128-gcm@openssh.com' },
      sc: { cipher: 'aes128-gcm@openssh.com' },
    })
  })
  test('a host with several keys is asked for the one on file', async () => {
    const server = await startRawServer({ keys: [mine.private, elliptic.private, rsa.private], judge: () => false })
    const lines = server.hostKeyLine.split('\n')
    for (const [index, type] of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'].entries()) {
      const problem = await problemOf(hello({ privateKeyFiles: ['/k/mine'] }, {}, { port: server.port, hostKeyLine: lines[index] ?? '' }))
      expect(problem.code).toBe('AUTH_FAILED')
      expect(server.negotiated[index]?.serverHostKey).toBe(type)
    }
    await server.close()
  })
})
