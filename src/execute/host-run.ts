import type { CompiledPlay } from '../compile/compiled-run.ts'
import { type HostRuntime, withRuntime } from '../compile/variables.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { TaskResult } from '../model/task-type.ts'
import { failIn, noFailures } from '../plan/blocks.ts'
import { playEnded } from '../plan/endings.ts'
import { type Entry, freshState, hasChanges, type KnownOutcome, type Place, settled, stopOf, type WalkState } from '../plan/entry.ts'
import type { HostOfPlay, PlanTools } from '../plan/input.ts'
import { actedOutcome, skippedOutcome } from '../plan/registered.ts'
import type { Stop } from '../plan/stops.ts'
import { isLost, walk } from '../plan/walk.ts'
import type { ChannelStats, ConnectionTarget } from '../ports/channel.ts'
import type { HostConnector, HostSession } from '../ports/host-session.ts'
import type { Lender } from './delegates.ts'
import { failureCode, isFatal, judgesItself, knownAs } from './entry-verdicts.ts'
import { HostOutcomes } from './host-outcomes.ts'
import { HostPlaces, type Unobserved, type Walked } from './host-places.ts'
import { problemOf } from './outcome.ts'
import { blocksOf } from './plan-promise.ts'
import { undoneProblems } from './rolled-back.ts'
import { applySegment, type SegmentPorts } from './segment.ts'
import type { Stretch } from './stretch.ts'
import { takeTurns } from './turns.ts'

/** Of tasks that were planned together with one that could not be staged. */
const notReached = 'not run: another task of the host could not be staged'

export interface HostRunPorts {
  readonly connector: HostConnector
  readonly tools: PlanTools
  /** false: only planned, so that nothing may be taken back either */
  readonly acts: boolean
  readonly warn: (message: string) => void
  readonly segment: Pick<SegmentPorts, 'issuer' | 'clock' | 'desk' | 'pause' | 'inTurn'>
  /** a place that is not the host itself; throws TlsplayError when what is written about it is wrong */
  openElsewhere(place: Exclude<Place, 'host'>): Promise<HostSession>
  /** the run was interrupted */
  interrupted(): boolean
}

/** One host through one run: its sessions, what was observed, and what is known of its tasks. */
export class HostRun {
  readonly name: string
  readonly #target: ConnectionTarget
  readonly #ports: HostRunPorts
  readonly #places: HostPlaces
  readonly #outcomes: HostOutcomes
  readonly #numbering = { next: 0 }
  /** by id of a stretch */
  readonly #others = new Map<string, (host: string) => HostRuntime | undefined>()
  /** what other hosts set here, with the number of stretches that had been applied by then */
  readonly #received: { readonly before: number; readonly runtime: HostRuntime }[] = []
  /** stretches that were applied, or had nothing to do; only those can be proved */
  readonly #applied: Stretch[] = []
  /** the first segment of a stretch, walked before its turn came */
  #foreseen: { readonly stretch: Stretch; readonly walked: Walked } | undefined
  /** what was wrong with it in the plan before a `meta` cleared it */
  #lostInPlan: { readonly failed: boolean; readonly unreachable: Problem | undefined } | undefined
  #proof: Promise<readonly Entry[]> | undefined
  planned: WalkState = freshState
  actual: WalkState = freshState
  acted = false
  /** other hosts acted on it */
  wasTouched = false
  rested = false
  unreachable: Problem | undefined
  /** a task that may not go without it found a place unreachable: where the entries end, the host is lost */
  lost: Problem | undefined
  problems: Problem[] = []
  failed = false
  /** what the host waits for, by the entry that says so */
  readonly #waits = new Map<string, string>()

  constructor(name: string, target: ConnectionTarget, ports: HostRunPorts) {
    this.name = name
    this.#target = target
    this.#ports = ports
    const open = (place: Place) => (place === 'host' ? ports.connector.open(target) : ports.openElsewhere(place))
    this.#places = new HostPlaces(name, { ...ports, open })
    this.#outcomes = new HostOutcomes(ports.tools.taskTypes)
  }

