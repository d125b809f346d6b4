import type { CompiledPlay } from '../compile/compiled-run.ts'
import type { Probe } from '../model/fact.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { TaskResult } from '../model/task-type.ts'
import { failIn } from '../plan/blocks.ts'
import { playEnded } from '../plan/endings.ts'
import type { HostOfPlay, PlanTools, WalkInput } from '../plan/input.ts'
import { actedOutcome, skippedOutcome } from '../plan/registered.ts'
import { type Entry, freshState, hasChanges, type KnownOutcome, type Place, stopOf, type WalkState } from '../plan/entry.ts'
import type { Stop } from '../plan/stops.ts'
import { isLost, walk, type WalkResult } from '../plan/walk.ts'
import type { ChannelStats, ConnectionTarget } from '../ports/channel.ts'
import type { HostConnector, HostSession } from '../ports/host-session.ts'
import { HostMemory } from './host-memory.ts'
import { problemOf, unreachableCodes } from './outcome.ts'
import { rollbackIncomplete, rolledBack } from './rolled-back.ts'
import type { Stretch } from './stretch.ts'
import { applySegment, type SegmentPorts } from './segment.ts'
import { takeTurns } from './turns.ts'

/** Planning may find that it lacks an answer; it asks and goes on. More rounds than this is a bug of a task type. */
const maxRounds = 8

/** Of tasks that were planned together with one that could not be staged. */
const notReached = 'not run: another task of the host could not be staged'

export interface HostRunPorts {
  readonly connector: HostConnector
  readonly tools: PlanTools
  /** false: only planned, so that nothing may be taken back either */
  readonly acts: boolean
  readonly warn: (message: string) => void
  readonly segment: Pick<SegmentPorts, 'issuer' | 'clock' | 'desk' | 'pause' | 'inTurn'>
  /** how a place that is not the host itself is reached; throws TlsplayError when what is written about it is wrong */
  targetOf(place: Exclude<Place, 'host'>): ConnectionTarget
  /** the run was interrupted */
  interrupted(): boolean
}

export type Walked = Extract<WalkResult, { kind: 'walked' }>

/** One host through one run: its sessions, what was observed, and what is known of its tasks. */
export class HostRun {
  readonly name: string
  readonly #target: ConnectionTarget
  readonly #ports: HostRunPorts
  readonly #sessions = new Map<Place, Promise<HostSession>>()
  readonly #numbering = { next: 0 }
  readonly #memory = new HostMemory()
  /** real outcomes of every task that acted, by entry id */
  readonly #known = new Map<string, KnownOutcome>()
  /** entry id -> label of the task */
  readonly #unprovable = new Map<string, string>()
  /** entries whose results stand: to ask again would be to act again, or to ask a person */
  readonly #settled = new Set<string>()
  /** entries that failed and were allowed to: what they left undone is not left to do */
  readonly #excused = new Set<string>()
  /** places that could not be reached; known only where a task of the run may go on without them */
  readonly #unreachable = new Map<Place, Problem>()
  /** outcomes that led the run its way, and that planning again might not find: by entry id */
  readonly #decisive = new Map<string, KnownOutcome>()
  /** stretches that were applied; only those can be proved */
  readonly #applied: Stretch[] = []
  /** the first segment of a stretch, walked before its turn came */
  #foreseen: { readonly stretch: Stretch; readonly walked: Walked } | undefined
  /** labels of tasks that acted since the last commit and cannot be taken back */
  #lasting: string[] = []
  #proof: Promise<readonly Entry[]> | undefined
  planned: WalkState = freshState
  actual: WalkState = freshState
  acted = false
  rested = false
  unreachable: Problem | undefined
  /** a task that may not go without it found a place unreachable: where the entries end, the host is lost */
  lost: Problem | undefined
  problems: Problem[] = []
  failed = false

  constructor(name: string, target: ConnectionTarget, ports: HostRunPorts) {
    this.name = name
    this.#target = target
    this.#ports = ports
  }

  get active(): boolean {
    return !this.failed && this.unreachable === undefined
  }

