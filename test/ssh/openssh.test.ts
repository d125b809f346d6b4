import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SshHost, startSshHost } from '../../src/embedded/ssh-host.ts'
import type { Channel, ConnectionTarget } from '../../src/ports/channel.ts'
import { Secret } from '../../src/model/value.ts'
import { opensshTransport, sshWords } from '../../src/transport/openssh.ts'
import { optionsWith, problemOf, programPath, removeTemporaryFolders, script, targetWith, temporaryFolder } from './rig.ts'
import { startThrottle } from './throttle.ts'

let host: SshHost
let folder = ''
let open: Channel | undefined
beforeEach(async () => {
  folder = temporaryFolder()
  host = await startSshHost({ folder })
  file('known_hosts', `${host.hostKeyLine}\n`)
  file('key', host.clientKey)
})
afterEach(async () => {
  await open?.close()
  open = undefined
  await host.close()
})
afterAll(removeTemporaryFolders)

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, 0o600)
  return path
}

const target = (more: Partial<ConnectionTarget> = {}): ConnectionTarget =>
  targetWith({
    ...{ transport: 'openssh', port: host.port, privateKeyFiles: [join(folder, 'key')], knownHostsFiles: [join(folder, 'known_hosts')] },
    identitiesOnly: true,
    ...more,
  })
const transport = () => opensshTransport(optionsWith({}))
const refused = (more: Partial<ConnectionTarget>) => problemOf(transport().open(target(more)))

test('programs run one after the other over one connection of the ssh program, which ends with them', async () => {
  open = await transport().open(target())
  const first = await open.exchange('tls_x=kept; echo out; echo err >&2; false', { idleSeconds: 10 })
  expect([Buffer.from(first.output).toString(), first.rc]).toEqual(['out\nerr\n', 1])
  expect(Buffer.from((await open.exchange('printf %s "$tls_x"', { idleSeconds: 10 })).output).toString()).toBe('kept')
  expect(open.stats).toMatchObject({ connections: 1, channels: 1, exchanges: 2 })
  expect(host.stats).toMatchObject({ connections: 1, channels: 1 })
  await open.close()
})

describe('what ssh refuses has the code that it has with the library, and nothing was asked of the host', () => {
  test('a host key that nobody vouches for: no byte of a login goes out', async () => {
    expect(await refused({ knownHostsFiles: [file('none', '')] })).toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      message: expect.stringContaining(`127.0.0.1 port ${host.port}`),
    })
    expect(host.stats.authentications).toBe(0)
  })

  test('a host key that is another one', async () => {
    const other = await startSshHost({ folder })
    await other.close()
    const line = `[127.0.0.1]:${host.port} ${other.hostKeyLine.split(' ').slice(1).join(' ')}`
    expect((await refused({ knownHostsFiles: [file('other', `${line}\n`)] })).code).toBe('HOST_KEY_CHANGED')
    expect(host.stats.authentications).toBe(0)
  })

  test('a host key that is revoked', async () => {
    const lines = `${host.hostKeyLine}\n@revoked ${host.hostKeyLine}\n`
    expect((await refused({ knownHostsFiles: [file('revoked', lines)] })).code).toBe('HOST_KEY_REVOKED')
    expect(host.stats.authentications).toBe(0)
  })

  test('a key that the host does not know', async () => {
    const other = await startSshHost({ folder })
    await other.close()
    expect(await refused({ privateKeyFiles: [file('other-key', other.clientKey)] })).toMatchObject({
      code: 'AUTH_FAILED',
      hint: expect.stringContaining(`ssh -v -p ${host.port} -l deploy 127.0.0.1 true`),
    })
    expect(host.stats.channels).toBe(0)
  })

  test('a port on which nobody listens', async () => {
    await host.close()
    expect(await refused({})).toMatchObject({ code: 'HOST_UNREACHABLE', message: expect.stringContaining('Connection refused') })
  })

  test('no ssh on this machine', async () => {
    const without = opensshTransport(optionsWith({}, { environment: { PATH: '/nonexistent' } }))
    expect(await problemOf(without.open(target()))).toMatchObject({ code: 'HOST_UNREACHABLE', hint: 'install the ssh client' })
  })
})

