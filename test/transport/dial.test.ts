import dns, { type LookupAddress } from 'node:dns'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { dial } from '../../src/transport/dial.ts'
import { problemOf, targetWith } from '../ssh/rig.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Lets the resolver of this machine answer as it does when it fails so; returns the names that it was asked for. */
function resolverSays(code: string): readonly string[] {
  const asked: string[] = []
  const fail = (name: string, _options: unknown, done: (error: NodeJS.ErrnoException) => void): void => {
    asked.push(name)
    process.nextTick(done, Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }))
  }
  vi.spyOn(dns, 'lookup').mockImplementation(fail as never)
  return asked
}

/** Lets it give these addresses to every name. */
function resolverGives(addresses: readonly LookupAddress[]): void {
  const give = (_name: string, _options: unknown, done: (error: null, found: readonly LookupAddress[]) => void): void => {
    process.nextTick(done, null, addresses)
  }
  vi.spyOn(dns, 'lookup').mockImplementation(give as never)
}

describe('a name that has no address is told as that, with what to do', () => {
  test.each([
    { case: 'nobody has it', code: 'ENOTFOUND', message: 'the name web1.example has no address', hint: 'set ansible_host' },
    { case: 'no name server answers', code: 'EAI_AGAIN', message: 'the name server did not answer for web1.example', hint: 'name server' },
    { case: 'the resolver fails in a way of its own', code: 'EAI_FAIL', message: 'cannot connect to web1.example port 22: EAI_FAIL' },
  ])('$case', async ({ code, message, hint = 'check the address' }) => {
    const asked = resolverSays(code)
    const problem = await problemOf(dial(targetWith({ address: 'web1.example', port: 22 })))
    expect(problem).toMatchObject({ code: 'HOST_UNREACHABLE', host: 'h1', hint: expect.stringContaining(hint) })
    expect(problem.message).toContain(message)
    expect(problem.at).toEqual(targetWith({}).at)
    expect(asked).toEqual(['web1.example'])
  })

  // RFC 6761, 6.4: no resolver may give an address to a name below invalid.
  test('for real', async () => {
    const problem = await problemOf(dial(targetWith({ address: 'web1.invalid', port: 22 })))
    expect(problem.code).toBe('HOST_UNREACHABLE')
    expect(problem.message).toMatch(/web1\.invalid/)
  })

  test('a resolver that never answers is ended by the time to connect, and it is told that nobody was reached yet', async () => {
    vi.spyOn(dns, 'lookup').mockImplementation((() => undefined) as never)
    const problem = await problemOf(dial(targetWith({ address: 'web1.example', port: 22, connectTimeoutSeconds: 0.05 })))
    expect(problem).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: 'h1: the name server did not answer for web1.example',
      hint: expect.stringContaining('name server'),
    })
  })

  test('the twin: where the name has an address, it is the host that did not answer', async () => {
    // What the kernel does while nothing comes back from an address.
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket) {
      process.nextTick(() => this.emit('lookup', null, '192.0.2.1', 4, 'web1.example'))
      return this
    } as never)
    const problem = await problemOf(dial(targetWith({ address: 'web1.example', port: 22, connectTimeoutSeconds: 0.05 })))
    expect(problem).toMatchObject({ code: 'HOST_UNREACHABLE', message: 'h1: web1.example port 22 did not answer in 0.05 s' })
  })

  test('the twin: an address needs no resolver', async () => {
    const asked = resolverSays('ENOTFOUND')
    const problem = await problemOf(dial(targetWith({ address: '127.0.0.1', port: 1 })))
    expect(problem.message).toContain('127.0.0.1 port 1 refuses connections')
    expect(asked).toEqual([])
  })
})

describe('a name with several addresses', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.close()
    server = undefined
  })
  const [loopback, deadLoopback] = [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ] as const
  const sixth = { address: '::1', family: 6 } as const

  async function listening(host: string): Promise<number> {
    const own = createServer((socket) => socket.destroy())
    server = own
    await new Promise<void>((resolve) => own.listen(0, host, resolve))
    return (own.address() as AddressInfo).port
  }
  async function reached(addresses: readonly LookupAddress[], port: number): Promise<string | undefined> {
    resolverGives(addresses)
    const socket = await dial(targetWith({ address: 'web1.example', port }))
    if (socket === 'dropped') return socket
    const { remoteAddress } = socket
    socket.destroy()
    return remoteAddress
  }

  const hasSixth = Object.values(networkInterfaces()).some((own) => own?.some(({ address }) => address === '::1') === true)
  test.runIf(hasSixth)('only version 6: it is reached', async () => {
    expect(await reached([sixth], await listening('::1'))).toBe('::1')
  })

  test.each([
    { case: 'the first refuses', addresses: [deadLoopback, loopback], host: '127.0.0.1' },
    { case: 'the one of the other family is not there', addresses: [sixth, loopback], host: '127.0.0.1' },
    { case: 'the twin: the one that is there comes first', addresses: [loopback, deadLoopback], host: '127.0.0.1' },
  ])('$case: it is reached', async ({ addresses, host }) => {
    expect(await reached(addresses, await listening(host))).toBe(host)
  })

  test('none is there: told once, as refused', async () => {
    const port = await listening('127.0.0.1')
    const problem = await problemOf(reached([deadLoopback, { address: '127.0.0.3', family: 4 }], port))
    expect(problem.message).toBe(`h1: web1.example port ${port} refuses connections`)
  })
})
