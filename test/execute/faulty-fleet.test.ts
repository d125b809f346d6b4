import { expect, test } from 'vitest'
import type { ProblemCode } from '../../src/model/problem-codes.ts'
import { seeded } from '../fakes/canaries.ts'
import { MemoryHost } from '../fakes/memory-host.ts'
import { play } from '../fakes/play.ts'

/** Every tenth host is broken, each in its own way and at its own moment; the others must not notice. */
type Fault = { readonly code: ProblemCode; readonly told: string; readonly break: (host: MemoryHost) => void }

const broken = (at: NonNullable<MemoryHost['breaks']>['at'], code: ProblemCode, told: string = code): Fault => ({
  ...{ code, told },
  break: (host) => {
    host.breaks = { at, code }
  },
})

const faults: readonly Fault[] = [
  ...(
    ['HOST_UNREACHABLE', 'HOST_KEY_UNKNOWN', 'HOST_KEY_CHANGED', 'AUTH_FAILED', 'THROTTLED', 'SHELL_REFUSED', 'SUDO_PASSWORD'] as const
  ).map((code) => broken('open', code)),
  ...(['CONNECTION_LOST', 'TIMED_OUT'] as const).flatMap((code) => [broken('observe', code), broken('prepare', code), broken('act', code)]),
  {
    // Told with its task; the hint says that nothing on the host was changed.
    ...{ code: 'WRITE_FAILED', told: 'TASK_FAILED' },
    break: (host) => {
      host.full.add('/etc/app/config')
    },
  },
  {
    // What the play had changed on the host is taken back.
    ...{ code: 'TASK_FAILED', told: 'TASK_FAILED,ROLLED_BACK' },
    break: (host) => {
      host.commands.set('reload', { rc: 3, stdout: 'no' })
    },
  },
]

const site = [
  '- hosts: all',
  '  tasks:',
  '    - {name: settings, copy: {dest: /etc/app/config, content: "new\\n", mode: "0640"}}',
  '    - {name: reload, command: {argv: [reload]}}',
  '',
].join('\n')

function fleet(size: number, seed: number) {
  const random = seeded(seed)
  const hosts = new Map<string, MemoryHost>()
  const faulty = new Map<string, Fault>()
  const names = Array.from({ length: size }, (_, index) => `h${String(index).padStart(4, '0')}`)
  for (const name of names) {
    const host = new MemoryHost()
    host.put('/etc/app/config', 'old\n', 'root', 0o640)
    hosts.set(name, host)
  }
  while (faulty.size < size / 10) {
    const name = names[Math.floor(random() * size)] ?? ''
    const fault = faults[faulty.size % faults.length]
    const host = hosts.get(name)
    if (faulty.has(name) || fault === undefined || host === undefined) continue
    fault.break(host)
    faulty.set(name, fault)
  }
  return { hosts, faulty }
}

/** Of the whole process, tests and hosts in memory included, looked at again and again; in MiB. */
function peakMemory(): { end(): number } {
  let peak = 0
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 20).unref()
  return {
    end() {
      clearInterval(timer)
      look()
      return peak / 1024 / 1024
    },
  }
}

test.each([1, 2])(
  '1,000 hosts of which 100 are broken: 900 are done, 100 are told with their code, once each (seed %i)',
  { timeout: 120_000 },
  async (seed) => {
    const { hosts, faulty } = fleet(1000, seed)
    const memory = peakMemory()
    const { report, problems } = await play(site, hosts)
    expect(memory.end()).toBeLessThan(1024)
    const done = [...hosts].filter(([name, host]) => !faulty.has(name) && host.files.get('/etc/app/config')?.content === 'new\n')
    expect(done).toHaveLength(900)
    const wrong = [...faulty].flatMap(([name, { told }]) => {
      const codes = problems.filter((problem) => problem.host === name).map(({ code }) => code)
      return codes.join() === told ? [] : [`${name}: expected ${told}, got ${codes.join()}`]
    })
    expect(wrong).toEqual([])
    expect(problems.filter(({ host }) => !faulty.has(host ?? ''))).toEqual([])
    const recap = new Map(report.recap.map((one) => [one.host, one]))
    expect([...hosts.keys()].filter((name) => !faulty.has(name) && recap.get(name)?.converged !== true)).toEqual([])
    expect([...faulty.keys()].filter((name) => (recap.get(name)?.failed ?? 0) + (recap.get(name)?.unreachable ?? 0) !== 1)).toEqual([])
    expect(report.exitCode).toBe(2)
  },
)

test('the twin: a fleet that is well has no problem at all', { timeout: 120_000 }, async () => {
  const { hosts } = fleet(200, 1)
  for (const host of hosts.values()) {
    host.breaks = undefined
    host.full.clear()
    host.commands.clear()
  }
  const { problems, report } = await play(site, hosts)
  expect(problems).toEqual([])
  expect(report.recap.filter(({ converged }) => converged)).toHaveLength(200)
})