describe('servers that drop connections before they speak', () => {
  /** Opens through a server that drops the first ones so; tells how often it was asked, and how long each wait was. */
  async function behind(drops: number, words: string) {
    const throttle = await startThrottle(host.port, drops, words)
    const known = file('known-behind', `${host.hostKeyLine.replace(/^\S+/, `[127.0.0.1]:${throttle.port}`)}\n`)
    const waits: number[] = []
    const sleep = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds)
      return Promise.resolve()
    }
    const opening = opensshTransport(optionsWith({}, { sleep })).open(target({ port: throttle.port, knownHostsFiles: [known] }))
    return { opening, waits, throttle }
  }

  test.each([
    { case: 'silently', words: '' },
    { case: 'as sshd does beyond MaxStartups', words: 'Exceeded MaxStartups\r\n' },
    { case: 'as sshd does in a penalty', words: 'Not allowed at this time\r\n' },
  ])('$case: ssh is started again, after a longer wait each time', async ({ words }) => {
    const { opening, waits, throttle } = await behind(3, words)
    open = await opening
    expect(waits).toEqual([200, 400, 800])
    expect(throttle.seen()).toBe(4)
    expect(host.stats.connections).toBe(1)
    await open.close()
    await throttle.close()
  })

  test('six times are enough to give up', async () => {
    const { opening, throttle } = await behind(100, '')
    expect(await problemOf(opening)).toMatchObject({ code: 'THROTTLED', hint: expect.stringContaining('MaxStartups') })
    expect(throttle.seen()).toBe(6)
    await throttle.close()
  })

  test('hosts that are dropped together do not come back together', async () => {
    const waits: number[] = []
    for (const random of [0, 0.999]) {
      const throttle = await startThrottle(host.port, 1, '')
      const known = file('known-behind', `${host.hostKeyLine.replace(/^\S+/, `[127.0.0.1]:${throttle.port}`)}\n`)
      const sleep = (milliseconds: number): Promise<void> => {
        waits.push(milliseconds)
        return Promise.resolve()
      }
      const own = opensshTransport(optionsWith({}, { sleep, random: () => random }))
      await (await own.open(target({ port: throttle.port, knownHostsFiles: [known] }))).close()
      await throttle.close()
    }
    expect(waits[1]).toBeGreaterThan((waits[0] ?? 0) * 2)
  })

  const dropped = 'kex_exchange_identification: Connection closed by remote host'
  const ended = 'Connection closed by 127.0.0.1 port 2222'
  /** An ssh that says this for so many starts, as OpenSSH 9.2 does (seen), and then is the one of this machine. */
  async function behindWords(lines: readonly string[], starts: number) {
    const tools = temporaryFolder()
    const count = join(tools, 'count')
    const says = lines.map((line) => `echo '${line}' >&2`).join('; ')
    script(
      join(tools, 'ssh'),
      `#!/bin/sh\necho >>${count}\n[ $(wc -l <${count}) -gt ${starts} ] || { ${says}; exit 255; }\nexec ${programPath('ssh')} "$@"\n`,
    )
    const environment = { PATH: `${tools}:${process.env['PATH']}` }
    return { opening: opensshTransport(optionsWith({}, { environment })).open(target()), started: () => readFileSync(count, 'utf8').length }
  }

  test('a jump host that drops so is asked again, too', async () => {
    const { opening, started } = await behindWords([dropped, ended, dropped], 2)
    open = await opening
    expect(started()).toBe(3)
    await open.close()
  })

  test.each([
    { case: 'that spoke before it ended', lines: [ended, dropped] },
    { case: 'that lets nobody in', lines: ['jo@gate: Permission denied (publickey).', dropped] },
    { case: 'whose key is not known', lines: ['Host key verification failed.', dropped] },
  ])('the twin: a jump host $case is not', async ({ lines }) => {
    const { opening, started } = await behindWords(lines, 100)
    expect((await problemOf(opening)).code).not.toBe('THROTTLED')
    expect(started()).toBe(1)
  })

  test('the twin: a server that spoke is not asked again', async () => {
    const { opening, waits, throttle } = await behind(100, 'SSH-2.0-OpenSSH_9.2\r\n')
    expect((await problemOf(opening)).code).toBe('HOST_UNREACHABLE')
    expect([waits, throttle.seen()]).toEqual([[], 1])
    await throttle.close()
  })
})

test('a connection that ends in the middle of a program is told of', async () => {
  open = await transport().open(target())
  const lost = problemOf(open.exchange('echo begun; sleep 30', { idleSeconds: 20 }))
  await host.close()
  expect((await lost).code).toBe('CONNECTION_LOST')
})

describe('the words of the process', () => {
  test('hold no password: one that is given is refused', () => {
    expect(() => sshWords(target({ password: Secret.of('hunter2hunter2') }), optionsWith({}))).toThrow(/takes no password/)
  })

  test('name files in quotes, whatever stands in their names, and the host last', () => {
    const words = sshWords(
      target({ knownHostsFiles: ['/a b/%h'], sshName: 'web1', jumps: [target({ hop: 'gate', user: 'jo' })] }),
      optionsWith({}),
    )
    expect(words).toContain('UserKnownHostsFile="/a b/%%h"')
    expect(words).toContain(`ProxyJump=jo@gate:${host.port}`)
    expect(words.slice(-2)).toEqual(['--', 'web1'])
    expect(() => sshWords(target({ knownHostsFiles: ['/a"b'] }), optionsWith({}))).toThrow(/cannot be named to ssh/)
  })
})
