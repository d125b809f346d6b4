import { basename } from 'node:path'
import { branchOf } from '../compile/include-branch.ts'
import type { TaskNode } from '../compile/compiled-run.ts'
import { endsLoop, isEnough } from '../compile/attempts.ts'
import { isTemplate } from '../compile/template.ts'
import { factNames } from '../compile/fact-names.ts'
import { type Instance, instantiate, type LoopItem } from '../compile/instantiate.ts'
import type { Judgement } from '../compile/judgement.ts'
import type { Include } from '../model/playbook.ts'
import type { PlannedOutcome } from '../model/plan.ts'
import { type Probe, probeKey } from '../model/fact.ts'
import type { Problem } from '../model/problem.ts'
import type { Decision } from '../model/task-type.ts'
import { findUnknown, isMap, Secret, Unknown, type Value, type ValueMap } from '../model/value.ts'
import { isGuarded } from './blocks.ts'
import { type Decided, decide, questionsAfter } from './decide.ts'
import { delegateProblem, placeOf } from './delegate.ts'
import { type Entry, hasChanges, type KnownOutcome, type OnceResult, type Place } from './entry.ts'
import { factValue } from './facts.ts'
import type { PlanTools, WalkInput } from './input.ts'
import { givenBy } from './includes.ts'
import { includeKeys, type Ledger } from './ledger.ts'
import { emptyOverlay, nothingObserved, Unobserved } from './overlay.ts'
import { anyOf, type Outcome, plannedOutcome, registeredLoop, registeredValue, skippedOutcome, unknownOutcome } from './registered.ts'
import { turnOf } from './turn.ts'

/** cut: what it has to know is settled by acts of this segment only, so the segment ends before it. */
export type TaskEnd = 'next' | 'cut' | 'failed' | { readonly lost: Problem }

/** A task of a host, or a handler that is due. */
export interface TaskStop {
  readonly node: TaskNode
  readonly id: string
  readonly handler: boolean
}

type ReadyInstance = Extract<Instance, { kind: 'ready' }>
type EntryCommon = Pick<Entry, 'id' | 'handler' | 'item' | 'place'>
type FirstAttempt =
  | { readonly kind: 'enough'; readonly outcome: Outcome }
  | { readonly kind: 'open'; readonly outcome: Outcome; readonly why: string }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }
type InstanceEnd =
  | { readonly kind: 'next'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly outcome: Outcome }
  | { readonly kind: 'cut' }
  | { readonly kind: 'lost'; readonly problem: Problem }

/** Decides one task with all items of its loop, and writes down what it gave. */
export function walkTask(stop: TaskStop, input: WalkInput, tools: PlanTools, ledger: Ledger): TaskEnd {
  return new TaskWalker(stop, input, tools, ledger).walk()
}

class TaskWalker {
  readonly #stop: TaskStop
  readonly #input: WalkInput
  readonly #tools: PlanTools
  readonly #ledger: Ledger

  constructor(stop: TaskStop, input: WalkInput, tools: PlanTools, ledger: Ledger) {
    this.#stop = stop
    this.#input = input
    this.#tools = tools
    this.#ledger = ledger
  }

