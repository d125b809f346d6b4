import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Installed, install, processesOf, start } from './installed.ts'

let installed: Installed
beforeAll(() => {
  installed = install()
})
afterAll(() => installed.remove())

const nothingLeft = () =>
  expect({ files: readdirSync(installed.scratch), processes: processesOf(installed.scratch) }).toEqual({ files: [], processes: [] })

test('an unprivileged user sees the main job: plan, run, nothing to do, one renewal, and nothing is left behind', async () => {
  const { code, out, err } = await start(installed, ['quickstart']).ended
  expect(err).not.toContain('error')
  expect(code).toBe(0)
  const steps = [
    'They are stand-ins',
    '== 1. the plan',
    'Plan: 3 hosts, 12 changes on 3 hosts, 3 checks after apply.',
    '== 2. the run',
    'as it should be: every host changed',
    'alpha  HTTP 200',
    '== 3. the same run again',
    'Plan: nothing to do on 3 hosts.',
    'as it should be: no host changed',
    '== 4. renew',
    'Plan: 3 hosts, 3 changes on 1 host, 1 check after apply.',
    'as it should be: only beta changed',
    'as it should be: only beta serves another certificate',
    'The same playbook on real daemons',
  ]
  const places = steps.map((text) => out.indexOf(text))
  expect(steps.filter((_, index) => places[index] === -1)).toEqual([])
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(out.match(/host beta .*converged$/gm)).toHaveLength(2)
  nothingLeft()
})

test('without openssl it says so, says what to do, and starts nothing', async () => {
  const bare = join(installed.scratch, 'bare')
  mkdirSync(bare)
  symlinkSync('/bin/sh', join(bare, 'sh'))
  const { code, out, err } = await start(installed, ['quickstart'], { PATH: bare }).ended
  expect(code).toBe(1)
  expect(out).toBe('')
  expect(err).toContain('OPENSSL_MISSING')
  expect(err).toContain('apt-get install openssl')
  expect(err).not.toMatch(/^\s+at /m)
})

test.each([
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
] as const)('$signal in the middle ends it with $code and leaves nothing behind', async ({ signal, code }) => {
  const running = start(installed, ['quickstart'])
  await running.shown('== 2. the run')
  running.signal(signal)
  expect((await running.ended).code).toBe(code)
  expect(processesOf(installed.scratch)).toEqual([])
  expect(readdirSync(installed.scratch).filter((name) => name.startsWith('tlsplay-quickstart-'))).toEqual([])
})

test('services of a quickstart that was killed end by themselves', async () => {
  const running = start(installed, ['quickstart'])
  await running.shown('as it should be: every host changed')
  expect(processesOf(`${installed.scratch}/tlsplay-quickstart-`).filter((line) => line.includes('exporter.mjs'))).toHaveLength(3)
  running.signal('SIGKILL')
  await running.ended
  for (let looks = 0; looks < 100 && processesOf(installed.scratch).length > 0; looks += 1) await pause(100)
  expect(processesOf(installed.scratch)).toEqual([])
})
