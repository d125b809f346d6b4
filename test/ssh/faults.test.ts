import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSshHost, type SshHost } from '../../src/embedded/ssh-host.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import type { TransportOptions } from '../../src/transport/options.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { optionsWith, problemOf, removeTemporaryFolders, targetWith, temporaryFolder, trusting } from './rig.ts'
import { startTcpProxy } from './tcp-proxy.ts'
import { startThrottle } from './throttle.ts'
import { cuts } from './wire.ts'

let host: SshHost
beforeAll(async () => {
  host = await startSshHost({ folder: temporaryFolder() })
})
afterAll(async () => {
  await host.close()
  removeTemporaryFolders()
})

const program = 'i=0; while [ $i -lt 20 ]; do printf "%05000d\\n" $i; i=$((i+1)); done'
const answer = Array.from({ length: 20 }, (_, index) => `${String(index).padStart(5000, '0')}\n`).join('')

/** Opens, runs one program, closes: resolves with its output. */
async function wholeRun(port: number, limits: { readonly seconds: number }, options: Partial<TransportOptions> = {}): Promise<string> {
  const known = { '/known_hosts': host.hostKeyLine.replace(/^\S+/, `[127.0.0.1]:${port}`), '/keys/client': host.clientKey }
  const transport = sshTransport(optionsWith(known, { loginTimeoutSeconds: limits.seconds, ...options }))
  const channel = await transport.open(targetWith({ port, connectTimeoutSeconds: limits.seconds }))
  try {
    return Buffer.from((await channel.exchange(program, { idleSeconds: limits.seconds })).output).toString()
  } finally {
    await channel.close()
  }
}

/** How many bytes the server sends until the shell has answered. */
async function bytesOfLogin(): Promise<number> {
  const proxy = await startTcpProxy(host.port, { kind: 'none' })
  const known = { '/known_hosts': host.hostKeyLine.replace(/^\S+/, `[127.0.0.1]:${proxy.port}`), '/keys/client': host.clientKey }
  const channel = await sshTransport(optionsWith(known)).open(targetWith({ port: proxy.port }))
  const { passed } = proxy
  await channel.close()
  await proxy.close()
  return passed
}

function spread(from: number, to: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(from + ((to - from) * index) / (count - 1)))
}