  walk(): TaskEnd {
    const { node, id: stopId, handler } = this.#stop
    const once = this.#ledger.state.once.get(node.id)
    if (once !== undefined) {
      const { result, sets, reads } = once
      this.#ledger.register(node, result)
      this.#ledger.set(sets)
      for (const vars of reads) this.#ledger.includeVars(vars)
      return isMap(result) && result['failed'] === true && !node.task.ignoreErrors ? 'failed' : 'next'
    }
    // Facts that a delegated task reads are those of the host it is for; only its deeds move.
    let instances: readonly Instance[]
    try {
      instances = instantiate(node, {
        run: this.#tools.run,
        play: this.#input.host.play,
        host: this.#input.host.name,
        runtime: this.#ledger.state.runtime,
        fact: (path) => factValue(this.#input.observed.host ?? nothingObserved, path),
        taskTypes: this.#tools.taskTypes,
        included: givenBy(node.includes, this.#ledger.state),
        ...othersOf(this.#input),
      })
    } catch (error) {
      const down = error instanceof Unobserved ? this.#input.unreachable.get('host') : undefined
      if (down === undefined) this.#ledger.lacks(node, 'host', error)
      else {
        const end = this.#unreachable(node, { id: stopId, handler, item: undefined, place: 'host' }, down)
        if (end.kind === 'lost') return { lost: end.problem }
        this.#ledger.register(node, registeredValue(end.outcome))
      }
      return 'next'
    }
    const mark = this.#ledger.mark()
    const readBefore = this.#ledger.state.runtime.includeVars.length
    const outcomes: Outcome[] = []
    let failed = false
    let open: string | undefined
    for (const instance of instances) {
      const id = instance.item === undefined ? stopId : `${stopId}#${instance.item.index}`
      const common: EntryCommon = { id, handler, item: instance.item, place: placeOf(instance, this.#input.host.name) }
      const end = open === undefined ? this.#instance(node, instance, common) : this.#unknown(node, common, open)
      if (end.kind === 'cut') {
        // A loop is one task: it is not cut between its items.
        this.#ledger.back(mark)
        return 'cut'
      }
      if (end.kind === 'lost') return { lost: end.problem }
      outcomes.push(end.outcome)
      // The items behind one that failed run all the same; then the task has failed (A.5).
      failed ||= end.kind === 'failed'
      const ends = this.#ends(node, instance, end.outcome)
      if (ends === true) break
      if (ends instanceof Unknown && !this.#stepwise()) open = 'only if the loop does not end before it'
    }
    // What takes turns of its own acts alone: what stands before it acts first.
    if (this.#input.mode === 'segment' && this.#takesTurns(mark.entries)) {
      this.#ledger.back(mark)
      return 'cut'
    }
    const value = registeredOf(node, instances, outcomes)
    this.#ledger.register(node, value)
    if (node.task.runOnce) {
      const skipped = outcomes.every((outcome) => outcome.skipped)
      const reads = this.#ledger.state.runtime.includeVars.slice(readBefore)
      this.#ledger.keep(node, { ...this.#forAll(node, value, { failed, skipped }), reads })
    }
    if (failed) return 'failed'
    // planning again proves what is there; a handler is no part of that
    if (this.#input.mode !== 'converge')
      this.#ledger.notify(node, anyOf(outcomes.map((outcome) => (outcome.failed === true ? false : outcome.changed))))
    return 'next'
  }

  /** What the other hosts of the batch have of it. A failure that only the act can bring is none yet, on them no more than here. */
  #forAll(
    node: TaskNode,
    value: ValueMap | Unknown,
    { failed, skipped }: { readonly failed: boolean; readonly skipped: boolean },
  ): Omit<OnceResult, 'reads'> {
    const open = isMap(value) && value['failed'] === true && !failed && !node.task.ignoreErrors
    const { facts } = this.#ledger.state.runtime
    const names = skipped || node.task.delegateFacts ? [] : factNames(node.task)
    return {
      result: open ? { ...value, failed: new Unknown('the task has not run yet') } : value,
      sets: Object.fromEntries(names.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]]]))),
    }
  }

  /** Whether `break_when` ends the loop behind this item. */
  #ends(node: TaskNode, { item, scope }: Instance, outcome: Outcome): boolean | Unknown {
    if (item === undefined || node.task.loopControl.breakWhen === undefined) return false
    if (outcome.unknown !== undefined) return outcome.unknown
    try {
      const verdict = endsLoop(node.task, outcome, scope)
      if (verdict.kind === 'failed') this.#ledger.refuse(this.#located(node, verdict.problems))
      return verdict.kind === 'unknown' ? new Unknown(verdict.why) : verdict.kind === 'true'
    } catch (error) {
      this.#ledger.lacks(node, 'host', error)
      return false
    }
  }

