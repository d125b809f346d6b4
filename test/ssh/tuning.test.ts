import ssh2 from 'ssh2'
import { afterAll, expect, test } from 'vitest'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { newKeyPair } from '../../src/embedded/ssh-key-pair.ts'
import { shortenLogin } from '../../src/transport/ssh-tuning.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { optionsWith, removeTemporaryFolders, targetWith, temporaryFolder, trusting } from './rig.ts'

afterAll(removeTemporaryFolders)

interface Internals {
  readonly _protocol: { openssh_hostKeysProve(keys: unknown): void }
  readonly _callbacks: unknown[]
}

/** A client that has logged in to a server which notes what it is asked; `tune` as the transport does, or not. */
async function login(tune: boolean) {
  const host = await startSshHost({ folder: temporaryFolder() })
  const client = new ssh2.Client()
  const sent: string[] = []
  await new Promise<void>((resolve, reject) => {
    client.on('handshake', () => tune && shortenLogin(client))
    client.on('ready', () => resolve())
    client.on('error', reject)
    client.connect({
      host: '127.0.0.1',
      port: host.port,
      hostVerifier: () => true,
      debug: (line) => sent.push(line),
      username: 'deploy',
      privateKey: host.clientKey,
      authHandler: ['publickey'],
    })
  })
  return { host, client, sent }
}

test.each([
  { case: 'as ssh2 does it: asked about, then signed', tune: false, requests: 2 },
  { case: 'shortened: signed at once', tune: true, requests: 1 },
])('a key login $case', async ({ tune, requests }) => {
  const { host, client } = await login(tune)
  expect(host.stats.authentications).toBe(requests)
  client.end()
  await host.close()
})

test.each([
  { case: 'as ssh2 does it: every key is to be proven', tune: false, asks: 'hostkeys-prove-00@openssh.com' },
  { case: 'shortened: a ping', tune: true, asks: 'keepalive@openssh.com' },
])('the list of host keys is answered $case', async ({ tune, asks }) => {
  const { host, client, sent } = await login(tune)
  const internals = client as unknown as Internals
  // what ssh2 does when the list arrives: one callback for the answer, one request
  const answered = new Promise((resolve) => internals._callbacks.push(resolve))
  internals._protocol.openssh_hostKeysProve([ssh2.utils.parseKey(newKeyPair().public)])
  await answered
  expect(sent.filter((line) => line.includes('Outbound') && line.includes(asks))).toHaveLength(1)
  client.end()
  await host.close()
})

test('the transport logs in the short way', async () => {
  const host = await startSshHost({ folder: temporaryFolder() })
  const channel = await sshTransport(optionsWith(trusting(host))).open(targetWith({ port: host.port }))
  expect(host.stats).toEqual({ connections: 1, channels: 1, authentications: 1 })
  await channel.close()
  await host.close()
})
