import { isBroughtToHandlers, type MetaGuard, type TaskNode } from '../compile/compiled-run.ts'
import { evaluateConditions } from '../compile/conditions.ts'
import { hostScope } from '../compile/variables.ts'
import type { Probe } from '../model/fact.ts'
import { type Problem, throwIfAny } from '../model/problem.ts'
import { Unknown } from '../model/value.ts'
import { runsIn, waitsForFailure } from './blocks.ts'
import { endingOf, hostWaits, isLeftOut, playEnded } from './endings.ts'
import { type Entry, hasChanges, type Place, type WalkState } from './entry.ts'
import { factValue } from './facts.ts'
import { givenBy, takes } from './includes.ts'
import type { PlanTools, WalkInput } from './input.ts'
import { includeKeys, Ledger } from './ledger.ts'
import { nothingObserved, Unobserved } from './overlay.ts'
import { registeredValue, skippedOutcome, unknownOutcome } from './registered.ts'
import type { Stop } from './stops.ts'
import { othersOf, type TaskEnd, walkTask } from './walk-task.ts'

export type WalkResult =
  | {
      readonly kind: 'ask'
      readonly probes: ReadonlyMap<Place, readonly Probe[]> /** as far as it can be told */
      readonly state: WalkState
    }
  | {
      readonly kind: 'walked'
      readonly entries: readonly Entry[] /** first stop not walked */
      readonly next: number
      readonly state: WalkState
      readonly failed: boolean
      /** why the host cannot go on from there: a task needs a place that could not be reached */
      readonly lost: Problem | undefined
    }

/**
 * Plans the tasks of one host in order over what is observed, overlaid by what earlier tasks predict. Pure: when an
 * answer is missing it says which questions to ask, and is called again with their answers.
 */
export function walk(input: WalkInput, tools: PlanTools): WalkResult {
  const { from, to, stops, state } = input
  const ledger = new Ledger(state)
  let next = to
  let lost: Problem | undefined
  for (const [at, stop] of stops.slice(from, to).entries()) {
    if (isLeftOut(stop, from + at, input.host.play, ledger.state.ended)) continue
    if (!runsIn(stop.within, ledger.state.failures)) {
      const block = waitsForFailure(stop.within, ledger.state.failures)
      if (input.mode === 'plan' && stop.kind === 'task' && block !== undefined && ledger.state.risky.has(block))
        ledger.ifFails(stop.node, stop.id)
      continue
    }
    if (stop.kind === 'task' && stop.node.includes.length > 0) {
      const taken = takes(stop.node.includes, ledger.state)
      if (taken instanceof Unknown && input.mode === 'plan') ledger.ifIncluded(stop.node, stop.id, taken)
      // one host runs it for all, and that host does not
      if (taken === false && stop.node.task.runOnce)
        ledger.keep(stop.node, { result: registeredValue(skippedOutcome('not included')), sets: {}, reads: [] })
      if (taken !== true) continue
    }
    const mark = ledger.mark()
    const end = pass(stop, from + at, input, tools, ledger)
    if (typeof end === 'object') {
      lost = end.lost
      next = from + at
      break
    }
    if (end === 'cut') {
      next = from + at
      break
    }
    if (ledger.entries.slice(mark.entries).some(({ waits }) => waits !== undefined)) {
      const { play } = input.host
      ledger.end(playEnded(play), from + at + 1)
      ledger.end(hostWaits, play.index)
    }
    ledger.risk(stop.within, mark)
    if (end === 'failed' && 'node' in stop) ledger.fail(stop.node, stop.within)
    // What goes on after a failure is for the next segment to plan: what has acted by then is known.
    if ((end === 'failed' && stepwise(input)) || awaitsVerdict(stop, input, ledger)) {
      next = from + at + 1
      break
    }
  }
  const probes = ledger.missing
  if (probes.size > 0) return { kind: 'ask', probes, state: ledger.state }
  return { kind: 'walked', entries: ledger.entries, next, state: ledger.state, failed: isLost(ledger.state, stops.slice(next)), lost }
}

/** A failure that nothing cleared, and no task left that runs all the same. */
export function isLost({ failures }: WalkState, left: readonly Stop[]): boolean {
  return failures.doomed && !left.some((stop) => runsIn(stop.within, failures))
}

function stepwise({ mode }: WalkInput): boolean {
  return mode === 'segment' || mode === 'replay'
}