  /** An entry since the `from`th takes turns of its own, and one before that acts. */
  #takesTurns(from: number): boolean {
    const { entries } = this.#ledger
    return entries.slice(from).some(({ turn }) => turn !== undefined) && entries.slice(0, from).some(hasChanges)
  }

  #instance(node: TaskNode, instance: Instance, common: EntryCommon): InstanceEnd {
    const { id, place } = common
    if (instance.kind === 'unknown' && node.task.include?.kind === 'tasks' && !this.#mustKnow())
      this.#undecided(node, instance.item, instance.why)
    switch (instance.kind) {
      case 'skipped': {
        const registered = skippedOutcome(instance.because)
        this.#ledger.add(node, { ...common, outcome: 'skipped', reason: instance.because, registered })
        return { kind: 'next', outcome: registered }
      }
      case 'failed':
        return this.#broken(node, common, instance.problems)
      case 'unknown':
        if (this.#mustKnow()) return { kind: 'cut' }
        return this.#unknown(node, common, instance.why, this.#factsOn(instance))
      case 'ready':
        break
    }
    const nobody = delegateProblem(instance.delegate, node.task.delegateTo?.at, this.#tools.run.inventory)
    if (nobody !== undefined) return this.#broken(node, common, [nobody])
    const unknown = findUnknown(instance.params)
    if (unknown !== undefined) {
      if (this.#mustKnow()) return { kind: 'cut' }
      if (node.task.include?.kind === 'tasks') this.#undecided(node, instance.item, unknown.why)
      this.#askAhead(node, place, instance)
      return this.#unknown(node, common, unknown.why, this.#factsOn(instance))
    }
    if (node.task.include !== undefined) return this.#included(node, node.task.include, common, instance)
    const known = this.#input.known.get(id)
    const down = this.#input.unreachable.get(place)
    if (down !== undefined && known?.outcome.values['unreachable'] === true) return this.#unreachable(node, common, down)
    if (known !== undefined) return this.#replayed(node, common, known, instance)
    try {
      const { overlays } = this.#ledger.state
      const overlay = overlays[place] ?? emptyOverlay
      const made = decide({
        node,
        instance,
        observed: this.#input.observed[place] ?? nothingObserved,
        overlay,
        host: this.#input.host,
        dirty: overlays.host?.dirty === true || overlay.dirty,
        tools: this.#tools,
      })
      if (down !== undefined && needsPlace(made)) return this.#unreachable(node, common, down)
      if (made.kind === 'ask') {
        this.#ledger.ask(place, made.probes)
        return { kind: 'next', outcome: unknownOutcome('not asked yet') }
      }
      if (made.kind === 'unknown') return this.#mustKnow() ? { kind: 'cut' } : this.#unknown(node, common, made.why)
      this.#ledger.ask(place, made.lacks)
      return this.#decided(node, common, made.decision, made.problems, instance)
    } catch (error) {
      if (down !== undefined && error instanceof Unobserved) return this.#unreachable(node, common, down)
      this.#ledger.lacks(node, place, error)
      return { kind: 'next', outcome: unknownOutcome('not asked yet') }
    }
  }

  /** What will be asked anyway once its parameters are known is asked along, so that it needs no exchange of its own then. */
  #askAhead({ type }: TaskNode, place: Place, { params }: ReadyInstance): void {
    if (!isMap(params)) return
    const known = Object.fromEntries(Object.entries(params).filter(([, value]) => findUnknown(value) === undefined))
    const probes = this.#tools.taskTypes.get(type)?.ahead?.(known) ?? []
    const observed = this.#input.observed[place] ?? nothingObserved
    this.#ledger.ask(
      place,
      probes.filter((probe) => !observed.has(probeKey(probe))),
    )
  }

  /** A task that needs a place that cannot be reached ends the host, unless it says that it does not. */
  #unreachable(node: TaskNode, common: EntryCommon, problem: Problem): Extract<InstanceEnd, { kind: 'next' | 'lost' }> {
    if (!node.task.ignoreUnreachable) return { kind: 'lost', problem }
    const { message } = problem
    const outcome: Outcome = { changed: false, failed: false, skipped: false, message, values: { unreachable: true } }
    this.#ledger.add(node, { ...common, outcome: 'failed', reason: message, registered: outcome, tolerant: true })
    return { kind: 'next', outcome }
  }

  /** Not known whether, or what: then neither is known of the tasks behind it. */
  #undecided(node: TaskNode, item: LoopItem | undefined, why: string): void {
    for (const key of item === undefined ? includeKeys(node) : [`${node.id}#${item.index}`]) this.#ledger.include(key, new Unknown(why))
    const [branch] = node.task.include?.isPublic === true ? node.task.include.branches : []
    if (branch?.call !== undefined)
      this.#ledger.share({ play: this.#input.host.play.index, role: branch.call.role, unknown: new Unknown(why) })
  }

  /** An include decides: the walk goes on with the tasks of the branch it took, or its variables are there from now on. */
  #included(node: TaskNode, include: Include, common: EntryCommon, instance: ReadyInstance): InstanceEnd {
    const found = branchOf(include, instance.params)
    if ('problem' in found) return this.#broken(node, common, [found.problem])
    const { path, vars, call } = found.branch
    if (include.isPublic && call !== undefined)
      this.#ledger.share({ play: this.#input.host.play.index, role: call.role, unknown: undefined })
    if (vars !== undefined) this.#ledger.includeVars(vars, this.#factsOn(instance))
    else {
      const { item } = instance
      if (item !== undefined && item.index >= node.copies) return this.#broken(node, common, [grown(node.copies)])
      this.#ledger.include(item === undefined ? node.id : `${node.id}#${item.index}`, { path, values: item?.variables ?? {} })
    }
    const message = `${vars === undefined ? 'includes' : 'reads'} ${basename(path)}`
    const registered: Outcome = { changed: false, failed: false, skipped: false, message, values: {} }
    this.#ledger.add(node, { ...common, outcome: 'ok', reason: message, registered })
    return { kind: 'next', outcome: registered }
  }

  #replayed(node: TaskNode, common: EntryCommon, known: KnownOutcome, instance: ReadyInstance): InstanceEnd {
    let judged: Judgement
    try {
      const { changed, failed } = known.outcome
      judged = known.judged === true ? { changed, failed, problems: [] } : instance.judge(known.outcome)
    } catch (error) {
      this.#ledger.lacks(node, 'host', error)
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
    this.#ledger.add(node, {
      ...common,
      outcome: failed ? 'failed' : registered.skipped ? 'skipped' : changed ? 'change' : 'ok',
      reason: registered.message,
      registered,
      waits: failed ? undefined : known.waits,
    })
    if (known.sets !== undefined) this.#ledger.set(known.sets, this.#factsOn(instance))
    return { kind: failed && !node.task.ignoreErrors ? 'failed' : 'next', outcome: registered }
  }

  /** What cannot be evaluated is a mistake of the playbook: it refuses the run, unless the task may fail. */
  #broken(node: TaskNode, common: EntryCommon, problems: readonly Problem[]): InstanceEnd {
    const tolerated = node.task.ignoreErrors
    const message = problems[0]?.message ?? 'cannot be evaluated'
    const registered: Outcome = { changed: false, failed: true, skipped: false, message, values: {} }
    const located = this.#located(node, problems)
    this.#ledger.add(node, {
      ...common,
      outcome: tolerated ? 'failed' : 'refused',
      reason: message,
      problems: tolerated ? [] : located,
      registered,
    })
    return { kind: 'next', outcome: registered }
  }

  #located(node: TaskNode, problems: readonly Problem[]): readonly Problem[] {
    return problems.map((problem): Problem => ({ at: node.task.at, task: node.label, ...problem, host: this.#input.host.name }))
  }

  #unknown(node: TaskNode, common: EntryCommon, why: string, factsOn?: string): InstanceEnd {
    const registered = unknownOutcome(why)
    this.#ledger.add(node, { ...common, outcome: 'later', reason: why, registered })
    this.#ledger.set(Object.fromEntries(factNames(node.task).map((name) => [name, new Unknown(why)])), factsOn)
    return { kind: 'next', outcome: registered }
  }

  #decided(node: TaskNode, common: EntryCommon, decision: Decision, problems: readonly Problem[], instance: ReadyInstance): InstanceEnd {
    const dry = node.task.checkMode === true
    const exposed = secretNames(instance.environment)
    if (exposed.length > 0) return this.#broken(node, common, [secretExposed(exposed)])
    const planned = plannedOutcome(decision, node.task.ignoreErrors || isGuarded(node.within))
    const judged = instance.judge(planned)
    if (judged.problems.length > 0) return this.#broken(node, common, judged.problems)
    const acts = decision.changes.some((change) => change.action !== 'check')
    const tried = this.#firstAttempt(node, instance, { ...planned, changed: judged.changed, failed: judged.failed }, decision)
    if (tried.kind === 'failed') return this.#broken(node, common, tried.problems)
    if (tried.kind === 'open' && decision.changes.length === 0 && !this.#stepwise()) return this.#unknown(node, common, tried.why)
    const registered = tried.outcome
    const refused = problems.length > 0
    // What acts is judged by what the act will answer.
    const failed = judged.failed === true && !acts && tried.kind !== 'open'
    const outcome: PlannedOutcome = refused ? 'refused' : failed ? 'failed' : acts ? 'change' : decision.changes.length > 0 ? 'check' : 'ok'
    this.#ledger.add(node, {
      ...common,
      outcome,
      reason: decision.failed ?? decision.reason,
      decision,
      problems,
      registered,
      dry,
      environment: environmentOf(instance.environment),
      waits: decision.waiting,
      questionsAfter: acts && this.#input.mode === 'segment' ? this.#questionsAfter(node, common.place, instance, decision) : [],
      turn:
        tried.kind === 'open' || (decision.changes.length > 0 && goesItemByItem(node, instance)) ? turnOf(node.task, instance) : undefined,
    })
    // What a refused task would make true holds for the tasks after it: each problem names its own cause, not one before it.
    if (!dry && !failed) this.#ledger.predict(common.place, decision.predicts, decision.invalidates ?? [], acts)
    if (decision.sets !== undefined) this.#ledger.set(decision.sets, this.#factsOn(instance))
    return { kind: failed && !node.task.ignoreErrors ? 'failed' : 'next', outcome: registered }
  }

  #questionsAfter({ type }: TaskNode, place: Place, { params }: ReadyInstance, { predicts }: Decision): readonly Probe[] {
    const found = this.#tools.taskTypes.get(type)
    return found === undefined ? [] : questionsAfter(found, params, this.#input.observed[place] ?? nothingObserved, predicts)
  }

  /** What is known of the first attempt of a task that may have more; `open`: whether another one follows. */
  #firstAttempt(node: TaskNode, instance: ReadyInstance, outcome: Outcome, { changes }: Decision): FirstAttempt {
    if (instance.attempts === undefined) return { kind: 'enough', outcome }
    if (changes.length > 0) {
      const why = 'the task has not run yet'
      return { kind: 'open', why, outcome: { ...outcome, values: { ...outcome.values, attempts: new Unknown(why) } } }
    }
    const counted = { ...outcome, values: { ...outcome.values, attempts: 1 } }
    const verdict = isEnough(node.task, counted, instance.scope)
    switch (verdict.kind) {
      case 'failed':
        return { kind: 'failed', problems: verdict.problems }
      case 'true':
        return { kind: 'enough', outcome: counted }
      case 'false':
        return { kind: 'open', outcome: counted, why: `asked again until it holds: ${verdict.because}` }
      case 'unknown':
        return { kind: 'open', outcome: counted, why: verdict.why }
    }
  }

  /** With delegate_facts, the other host whose variables a task sets; undefined: its own. */
  #factsOn(instance: Instance): string | undefined {
    const { delegateFacts, delegateTo } = this.#stop.node.task
    if (!delegateFacts || delegateTo === undefined) return undefined
    const name = instance.kind === 'ready' ? instance.delegate : isTemplate(delegateTo.value) ? undefined : delegateTo.value
    return name === this.#input.host.name ? undefined : name
  }

  /** What is not known here will be, once this segment has acted. */
  #stepwise(): boolean {
    return this.#input.mode === 'segment' || this.#input.mode === 'replay'
  }

  /** Acts come first, and what they settle must be known then. */
  #mustKnow(): boolean {
    return this.#input.mode === 'segment' && this.#ledger.entries.some(hasChanges)
  }
}

