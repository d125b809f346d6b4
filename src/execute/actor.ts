import { isTimedOut, timeLimitHint, withTimeLimit } from '../lib/time-limit.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { Problem } from '../model/problem.ts'
import type { IssuerStep, Step, StepAnswer } from '../model/step.ts'
import type { AnyTaskType, Change, TaskResult } from '../model/task-type.ts'
import type { Entry } from '../plan/entry.ts'
import type { ActStep, Numbered } from '../ports/host-session.ts'
import { holdsUp } from './desk.ts'

type Deeds = Generator<readonly Step[], TaskResult, readonly StepAnswer[]>

/** One change on its way: a pure generator, what it wants next, and how it ended. */
export interface Actor {
  readonly entry: Entry
  readonly deeds: Deeds
  wants: readonly Step[]
  result: TaskResult | undefined
  /** numbers of the steps of `wants`, given when they are staged or acted */
  numbers: readonly number[]
}

/** Steps of one host are numbered through its whole run. */
export interface Numbering {
  next: number
}

/** For a step whose answer did not come back. */
export const lost: StepAnswer = { ok: false, rc: 255, stdout: '', stderr: 'no answer came back' }

export function start(entry: Entry, change: Change, taskTypes: ReadonlyMap<string, AnyTaskType>): Actor {
  const deeds = taskTypes.get(entry.node.type)?.apply(change)
  if (deeds === undefined) throw new Error(`no task type ${entry.node.type}`)
  const actor: Actor = { entry, deeds, wants: [], result: undefined, numbers: [] }
  advance(actor, deeds.next())
  return actor
}

/** What it wants after its turn. */
export function advance(actor: Actor, turn: IteratorResult<readonly Step[], TaskResult>): void {
  if (turn.done === true) {
    actor.result = turn.value
    actor.wants = []
  } else actor.wants = turn.value.map((step) => withKeywords(step, actor.entry))
  actor.numbers = []
}

/** The next steps of an actor get their numbers. */
export function number(actor: Actor, numbering: Numbering): void {
  actor.numbers = actor.wants.map(() => numbering.next++)
}

/**
 * `environment` and `timeout` of a task hold for every command it runs; what the task itself sets for a command wins. Its
 * questions end by then as well.
 */
function withKeywords(step: Step, { environment, node }: Entry): Step {
  const { timeout } = node.task
  if (step.kind === 'ask' && timeout !== undefined) return { ...step, deadlineSeconds: Math.min(step.deadlineSeconds, timeout) }
  if (step.kind !== 'run') return step
  const timeoutSeconds = step.timeoutSeconds ?? timeout
  return { ...step, env: { ...environment, ...step.env }, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) }
}

/** Its failure does not end the host, or its own conditions have to say first whether it is one: the segment ends behind such a task. */
export function mayFail({ entry }: Actor): boolean {
  return entry.tolerant || entry.node.task.failedWhen !== undefined || entry.turn !== undefined
}

/** A failure that ends the host. */
export function broke(actor: Actor): boolean {
  return actor.result?.failed !== undefined && !mayFail(actor)
}

export function isForIssuer(step: Step): step is IssuerStep {
  return step.kind === 'issue' || step.kind === 'order' || step.kind === 'finish' || step.kind === 'stored'
}

export function actSteps(actor: Actor): readonly Numbered<ActStep>[] {
  return actor.wants.flatMap((step, at): readonly Numbered<ActStep>[] =>
    holdsUp(step) || step.kind === 'make' || isForIssuer(step) ? [] : [{ number: actor.numbers[at] ?? 0, step }],
  )
}

export function fail(actor: Actor, answer: StepAnswer, code: Problem['code'], step?: Step): void {
  const { full } = answer
  if (full !== undefined) {
    const hint = `nothing on the host was changed; make room on ${full.mount}\ndf -h ${full.mount}`
    actor.result = { changed: false, failed: `staging: ${full.said}`, code: 'NO_SPACE', hint }
    return
  }
  const said = (answer.stderr.trim() || answer.stdout.trim() || `exit status ${answer.rc}`).split('\n').slice(-20).join('\n')
  actor.result = {
    changed: false,
    failed: `${step === undefined ? 'staging' : describe(step)}: ${said}`,
    ...(code === 'WRITE_FAILED' ? { hint: 'nothing on the host was changed' } : {}),
  }
}

/** A task whose program was ended by its time limit says so, of whatever type it is. */
export function sayTimeLimit(actor: Actor, steps: readonly Step[], answers: readonly StepAnswer[]): void {
  const failed = actor.result?.failed
  if (actor.result === undefined || failed === undefined) return
  for (const [at, step] of steps.entries()) {
    const rc = answers[at]?.rc ?? 0
    if (step.kind !== 'run' || !isTimedOut(rc, step.timeoutSeconds)) continue
    actor.result = { ...actor.result, failed: withTimeLimit(failed, rc, step.timeoutSeconds), hint: timeLimitHint }
    return
  }
}

function describe(step: Step): string {
  switch (step.kind) {
    case 'write':
    case 'install':
      return `install ${step.path}`
    case 'directory':
      return `make directory ${step.path}`
    case 'link':
      return `link ${step.path}`
    case 'attributes':
      return `set owner and mode of ${step.path}`
    case 'remove':
      return `remove ${step.path}`
    case 'run':
      return 'argv' in step.command ? `run ${step.command.argv.join(' ')}` : 'run'
    case 'make':
      return 'make files'
    case 'ask':
      return 'ask'
    case 'issue':
      return 'sign the request'
    case 'order':
      return 'order a certificate'
    case 'finish':
      return 'finish the order'
    case 'stored':
      return `bring the certificate ${step.name}`
    case 'rest':
      return 'rest'
    case 'answer':
      return 'ask a person'
    case 'keep':
      return `keep ${step.below}`
    default:
      return unreachable(step)
  }
}
