import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import type { Problem } from '../../src/model/problem.ts'
import { type ProblemCode, problemCodes } from '../../src/model/problem-codes.ts'
import { corpus } from '../bad-input/cases/index.ts'
import { styleFaults } from '../bad-input/verdict.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { hostsNamed, play } from '../fakes/play.ts'
import { selfSigned, startTlsServers, type TlsServers } from '../fakes/tls-servers.ts'
import { plainHost } from '../ssh/plain-host.ts'
import { problemOf, targetWith } from '../ssh/rig.ts'
import { shownBy } from './shown-by.ts'

const tests = fileURLToPath(new URL('..', import.meta.url))
const codes = Object.keys(problemCodes) as readonly ProblemCode[]
const inCorpus = new Set([...corpus.values()].flat().map((one) => one.expect.code))

/** What is wrong with a reference to a test: it must name a title in that file, which also knows the code. */
function faults(code: string, [file, title]: readonly [string, string]): readonly string[] {
  const path = join(tests, file)
  if (!existsSync(path)) return [`${code}: there is no ${file}`]
  const text = readFileSync(path, 'utf8')
  return [
    ...(text.includes(title) ? [] : [`${code}: ${file} has no test "${title}"`]),
    ...(new RegExp(`\\b${code}\\b`).test(text) ? [] : [`${code}: ${file} never names the code`]),
  ]
}

describe('every code', () => {
  test('is given by a case of broken input, or by a test that is named', () => {
    expect(codes.filter((code) => !inCorpus.has(code) && shownBy[code] === undefined)).toEqual([])
  })
  test('that is said to be shown by a test is', () => {
    const found = Object.entries(shownBy).flatMap(([code, references]) => references.flatMap((reference) => faults(code, reference)))
    expect(found).toEqual([])
  })
  test('the twin: a title that nobody has, a file that is not there and a code that is not named are found', () => {
    expect(faults('PROTOCOL', ['ssh/ssh.test.ts', 'no such title'])).toHaveLength(2)
    expect(faults('PROTOCOL', ['ssh/none.test.ts', ''])).toHaveLength(1)
  })
})

let folder = ''
let servers: TlsServers
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-codes-'))
  const [own, other] = [selfSigned(folder, 'DNS:h.test,IP:127.0.0.1'), selfSigned(folder, 'DNS:h.test,IP:127.0.0.1')]
  writeFileSync(join(folder, 'intended.crt'), own.cert)
  servers = await startTlsServers(other, own)
})
afterAll(async () => {
  await servers.close()
  rmSync(folder, { recursive: true, force: true })
})

function check(problem: Problem | undefined, expected: Partial<Record<keyof Problem, unknown>>): void {
  if (problem === undefined) throw new Error('no problem was given')
  expect(problem).toMatchObject(expected)
  expect(styleFaults(problem)).toEqual([])
}

const dash = { name: 'sh', program: '/bin/sh', words: [] }

test('PROTOCOL: an end of a program that is none', async () => {
  const channel = await plainHost(dash, { kind: 'none' }, folder).transport.open(targetWith({ transport: 'local' }))
  // What a host would have to guess: the nonce of the session.
  const problem = await problemOf(
    channel.exchange(`printf '\\n\\036%s%s END zero\\n' 5e55105e55105e55 105e55105e55105e; sleep 5`, { idleSeconds: 5 }),
  )
  check(problem, {
    code: 'PROTOCOL',
    host: 'h1',
    at: targetWith({}).at,
    message: expect.stringContaining('the end of a program could not be read'),
  })
  await channel.close()
})

test('OUTPUT_LIMIT: a program that prints without end', async () => {
  const channel = await plainHost(dash, { kind: 'none' }, folder).transport.open(targetWith({ transport: 'local' }))
  const problem = await problemOf(channel.exchange('while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done', { idleSeconds: 5 }))
  check(problem, { code: 'OUTPUT_LIMIT', host: 'h1', at: targetWith({}).at, message: 'h1: a program printed more than 1048576 bytes' })
  await channel.close()
})

test('VERIFY_FAILED: another certificate is served than the one intended', async () => {
  writeFileSync(join(folder, 'hosts.yml'), 'all: { hosts: { here: { ansible_connection: local } } }\n')
  writeFileSync(
    join(folder, 'site.yml'),
    [
      '- hosts: all',
      '  tasks:',
      `    - verify: {port: ${servers.ports.good}, certificate: ${folder}/intended.crt, names: [h.test], from: [host], timeout: 0}`,
      '',
    ].join('\n'),
  )
  const io = fakeIo(['run', 'site.yml', '-i', 'hosts.yml', '--output', 'json'], {
    cwd: folder,
    env: { HOME: folder, PATH: process.env['PATH'] },
  })
  expect(await runProgram(io)).toBe(2)
  const finished = io
    .out()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; report?: { problems: readonly Problem[] } })
    .at(-1)
  check(finished?.report?.problems[0], {
    ...{ code: 'VERIFY_FAILED', host: 'here', task: 'verify', at: { file: 'site.yml', line: 3 } },
    message: expect.stringMatching(/another certificate is served: SHA-256 [0-9a-f]{64}, intended [0-9a-f]{64} \(asked on the host/),
  })
})

test('PLAN_CONTRADICTED: the host changed between the plan and the act', async () => {
  const hosts = hostsNamed('h1', 'h2')
  for (const one of hosts.values()) one.put('/etc/app/config', 'wanted\n', 'root', 0o644)
  // The second batch is observed again before it acts; meanwhile somebody was there.
  const meddle = (): void => hosts.get('h2')?.put('/etc/app/config', 'somebody else\n', 'root', 0o644)
  const { problems } = await play(
    [
      '- hosts: all',
      '  serial: 1',
      '  tasks:',
      '    - {name: first, copy: {dest: /etc/app/other, content: "x", mode: "0644"}}',
      '    - {name: second, copy: {dest: /etc/app/config, content: "wanted\\n", mode: "0644"}}',
      '',
    ].join('\n'),
    hosts,
    { on: (event) => event.type === 'task_finished' && event.result.host === 'h1' && meddle() },
  )
  check(problems[0], {
    ...{ code: 'PLAN_CONTRADICTED', host: 'h2', task: 'second', at: { file: 'site.yml', line: 5 } },
    message: expect.stringMatching(/^the plan said ".+", now it would /),
    hint: expect.stringContaining('run again'),
  })
})