  get active(): boolean {
    return !this.failed && this.unreachable === undefined
  }

  /** What a person has to do before the host can go on. */
  get waiting(): readonly string[] {
    return [...this.#waits.values()]
  }

  #noteWaits(entries: readonly Entry[]): void {
    for (const { id, waits } of entries) {
      if (waits === undefined) this.#waits.delete(id)
      else this.#waits.set(id, waits)
    }
  }

  get notProvable(): readonly string[] {
    return this.#outcomes.notProvable
  }

  /** Plans a stretch over what earlier tasks of the run will have made true. `ahead`: what comes after it on this host. */
  async plan(stretch: Stretch, ahead: readonly Stretch[]): Promise<Walked> {
    const walked = await this.#places.walk(
      { ...this.#input(stretch), state: this.planned, mode: 'plan', known: new Map() },
      ahead.map((next) => this.#input(next)),
    )
    this.planned = walked.state
    this.lost = walked.lost
    this.#noteWaits(walked.entries)
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
        ...this.#places.known,
      },
      this.#ports.tools,
    )
    if (walked.kind === 'walked') this.#foreseen = { stretch, walked }
  }

  /** What was foreseen, as long as it stands on what is known now. */
  #foreknown(stretch: Stretch): Walked | undefined {
    const foreseen = this.#foreseen
    this.#foreseen = undefined
    return foreseen?.stretch === stretch && this.#places.memory.fresh && this.actual === freshState ? foreseen.walked : undefined
  }

  /**
   * Where its last task has heard all there is to hear, the proof is only thought, and need not wait until other hosts have
   * ended; then the host is let go, for ten that end at once take long to say goodbye.
   */
  convergeIfHeard(): void {
    if (this.#places.memory.along().length > 0) return
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
    const left = this.#places.memory.along()
    this.#places.memory.forgetUnheard()
    if (left.length > 0 && this.#places.isReachable('host')) await this.#places.observe('host', left)
    let state: WalkState = { ...freshState, once: this.actual.once, ended: this.actual.ended }
    const entries: Entry[] = []
    const known = this.#outcomes.standing
    for (const [at, stretch] of stretches.entries()) {
      for (const { before, runtime } of this.#received)
        if (before === at) state = { ...state, runtime: withRuntime(state.runtime, runtime) }
      const walked = await this.#places.walk(
        { ...this.#input(stretch), state, mode: 'converge', known },
        stretches.slice(at + 1).map((next) => this.#input(next)),
      )
      state = walked.state
      entries.push(...walked.entries)
    }
    return entries.filter((entry) => !this.#outcomes.isExcused(entry))
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
      if (!this.#places.memory.fresh) this.#places.memory.forget()
      const input = { ...this.#input({ ...stretch, from, to }), state: this.actual }
      const walked = foreknown ?? (await this.#places.walk({ ...input, mode: 'segment', known: new Map() }))
      foreknown = undefined
      // The plan was made for the case that no block fails and no time passes.
      const promise = { host: this.name, expected, outcomes: this.#outcomes, void: this.actual.failures.blocks.size > 0 || this.rested }
      const blocks = walked.entries.map((entry) => ({ entry, problems: blocksOf(entry, promise) }))
      const blocked = blocks.filter(({ problems }) => problems.length > 0)
      if (blocked.length > 0) {
        this.failed = true
        this.problems.push(...blocked.flatMap(({ problems }) => problems))
        // Nothing of the segment ran: only what stands in its way is told.
        return [...ended, ...blocked.map(({ entry }): Entry => ({ ...entry, outcome: 'failed' }))]
      }
      if (await this.#places.missesPlace(walked.entries)) continue
      const { known, told, unstaged } = walked.entries.some(({ turn }) => turn !== undefined)
        ? await this.#actInTurns(walked.entries, input)
        : await this.#act(walked.entries, last && walked.next === stretch.to)
      if (unstaged !== undefined) {
        // Its block goes on without it, so what stands before it acts first.
        to = stretch.stops.findIndex((stop) => 'node' in stop && stop.id === stopOf(unstaged))
        continue
      }
      const replayed = await this.#places.walk({ ...input, to: walked.next, mode: 'replay', known })
      to = stretch.to
      const stop = stretch.stops[from]
      const logsInAnew = stop?.kind === 'renew' && stop.renews === 'connection' && replayed.state.renewals > this.actual.renewals
      if (logsInAnew) {
        // What a connection changed is taken back by it or by nobody.
        await this.settle(true)
        await this.#places.renew()
      }
      this.actual = { ...replayed.state, overlays: settled(walked.state.overlays) }
      ended.push(...replayed.entries)
      this.#noteWaits(replayed.entries)
      for (const entry of replayed.entries) {
        this.#outcomes.judged(entry)
        if (entry.outcome === 'failed' && !isFatal(entry)) this.#outcomes.excuse(entry)
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

  /** There is nothing to do in a stretch, by the plan; that it is so can be proved. */
  passOver(stretch: Stretch): void {
    this.#applied.push(stretch)
  }

  /** What was set on other hosts when a stretch began: for it, and for its proof. */
  sees({ id }: Stretch, runtimeOf: (host: string) => HostRuntime | undefined): void {
    this.#others.set(id, runtimeOf)
  }

  /** What its tasks have set on other hosts since the last time. */
  handOver(which: 'planned' | 'actual'): readonly (readonly [string, HostRuntime])[] {
    const given = [...this[which].given]
    this[which] = { ...this[which], given: new Map() }
    return given
  }

  /** A task of another host set something here. */
  receive(runtime: HostRuntime, which: 'planned' | 'actual'): void {
    this[which] = { ...this[which], runtime: withRuntime(this[which].runtime, runtime) }
    if (which === 'actual') this.#received.push({ before: this.#applied.length, runtime })
  }

  /** A task failed elsewhere in a way that counts for this host too; `left` is what stands behind it. */
  failAlong(stop: Stop, left: readonly Stop[], which: 'planned' | 'actual'): void {
    const { blocks, doomed } = failIn(stop.within, this[which].failures)
    this[which] = { ...this[which], failures: { blocks, doomed } }
    if (isLost(this[which], left)) this.failed = true
  }

  /** Whatever went wrong with it in this play: it takes part in those behind. */
  async revive(play: CompiledPlay, which: 'planned' | 'actual'): Promise<void> {
    if (this.active) return
    if (which === 'planned') this.#lostInPlan = { failed: this.failed, unreachable: this.unreachable }
    if (this.unreachable !== undefined) await this.#places.renew()
    this.failed = false
    this.unreachable = undefined
    this.lost = undefined
    this[which] = { ...this[which], failures: noFailures, notified: new Map() }
    this.end(play, 0, which)
  }

  /** The plan is made, and what it found of the host holds from the beginning. */
  begin(): void {
    if (this.#lostInPlan === undefined) return
    this.failed = this.#lostInPlan.failed
    this.unreachable = this.#lostInPlan.unreachable
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
    for (const { place, questionsAfter } of acting) this.#places.memory.asks(place, questionsAfter)
    const { results, failed } =
      acting.length === 0
        ? { results: new Map<string, TaskResult>(), failed: false }
        : await applySegment(
            acting,
            this.#ports.tools.taskTypes,
            {
              ...this.#ports.segment,
              session: (place) => this.#places.session(place),
              along: (place) => (last && place === 'host' ? this.#places.memory.along() : []),
              heard: (place, facts) => {
                if (place === 'host') this.#places.memory.hear(facts)
              },
              acted: () => this.#places.memory.acted(),
            },
            this.#numbering,
          )
    if (acting.length > 0) {
      this.#places.memory.stale()
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
      const end: KnownOutcome = { outcome, sets: entry.decision?.sets, waits: entry.waits }
      known.set(entry.id, end)
      if (acts) this.#outcomes.acted(entry, end, result)
      if (result?.failed !== undefined && !entry.tolerant && !judgesItself(entry)) {
        told.push(problemOf(entry, this.name, result.code ?? failureCode(entry), result.failed, result.hint))
      }
    }
    return { known, told, unstaged: undefined }
  }

  /** A segment that ends in a task whose items and attempts come one after the other. */
  async #actInTurns(entries: readonly Entry[], input: Omit<Unobserved, 'mode' | 'known'>): Promise<Acted> {
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
        if (afresh) this.#places.memory.forget()
        const walked = await this.#places.walk({ ...input, to: at + 1, mode: 'segment', known: new Map([...before, ...decided]) })
        if (walked.lost !== undefined) throw new TlsplayError([walked.lost])
        return walked.entries
      },
      ask: ({ probe }) => this.#places.observe('host', [probe]),
      pause: this.#ports.segment.pause,
      interrupted: () => this.#ports.interrupted(),
    })
    for (const entry of own) {
      const outcome = known.get(entry.id)
      if (outcome === undefined) continue
      // What it heard may be otherwise by now, and with what ended the loop the items behind it were left out.
      this.#outcomes.ended(entry, outcome, entry.node.task.loopControl.breakWhen !== undefined || !hasChanges(entry))
    }
    return { known: new Map([...before, ...known]), told: [], unstaged: undefined }
  }

  #input(stretch: Stretch): Omit<Unobserved, 'state' | 'mode' | 'known'> {
    const host: HostOfPlay = { play: stretch.play, name: this.name, address: this.#target.address, loginUser: this.#target.user }
    const runtimeOf = this.#others.get(stretch.id)
    return { host, stops: stretch.stops, from: stretch.from, to: stretch.to, ...(runtimeOf === undefined ? {} : { runtimeOf }) }
  }

  /** What others that delegate to it act over: its own session, where they act as the same user. */
  lends({ become }: ConnectionTarget): Lender | undefined {
    if (become?.user !== this.#target.become?.user) return undefined
    return { numbering: this.#numbering, session: () => this.#places.session('host') }
  }

  /** Something was changed on it that neither counts nor was taken back. */
  async isOpen(): Promise<boolean> {
    return (await this.#places.opened())?.uncommitted === true && this.unreachable === undefined
  }

  /**
   * The end of a play on this host. `complete`: what was changed counts; else the host goes back to what it was, and has failed if
   * it took part in the play.
   */
  async settle(complete: boolean, tookPart = true): Promise<void> {
    const session = await this.#places.opened()
    if (session === undefined || !(await this.isOpen())) return
    const lasting = this.#outcomes.takeLasting()
    if (complete) return session.commit()
    this.failed ||= tookPart
    this.problems.push(...undoneProblems(this.name, await session.rollback('failed'), lasting))
  }

  /** Nothing may be taken as observed that was seen before another play or batch acted. */
  stale(): void {
    this.#places.memory.stale()
  }

  /** Other hosts may have acted on what this one shares with them: it looks there again before it decides. */
  forgetElsewhere(): void {
    this.#foreseen = undefined
    this.#places.memory.forgetElsewhere()
  }

  /** Another host acted on this one: what was heard and seen of it holds no longer. */
  touched(): void {
    this.wasTouched = true
    this.#foreseen = undefined
    this.#places.memory.stale()
    this.#places.memory.acted()
  }

  /** Time passed while a task of its batch rested or asked a person: what was planned for this host was no promise. */
  rest(): void {
    this.rested = true
    this.stale()
  }

  /** Statistics of the connection to the host itself. */
  stats(): Promise<ChannelStats | undefined> {
    return this.#places.stats()
  }

  close(): Promise<void> {
    return this.#places.close()
  }
}

interface Acted {
  readonly known: ReadonlyMap<string, KnownOutcome>
  readonly told: readonly Problem[]
  readonly unstaged: Entry | undefined
}