describe('a line that is cut is an error of ours, never success and never a hang', () => {
  test.each(cuts)('%s at many places of the stream', async (cut) => {
    // Half of them before the shell has answered, half in the answer of the program, short of its end.
    const login = await bytesOfLogin()
    const places = cut === 'hole' ? 12 : 30
    const offsets = [...new Set([0, 1, 10, ...spread(0, login, places), ...spread(login, login + answer.length - 1000, places)])]
    const outcomes: string[] = []
    const queue = [...offsets]
    const worker = async (): Promise<void> => {
      for (let offset = queue.shift(); offset !== undefined; offset = queue.shift()) {
        const proxy = await startTcpProxy(host.port, { kind: cut, direction: 'down', at: offset })
        const outcome = await wholeRun(proxy.port, { seconds: cut === 'hole' ? 0.6 : 10 }).then(
          (output) => `success with ${output.length} bytes`,
          (error: unknown) => (error instanceof TlsplayError ? error.problems[0].code : `a bug: ${String(error)}`),
        )
        await proxy.close()
        outcomes.push(outcome)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    expect(outcomes).toHaveLength(offsets.length)
    const allowed = cut === 'hole' ? ['HOST_UNREACHABLE', 'TIMED_OUT', 'CONNECTION_LOST'] : ['THROTTLED', 'CONNECTION_LOST']
    expect(outcomes.filter((outcome) => !allowed.includes(outcome))).toEqual([])
    expect(outcomes).toContain(cut === 'hole' ? 'TIMED_OUT' : 'CONNECTION_LOST')
  })
  test('the twin: a line that is not cut brings the answer', async () => {
    const proxy = await startTcpProxy(host.port, { kind: 'none' })
    expect(await wholeRun(proxy.port, { seconds: 10 })).toBe(answer)
    await proxy.close()
  })
})

test('a host that falls silent while a quiet program runs is found out by keepalive, not by the deadline', async () => {
  const login = await bytesOfLogin()
  const proxy = await startTcpProxy(host.port, { kind: 'hole', direction: 'down', at: login + 40 })
  const known = { '/known_hosts': host.hostKeyLine.replace(/^\S+/, `[127.0.0.1]:${proxy.port}`), '/keys/client': host.clientKey }
  const channel = await sshTransport(optionsWith(known, { keepaliveSeconds: 0.1 })).open(targetWith({ port: proxy.port }))
  const problem = await problemOf(channel.exchange('echo the line is cut in this answer; sleep 600', { idleSeconds: 600 }))
  expect(problem.code).toBe('CONNECTION_LOST')
  expect(problem.message).toContain('Keepalive')
  await channel.close()
  await proxy.close()
})

test('the twin: a quiet program on a host that answers is left alone', async () => {
  const channel = await sshTransport(optionsWith(trusting(host), { keepaliveSeconds: 0.1 })).open(targetWith({ port: host.port }))
  const { output } = await channel.exchange('sleep 1; echo done', { idleSeconds: 600 })
  expect(Buffer.from(output).toString()).toBe('done\n')
  await channel.close()
})

describe('servers that drop connections before they speak', () => {
  test.each([
    { case: 'silently', words: '' },
    { case: 'as sshd does beyond MaxStartups', words: 'Exceeded MaxStartups\r\n' },
    { case: 'as sshd does in a penalty', words: 'Not allowed at this time\r\n' },
    { case: 'by a reset', words: undefined },
  ])('$case: it waits longer each time and gets through', async ({ words }) => {
    const throttle = await startThrottle(host.port, 3, words)
    const waits: number[] = []
    const sleep = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds)
      return Promise.resolve()
    }
    expect(await wholeRun(throttle.port, { seconds: 10 }, { sleep, random: () => 0.5 })).toBe(answer)
    expect(waits).toEqual([200, 400, 800])
    expect(throttle.seen()).toBe(4)
    await throttle.close()
  })
  test('six times are enough to give up', async () => {
    const throttle = await startThrottle(host.port, 100, '')
    const problem = await problemOf(wholeRun(throttle.port, { seconds: 10 }))
    expect(problem.code).toBe('THROTTLED')
    expect(problem.hint).toContain('MaxStartups')
    expect(throttle.seen()).toBe(6)
    await throttle.close()
  })
  test('hosts that are dropped together do not come back together', async () => {
    const waits: number[] = []
    for (const random of [0, 0.999]) {
      const throttle = await startThrottle(host.port, 1, '')
      const sleep = (milliseconds: number): Promise<void> => {
        waits.push(milliseconds)
        return Promise.resolve()
      }
      await wholeRun(throttle.port, { seconds: 10 }, { sleep, random: () => random })
      await throttle.close()
    }
    expect(waits[1]).toBeGreaterThan((waits[0] ?? 0) * 2)
  })
  test.each([
    { case: 'a web server', words: 'HTTP/1.1 400 Bad Request\r\n\r\n', code: 'HOST_UNREACHABLE', says: 'no ssh server' },
    { case: 'garbage', words: '\x00\x1b[31m\r\n', code: 'HOST_UNREACHABLE', says: '\\u{1b}' },
  ])('$case is no ssh server', async ({ words, code, says }) => {
    const throttle = await startThrottle(host.port, 100, words)
    const problem = await problemOf(wholeRun(throttle.port, { seconds: 10 }))
    expect(problem.code).toBe(code)
    expect(problem.message).toContain(says)
    expect(throttle.seen()).toBe(1)
    await throttle.close()
  })
})