function pass(stop: Stop, at: number, input: WalkInput, tools: PlanTools, ledger: Ledger): TaskEnd {
  const mustKnow = input.mode === 'segment' && ledger.entries.some(hasChanges)
  switch (stop.kind) {
    case 'task':
      return walkTask({ node: stop.node, id: stop.id, handler: false }, input, tools, ledger)
    case 'renew': {
      const verdict = happens(stop.guard, input, tools, ledger)
      if (verdict === 'unknown' && mustKnow) return 'cut'
      if (verdict === 'true') ledger.renew()
      return 'next'
    }
    case 'end': {
      // What ended in the run ends in its proof as well, whatever the conditions say by then.
      if (input.mode === 'converge') return 'next'
      const verdict = happens(stop.guard, input, tools, ledger)
      if (verdict === 'unknown' && mustKnow) return 'cut'
      if (verdict === 'true') ledger.end(endingOf(stop, input.host.play), at + 1)
      return 'next'
    }
    case 'flush': {
      const verdict = happens(stop.guard, input, tools, ledger)
      if (verdict === 'unknown' && mustKnow) return 'cut'
      if (verdict !== 'true') return 'next'
      // Whether a handler is due depends on what the tasks before it really changed: they act first.
      return mustKnow && ledger.state.notified.size > 0 ? 'cut' : 'next'
    }
    case 'handler': {
      // Nothing notifies in converge; but a handler that failed and was rescued led its block another way.
      const fails = input.mode === 'converge' && input.known.get(stop.id)?.outcome.failed === true
      if (stop.node.task.include !== undefined) ledger.uninclude(stop.node)
      const due = fails ? true : isBroughtToHandlers(stop.node) ? broughtIn(stop.node, ledger) : ledger.state.notified.get(stop.node.id)
      if (due === undefined || happens(stop.guard, input, tools, ledger) !== 'true') return 'next'
      if (due !== true && mustKnow) return 'cut'
      const mark = ledger.mark()
      ledger.settle(stop.node)
      if (due !== true) {
        if (stop.node.task.include?.kind === 'tasks') for (const key of includeKeys(stop.node)) ledger.include(key, due)
        ledger.add(stop.node, { id: stop.id, handler: true, outcome: 'later', reason: due.why, registered: unknownOutcome(due.why) })
        return 'next'
      }
      const end = walkTask({ node: stop.node, id: stop.id, handler: true }, input, tools, ledger)
      if (end === 'cut') ledger.back(mark)
      return end
    }
  }
}

/** What an include among handlers brought in runs when the include ran in the same flush. */
function broughtIn({ includes }: TaskNode, ledger: Ledger): true | Unknown | undefined {
  const taken = takes(includes, ledger.state)
  return taken === false ? undefined : taken
}

/** Whether a `meta` happens. What is not known in a plan leaves handlers to the next flush, and ends nothing. */
function happens(guard: MetaGuard | undefined, input: WalkInput, tools: PlanTools, ledger: Ledger): 'true' | 'false' | 'unknown' {
  if (guard === undefined) return 'true'
  const { role, blockVars, includeVars, conditions } = guard
  const taken = takes(guard.includes, ledger.state)
  if (taken !== true) return taken instanceof Unknown ? 'unknown' : 'false'
  const included = givenBy(guard.includes, ledger.state)
  const { play, name } = input.host
  const { runtime } = ledger.state
  try {
    const fact = (path: readonly string[]) => factValue(input.observed.host ?? nothingObserved, path)
    const verdict = evaluateConditions(
      conditions,
      hostScope({ run: tools.run, play, host: name, role, blockVars, includeVars, included, runtime, fact, ...othersOf(input) }),
    )
    if (verdict.kind !== 'failed') return verdict.kind
    const problems = verdict.problems.map((problem) => ({ at: guard.at, ...problem, host: name }))
    throwIfAny(problems)
    return 'unknown'
  } catch (error) {
    if (!(error instanceof Unobserved)) throw error
    ledger.ask('host', [error.probe])
    return 'unknown'
  }
}

/** Whether the host goes on after this task is for its own conditions to say, and those read what the act will answer. */
function awaitsVerdict(stop: Stop, { mode }: WalkInput, ledger: Ledger): boolean {
  if (mode !== 'segment' || !('node' in stop)) return false
  const own = ledger.entries.filter((entry) => entry.node === stop.node)
  return own.some((entry) => entry.turn !== undefined || (stop.node.task.failedWhen !== undefined && hasChanges(entry)))
}
