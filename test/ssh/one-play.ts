import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { remoteHosts } from '../../src/execute/remote-host.ts'
import { sha256Hex } from '../../src/lib/digest.ts'
import type { Problem } from '../../src/model/problem.ts'
import type { ActStep, HostSession, StageStep } from '../../src/ports/host-session.ts'
import { nodeDialer } from '../../src/transport/dialer.ts'
import { type Expected, snapshot, type Version, violations } from './oracle.ts'
import { attempt, type Tally, tallied } from './one-write.ts'
import { plainHost, type ShellCommand } from './plain-host.ts'
import { targetWith } from './rig.ts'
import { cuts, type Direction, type WireFault } from './wire.ts'

/** The host goes back by itself this soon when it hears no more of the run. */
const watchdogSeconds = 2

export interface OnePlay {
  readonly violations: readonly string[]
  readonly isNew: boolean
  readonly passed: Readonly<Record<Direction, number>>
  /** bytes that had passed behind each exchange */
  readonly ends: readonly Readonly<Record<Direction, number>>[]
}

const told: readonly Problem['code'][] = ['CONNECTION_LOST']

/** What is there before, and what the play makes of it. */
function prepareFolder(folder: string): Expected {
  const etc = join(folder, 'host/etc')
  mkdirSync(etc, { recursive: true })
  const put = (name: string, text: string): void => writeFileSync(join(etc, name), text, { mode: 0o640 })
  for (const name of ['web.yml', 'gone', 'mode']) put(name, `old ${name}\n`)
  put('other', 'not ours\n')
  symlinkSync('web.yml', join(etc, 'current'))
  const before = snapshot(join(folder, 'host'))
  const was = (name: string): Version => before[`etc/${name}`] ?? 'absent'
  const file = was('web.yml')
  if (file === 'absent' || file.kind !== 'file') throw new Error('the old file is not there')
  const written = (name: string, mode: number): Version => ({ ...file, content: `new ${name}\n`, mode })
  return {
    ...{ folder: join(folder, 'host'), codes: told, told: [], together: true, state: join(folder, 'state') },
    managed: {
      'etc/web.yml': { old: was('web.yml'), new: written('web.yml', 0o600) },
      'etc/created': { old: 'absent', new: written('created', 0o644) },
      'etc/gone': { old: was('gone'), new: 'absent' },
      'etc/mode': { old: was('mode'), new: { ...file, content: 'old mode\n', mode: 0o600 } },
      'etc/current': { old: was('current'), new: { kind: 'link', to: 'created' } },
      'etc/service': { old: 'absent', new: written('service', 0o600) },
    },
    others: { etc: before['etc'] ?? 'absent', 'etc/other': was('other') },
  }
}

/** Two segments of a play, as the engine sends them: look, stage, act, look, stage, act, look, commit. */
async function play(session: HostSession, folder: string, reached: () => void): Promise<void> {
  const etc = (name: string): string => join(folder, 'host/etc', name)
  const ours = { owner: undefined, group: undefined }
  const write = (name: string, mode: number, was: string | undefined): ActStep & StageStep => ({
    ...{ kind: 'write', path: etc(name), content: `new ${name}\n`, ...ours, mode },
    expect: was === undefined ? 'absent' : { sha256: sha256Hex(was) },
  })
  const segments: readonly (readonly ActStep[])[] = [
    [write('web.yml', 0o600, 'old web.yml\n'), write('created', 0o644, undefined), { kind: 'link', path: etc('current'), to: 'created' }],
    [
      { kind: 'remove', path: etc('gone'), recursive: false },
      { kind: 'attributes', path: etc('mode'), ...ours, mode: 0o600 },
      write('service', 0o600, undefined),
    ],
  ]
  const look = async (): Promise<void> => {
    await session.observe([{ kind: 'file', target: { path: etc('web.yml') } }])
    reached()
  }
  let number = 0
  for (const steps of segments) {
    await look()
    const numbered = steps.map((step) => ({ number: number++, step }))
    const staged = numbered.filter((one): one is { number: number; step: ActStep & StageStep } => one.step.kind === 'write')
    const answers = [...(await session.prepare(staged))]
    reached()
    answers.push(...(await session.act([{ mayFail: false, steps: numbered }])))
    reached()
    const wrong = answers.find(([, { ok }]) => !ok)
    if (wrong !== undefined) throw new Error(`step ${wrong[0]}: ${wrong[1].stderr}`)
  }
  await look()
  await session.commit()
  reached()
}

/** A play with a transaction over a line with a fault; when the host is at rest again, the oracle looks. */
export async function onePlay(shell: ShellCommand, fault: WireFault): Promise<OnePlay> {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-play-cut-'))
  try {
    const expected = prepareFolder(folder)
    const host = plainHost(shell, fault, folder)
    let counter = 0
    const ends: Record<Direction, number>[] = []
    const connector = remoteHosts({
      ...{ transport: host.transport, dialer: nodeDialer(), clock: { now: () => 0 } },
      // Fixed, so that the bytes are the same every time.
      random: { bytes: (count) => new Uint8Array(count).fill(++counter) },
      run: { id: '00000001', since: '2026-01-02T03:04:05.000Z', who: 'alice', from: 'desk', watchdogSeconds },
    })
    const outcome = await attempt(async () => {
      const session = await connector.open(targetWith({ transport: 'local', stateFolder: join(folder, 'state') }))
      try {
        await play(session, folder, () => ends.push({ ...host.passed() }))
      } finally {
        await session.close()
      }
    })
    const pid = await host.gone()
    await atRest(join(folder, 'state'))
    const judged = violations({ ...expected, told: outcome, processes: pid === undefined ? [] : [pid] })
    const now = snapshot(join(folder, 'host'))
    return {
      violations: judged,
      isNew: JSON.stringify(now['etc/service'] ?? 'absent') === JSON.stringify(expected.managed['etc/service']?.new),
      ...{ passed: host.passed(), ends },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Until no transaction is left; the oracle tells of one that never goes. */
async function atRest(state: string): Promise<void> {
  const left = (): boolean => {
    try {
      return readdirSync(state).some((name) => name === 'open' || name.startsWith('undoing'))
    } catch {
      return false
    }
  }
  for (const deadline = Date.now() + 30_000; left() && Date.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** Around the end of each exchange, and behind every nth byte, in both directions, in three ways. */
export function playCuts({ passed, ends }: OnePlay, stride: number): readonly WireFault[] {
  return (['up', 'down'] as const).flatMap((direction) => {
    const all = passed[direction]
    const sampled = Array.from({ length: Math.ceil(all / stride) }, (_, index) => index * stride)
    const around = ends.flatMap((end) => [end[direction] - 1, end[direction], end[direction] + 1])
    const places = [...new Set([...sampled, ...around])].filter((at) => at >= 0 && at <= all).toSorted((one, other) => one - other)
    return places.flatMap((at) => cuts.map((kind) => ({ kind, direction, at })))
  })
}

/** Most of a cut is waiting for the guard of its host. */
export function cutPlays(shell: ShellCommand, faults: readonly WireFault[]): Promise<Tally> {
  return tallied(faults, 16, (fault) => onePlay(shell, fault))
}
