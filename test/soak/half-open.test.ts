import { expect, test } from 'vitest'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { optionsWith, problemOf, removeTemporaryFolders, targetWith, temporaryFolder } from '../ssh/rig.ts'
import { startTcpProxy } from '../ssh/tcp-proxy.ts'
import { say } from './say.ts'

/** With what is the default for everybody; a scaled twin of it runs with the quick tests (test/ssh/faults.test.ts). */
test('a line that swallows everything is found out within 15 s, whatever runs', async () => {
  const host = await startSshHost({ folder: temporaryFolder() })
  const known = (port: number) => ({
    '/known_hosts': host.hostKeyLine.replace(/^\S+/, `[127.0.0.1]:${port}`),
    '/keys/client': host.clientKey,
  })
  const probe = await startTcpProxy(host.port, { kind: 'none' })
  const whole = await sshTransport(optionsWith(known(probe.port))).open(targetWith({ port: probe.port }))
  const login = probe.passed
  await whole.close()
  await probe.close()
  const seconds = await Promise.all(
    [20, 40, 60, 80].map(async (behind) => {
      const proxy = await startTcpProxy(host.port, { kind: 'hole', direction: 'down', at: login + behind })
      const channel = await sshTransport(optionsWith(known(proxy.port))).open(targetWith({ port: proxy.port }))
      const begun = performance.now()
      const problem = await problemOf(channel.exchange('echo the line is cut in this answer, wherever; sleep 300', { idleSeconds: 300 }))
      const took = (performance.now() - begun) / 1000
      expect(problem.code).toBe('CONNECTION_LOST')
      await channel.close()
      await proxy.close()
      return took
    }),
  )
  say(`half-open lines: found out after ${seconds.map((one) => one.toFixed(1)).join(', ')} s`)
  expect(Math.max(...seconds)).toBeLessThan(15)
  await host.close()
  removeTemporaryFolders()
})
