import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSshHost, type SshHost } from '../../src/embedded/ssh-host.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { type JumpServer, startJumpServer } from './jump-server.ts'
import { optionsWith, problemOf, removeTemporaryFolders, targetWith, temporaryFolder } from './rig.ts'

let host: SshHost
let outer: JumpServer
let inner: JumpServer
beforeAll(async () => {
  host = await startSshHost({ folder: temporaryFolder() })
  outer = await startJumpServer()
  inner = await startJumpServer()
})
afterAll(async () => {
  await host.close()
  await outer.close()
  await inner.close()
  removeTemporaryFolders()
})

const known = (...lines: readonly string[]) => ({
  '/known_hosts': `${lines.join('\n')}\n`,
  ...{ '/keys/client': host.clientKey, '/keys/outer': outer.clientKey, '/keys/inner': inner.clientKey },
})
const hop = (name: 'outer' | 'inner', server: JumpServer, more: Partial<ConnectionTarget> = {}): ConnectionTarget =>
  targetWith({ hop: name, port: server.port, user: 'jumper', privateKeyFiles: [`/keys/${name}`], ...more })
const all = () => [host.hostKeyLine, outer.hostKeyLine, inner.hostKeyLine]
const through = (...jumps: readonly ConnectionTarget[]) => targetWith({ port: host.port, jumps })

test('two hops: the host is reached through both, and every end is closed afterwards', async () => {
  const transport = sshTransport(optionsWith(known(...all())))
  const channel = await transport.open(through(hop('outer', outer), hop('inner', inner)))
  expect(Buffer.from((await channel.exchange('echo hello', { idleSeconds: 5 })).output).toString()).toBe('hello\n')
  expect(outer.stats.forwarded).toEqual([`127.0.0.1:${inner.port}`])
  expect(inner.stats.forwarded).toEqual([`127.0.0.1:${host.port}`])
  const [outerLeft, innerLeft] = [left(outer), left(inner)]
  await channel.close()
  await outerLeft
  await innerLeft
})

/** Resolves when the server has no connection any more. */
function left(server: JumpServer): Promise<void> {
  return expect.poll(() => server.open(), { timeout: 5000 }).toBe(0)
}

test('hosts behind the same hop share one connection to it, and the next run opens another', async () => {
  const transport = sshTransport(optionsWith(known(...all())))
  const before = outer.stats.connections
  const channels = await Promise.all([1, 2, 3].map(() => transport.open(through(hop('outer', outer)))))
  expect(outer.stats.connections - before).toBe(1)
  await channels[0]?.close()
  expect(Buffer.from((await channels[1]?.exchange('echo still', { idleSeconds: 5 }))?.output ?? []).toString()).toBe('still\n')
  await Promise.all(channels.map((channel) => channel.close()))
  await left(outer)
  const again = await transport.open(through(hop('outer', outer)))
  expect(outer.stats.connections - before).toBe(2)
  await again.close()
})

test('a known_hosts file of the host that cannot be read ends the connection to the hop as well', async () => {
  const options = optionsWith(known(...all()))
  const denied = new Error('EACCES: permission denied')
  const read = (path: string): Uint8Array | undefined => {
    if (path === '/denied') throw denied
    return options.files.read(path)
  }
  const transport = sshTransport({ ...options, files: { ...options.files, read } })
  const target = targetWith({ port: host.port, jumps: [hop('outer', outer)], knownHostsFiles: ['/denied'] })
  await expect(transport.open(target)).rejects.toBe(denied)
  await left(outer)
})

