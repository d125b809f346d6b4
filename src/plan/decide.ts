import type { Instance } from '../compile/instantiate.ts'
import type { TaskNode } from '../compile/compiled-run.ts'
import { withTimeLimit } from '../lib/time-limit.ts'
import { type Answer, type Fact, type Prediction, type Probe, type ProbeKindName, probeKey, type Target } from '../model/fact.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { AnyTaskType, Decision, HostView, PlanContext } from '../model/task-type.ts'
import { isMap, type Text, Unknown, type Value } from '../model/value.ts'
import type { HostOfPlay, PlanTools } from './input.ts'
import { type Observed, observedView, type Overlay, overlaidView, Unobserved } from './overlay.ts'
import { needsOf, preflight, preflightQuestions } from './preflight.ts'

export interface DecideInput {
  readonly node: TaskNode
  readonly instance: Extract<Instance, { kind: 'ready' }>
  readonly observed: Observed
  readonly overlay: Overlay
  readonly host: HostOfPlay
  readonly dirty: boolean
  readonly tools: PlanTools
}

/** `lacks`: what preflight still has to ask; the decision stands, so that the tasks behind it can be looked at along. */
export type Decided =
  | { readonly kind: 'ask'; readonly probes: readonly Probe[] }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'decided'; readonly decision: Decision; readonly problems: readonly Problem[]; readonly lacks: readonly Probe[] }

const nothing = (problems: readonly Problem[]): Decided => ({
  kind: 'decided',
  decision: { changes: [], predicts: [], reason: 'refused' },
  problems,
  lacks: [],
})

/**
 * One task on one host: parameters checked, files read, questions asked, decision made, preflight run.
 * Throws Unobserved when the decision needs an answer that `observe` did not ask for.
 */
export function decide(input: DecideInput): Decided {
  const { node, instance, observed, tools, host } = input
  const type = tools.taskTypes.get(node.type)
  if (type === undefined) throw new Error(`no task type ${node.type}`)
  const locate = (problem: Problem): Problem => ({ at: node.task.at, task: node.label, ...problem, host: host.name })

  const { params } = instance
  const wrong = tools.checkParams(node.type, instance.written, node.task.params)
  if (wrong.length > 0) return nothing(wrong.map(locate))

  const assets: (Text | Uint8Array)[] = []
  for (const request of type.assets?.(params) ?? []) {
    const asset = tools.readAsset(request, node, instance.scope)
    if ('problem' in asset) return nothing([locate(asset.problem)])
    if (asset.content instanceof Unknown) return { kind: 'unknown', why: asset.content.why }
    assets.push(asset.content)
  }

  const missing = askFirst(type, params, observed)
  if (missing.length > 0) return { kind: 'ask', probes: missing }

  const context: PlanContext = {
    view: asTold(overlaidView(observed, input.overlay), instance.environment, node.task.timeout),
    now: tools.now,
    assets,
    dirty: input.dirty,
    authority: tools.authority,
    stored: tools.stored,
    host: { name: host.name, address: host.address },
    user: instance.user,
    fromRole: node.role !== undefined,
    unattended: tools.unattended === true,
  }
  const planned = planOrRefuse(() => type.plan(params, context))
  if ('problems' in planned) return nothing(planned.problems.map(locate))
  const decision = within(planned.decision, node.task.timeout)
  if (decision.later !== undefined) return { kind: 'unknown', why: decision.later }
  const needs = needsOf(type, decision)
  const lacks = preflightQuestions(needs).filter((probe) => !observed.has(probeKey(probe)))
  const problems = [...(decision.problems ?? []), ...(lacks.length > 0 ? [] : preflight(needs, context.view, host.name))]
  return { kind: 'decided', decision, problems: problems.map(locate), lacks }
}

/** An authority of the controller that cannot be read, or half of which is gone, refuses the run like any other mistake. */
function planOrRefuse(plan: () => Decision): { readonly decision: Decision } | { readonly problems: readonly Problem[] } {
  try {
    return { decision: plan() }
  } catch (error) {
    if (error instanceof TlsplayError) return { problems: error.problems }
    throw error
  }
}

/** `environment` and `timeout` of a task hold for the programs that it asks as for those that it runs. */
function asTold(view: HostView, environment: Value, timeoutSeconds: number | undefined): HostView {
  const names = isMap(environment) ? Object.entries(environment).map(([name, value]) => `${name}=${String(value)}`) : []
  const before = [
    ...(timeoutSeconds === undefined ? [] : ['timeout', String(timeoutSeconds)]),
    ...(names.length === 0 ? [] : ['env', ...names]),
  ]
  if (before.length === 0) return view
  return {
    get<K extends ProbeKindName>(kind: K, target: Target<K>): Answer<Fact<K>> {
      if (kind !== 'command') return view.get(kind, target)
      const command = target as Target<'command'>
      return view.get(kind, { ...command, argv: [...before, ...command.argv] } as Target<K>)
    },
  }
}

/** A task that fails because `timeout` ended the program it asked says so. */
function within(decision: Decision, timeoutSeconds: number | undefined): Decision {
  const { failed, result } = decision
  const rc = result?.['rc']
  if (failed === undefined || typeof rc !== 'number') return decision
  return { ...decision, failed: withTimeLimit(failed, rc, timeoutSeconds) }
}

/**
 * What a look at the place will ask once the task has acted, and was never asked before: where it put a link, the questions go
 * on behind it. As far as the predictions tell.
 */
export function questionsAfter(type: AnyTaskType, params: unknown, observed: Observed, predicts: readonly Prediction[]): readonly Probe[] {
  const then: Observed = new Map([
    ...observed,
    ...predicts.map((prediction): [string, unknown] => [probeKey(prediction as Probe), prediction.fact]),
  ])
  const rounds = type.observe(params)
  const view = observedView(then)
  const asked: Probe[] = []
  try {
    for (let round = rounds.next(view); round.done !== true; round = rounds.next(view)) asked.push(...round.value)
  } catch (error) {
    if (!(error instanceof Unobserved)) throw error
    asked.push(error.probe)
  }
  return asked.filter((probe) => !observed.has(probeKey(probe)))
}

/** Runs the question rounds over what is observed; answers with the first round that lacks something. */
function askFirst(type: AnyTaskType, params: unknown, observed: Observed): readonly Probe[] {
  const rounds = type.observe(params)
  const view = observedView(observed)
  try {
    for (let round = rounds.next(view); round.done !== true; round = rounds.next(view)) {
      const lacking = round.value.filter((probe) => !observed.has(probeKey(probe)))
      if (lacking.length > 0) return lacking
    }
  } catch (error) {
    if (error instanceof Unobserved) return [error.probe]
    throw error
  }
  return []
}
