import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { remoteHosts } from '../../src/execute/remote-host.ts'
import { type Problem, TlsplayError } from '../../src/model/problem.ts'
import type { WriteStep } from '../../src/model/step.ts'
import { nodeDialer } from '../../src/transport/dialer.ts'
import { violations, type Version, versionOf } from './oracle.ts'
import { plainHost, type ShellCommand } from './plain-host.ts'
import { programPath, targetWith } from './rig.ts'
import { cuts, type Direction, type WireFault } from './wire.ts'

const oldText = `${'old line\n'.repeat(40)}`
const newText = `${'a new line, longer than the old one\n'.repeat(60)}`

/** Shells that stand behind a login; dash and BusyBox read ahead of a program that is piped into them, bash does not. */
export const cutShells: readonly ShellCommand[] = [
  { name: 'dash', program: '/bin/dash', words: [] },
  { name: 'BusyBox', program: programPath('busybox') ?? 'busybox', words: ['sh'] },
  { name: 'bash', program: programPath('bash') ?? 'bash', words: [], argv0: 'sh' },
]

export interface OneWrite {
  readonly violations: readonly string[]
  readonly passed: Readonly<Record<Direction, number>>
  readonly told: 'done' | readonly Problem[]
  readonly isNew: boolean
}

/** The write alone is what is cut here; a host that lends a hand is not locked. */
const nobody = { id: '00000000', since: '', who: '', from: '', watchdogSeconds: 0 }

/** What the line may do to a run: nothing else may be told of it. */
const codes: readonly Problem['code'][] = ['CONNECTION_LOST']

/** Bootstrap, one file staged, checked and renamed into place, over a line with a fault; then the oracle looks. `again`: and then once more, without. */
export async function oneWrite(shell: ShellCommand, fault: WireFault, again = false): Promise<OneWrite> {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-cut-'))
  try {
    mkdirSync(join(folder, 'etc'))
    writeFileSync(join(folder, 'etc/web.yml'), oldText, { mode: 0o640 })
    writeFileSync(join(folder, 'etc/other'), 'not ours\n', { mode: 0o600 })
    const was = versionOf(join(folder, 'etc/web.yml'))
    if (was === 'absent' || was.kind !== 'file') throw new Error('the old file is not there')
    const becomes: Version = { ...was, content: newText, mode: 0o600 }
    const others = { etc: versionOf(join(folder, 'etc')), 'etc/other': versionOf(join(folder, 'etc/other')) }
    const judge = (told: OneWrite['told'], pid: number | undefined): readonly string[] =>
      violations({
        ...{ folder, managed: { 'etc/web.yml': { old: was, new: becomes } }, others, told, codes },
        processes: pid === undefined ? [] : [pid],
      })

    const { told, pid, passed } = await run(shell, fault, folder)
    const found = [...judge(told, pid)]
    const isNew = JSON.stringify(versionOf(join(folder, 'etc/web.yml'))) === JSON.stringify(becomes)
    if (again && !isNew) {
      const second = await run(shell, { kind: 'none' }, folder)
      found.push(...judge(second.told, second.pid).map((one) => `the run after it: ${one}`))
      if (second.told !== 'done') found.push(`the run after it failed: ${second.told[0]?.message}`)
    }
    return { violations: found, passed, told, isNew }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(shell: ShellCommand, fault: WireFault, folder: string) {
  const host = plainHost(shell, fault, folder)
  let counter = 0
  // Fixed, so that the bytes are the same every time.
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++counter) }
  const connector = remoteHosts({ transport: host.transport, dialer: nodeDialer(), random, run: nobody, clock: { now: () => 0 } })
  const step: WriteStep = {
    ...{ kind: 'write', path: join(folder, 'etc/web.yml'), content: newText, owner: undefined, group: undefined, mode: 0o600 },
    expect: { sha256: createHash('sha256').update(oldText).digest('hex') },
  }
  const told = await attempt(async () => {
    const session = await connector.open(targetWith({ transport: 'local', exclusive: false }))
    try {
      const staged = (await session.prepare([{ number: 0, step }])).get(0)
      if (staged?.ok !== true) throw new Error(`not staged: ${staged?.stderr}`)
      const swapped = (await session.act([{ mayFail: false, steps: [{ number: 0, step }] }])).get(0)
      if (swapped?.ok !== true) throw new Error(`not swapped: ${swapped?.stderr}`)
    } finally {
      await session.close()
    }
  })
  return { told, pid: await host.gone(), passed: host.passed() }
}

/** What is told of it: nothing but success, or its problems. */
export async function attempt(act: () => Promise<void>): Promise<OneWrite['told']> {
  try {
    await act()
    return 'done'
  } catch (error) {
    if (error instanceof TlsplayError) return error.problems
    return [{ code: 'PROTOCOL', message: `a bug: ${String(error)}` }]
  }
}

/** Every place of the line: behind each byte of each direction, with each kind of cut; `step` takes every nth. */
export function everyCut(length: Readonly<Record<Direction, number>>, step = 1): readonly WireFault[] {
  return (['up', 'down'] as const).flatMap((direction) =>
    Array.from({ length: Math.ceil((length[direction] + 1) / step) }, (_, index) => index * step).flatMap((at) =>
      cuts.map((kind) => ({ kind, direction, at })),
    ),
  )
}

export interface Tally {
  readonly points: number
  readonly old: number
  readonly new: number
  readonly violations: readonly string[]
}

/** Runs all of them, a few at a time. */
export function cutEverywhere(shell: ShellCommand, faults: readonly WireFault[], again: (index: number) => boolean): Promise<Tally> {
  return tallied(faults, 6, (fault, index) => oneWrite(shell, fault, again(index)))
}

/** Injects each fault, so many at a time, and counts what became of the hosts. */
export async function tallied(
  faults: readonly WireFault[],
  together: number,
  inject: (fault: WireFault, index: number) => Promise<{ readonly violations: readonly string[]; readonly isNew: boolean }>,
): Promise<Tally> {
  const found: string[] = []
  const counts = { old: 0, new: 0 }
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < faults.length; index = next++) {
      const fault = faults[index] ?? { kind: 'none' }
      const { isNew, violations } = await inject(fault, index)
      counts[isNew ? 'new' : 'old'] += 1
      found.push(...violations.map((one) => `${JSON.stringify(fault)}: ${one}`))
    }
  }
  await Promise.all(Array.from({ length: together }, worker))
  return { points: faults.length, ...counts, violations: found }
}
