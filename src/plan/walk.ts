import type { Invalidation, Prediction, Probe } from '../model/fact.ts'
import type { PlannedOutcome } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Decision } from '../model/task-type.ts'
import { findUnknown, isMap, Secret, Unknown, type Value, type ValueMap } from '../model/value.ts'
import { factNames } from '../compile/fact-names.ts'
import type { TaskNode } from '../compile/graph.ts'
import { type Instance, instantiate } from '../compile/instantiate.ts'
import { probeKey } from '../model/fact.ts'
import type { HostOfPlay, PlanTools } from './input.ts'
import { extend, type Observed, Unobserved } from './overlay.ts'
import { decide } from './decide.ts'
import { type Entry, hasChanges, type KnownOutcome, type Place, type WalkState } from './entry.ts'
import { factValue } from './facts.ts'
import type { Stop } from './stops.ts'
import { anyOf, type Outcome, plannedOutcome, registeredLoop, registeredValue, skippedOutcome, unknownOutcome } from './registered.ts'

export interface WalkInput {
  readonly host: HostOfPlay
  readonly stops: readonly Stop[]
  readonly from: number
  /** exclusive */
  readonly to: number
  readonly state: WalkState
  readonly observed: Readonly<Record<Place, Observed>>
  /**
   * plan: to the end, what is unknown is said. segment: up to the first task that needs to know what only an act settles.
   * replay: a segment again with what its acts really answered, to learn the state after it.
   * converge: like plan, but tasks whose effect nothing can prove answer what they answered in the run, and nothing notifies.
   */
  readonly mode: 'plan' | 'segment' | 'replay' | 'converge'
  /** outcomes that are not to be decided again, by entry id; for replay and converge */
  readonly known: ReadonlyMap<string, KnownOutcome>
}

export type WalkResult =
  | {
      readonly kind: 'ask'
      readonly probes: Readonly<Record<Place, readonly Probe[]>> /** as far as it can be told */
      readonly state: WalkState
    }
  | {
      readonly kind: 'walked'
      readonly entries: readonly Entry[] /** first stop not walked */
      readonly next: number
      readonly state: WalkState
      readonly failed: boolean
    }

/**
 * Plans the tasks of one host in order over what is observed, overlaid by what earlier tasks predict. Pure: when an
 * answer is missing it says which questions to ask, and is called again with their answers.
 */
export function walk(input: WalkInput, tools: PlanTools): WalkResult {
  const walker = new Walker(input, tools)
  return walker.walk()
}

type ReadyInstance = Extract<Instance, { kind: 'ready' }>
type EntryCommon = Pick<Entry, 'id' | 'handler' | 'item' | 'place'>
type StopEnd = 'next' | 'cut' | 'failed'
type InstanceEnd = { readonly kind: 'next'; readonly outcome: Outcome } | { readonly kind: 'cut' } | { readonly kind: 'failed' }

class Walker {
  readonly #input: WalkInput
  readonly #tools: PlanTools
  readonly #entries: Entry[] = []
  readonly #missing: Record<Place, Map<string, Probe>> = { host: new Map(), controller: new Map() }
  #state: WalkState

  constructor(input: WalkInput, tools: PlanTools) {
    this.#input = input
    this.#tools = tools
    this.#state = input.state
  }

