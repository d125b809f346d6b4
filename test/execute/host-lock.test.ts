import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunStep, WriteStep } from '../../src/model/step.ts'
import type { Transport } from '../../src/ports/channel.ts'
import type { HostSession } from '../../src/ports/host-session.ts'
import { localTransport } from '../../src/transport/local.ts'
import { optionsWith, problemOf, targetWith } from '../ssh/rig.ts'
import { localHosts } from './local-hosts.ts'

let folder = ''
let open: HostSession[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-host-lock-'))
})
afterEach(async () => {
  await Promise.all(open.map((session) => session.close()))
  open = []
  rmSync(folder, { recursive: true, force: true })
})

async function session(
  id: string,
  given: { readonly force?: string; readonly exclusive?: boolean; readonly transport?: Transport } = {},
): Promise<HostSession> {
  const hosts = localHosts({
    transport: given.transport,
    run: { id, from: 'desk.example', ...(given.force === undefined ? {} : { force: given.force }) },
  })
  const target = targetWith({ transport: 'local', stateFolder: join(folder, 'state'), exclusive: given.exclusive ?? true })
  const opened = await hosts.open(target)
  open.push(opened)
  return opened
}

const write = (name: string): WriteStep => ({
  ...{ kind: 'write', path: join(folder, name), content: 'x', owner: undefined, group: undefined, mode: 0o600, expect: 'absent' },
})
const script = (text: string): RunStep => ({ kind: 'run', command: { script: text }, mayFail: false })
const run = (host: HostSession, text: string) => host.act([{ mayFail: false, steps: [{ number: 0, step: script(text) }] }])
const ask = (host: HostSession, anew?: boolean) => host.observe([{ kind: 'file', target: { path: '/' } }], anew)

test('who comes second is told by whom the host is held, and how to take it; nothing of it is even staged', async () => {
  await (await session('aaaaaaaa')).prepare([{ number: 0, step: write('first') }])
  const problem = await problemOf((await session('bbbbbbbb')).prepare([{ number: 0, step: write('second') }]))
  expect(problem).toEqual({
    code: 'LOCKED',
    host: 'h1',
    message: 'run aaaaaaaa of alice on desk.example, since 2026-01-02T03:04:05.000Z, has h1',
    hint: 'nothing was changed; run again when it has ended, or take the host from it: it then stops before its next step\n--force-unlock aaaaaaaa',
  })
  expect(readdirSync(folder).filter((name) => name.includes('tls_s'))).toHaveLength(1)
})

test('the remedy works, and the run that lost the host stops before its next step', async () => {
  const first = await session('aaaaaaaa')
  await run(first, 'true')
  const second = await session('bbbbbbbb', { force: 'aaaaaaaa' })
  expect((await run(second, 'true')).get(0)?.ok).toBe(true)
  const problem = await problemOf(run(first, `echo >${folder}/late`))
  expect(problem).toMatchObject({
    code: 'LOCKED',
    message: 'h1 was taken from this run by run bbbbbbbb of alice on desk.example, since 2026-01-02T03:04:05.000Z,',
  })
  expect(readdirSync(folder)).toEqual(['state'])
})

test('a run that looked before another one acted does not act on what it saw; after a new look it does', async () => {
  const late = await session('bbbbbbbb')
  await ask(late)
  const first = await session('aaaaaaaa')
  await run(first, 'true')
  await first.close()
  expect(await problemOf(run(late, `echo >${folder}/late`))).toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('acted on h1 after this one had looked'),
  })
  expect(readdirSync(folder)).toEqual(['state'])
  await late.close()
  const again = await session('cccccccc')
  await ask(again)
  await ask(again)
  expect((await run(again, 'true')).get(0)?.ok).toBe(true)
})

test('asking takes no lock and leaves nothing; taking it costs no exchange', async () => {
  const host = await session('aaaaaaaa')
  await ask(host)
  expect(readdirSync(folder)).toEqual([])
  await run(host, 'true')
  expect(host.stats.exchanges).toBe(2)
  expect(readFileSync(join(folder, 'state/owner'), 'utf8')).toBe('aaaaaaaa 2026-01-02T03:04:05.000Z alice desk.example\n')
  await host.close()
  expect(readdirSync(join(folder, 'state')).toSorted()).toEqual(['history', 'lock', 'owner'])
})

test('what a step leaves running does not hold the lock', async () => {
  const first = await session('aaaaaaaa')
  const started = await run(first, 'sleep 60 </dev/null >/dev/null 2>&1 & echo $!')
  const pid = Number(started.get(0)?.stdout)
  try {
    await first.close()
    expect((await run(await session('bbbbbbbb'), 'true')).get(0)?.ok).toBe(true)
    expect(process.kill(pid, 0)).toBe(true)
  } finally {
    process.kill(pid)
  }
})

test('a program that comes a second time is not run again', async () => {
  const local = localTransport(optionsWith({}))
  const host = await session('aaaaaaaa', {
    transport: {
      async open(target) {
        const channel = await local.open(target)
        return {
          ...{ stats: channel.stats, close: () => channel.close() },
          async exchange(program, options) {
            await channel.exchange(program, options)
            return channel.exchange(program, options)
          },
        }
      },
    },
  })
  expect(await problemOf(run(host, `echo once >>${folder}/deeds`))).toMatchObject({
    code: 'PROTOCOL',
    message: expect.stringContaining('second time'),
  })
  expect(readFileSync(join(folder, 'deeds'), 'utf8')).toBe('once\n')
})

test('a machine that only lends a hand is not locked', async () => {
  await run(await session('aaaaaaaa', { exclusive: false }), 'true')
  await run(await session('bbbbbbbb', { exclusive: false }), 'true')
  expect(readdirSync(folder)).toEqual([])
})

test('a state folder that is not safe is told of with what to do, and nothing is done', async () => {
  writeFileSync(join(folder, 'state'), '')
  expect(await problemOf(run(await session('aaaaaaaa'), `echo >${folder}/late`))).toMatchObject({
    code: 'STATE_UNUSABLE',
    message: expect.stringContaining(join(folder, 'state')),
    hint: expect.stringContaining('tlsplay_state_folder'),
  })
  expect(readdirSync(folder)).toEqual(['state'])
})