  get notProvable(): readonly string[] {
    return [...this.#unprovable.values()]
  }

  /** Plans a stretch over what earlier tasks of the run will have made true. `ahead`: what comes after it on this host. */
  async plan(stretch: Stretch, ahead: readonly Stretch[]): Promise<Walked> {
    const walked = await this.#walk({ ...this.#input(stretch), state: this.planned, mode: 'plan', known: new Map() }, ahead)
    this.planned = walked.state
    this.lost = walked.lost
    return walked
  }

  /** Walks the first segment of its first stretch, while other hosts still answer; nothing acts before all of them have. */
  foresee(stretch: Stretch): void {
    const walked = walk(
      {
        ...this.#input(stretch),
        state: this.actual,
        mode: 'segment',
        known: new Map(),
        observed: this.#memory.observed,
        unreachable: this.#unreachable,
      },
      this.#ports.tools,
    )
    if (walked.kind === 'walked') this.#foreseen = { stretch, walked }
  }

  /** What was foreseen, as long as it stands on what is known now. */
  #foreknown(stretch: Stretch): Walked | undefined {
    const foreseen = this.#foreseen
    this.#foreseen = undefined
    return foreseen?.stretch === stretch && this.#memory.fresh && this.actual === freshState ? foreseen.walked : undefined
  }

