import { closeSection, openSection, parseSections, type Section } from '../lib/sections.ts'
import type { Fact, Probe } from '../model/fact.ts'
import { probeKey } from '../model/fact.ts'
import { isNonEmpty, TlsplayError } from '../model/problem.ts'
import type { StepAnswer } from '../model/step.ts'
import type { Channel, ConnectionTarget, Transport } from '../ports/channel.ts'
import {
  type Answers,
  type HostConnector,
  type HostSession,
  nothingUndone,
  type Numbered,
  type RunIdentity,
  type StageStep,
} from '../ports/host-session.ts'
import type { Clock, Dialer, Random } from '../ports/ports.ts'
import { probeKinds } from '../probes/index.ts'
import { HostLock, unfinishedSection } from './host-lock.ts'
import { HostTransaction } from './host-transaction.ts'
import { isUndoable, type Undo, undoOf } from './journal.ts'
import { probeProgram, toolsOf } from './probe-program.ts'
import { actProgram, checkSection, discardProgram, prepareProgram, stagedAt, stagedBytes, stagedVariable } from './step-program.ts'
import { driftStatus } from './put-in-place.ts'
import { fullFilesystems, roomSection } from './room.ts'
import { ServedBefore } from './served-before.ts'
import { packageOf } from './tools.ts'

/** A host may stay silent this long while it works: a package manager, a database that opens its shards. */
const idleSeconds = { observe: 60, act: 300 } as const

/** What every staging program uses beside the shell. */
const stagingTools = ['base64', 'sha256sum', 'mktemp', 'head'] as const

/** And what a transaction uses beside it, now or when it is taken back. */
const undoTools = ['stat', 'ln', 'cp', 'chown', 'rmdir'] as const

const toolSection = 999_998

const stagedLimitBytes = 4 * 1024 * 1024

export interface RemoteHostOptions {
  readonly transport: Transport
  readonly dialer: Dialer
  readonly random: Random
  readonly run: RunIdentity
  readonly clock: Clock
}

/** Hosts behind a channel: questions and deeds become programs for sh, their output becomes facts and answers. */
export function remoteHosts(options: RemoteHostOptions): HostConnector {
  return {
    async open(target) {
      return remoteHost(target, await options.transport.open(target), options)
    },
  }
}

