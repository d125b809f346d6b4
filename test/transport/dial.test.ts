import dns from 'node:dns'
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

  test('the twin: an address needs no resolver', async () => {
    const asked = resolverSays('ENOTFOUND')
    const problem = await problemOf(dial(targetWith({ address: '127.0.0.1', port: 1 })))
    expect(problem.message).toContain('127.0.0.1 port 1 refuses connections')
    expect(asked).toEqual([])
  })
})
