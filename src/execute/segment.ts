import { isNonEmpty, TlsplayError } from '../model/problem.ts'
import type { Probe } from '../model/fact.ts'
import type { IssuerStep, StepAnswer } from '../model/step.ts'
import type { AnyTaskType, TaskResult } from '../model/task-type.ts'
import type { Entry, Place } from '../plan/entry.ts'
import type { Answers, HostSession, Numbered, StageStep } from '../ports/host-session.ts'
import type { Clock, Desk, Issuer } from '../ports/ports.ts'
import { actAll } from './acting.ts'
import { type Actor, advance, broke, fail, isForIssuer, lost, mayFail, number, type Numbering, start } from './actor.ts'

export interface SegmentPorts {
  readonly issuer: Issuer
  readonly clock: Clock
  readonly desk: Desk
  /** resolves after that many milliseconds */
  readonly pause: (milliseconds: number) => Promise<void>
  /** sessions are opened on first use */
  session(place: Place): Promise<HostSession>
  /** runs an act on a place that several hosts share in turn, one after another */
  inTurn<T>(place: Place, act: () => Promise<T>): Promise<T>
  /** questions that may be asked along with those of a task, because somebody will ask them after the last act */
  along(place: Place): readonly Probe[]
  /** answers that hold until the next act */
  heard(place: Place, facts: ReadonlyMap<string, unknown>): void
  /** something acted, or may have: what was heard holds no longer */
  acted(): void
}

export interface SegmentResult {
  /** by entry id; entries after a failure have none */
  readonly results: ReadonlyMap<string, TaskResult>
  readonly failed: boolean
}

/**
 * Applies the changes of one host up to the end of a segment: first everything is staged for all tasks in one exchange
 * a round, then everything visible happens in task order, fused into as few exchanges as the questions in between allow.
 * A failure while staging leaves the host as it was.
 */
export async function applySegment(
  entries: readonly Entry[],
  taskTypes: ReadonlyMap<string, AnyTaskType>,
  ports: SegmentPorts,
  numbering: Numbering,
): Promise<SegmentResult> {
  const actors = entries.flatMap((entry) => (entry.decision?.changes ?? []).map((change) => start(entry, change, taskTypes)))
  const staged = await stageAll(actors, ports, numbering)
  if (!staged) {
    await discard(actors, ports)
    return { results: resultsOf(actors), failed: true }
  }
  const failed = await actAll(actors, ports, numbering)
  await discard(actors, ports)
  return { results: resultsOf(actors), failed }
}

function isStaging(actor: Actor): boolean {
  return actor.result === undefined && actor.wants.every((step) => step.kind === 'make' || isForIssuer(step))
}

/** Runs rounds until every actor waits with its visible steps, whose bytes are staged too. False when one failed. */
async function stageAll(actors: readonly Actor[], ports: SegmentPorts, numbering: Numbering): Promise<boolean> {
  for (;;) {
    const open = actors.filter((actor) => actor.result === undefined && actor.numbers.length === 0 && actor.wants.length > 0)
    if (open.length === 0) return actors.every((actor) => actor.result?.failed === undefined || mayFail(actor))
    for (const actor of open) number(actor, numbering)
    const answers = await stageRound(open, ports)
    for (const actor of open) {
      const own = actor.numbers.map((number) => answers.get(number))
      const wrong = own.find((answer) => answer !== undefined && !answer.ok)
      if (wrong?.full !== undefined) fail(actor, wrong, 'NO_SPACE')
      else if (!isStaging(actor)) {
        // Its writes were staged; it goes on when its turn to act comes.
        if (wrong !== undefined) fail(actor, wrong, 'WRITE_FAILED')
      } else advance(actor, actor.deeds.next(own.map((answer) => answer ?? lost)))
    }
    if (actors.some(broke)) return false
  }
}

async function stageRound(actors: readonly Actor[], ports: SegmentPorts): Promise<Answers> {
  const answers = new Map<number, StepAnswer>()
  for (const place of new Set(actors.map(({ entry }) => entry.place))) {
    const steps = actors
      .filter((actor) => actor.entry.place === place)
      .flatMap((actor) => actor.wants.map((step, at) => ({ number: actor.numbers[at] ?? 0, step })))
      .filter((numbered): numbered is Numbered<StageStep> => numbered.step.kind === 'write' || numbered.step.kind === 'make')
    if (steps.length === 0) continue
    const session = await ports.session(place)
    for (const [number, answer] of await ports.inTurn(place, () => session.prepare(steps))) answers.set(number, answer)
    for (const { number } of steps) if (!answers.has(number)) answers.set(number, lost)
  }
  for (const actor of actors) {
    for (const [at, step] of actor.wants.entries())
      if (isForIssuer(step)) answers.set(actor.numbers[at] ?? 0, await issue(step, ports.issuer))
  }
  return answers
}

async function issue(step: IssuerStep, issuer: Issuer): Promise<StepAnswer> {
  try {
    return { ok: true, rc: 0, stdout: '', stderr: '', ...(await issued(step, issuer)) }
  } catch (error) {
    if (error instanceof TlsplayError) return { ok: false, rc: 1, stdout: '', stderr: error.message }
    throw error
  }
}

async function issued(step: IssuerStep, issuer: Issuer): Promise<Pick<StepAnswer, 'chain' | 'ordered' | 'key'>> {
  if (step.kind === 'issue') return { chain: await issuer.issue(step) }
  if (step.kind === 'stored') {
    if (issuer.pairs === undefined) throw new Error('nothing is kept here')
    return issuer.pairs.take(step)
  }
  if (issuer.acme === undefined) throw new Error('nobody speaks to ACME servers here')
  return step.kind === 'order'
    ? { ordered: await issuer.acme.order(step.order) }
    : { chain: await issuer.acme.finish(step.order, step.request) }
}

async function discard(actors: readonly Actor[], ports: SegmentPorts): Promise<void> {
  const places = new Set(
    actors.filter((actor) => actor.result === undefined || actor.result.failed !== undefined).map((actor) => actor.entry.place),
  )
  for (const place of places) await (await ports.session(place)).discard()
}

/** An entry is done when all of its changes are; it changed when one did, it failed with the first that failed. */
function resultsOf(actors: readonly Actor[]): ReadonlyMap<string, TaskResult> {
  const byEntry = new Map<string, Actor[]>()
  for (const actor of actors) byEntry.set(actor.entry.id, [...(byEntry.get(actor.entry.id) ?? []), actor])
  const results = new Map<string, TaskResult>()
  for (const [id, own] of byEntry) {
    const ended = own.map((actor) => actor.result).filter((result) => result !== undefined)
    const broken = ended.find((result) => result.failed !== undefined)
    if (broken !== undefined) results.set(id, broken)
    else if (isNonEmpty(ended) && ended.length === own.length) {
      results.set(id, {
        changed: ended.some((result) => result.changed),
        values: Object.assign({}, ...ended.map((result) => result.values ?? {})),
      })
    }
  }
  return results
}