describe('each hop is checked like any host, and the message names it', () => {
  test('an unknown key of a hop: nothing is sent to log in there, and nothing beyond it', async () => {
    const [logins, beyond] = [inner.stats.logins, host.stats.connections]
    const transport = sshTransport(optionsWith(known(host.hostKeyLine, outer.hostKeyLine)))
    const problem = await problemOf(transport.open(through(hop('outer', outer), hop('inner', inner))))
    expect(problem).toMatchObject({ code: 'HOST_KEY_UNKNOWN', host: 'h1', at: { file: 'inventory.yml', line: 3 } })
    expect(problem.message).toMatch(/^h1: jump host inner: \[127\.0\.0\.1\]:\d+ shows the host key/)
    expect(problem.hint).toContain('ssh-keyscan -t ed25519')
    expect([inner.stats.logins, host.stats.connections]).toEqual([logins, beyond])
  })
  test('an unknown key of the host itself: the command that asks for it goes by the hop', async () => {
    const logins = host.stats.authentications
    const problem = await problemOf(sshTransport(optionsWith(known(outer.hostKeyLine))).open(through(hop('outer', outer))))
    expect(problem.code).toBe('HOST_KEY_UNKNOWN')
    expect(problem.message).not.toContain('jump host')
    expect(problem.hint).toContain(
      `ssh -p ${outer.port} -l jumper 127.0.0.1 ssh-keyscan -t ed25519 -p ${host.port} 127.0.0.1 >> /known_hosts`,
    )
    expect(host.stats.authentications).toBe(logins)
  })
  test('a changed key of a hop', async () => {
    const wrong = outer.hostKeyLine.replace(/ssh-ed25519 .*/, inner.hostKeyLine.split(' ').slice(1).join(' '))
    const problem = await problemOf(sshTransport(optionsWith(known(host.hostKeyLine, wrong))).open(through(hop('outer', outer))))
    expect(problem).toMatchObject({ code: 'HOST_KEY_CHANGED', message: expect.stringContaining('h1: jump host outer: ') })
  })
  test('a hop that does not let in', async () => {
    const transport = sshTransport(optionsWith(known(...all())))
    const problem = await problemOf(transport.open(through(hop('outer', outer, { privateKeyFiles: ['/keys/inner'] }))))
    expect(problem).toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('h1: jump host outer: jumper could not log in') })
  })
  test('a hop that is not there', async () => {
    const gone = await startJumpServer()
    await gone.close()
    const problem = await problemOf(sshTransport(optionsWith(known(...all()))).open(through(hop('outer', gone))))
    expect(problem).toMatchObject({ code: 'HOST_UNREACHABLE', message: expect.stringContaining('h1: jump host outer: ') })
  })
  test('the host behind the hop is not there', async () => {
    const gone = await startJumpServer()
    await gone.close()
    const transport = sshTransport(optionsWith(known(...all())))
    const problem = await problemOf(transport.open(targetWith({ port: gone.port, jumps: [hop('outer', outer)] })))
    expect(problem).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining(`h1: the jump host outer does not reach 127.0.0.1 port ${gone.port}`),
    })
    expect(problem.hint).toContain('AllowTcpForwarding')
  })
  test('several hosts behind a hop that refuses are each told by their own name', async () => {
    const transport = sshTransport(optionsWith(known(...all())))
    const bad = hop('outer', outer, { privateKeyFiles: ['/keys/inner'] })
    const problems = await Promise.all(
      ['one', 'two'].map((name) => {
        const at = { file: `${name}.yml`, line: 1, column: 1 }
        return problemOf(transport.open({ ...through({ ...bad, name, at }), name, at }))
      }),
    )
    expect(problems.map(({ host: named, message, at }) => [named, message.split(':')[0], at?.file])).toEqual([
      ['one', 'one', 'one.yml'],
      ['two', 'two', 'two.yml'],
    ])
  })
  test('a hop that dies while a program runs', async () => {
    const dying = await startJumpServer()
    const lines = { ...known(...all(), dying.hostKeyLine), '/keys/dying': dying.clientKey }
    const channel = await sshTransport(optionsWith(lines)).open(
      through(hop('outer', dying, { hop: 'dying', privateKeyFiles: ['/keys/dying'] })),
    )
    const running = problemOf(channel.exchange('echo begun; sleep 60', { idleSeconds: 60 }))
    dying.die()
    expect(await running).toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringContaining('the jump host dying is gone') })
    await channel.close()
    await dying.close()
  })
})