function remoteHost(target: ConnectionTarget, channel: Channel, { dialer, random, run, clock }: RemoteHostOptions): HostSession {
  const toolsFound = new Set<string>()
  const made = new Map<string, string>()
  const runId = hex(random, 4)
  let staged = false
  const lock = target.exclusive ? new HostLock(target, run) : undefined
  const transaction = target.exclusive ? new HostTransaction(target.name, run, runId) : undefined
  const served = new ServedBefore()
  let looked = false
  let unfinished = false
  let heart: NodeJS.Timeout | undefined
  let busy: Promise<unknown> = Promise.resolve()

  /** Programs of one channel never overlap; ours and those of the heart take turns. */
  function inTurn(program: string, idle: number) {
    const turn = busy.then(() => channel.exchange(program, { idleSeconds: idle }))
    busy = turn.catch(() => undefined)
    return turn
  }

  /** The host hears of us while other hosts are waited for. */
  function keepBeating(): void {
    if (transaction === undefined || !transaction.isOpen || heart !== undefined || run.watchdogSeconds === 0) return
    heart = setInterval(
      () => {
        // A line that is lost shows with the next program of the run itself.
        inTurn(transaction.beat, idleSeconds.observe).catch(() => undefined)
      },
      (run.watchdogSeconds * 1000) / 3,
    )
    heart.unref()
  }

  function rest(): void {
    clearInterval(heart)
    heart = undefined
  }

  /** One exchange; the tools it needs and that were not seen yet are looked for in the same program, before anything else of it. */
  async function exchange(program: string, tools: readonly string[], nonce: string, idle: number): Promise<Uint8Array> {
    const unseen = tools.filter((tool) => !toolsFound.has(tool))
    const look = [
      openSection(nonce, toolSection),
      `tls_missing=; for tls_x in ${unseen.join(' ')}; do command -v "$tls_x" >/dev/null 2>&1 || tls_missing="$tls_missing $tls_x"; done; echo "$tls_missing"`,
      closeSection(nonce, toolSection, '0'),
    ].join('\n')
    const guarded = unseen.length === 0 ? program : `${look}\nif [ -z "$tls_missing" ]; then\n${program}\nfi`
    const { output } = await inTurn(guarded, idle)
    if (unseen.length > 0) {
      const missing = text(parseSections(output, nonce).find((section) => section.index === toolSection)?.stdout)
        .split(/\s+/)
        .filter((word) => word !== '')
      const problems = missing.map((tool) => ({
        code: 'TOOL_MISSING' as const,
        host: target.name,
        message: `${tool} is not installed on ${target.name}`,
        hint: `install the package that brings it: ${packageOf(tool)}`,
      }))
      if (isNonEmpty(problems)) throw new TlsplayError(problems)
      for (const tool of unseen) toolsFound.add(tool)
    }
    return output
  }

  /** An exchange that acts: only if the host is ours. */
  async function locked(program: string, tools: readonly string[], nonce: string): Promise<readonly Section[]> {
    const guarded = lock === undefined ? program : lock.guard(program, nonce)
    const sections = parseSections(await exchange(guarded, tools, nonce, idleSeconds.act), nonce)
    lock?.check(sections)
    return sections
  }

  /** Within the transaction. `undo`: it does not only stage, and this takes it back. */
  async function mutate(program: string, tools: readonly string[], nonce: string, undo?: Undo): Promise<readonly Section[]> {
    if (transaction?.isJournaled !== true) return locked(program, tools, nonce)
    const sections = await locked(transaction.within(program, nonce, undo, served.calls), tools, nonce)
    transaction.check(sections, undo !== undefined)
    keepBeating()
    return sections
  }

  async function observe(probes: readonly Probe[], anew = false): Promise<ReadonlyMap<string, unknown>> {
    const dialled = probes.filter((probe) => probe.kind === 'listener' && probe.target.from === 'controller')
    const asked = probes.filter((probe) => !dialled.includes(probe))
    const [answered, heard] = await Promise.all([
      askHost(asked, anew),
      Promise.all(dialled.map((probe) => dialer.listen(probe as Extract<Probe, { kind: 'listener' }>))),
    ])
    const facts = new Map<string, unknown>(answered)
    dialled.forEach((probe, index) => facts.set(probeKey(probe), heard[index] satisfies Fact<'listener'> | undefined))
    return facts
  }

  async function askHost(probes: readonly Probe[], anew: boolean): Promise<ReadonlyMap<string, unknown>> {
    if (probes.length === 0) return new Map()
    const nonce = hex(random, 16)
    const { program, parse } = probeProgram(probes, probeKinds, nonce)
    const looks = lock !== undefined && (!looked || anew)
    const look = looks ? [lock.look(nonce)] : transaction?.isOpen === true ? [transaction.beat] : []
    looked = true
    const output = await exchange([...look, program].join('\n'), toolsOf(probes, probeKinds), nonce, idleSeconds.observe)
    if (looks && transaction?.isOpen !== true) unfinished = parseSections(output, nonce).some(({ index }) => index === unfinishedSection)
    const facts = parse(output)
    const lost = probes.find((probe) => !facts.has(probeKey(probe)))
    if (transaction?.isOpen === false) served.learn(probes, facts)
    if (lost !== undefined) throw protocolError(`no answer to the question about ${lost.kind} ${JSON.stringify(lost.target)}`)
    return facts
  }

  async function prepare(steps: readonly Numbered<StageStep>[]): Promise<Answers> {
    const answers = new Map<number, StepAnswer>()
    for (const part of partsOf(steps)) for (const [number, answer] of await stage(part)) answers.set(number, answer)
    return answers
  }

  async function stage(steps: readonly Numbered<StageStep>[]): Promise<Answers> {
    staged = true
    for (const { number, step } of steps) {
      if (step.kind === 'make') for (const [name, path] of Object.entries(step.files)) made.set(path, stagedVariable(number, name))
    }
    const nonce = hex(random, 16)
    const tools = [...stagingTools, ...steps.flatMap(({ step }) => (step.kind === 'make' ? step.tools : []))]
    const sections = await mutate(prepareProgram(steps, made, nonce, runId, transaction?.isJournaled), tools, nonce)
    const check = sections.find((section) => section.index === checkSection)
    const full = fullFilesystems(text(sections.find((section) => section.index === roomSection)?.stdout))
    // sha256sum names each wrong file by its staged path, which ends in the variable of its step.
    const said = check === undefined || check.rc === 0 ? '' : text(check.stdout)
    const wrong = new Set([...said.matchAll(/\.tls_s(\d+): /g)].map((match) => Number(match[1])))
    return new Map(
      [...answersOf(sections)].map(([number, answer]) => {
        const judged = wrong.has(number)
          ? { ...answer, ok: false, stderr: `what was written is not what was sent; ${answer.stdout}`.trim() }
          : answer
        return [number, judged.ok ? judged : { ...judged, ...full(number) }]
      }),
    )
  }

  return {
    observe,
    prepare,
    async act(groups) {
      if (groups.every((group) => group.steps.length === 0)) return new Map()
      const nonce = hex(random, 16)
      const journaled =
        transaction?.isJournaled === true && (transaction.isOpen || groups.some(({ steps }) => steps.some(({ step }) => isUndoable(step))))
      const program = actProgram(groups, made, nonce, journaled)
      const tools = journaled ? [...stagingTools, ...undoTools] : stagingTools
      const sections = journaled
        ? await mutate(
            program,
            tools,
            nonce,
            undoOf(groups, runId, (step) => stagedAt(step, made)),
          )
        : await locked(program, tools, nonce)
      const reached = new Set(sections.map(({ index }) => index))
      if (groups.some(({ steps }) => steps.some(({ number, step }) => isUndoable(step) && reached.has(number)))) transaction?.touch()
      const mayFail = new Set(
        groups.flatMap((group) => group.steps.filter(({ step }) => step.kind === 'run' && step.mayFail).map(({ number }) => number)),
      )
      const writes = new Set(groups.flatMap((group) => group.steps.filter(({ step }) => step.kind === 'write').map(({ number }) => number)))
      return new Map(
        [...answersOf(sections)].map(([number, answer]) => {
          if (mayFail.has(number)) return [number, { ...answer, ok: true }]
          if (writes.has(number) && answer.rc === driftStatus)
            return [number, { ...answer, stderr: 'the file changed since it was planned' }]
          return [number, answer]
        }),
      )
    },
    async discard() {
      if (staged) await inTurn(discardProgram, idleSeconds.observe)
      staged = false
    },
    get uncommitted() {
      return transaction?.isOpen === true
    },
    get unfinished() {
      return unfinished
    },
    async commit() {
      if (transaction?.isOpen !== true) return
      rest()
      const nonce = hex(random, 16)
      transaction.ended(await locked(transaction.commit(nonce, new Date(clock.now()).toISOString()), [], nonce))
    },
    async rollback(why) {
      if (transaction === undefined) return nothingUndone
      rest()
      const nonce = hex(random, 16)
      const answer = transaction.undone(await locked(transaction.rollback(nonce, why), [], nonce))
      unfinished = false
      return answer
    },
    get stats() {
      return channel.stats
    },
    close: () => {
      rest()
      return channel.close()
    },
  }

  function protocolError(message: string): TlsplayError {
    return new TlsplayError([
      { code: 'PROTOCOL', host: target.name, message, hint: 'run again with -vvv and report what the host printed' },
    ])
  }
}

/** What is staged in one exchange: as much as the shell of a small host can hold; a file above that goes alone. */
function partsOf(steps: readonly Numbered<StageStep>[]): readonly (readonly Numbered<StageStep>[])[] {
  const parts: Numbered<StageStep>[][] = []
  let room = 0
  for (const one of steps) {
    const bytes = stagedBytes(one.step)
    const last = parts.at(-1)
    if (last === undefined || bytes > room) {
      parts.push([one])
      room = stagedLimitBytes - bytes
    } else {
      last.push(one)
      room -= bytes
    }
  }
  return parts
}

function answersOf(sections: readonly Section[]): Map<number, StepAnswer> {
  const steps = sections.filter((section) => section.index < roomSection)
  return new Map(
    steps.map((section) => [
      section.index,
      { ok: section.rc === 0, rc: section.rc, stdout: text(section.stdout), stderr: text(section.stderr) },
    ]),
  )
}

function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8')
}

function hex(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('hex')
}