  /**
   * Where its last task has heard all there is to hear, the proof is only thought, and need not wait until other hosts have
   * ended; then the host is let go, for ten that end at once take long to say goodbye.
   */
  convergeIfHeard(): void {
    if (this.#memory.along().length > 0) return
    this.converge().then(
      () => this.close(),
      () => undefined,
    )
  }

  /** What is left to change, now that its last task has ended. A failure meets whoever asks for the answer. */
  converge(): Promise<readonly Entry[]> {
    if (this.#proof === undefined) {
      this.#proof = this.#converge()
      this.#proof.catch(() => undefined)
    }
    return this.#proof
  }

  /**
   * Everything planned again over what is observed after the last act; whatever is left to change is not converged. What was
   * heard since then, because a task asked, is not asked once more; all else that was ever asked is asked in one exchange.
   */
  async #converge(): Promise<readonly Entry[]> {
    const stretches = this.#applied
    const left = this.#memory.along()
    this.#memory.forgetUnheard()
    if (left.length > 0 && !this.#unreachable.has('host')) await this.#observe('host', left)
    let state: WalkState = { ...freshState, once: this.actual.once, ended: this.actual.ended }
    const entries: Entry[] = []
    const known = new Map([...[...this.#known].filter(([id]) => this.#settled.has(id)), ...this.#decisive])
    for (const [at, stretch] of stretches.entries()) {
      const walked = await this.#walk({ ...this.#input(stretch), state, mode: 'converge', known }, stretches.slice(at + 1))
      state = walked.state
      entries.push(...walked.entries)
    }
    return entries.filter((entry) => !this.#excused.has(entry.id))
  }

  /**
   * Applies a stretch, segment by segment. `expected` is the plan of the same tasks: what it called done must not change now.
   * Answers with the entries as they ended; `failed` is set when one failed that may not. `last`: no stretch comes after it.
   */
  async apply(stretch: Stretch, expected: ReadonlyMap<string, Entry>, last: boolean): Promise<readonly Entry[]> {
    const ended: Entry[] = []
    this.#applied.push(stretch)
    let { from, to } = stretch
    let foreknown = this.#foreknown(stretch)
    while (from < stretch.to && !this.failed) {
      if (!this.#memory.fresh) this.#memory.forget()
      const input = { ...this.#input({ ...stretch, from, to }), state: this.actual }
      const walked = foreknown ?? (await this.#walk({ ...input, mode: 'segment', known: new Map() }))
      foreknown = undefined
      const blocks = walked.entries.map((entry) => ({ entry, problems: this.#blocks(entry, expected) }))
      const blocked = blocks.filter(({ problems }) => problems.length > 0)
      if (blocked.length > 0) {
        this.failed = true
        this.problems.push(...blocked.flatMap(({ problems }) => problems))
        // Nothing of the segment ran: only what stands in its way is told.
        return [...ended, ...blocked.map(({ entry }): Entry => ({ ...entry, outcome: 'failed' }))]
      }
      if (await this.#missesPlace(walked.entries)) continue
      const { known, told, unstaged } = walked.entries.some(({ turn }) => turn !== undefined)
        ? await this.#actInTurns(walked.entries, input)
        : await this.#act(walked.entries, last && walked.next === stretch.to)
      if (unstaged !== undefined) {
        // Its block goes on without it, so what stands before it acts first.
        to = stretch.stops.findIndex((stop) => 'node' in stop && stop.id === stopOf(unstaged))
        continue
      }
      const replayed = await this.#walk({ ...input, to: walked.next, mode: 'replay', known })
      to = stretch.to
      this.actual = { ...replayed.state, overlays: freshState.overlays }
      ended.push(...replayed.entries)
      for (const entry of replayed.entries) {
        if (entry.outcome !== 'failed' || !(entry.tolerant || entry.rescued)) continue
        this.#excused.add(entry.id)
        // Planned again it might not fail, and what it would have led to was never applied.
        if (entry.rescued) this.#decisive.set(entry.id, { outcome: entry.registered, sets: undefined })
      }
      // What the acts answered may not be what a later text or condition can use.
      const broken = replayed.entries.flatMap((entry) => (entry.outcome === 'refused' ? entry.problems : []))
      const judged = replayed.entries.filter((entry) => entry.outcome === 'failed' && isFatal(entry) && judgesItself(entry))
      const cleared = replayed.entries.some((entry) => entry.rescued)
      this.problems.push(
        ...(cleared ? [] : told),
        ...broken,
        ...judged.map((entry) => problemOf(entry, this.name, failureCode(entry), entry.reason)),
      )
      if (replayed.failed || broken.length > 0) this.failed = true
      this.lost = walked.lost
      if (this.lost !== undefined) return ended
      if (replayed.next === from) throw new Error(`segment at task ${from} of ${this.name} makes no progress`)
      from = replayed.next
    }
    return ended
  }

  /** A task failed elsewhere in a way that counts for this host too; `left` is what stands behind it. */
  failAlong(stop: Stop, left: readonly Stop[], which: 'planned' | 'actual'): void {
    const { blocks, doomed } = failIn(stop.within, this[which].failures)
    this[which] = { ...this[which], failures: { blocks, doomed } }
    if (isLost(this[which], left)) this.failed = true
  }

  /** A play ended early for this host, from the `from`th stop on, because it did for another. */
  end(play: CompiledPlay, from: number, which: 'planned' | 'actual'): void {
    this[which] = { ...this[which], ended: new Map([...this[which].ended, [playEnded(play), from]]) }
  }

  /** Results another host had for all: a run_once task. */
  adopt(state: Pick<WalkState, 'once'>, which: 'planned' | 'actual'): void {
    const own = which === 'planned' ? this.planned : this.actual
    this[which] = { ...own, once: new Map([...own.once, ...state.once]) }
  }

  /** `told`: problems of those that failed. `unstaged`: it could not be staged, which its block may yet clear; nothing has acted. */
  async #act(entries: readonly Entry[], last: boolean): Promise<Acted> {
    const acting = entries.filter((entry) => !entry.dry && hasChanges(entry))
    const { results, failed } =
      acting.length === 0
        ? { results: new Map<string, TaskResult>(), failed: false }
        : await applySegment(
            acting,
            this.#ports.tools.taskTypes,
            {
              ...this.#ports.segment,
              session: (place) => this.#session(place),
              along: (place) => (last && place === 'host' ? this.#memory.along() : []),
              heard: (place, facts) => {
                if (place === 'host') this.#memory.hear(facts)
              },
              acted: () => this.#memory.acted(),
            },
            this.#numbering,
          )
    if (acting.length > 0) {
      this.#memory.stale()
      this.acted = true
    }
    const known = new Map<string, KnownOutcome>()
    const told: Problem[] = []
    const stuck = acting.findIndex((entry) => results.get(entry.id)?.failed !== undefined && !entry.tolerant && !judgesItself(entry))
    const unstaged = acting.slice(0, Math.max(0, stuck)).some((entry) => !results.has(entry.id)) ? acting[stuck] : undefined
    if (unstaged !== undefined && acting[0] !== undefined && stopOf(acting[0]) !== stopOf(unstaged) && unstaged.node.within.length > 0)
      return { known, told, unstaged }
    for (const entry of entries) {
      const result = results.get(entry.id)
      const acts = acting.includes(entry)
      // Tasks behind a failure have no result: the replay stops at the failure, before them.
      if (acts && result === undefined && !failed) throw new Error(`no result for ${entry.id}`)
      const values = { ...entry.decision?.result, ...result?.values }
      const outcome =
        result !== undefined
          ? actedOutcome({ ...result, values }, entry.reason, result.changed)
          : acts
            ? skippedOutcome(notReached)
            : entry.registered
      known.set(entry.id, { outcome, sets: entry.decision?.sets })
      if (acts) {
        this.#known.set(entry.id, known.get(entry.id) as KnownOutcome)
        if (result?.changed === true && this.#ports.tools.taskTypes.get(entry.node.type)?.knowledge === 'named')
          this.#lasting.push(entry.node.label)
        if (result !== undefined && this.#cannotBeProved(entry)) {
          this.#settled.add(entry.id)
          if (leavesTraces(entry))
            this.#unprovable.set(entry.id, entry.item === undefined ? entry.node.label : `${entry.node.label} (${entry.item.label})`)
        }
      }
      if (result?.failed !== undefined && !entry.tolerant && !judgesItself(entry)) {
        told.push(problemOf(entry, this.name, failureCode(entry), result.failed, result.hint))
      }
    }
    return { known, told, unstaged: undefined }
  }

  /** A segment that ends in a task whose items and attempts come one after the other. */
  async #actInTurns(entries: readonly Entry[], input: Omit<WalkInput, 'observed' | 'mode' | 'known' | 'unreachable'>): Promise<Acted> {
    const [from] = entries.filter(({ turn }) => turn !== undefined).map(stopOf)
    const own = entries.filter((entry) => stopOf(entry) === from)
    const at = input.stops.findIndex((stop) => 'node' in stop && stop.id === from)
    const before = entries.filter((entry) => !own.includes(entry)).map((entry): [string, KnownOutcome] => [entry.id, knownAs(entry)])
    const known = await takeTurns(own, {
      act: async (entry) => {
        const acted = await this.#act([entry], false)
        return acted.known.get(entry.id)?.outcome ?? entry.registered
      },
      decide: async (decided, afresh) => {
        if (afresh) this.#memory.forget()
        const walked = await this.#walk({ ...input, to: at + 1, mode: 'segment', known: new Map([...before, ...decided]) })
        if (walked.lost !== undefined) throw new TlsplayError([walked.lost])
        return walked.entries
      },
      ask: ({ probe }) => this.#observe('host', [probe]),
      pause: this.#ports.segment.pause,
      interrupted: () => this.#ports.interrupted(),
    })
    for (const entry of own) {
      const outcome = known.get(entry.id)
      if (outcome === undefined) continue
      if (this.#known.has(entry.id)) this.#known.set(entry.id, outcome)
      // What it heard may be otherwise by now, and with what ended the loop the items behind it were left out.
      if (entry.node.task.loopControl.breakWhen !== undefined || !hasChanges(entry)) this.#decisive.set(entry.id, outcome)
    }
    return { known: new Map([...before, ...known]), told: [], unstaged: undefined }
  }

  #cannotBeProved(entry: Entry): boolean {
    return this.#ports.tools.taskTypes.get(entry.node.type)?.knowledge === 'named' || entry.decision?.unconditional === true
  }

  /** Whether something before it in the plan was left open: then the plan of this one was no promise. */
  #uncertain(entry: Entry, expected: ReadonlyMap<string, Entry>): boolean {
    // The plan was made for the case that no block fails.
    if (this.actual.failures.blocks.size > 0 || this.rested) return true
    for (const before of expected.values()) {
      if (before.id === entry.id) return false
      if (before.outcome === 'later' || (hasChanges(before) && this.#cannotBeProved(before))) return true
    }
    return false
  }

  /** Why an entry of a segment must not be applied: refused, still unknown, or other than the plan said. */
  #blocks(entry: Entry, expected: ReadonlyMap<string, Entry>): readonly Problem[] {
    if (entry.outcome === 'refused') return entry.problems
    if (entry.outcome === 'later') return [problemOf(entry, this.name, 'TASK_FAILED', `${entry.reason}, and nothing that ran settled it`)]
    const before = expected.get(entry.id)
    if (entry.outcome === 'change' && (before?.outcome === 'ok' || before?.outcome === 'skipped') && !this.#uncertain(entry, expected)) {
      const would = entry.decision?.changes[0]?.summary ?? 'change'
      const message = `the plan said "${before.reason}", now it would ${would}: ${entry.reason}`
      return [problemOf(entry, this.name, 'PLAN_CONTRADICTED', message, 'something else changed the host meanwhile; run again')]
    }
    return []
  }

  #input(stretch: Stretch): Omit<WalkInput, 'state' | 'mode' | 'known' | 'observed' | 'unreachable'> {
    const host: HostOfPlay = { play: stretch.play, name: this.name, address: this.#target.address, loginUser: this.#target.user }
    return { host, stops: stretch.stops, from: stretch.from, to: stretch.to }
  }

  /**
   * Walks until nothing is missing. What the stretches `ahead` will ask is asked along: a host costs the same exchanges
   * whether its tasks stand in one play or in many.
   */
  async #walk(input: Omit<WalkInput, 'observed' | 'unreachable'>, ahead: readonly Stretch[] = []): Promise<Walked> {
    for (let round = 0; round <= maxRounds; round += 1) {
      const known = { observed: this.#memory.observed, unreachable: this.#unreachable }
      const result = walk({ ...input, ...known }, this.#ports.tools)
      if (result.kind === 'walked') return result
      const asked = [result.probes]
      let { state } = result
      for (const stretch of ahead) {
        const later = walk({ ...input, ...this.#input(stretch), state, ...known }, this.#ports.tools)
        if (later.kind === 'ask') asked.push(later.probes)
        state = later.state
      }
      for (const place of new Set(asked.flatMap((some) => [...some.keys()]))) {
        const probes = this.#memory.unanswered(
          place,
          asked.flatMap((some) => some.get(place) ?? []),
        )
        if (probes.length > 0) await this.#within(place, () => this.#observe(place, probes))
      }
    }
    throw new Error(`planning ${this.name} still lacks answers after ${maxRounds} rounds`)
  }

  /** Where a task of the run may go on without a place, that it cannot be reached is known from then on, and not thrown. */
  async #within(place: Place, act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (error) {
      const problem = error instanceof TlsplayError ? error.problems[0] : undefined
      const mayGoWithout = this.#ports.tools.run.plays.some((play) =>
        [...play.nodes, ...play.handlers].some((node) => node.kind === 'task' && node.task.ignoreUnreachable),
      )
      if (problem === undefined || !mayGoWithout || !unreachableCodes.has(problem.code) || this.#unreachable.has(place)) throw error
      this.#unreachable.set(place, problem)
    }
  }

  /** Whether a place on which entries act turns out to be unreachable only now, so that they are decided again. */
  async #missesPlace(entries: readonly Entry[]): Promise<boolean> {
    if (!entries.some(({ node }) => node.task.ignoreUnreachable)) return false
    const before = this.#unreachable.size
    for (const place of new Set(entries.filter(hasChanges).map((entry) => entry.place)))
      await this.#within(place, () => this.#session(place))
    return this.#unreachable.size > before
  }

  async #observe(place: Place, probes: readonly Probe[]): Promise<void> {
    const anew = (this.#memory.observed[place]?.size ?? 0) === 0
    this.#memory.asks(place, probes)
    const session = await this.#session(place)
    const answers = await session.observe(probes, anew)
    const stale = place === 'host' && session.unfinished && (await this.#takeBack(session))
    this.#memory.learn(place, stale ? await session.observe(probes, true) : answers)
  }

  /** Changes of a run that is gone come first. True when something was taken back: what was answered may not hold. */
  async #takeBack(session: HostSession): Promise<boolean> {
    if (!this.#ports.acts) {
      this.#ports.warn(`${this.name} holds changes of a run that is not over, or never will be; a run takes them back first`)
      return false
    }
    const { left } = await session.rollback('found')
    if (left.length > 0) throw new TlsplayError([rollbackIncomplete(this.name, left)])
    this.#ports.warn(`${this.name}: took back the changes of a run that had ended in their midst`)
    return true
  }

  /**
   * The end of a play on this host. `complete`: what was changed counts; else the host goes back to what it was.
   */
  async settle(complete: boolean): Promise<void> {
    const session = await this.#sessions.get('host')?.catch(() => undefined)
    if (session?.uncommitted !== true || this.unreachable !== undefined) return
    const lasting = this.#lasting
    this.#lasting = []
    if (complete) return session.commit()
    this.failed = true
    const { any, left } = await session.rollback('failed')
    if (left.length > 0) this.problems.push(rollbackIncomplete(this.name, left))
    else if (any) this.problems.push(rolledBack(this.name, lasting))
  }

  /** Nothing may be taken as observed that was seen before another play or batch acted. */
  stale(): void {
    this.#memory.stale()
  }

  /** Other hosts may have acted on what this one shares with them: it looks there again before it decides. */
  forgetElsewhere(): void {
    this.#foreseen = undefined
    this.#memory.forgetElsewhere()
  }

  /** Another host acted on this one: what was heard and seen of it holds no longer. */
  touched(): void {
    this.#foreseen = undefined
    this.#memory.stale()
    this.#memory.acted()
  }

  /** Time passed while a task of its batch rested or asked a person: what was planned for this host was no promise. */
  rest(): void {
    this.rested = true
    this.stale()
  }

  #session(place: Place): Promise<HostSession> {
    const open = this.#sessions.get(place)
    if (open !== undefined) return open
    const opening = this.#ports.connector.open(place === 'host' ? this.#target : this.#ports.targetOf(place))
    this.#sessions.set(place, opening)
    return opening
  }

  /** Statistics of the connection to the host itself. */
  async stats(): Promise<ChannelStats | undefined> {
    try {
      return (await this.#sessions.get('host'))?.stats
    } catch (error) {
      if (error instanceof TlsplayError) return undefined
      throw error
    }
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) {
      await session.then(
        (open) => open.close(),
        () => undefined,
      )
    }
  }
}

interface Acted {
  readonly known: ReadonlyMap<string, KnownOutcome>
  readonly told: readonly Problem[]
  readonly unstaged: Entry | undefined
}

function knownAs({ registered, decision }: Entry): KnownOutcome {
  return { outcome: registered, sets: decision?.sets }
}

function isFatal({ tolerant, rescued }: Entry): boolean {
  return !tolerant && !rescued
}

/** Its own conditions say whether it failed, once it has acted. */
function judgesItself({ node, turn }: Entry): boolean {
  return node.task.failedWhen !== undefined || node.task.attempts !== undefined || turn !== undefined
}

/** It does something to the host, and does not only ask. */
function leavesTraces({ decision }: Entry): boolean {
  return decision?.changes.some(({ action }) => action !== 'check') === true
}

function failureCode(entry: Entry): Problem['code'] {
  if (entry.node.type === 'verify') return 'VERIFY_FAILED'
  if (entry.node.type === 'service') return 'SERVICE_FAILED'
  return 'TASK_FAILED'
}