  walk(): WalkResult {
    const { from, to, stops } = this.#input
    let next = to
    let failed = false
    for (const [at, stop] of stops.slice(from, to).entries()) {
      const end = this.#stop(stop)
      if (end === 'next' && !this.#awaitsVerdict(stop)) continue
      if (end !== 'failed') next = end === 'cut' ? from + at : from + at + 1
      failed = end === 'failed'
      break
    }
    const probes = { host: [...this.#missing.host.values()], controller: [...this.#missing.controller.values()] }
    if (probes.host.length + probes.controller.length > 0) return { kind: 'ask', probes, state: this.#state }
    return { kind: 'walked', entries: this.#entries, next, state: this.#state, failed }
  }

  #stop(stop: Stop): StopEnd {
    switch (stop.kind) {
      case 'task':
        return this.#task(stop.node, stop.id, false)
      case 'flush':
        // Whether a handler is due depends on what the tasks before it really changed: they act first.
        return this.#input.mode === 'segment' && this.#state.notified.size > 0 && this.#willAct() ? 'cut' : 'next'
      case 'handler': {
        const due = this.#state.notified.get(stop.node.id)
        if (due === undefined) return 'next'
        const before = this.#state
        this.#state = { ...before, notified: without(before.notified, stop.node.id) }
        if (due !== true && this.#input.mode === 'segment' && this.#willAct()) {
          this.#state = before
          return 'cut'
        }
        if (due !== true) {
          this.#add(stop.node, { id: stop.id, handler: true, outcome: 'later', reason: due.why, registered: unknownOutcome(due.why) })
          return 'next'
        }
        const end = this.#task(stop.node, stop.id, true)
        if (end === 'cut') this.#state = before
        return end
      }
    }
  }

  /** Whether the host goes on after this task is for its `failed_when` to say, and that reads what the act will answer. */
  #awaitsVerdict(stop: Stop): boolean {
    if (this.#input.mode !== 'segment' || stop.kind === 'flush' || stop.node.task.failedWhen === undefined) return false
    return this.#entries.some((entry) => entry.node === stop.node && hasChanges(entry))
  }

  #willAct(): boolean {
    return this.#entries.some(hasChanges)
  }

  #task(node: TaskNode, stopId: string, handler: boolean): StopEnd {
    const once = this.#state.once.get(node.id)
    if (once !== undefined) {
      this.#register(node, once)
      return 'next'
    }
    // Facts that a delegated task reads are those of the host it is for; only its deeds move.
    let instances: readonly Instance[]
    try {
      instances = instantiate(node, {
        run: this.#tools.run,
        play: this.#input.host.play,
        host: this.#input.host.name,
        runtime: this.#state.runtime,
        fact: (path) => factValue(this.#input.observed.host, path),
        taskTypes: this.#tools.taskTypes,
      })
    } catch (error) {
      return this.#lacks(node, 'host', error)
    }
    const marks = { entries: this.#entries.length, state: this.#state }
    const outcomes: { loopVar: string; item: Value; outcome: Outcome }[] = []
    for (const instance of instances) {
      const id = instance.item === undefined ? stopId : `${stopId}#${instance.item.index}`
      const end = this.#instance(node, instance, { id, handler, item: instance.item, place: placeOf(instance) ?? 'host' })
      if (end.kind === 'cut') {
        // A loop is one task: it is not cut between its items.
        this.#entries.length = marks.entries
        this.#state = marks.state
        return 'cut'
      }
      if (end.kind === 'failed') return 'failed'
      outcomes.push({ loopVar: node.task.loopControl.loopVar, item: instance.item?.value ?? null, outcome: end.outcome })
    }
    const looped = node.task.loop !== undefined
    const [only] = outcomes
    const value = looped || only === undefined ? registeredLoop(outcomes) : registeredValue(only.outcome)
    this.#register(node, value)
    if (node.task.runOnce) this.#state = { ...this.#state, results: new Map([...this.#state.results, [node.id, value]]) }
    this.#notify(node, anyOf(outcomes.map(({ outcome }) => (outcome.failed === true ? false : outcome.changed))))
    return 'next'
  }

  #instance(node: TaskNode, instance: Instance, common: EntryCommon): InstanceEnd {
    const { mode } = this.#input
    const { id, place } = common
    switch (instance.kind) {
      case 'skipped': {
        const registered = skippedOutcome(instance.because)
        this.#add(node, { ...common, outcome: 'skipped', reason: instance.because, registered })
        return { kind: 'next', outcome: registered }
      }
      case 'failed':
        return this.#broken(node, common, instance.problems)
      case 'unknown':
        if (mode === 'segment' && this.#willAct()) return { kind: 'cut' }
        return this.#unknown(node, common, instance.why)
      case 'ready':
        break
    }
    if (placeOf(instance) === undefined)
      return this.#broken(node, common, [
        {
          code: 'NOT_SUPPORTED',
          message: `delegate_to: ${instance.delegate} is another host`,
          hint: 'delegate_to can name localhost for now',
        },
      ])
    const unknown = findUnknown(instance.params)
    if (unknown !== undefined) {
      if (mode === 'segment' && this.#willAct()) return { kind: 'cut' }
      return this.#unknown(node, common, unknown.why)
    }
    const known = this.#input.known.get(id)
    if (known !== undefined) return this.#replayed(node, common, known, instance)
    try {
      const overlay = this.#state.overlays[place]
      const made = decide({
        node,
        instance,
        observed: this.#input.observed[place],
        overlay,
        host: this.#input.host,
        dirty: this.#state.overlays.host.dirty || overlay.dirty,
        tools: this.#tools,
      })
      if (made.kind === 'ask') {
        for (const probe of made.probes) this.#missing[place].set(probeKey(probe), probe)
        return { kind: 'next', outcome: unknownOutcome('not asked yet') }
      }
      if (made.kind === 'unknown') return mode === 'segment' && this.#willAct() ? { kind: 'cut' } : this.#unknown(node, common, made.why)
      for (const probe of made.lacks) this.#missing[place].set(probeKey(probe), probe)
      return this.#decided(node, common, made.decision, made.problems, instance)
    } catch (error) {
      this.#lacks(node, place, error)
      return { kind: 'next', outcome: unknownOutcome('not asked yet') }
    }
  }

  #replayed(node: TaskNode, common: EntryCommon, known: KnownOutcome, instance: ReadyInstance): InstanceEnd {
    let judged: ReturnType<ReadyInstance['judge']>
    try {
      judged = instance.judge(known.outcome)
    } catch (error) {
      this.#lacks(node, 'host', error)
      return { kind: 'next', outcome: unknownOutcome('not asked yet') }
    }
    const registered: Outcome = {
      ...known.outcome,
      changed: judged.changed,
      failed: judged.failed,
      message: judged.problems[0]?.message ?? (judged.failed === true ? failureMessage(node, known.outcome) : known.outcome.message),
    }
    const failed = registered.failed === true
    // In converge a known result stands for something that cannot be asked again: it is not a change that is left.
    const changed = registered.changed === true && this.#input.mode === 'replay'
    this.#add(node, {
      ...common,
      outcome: failed ? 'failed' : registered.skipped ? 'skipped' : changed ? 'change' : 'ok',
      reason: registered.message,
      registered,
    })
    if (known.sets !== undefined) this.#set(known.sets)
    return failed && !node.task.ignoreErrors ? { kind: 'failed' } : { kind: 'next', outcome: registered }
  }