/** For the scopes of a walk. */
export function othersOf({ runtimeOf }: Pick<WalkInput, 'runtimeOf'>): Pick<WalkInput, 'runtimeOf'> {
  return runtimeOf === undefined ? {} : { runtimeOf }
}

/** Nothing of it can be said or done without the place. */
function needsPlace(made: Decided): boolean {
  return made.kind === 'ask' || (made.kind === 'decided' && (made.lacks.length > 0 || made.decision.changes.length > 0))
}

/** Items are looked at one after the other where it matters how the one before has ended, or when. */
function goesItemByItem({ task }: TaskNode, { item, pauseSeconds }: ReadyInstance): boolean {
  return item !== undefined && (pauseSeconds > 0 || task.loopControl.breakWhen !== undefined)
}

/** A loop that has items registers them; where there is no list to go through, the task counts as one without a loop. */
function registeredOf({ task }: TaskNode, instances: readonly Instance[], outcomes: readonly Outcome[]): ValueMap | Unknown {
  const [only] = outcomes
  const [first] = instances
  if (only === undefined || first === undefined) throw new Error('a task without an instance')
  if (task.loop === undefined) return registeredValue(only)
  if (first.item === undefined) return first.kind === 'skipped' && first.listIsEmpty ? registeredLoop([]) : registeredValue(only)
  return registeredLoop(outcomes.map((outcome, at) => ({ loop: instances[at]?.item?.variables ?? {}, outcome })))
}

function grown(copies: number): Problem {
  return {
    code: 'NOT_SUPPORTED',
    message: `the list of this include has more than ${copies} items`,
    hint: 'of a list that is known only when it is reached 100 items are included, of another as many as it had at the start: loop in the file',
  }
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

/** What the task said itself, or the condition that calls it failed. */
function failureMessage(node: TaskNode, outcome: Outcome): string {
  if (outcome.failed === true || node.task.failedWhen === undefined) return outcome.message
  return `failed_when holds: ${node.task.failedWhen.map(({ value }) => value).join(' && ')}`
}
