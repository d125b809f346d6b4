import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSshHost, type SshHost } from '../../src/embedded/ssh-host.ts'
import { Secret } from '../../src/model/value.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import type { TransportOptions } from '../../src/transport/options.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { transports } from '../../src/transport/transports.ts'
import { transportContract } from '../transport/contract.ts'
import { optionsWith, problemOf, removeTemporaryFolders, targetWith, temporaryFolder, trusting } from './rig.ts'

transportContract('ssh', async () => {
  const host = await startSshHost({ folder: temporaryFolder() })
  return {
    transport: (more) => sshTransport(optionsWith(trusting(host), more)),
    target: targetWith({ port: host.port }),
    stop: () => host.close(),
  }
})

afterAll(removeTemporaryFolders)

let host: SshHost
let other: SshHost
beforeAll(async () => {
  host = await startSshHost({ folder: temporaryFolder() })
  other = await startSshHost({ folder: temporaryFolder() })
})
afterAll(() => Promise.all([host.close(), other.close()]))

function openWith(
  texts: Readonly<Record<string, string>>,
  target: Partial<ConnectionTarget> = {},
  options: Partial<TransportOptions> = {},
) {
  return sshTransport(optionsWith(texts, options)).open(targetWith({ port: host.port, ...target }))
}

test('the transport is picked by the target', async () => {
  const both = transports(optionsWith(trusting(host)))
  const before = host.stats.connections
  const local = await both.open(targetWith({ transport: 'local', port: host.port }))
  expect(host.stats.connections).toBe(before)
  const remote = await both.open(targetWith({ port: host.port }))
  expect(host.stats.connections).toBe(before + 1)
  await Promise.all([local.close(), remote.close()])
})

test('one connection and one channel carry everything', async () => {
  const before = host.stats
  const channel = await openWith(trusting(host))
  for (const word of ['a', 'b', 'c']) await channel.exchange(`echo ${word}`, { idleSeconds: 10 })
  await channel.close()
  expect(host.stats).toMatchObject({ connections: before.connections + 1, channels: before.channels + 1 })
})

test('a command sees the folder of its host and the name that logged in', async () => {
  const folder = temporaryFolder()
  const own = await startSshHost({ folder, env: { SITE: 'lab' } })
  const channel = await sshTransport(optionsWith(trusting(own))).open(targetWith({ port: own.port }))
  const { output } = await channel.exchange('pwd -P; echo "$HOME $USER $SITE"', { idleSeconds: 10 })
  expect(Buffer.from(output).toString()).toBe(`${folder}\n${folder} deploy lab\n`)
  await own.close()
  expect((await problemOf(channel.exchange('echo', { idleSeconds: 10 }))).code).toBe('CONNECTION_LOST')
})

test('closing the in-process host ends what its commands left behind', async () => {
  const folder = temporaryFolder()
  const own = await startSshHost({ folder })
  const channel = await sshTransport(optionsWith(trusting(own))).open(targetWith({ port: own.port }))
  await channel.exchange('mkfifo held; sh -c "echo up; exec sleep 300" >held 2>/dev/null </dev/null &', { idleSeconds: 10 })
  // The fifo ends for its reader when the last process that holds it is gone.
  const held = createReadStream(join(folder, 'held'))
  let ended = false
  const end = new Promise<void>((resolve) => {
    held.on('end', () => {
      ended = true
      resolve()
    })
  })
  await new Promise((resolve) => held.once('data', resolve))
  await channel.close()
  expect(ended).toBe(false)
  await own.close()
  await end
})

describe('host keys are judged before anything of the login goes out', () => {
  const keyOf = (line: string): string => line.split(' ').slice(1).join(' ')
  const fill = (text: string): string =>
    text
      .replaceAll('NAME', `[127.0.0.1]:${host.port}`)
      .replaceAll('OWN', keyOf(host.hostKeyLine))
      .replaceAll('OTHER', keyOf(other.hostKeyLine))
  test.each([
    { case: 'no file at all', text: undefined, code: 'HOST_KEY_UNKNOWN', says: 'no known_hosts file has' },
    { case: 'an empty file', text: '', code: 'HOST_KEY_UNKNOWN', says: 'SHA256:' },
    { case: 'the name without its port', text: '127.0.0.1 OWN', code: 'HOST_KEY_UNKNOWN', says: 'SHA256:' },
    { case: 'only an authority', text: '@cert-authority NAME OWN', code: 'HOST_KEY_UNKNOWN', says: '@cert-authority' },
    { case: 'another key', text: '# note\nNAME OTHER', code: 'HOST_KEY_CHANGED', says: '/known_hosts:2' },
    { case: 'the key revoked', text: 'NAME OWN\n@revoked * OWN', code: 'HOST_KEY_REVOKED', says: '/known_hosts:2' },
    { case: 'a negated name', text: '*,!NAME OWN', code: 'HOST_KEY_UNKNOWN', says: 'SHA256:' },
  ])('$case: $code', async ({ text, code, says }) => {
    const before = host.stats
    const texts = { '/keys/client': host.clientKey, ...(text === undefined ? {} : { '/known_hosts': fill(text) }) }
    const problem = await problemOf(openWith(texts, { password: Secret.of('never sent') }))
    expect(problem).toMatchObject({ code, host: 'h1', at: { file: 'inventory.yml', line: 3 } })
    expect(problem.message).toContain(says)
    expect(host.stats.connections).toBe(before.connections + 1)
    expect(host.stats.authentications).toBe(before.authentications)
  })
  test('the twin: a known key does lead to a login, which is counted', async () => {
    const before = host.stats.authentications
    await (await openWith(trusting(host))).close()
    expect(host.stats.authentications).toBeGreaterThan(before)
  })
  test('a second file can hold the key', async () => {
    const texts = { '/keys/client': host.clientKey, '/first': '', '/second': `${host.hostKeyLine}\n` }
    await (await openWith(texts, { knownHostsFiles: ['/missing', '/first', '/second'] })).close()
  })
  test('an unknown key comes with the commands to compare and to add it', async () => {
    const problem = await problemOf(openWith({ '/keys/client': host.clientKey }))
    expect(problem.hint?.split('\n')).toContain(`ssh-keyscan -t ed25519 -p ${host.port} 127.0.0.1 >> /known_hosts`)
    expect(problem.hint).toContain('compare')
  })
})

test('a port that nobody listens on is unreachable', async () => {
  const gone = await startSshHost({ folder: temporaryFolder() })
  await gone.close()
  const problem = await problemOf(openWith(trusting(host), { port: gone.port }))
  expect(problem).toMatchObject({ code: 'HOST_UNREACHABLE' })
  expect(problem.message).toContain('refuses connections')
})

test.each([
  { case: 'an option', address: '-oProxyCommand=id' },
  { case: 'a command', address: 'h1;id' },
  { case: 'a substitution', address: '$(id)' },
  { case: 'a line break', address: 'h1\nh2' },
  { case: 'a NUL', address: 'h1\0' },
  { case: 'a percent escape', address: '%h' },
  { case: 'a text direction mark', address: 'h1\u202e' },
  { case: 'nothing', address: '' },
])('an address that is $case is refused and shown escaped', async ({ address }) => {
  const problem = await problemOf(openWith(trusting(host), { address }))
  expect(problem.code).toBe('HOST_NAME_INVALID')
  expect(problem.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

test.each(['-l', 'a b', 'root\n', '$(id)', ''])('a user named %j is refused', async (user) => {
  expect((await problemOf(openWith(trusting(host), { user }))).code).toBe('VALUE_INVALID')
})