  /** What cannot be evaluated is a mistake of the playbook: it refuses the run, unless the task may fail. */
  #broken(node: TaskNode, common: EntryCommon, problems: readonly Problem[]): InstanceEnd {
    const tolerated = node.task.ignoreErrors
    const message = problems[0]?.message ?? 'cannot be evaluated'
    const registered: Outcome = { changed: false, failed: true, skipped: false, message, values: {} }
    const located = problems.map((problem): Problem => ({ at: node.task.at, task: node.label, ...problem, host: this.#input.host.name }))
    this.#add(node, {
      ...common,
      outcome: tolerated ? 'failed' : 'refused',
      reason: message,
      problems: tolerated ? [] : located,
      registered,
    })
    return { kind: 'next', outcome: registered }
  }

  #unknown(node: TaskNode, common: EntryCommon, why: string): InstanceEnd {
    const registered = unknownOutcome(why)
    this.#add(node, { ...common, outcome: 'later', reason: why, registered })
    this.#set(Object.fromEntries(factNames(node.task).map((name) => [name, new Unknown(why)])))
    return { kind: 'next', outcome: registered }
  }

  #decided(node: TaskNode, common: EntryCommon, decision: Decision, problems: readonly Problem[], instance: ReadyInstance): InstanceEnd {
    const dry = node.task.checkMode === true
    const exposed = secretNames(instance.environment)
    if (exposed.length > 0) return this.#broken(node, common, [secretExposed(exposed)])
    const planned = plannedOutcome(decision, node.task.ignoreErrors)
    const judged = instance.judge(planned)
    if (judged.problems.length > 0) return this.#broken(node, common, judged.problems)
    const registered: Outcome = { ...planned, changed: judged.changed, failed: judged.failed }
    const acts = decision.changes.some((change) => change.action !== 'check')
    const refused = problems.length > 0
    // What acts is judged by what the act will answer.
    const failed = judged.failed === true && !acts
    const outcome: PlannedOutcome = refused ? 'refused' : failed ? 'failed' : acts ? 'change' : decision.changes.length > 0 ? 'check' : 'ok'
    this.#add(node, {
      ...common,
      outcome,
      reason: decision.failed ?? decision.reason,
      decision,
      problems,
      registered,
      dry,
      environment: environmentOf(instance.environment),
    })
    // What a refused task would make true holds for the tasks after it: each problem names its own cause, not one before it.
    if (!dry && !failed) this.#predict(common.place, decision.predicts, decision.invalidates ?? [], acts)
    if (decision.sets !== undefined) this.#set(decision.sets)
    return failed && !node.task.ignoreErrors ? { kind: 'failed' } : { kind: 'next', outcome: registered }
  }

  #add(node: TaskNode, entry: Pick<Entry, 'id' | 'outcome' | 'reason' | 'registered' | 'handler'> & Partial<Entry>): void {
    this.#entries.push({
      node,
      item: undefined,
      place: 'host',
      decision: undefined,
      problems: [],
      tolerant: node.task.ignoreErrors,
      dry: false,
      environment: {},
      ...entry,
    })
  }

  #predict(place: Place, predicts: readonly Prediction[], invalidates: readonly Invalidation[], acts: boolean): void {
    this.#state = {
      ...this.#state,
      overlays: { ...this.#state.overlays, [place]: extend(this.#state.overlays[place], predicts, invalidates, acts) },
    }
  }

  #register(node: TaskNode, value: ValueMap | Unknown): void {
    const name = node.task.register?.value
    if (name === undefined) return
    const { runtime } = this.#state
    this.#state = { ...this.#state, runtime: { ...runtime, registered: { ...runtime.registered, [name]: value } } }
  }

  #set(values: ValueMap): void {
    const { runtime } = this.#state
    this.#state = { ...this.#state, runtime: { ...runtime, facts: { ...runtime.facts, ...values } } }
  }

  #notify(node: TaskNode, changed: boolean | Unknown): void {
    if (changed === false || node.notifies.length === 0 || this.#input.mode === 'converge') return
    const notified = new Map(this.#state.notified)
    for (const id of node.notifies) if (notified.get(id) !== true) notified.set(id, changed)
    this.#state = { ...this.#state, notified }
  }

  #lacks(node: TaskNode, place: Place, error: unknown): StopEnd {
    if (!(error instanceof Unobserved)) throw error
    this.#missing[place].set(probeKey(error.probe), error.probe)
    this.#register(node, registeredValue(unknownOutcome('not asked yet')))
    return 'next'
  }
}

/** undefined: a place that tasks cannot be delegated to. */
function placeOf(instance: Instance): Place | undefined {
  if (instance.kind !== 'ready' || instance.delegate === undefined) return 'host'
  return ['localhost', '127.0.0.1', '::1'].includes(instance.delegate) ? 'controller' : undefined
}

function secretNames(environment: Value): readonly string[] {
  return isMap(environment) ? Object.entries(environment).flatMap(([name, value]) => (value instanceof Secret ? [name] : [])) : []
}

function secretExposed(names: readonly string[]): Problem {
  return {
    code: 'SECRET_EXPOSED',
    message: `environment: ${names.join(', ')} would show a secret to other users of the host`,
    hint: 'give it to the command by stdin',
  }
}

function environmentOf(value: Value): Readonly<Record<string, string>> {
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)])) : {}
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}

/** What the task said itself, or the condition that calls it failed. */
function failureMessage(node: TaskNode, outcome: Outcome): string {
  if (outcome.failed === true || node.task.failedWhen === undefined) return outcome.message
  return `failed_when holds: ${node.task.failedWhen.map(({ value }) => value).join(' && ')}`
}
