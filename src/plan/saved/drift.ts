import type { Plan, PlannedTask } from '../../model/plan.ts'
import type { Problem } from '../../model/problem.ts'
import type { SavedFact, SavedPlan } from './document.ts'

/** What there is now, in the form in which a saved plan keeps what there was. */
export interface Present {
  readonly inputs: SavedPlan['inputs']
  readonly facts: SavedPlan['facts']
  readonly plan: Plan
}

/** Everything in which the world is no longer the one a plan was made from, one problem each; empty: it may be applied. */
export function drift(saved: SavedPlan, present: Present): readonly Problem[] {
  const facts = hostsOf(saved.facts, present.facts).flatMap((host) => factDrift(host, saved.facts[host], present.facts[host]))
  const found = [...inputDrift(saved.inputs, present.inputs, 'all'), ...facts]
  // What the plan says differently follows from the rest; told on its own only when nothing explains it.
  return found.length > 0 ? found : planDrift(saved.plan, present.plan)
}

/** `read`: only what was read by now is compared, more may follow. */
export function inputDrift(before: SavedPlan['inputs'], now: SavedPlan['inputs'], which: 'all' | 'read'): readonly Problem[] {
  const names = which === 'all' ? [...new Set([...Object.keys(before), ...Object.keys(now)])] : Object.keys(now)
  return names.flatMap((name) => {
    if (before[name] === now[name]) return []
    if (before[name] === undefined) return [drifted(`${name} is used now and was not when the plan was made`)]
    if (now[name] === undefined) return [drifted(`${name} is used no more`)]
    return [drifted(`${name} is not what it was when the plan was made`)]
  })
}

function factDrift(host: string, before: readonly SavedFact[] = [], now: readonly SavedFact[] = []): readonly Problem[] {
  const present = new Map(now.map((fact) => [fact.question, fact]))
  const known = new Set(before.map(({ question }) => question))
  return [
    ...before.flatMap((fact) => {
      const other = present.get(fact.question)
      if (other === undefined) return [drifted(`${fact.what} was looked at for the plan and is not now`, host)]
      const parts = changedParts(fact, other)
      if (parts.length === 0) return []
      if (parts.includes('existence')) return [drifted(`${fact.what} came or went since the plan was made`, host)]
      return [drifted(`${fact.what} changed since the plan was made: ${parts.join(', ')}`, host)]
    }),
    ...now
      .filter(({ question }) => !known.has(question))
      .map((fact) => drifted(`${fact.what} is looked at now and was not for the plan`, host)),
  ]
}

function changedParts(before: SavedFact, now: SavedFact): readonly string[] {
  return [...new Set([...Object.keys(before.answer), ...Object.keys(now.answer)])].filter(
    (part) => before.answer[part] !== now.answer[part],
  )
}

/** Tasks that would do something else; what they say of the time that passed since does not count. */
function planDrift(before: Plan, now: Plan): readonly Problem[] {
  const [old, fresh] = [actsOf(before), actsOf(now)]
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), fresh.get(key)]
    if (was?.acts === is?.acts) return []
    const { host, label } = (is ?? was) as Acts
    return [drifted(`the task "${label}" would do something else than the plan says`, host)]
  })
}

interface Acts {
  readonly host: string
  readonly label: string
  readonly acts: string
}

function actsOf(plan: Plan): ReadonlyMap<string, Acts> {
  return new Map(
    plan.plays.flatMap((play, at) =>
      play.hosts.flatMap(({ host, tasks, unreachable }) => [
        ...(unreachable === undefined ? [] : [[`${at} ${host}`, { host, label: 'reach the host', acts: unreachable.code }] as const]),
        ...tasks.map((task) => [`${at} ${host} ${task.id}`, { host, label: task.label, acts: actsOfTask(task) }] as const),
      ]),
    ),
  )
}

/** Fields hold dates that move with the clock, so of those only which they are counts; texts are compared line by line. */
function actsOfTask({ outcome, changes }: PlannedTask): string {
  return JSON.stringify([
    outcome,
    changes.map(({ action, target, diffs }) => [
      action,
      target,
      diffs.map((diff) => (diff.kind === 'text' ? diff : diff.fields.map(({ name }) => name))),
    ]),
  ])
}

function hostsOf(...facts: readonly SavedPlan['facts'][]): readonly string[] {
  return [...new Set(facts.flatMap((some) => Object.keys(some)))]
}

function drifted(message: string, host?: string): Problem {
  return {
    code: 'PLAN_DRIFT',
    ...(host === undefined ? {} : { host }),
    message,
    hint: 'nothing was changed; plan again, look at it, and apply that',
  }
}
