import { unreachable } from '../lib/unreachable.ts'
import { isNonEmpty, type Problem, TlsplayError } from '../model/problem.ts'
import type { AskStep, IssueStep, Step, StepAnswer } from '../model/step.ts'
import type { AnyTaskType, Change, TaskResult } from '../model/task-type.ts'
import { probeKey } from '../model/fact.ts'
import type { Entry, Place } from '../plan/entry.ts'
import type { ActGroup, ActStep, Answers, HostSession, Numbered, StageStep } from '../ports/host-session.ts'
import type { Clock, Issuer } from '../ports/ports.ts'

export interface SegmentPorts {
  readonly issuer: Issuer
  readonly clock: Clock
  /** resolves after that many milliseconds */
  readonly pause: (milliseconds: number) => Promise<void>
  /** sessions are opened on first use */
  session(place: Place): Promise<HostSession>
  /** runs an act on a place that several hosts share in turn, one after another */
  inTurn<T>(place: Place, act: () => Promise<T>): Promise<T>
}

export interface SegmentResult {
  /** by entry id; entries after a failure have none */
  readonly results: ReadonlyMap<string, TaskResult>
  readonly failed: boolean
}

type Deeds = Generator<readonly Step[], TaskResult, readonly StepAnswer[]>

/** One change on its way: a pure generator, what it wants next, and how it ended. */
interface Actor {
  readonly entry: Entry
  readonly deeds: Deeds
  wants: readonly Step[]
  result: TaskResult | undefined
  /** numbers of the steps of `wants`, given when they are staged or acted */
  numbers: readonly number[]
}

const asksEveryMs = 250

/**
 * Applies the changes of one host up to the end of a segment: first everything is staged for all tasks in one exchange
 * a round, then everything visible happens in task order, fused into as few exchanges as the questions in between allow.
 * A failure while staging leaves the host as it was.
 */
export async function applySegment(
  entries: readonly Entry[],
  taskTypes: ReadonlyMap<string, AnyTaskType>,
  ports: SegmentPorts,
  numbering: { next: number },
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

function start(entry: Entry, change: Change, taskTypes: ReadonlyMap<string, AnyTaskType>): Actor {
  const deeds = taskTypes.get(entry.node.type)?.apply(change)
  if (deeds === undefined) throw new Error(`no task type ${entry.node.type}`)
  const actor: Actor = { entry, deeds, wants: [], result: undefined, numbers: [] }
  advance(actor, deeds.next())
  return actor
}

function advance(actor: Actor, turn: IteratorResult<readonly Step[], TaskResult>): void {
  if (turn.done === true) {
    actor.result = turn.value
    actor.wants = []
  } else actor.wants = turn.value.map((step) => withKeywords(step, actor.entry))
  actor.numbers = []
}

/** `environment` and `timeout` of a task hold for every command it runs; what the task itself sets for a command wins. */
function withKeywords(step: Step, { environment, node }: Entry): Step {
  if (step.kind !== 'run') return step
  const timeoutSeconds = step.timeoutSeconds ?? node.task.timeout
  return { ...step, env: { ...environment, ...step.env }, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) }
}

function isStaging(actor: Actor): boolean {
  return actor.result === undefined && actor.wants.every((step) => step.kind === 'make' || step.kind === 'issue')
}

/** Runs rounds until every actor waits with its visible steps, whose bytes are staged too. False when one failed. */
async function stageAll(actors: readonly Actor[], ports: SegmentPorts, numbering: { next: number }): Promise<boolean> {
  for (;;) {
    const open = actors.filter((actor) => actor.result === undefined && actor.numbers.length === 0 && actor.wants.length > 0)
    if (open.length === 0) return actors.every((actor) => actor.result?.failed === undefined || mayFail(actor))
    for (const actor of open) actor.numbers = actor.wants.map(() => numbering.next++)
    const answers = await stageRound(open, ports)
    for (const actor of open) {
      const own = actor.numbers.map((number) => answers.get(number))
      const wrong = own.find((answer) => answer !== undefined && !answer.ok)
      if (!isStaging(actor)) {
        // Its writes were staged; it goes on when its turn to act comes.
        if (wrong !== undefined) fail(actor, wrong, 'WRITE_FAILED')
      } else advance(actor, actor.deeds.next(own.map((answer) => answer ?? lost)))
    }
    if (actors.some((actor) => actor.result?.failed !== undefined && !mayFail(actor))) return false
  }
}

const lost: StepAnswer = { ok: false, rc: 255, stdout: '', stderr: 'no answer came back' }

async function stageRound(actors: readonly Actor[], ports: SegmentPorts): Promise<Answers> {
  const answers = new Map<number, StepAnswer>()
  for (const place of ['host', 'controller'] as const) {
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
      if (step.kind === 'issue') answers.set(actor.numbers[at] ?? 0, await issue(step, ports.issuer))
  }
  return answers
}

async function issue(step: IssueStep, issuer: Issuer): Promise<StepAnswer> {
  try {
    return { ok: true, rc: 0, stdout: '', stderr: '', chain: await issuer.issue(step) }
  } catch (error) {
    if (error instanceof TlsplayError) return { ok: false, rc: 1, stdout: '', stderr: error.message }
    throw error
  }
}

/** Acts in task order. Visible steps of neighbouring tasks share an exchange; a question ends it. True when one failed. */
async function actAll(actors: readonly Actor[], ports: SegmentPorts, numbering: { next: number }): Promise<boolean> {
  let from = 0
  while (from < actors.length) {
    const batch = nextBatch(actors, from)
    const place = batch[0]?.entry.place ?? 'host'
    const { broken, ended } = await actBatch(batch, place, ports, numbering)
    if (broken) return true
    from += ended
  }
  return false
}

/** Consecutive actors of one place; one that asks is the last of its batch, because its answer decides whether others act. */
function nextBatch(actors: readonly Actor[], from: number): readonly Actor[] {
  const place = actors[from]?.entry.place
  const batch: Actor[] = []
  for (const actor of actors.slice(from)) {
    if (actor.entry.place !== place) break
    batch.push(actor)
    if (actor.wants.some((step) => step.kind === 'ask')) break
  }
  return batch
}

/** `ended`: how many of the batch have; the host waits with the rest while a task judges a command that did not end with 0. */
async function actBatch(
  batch: readonly Actor[],
  place: Place,
  ports: SegmentPorts,
  numbering: { next: number },
): Promise<{ readonly broken: boolean; readonly ended: number }> {
  const session = await ports.session(place)
  const groups: ActGroup[] = batch
    .filter((actor) => actor.result === undefined)
    .map((actor) => ({ mayFail: mayFail(actor), steps: actSteps(actor) }))
  const answers = await ports.inTurn(place, () => session.act(groups))
  for (const [at, actor] of batch.entries()) {
    const waits = !mayFail(actor) && actor.wants.some((step, index) => isFailedCommand(step, answers.get(actor.numbers[index] ?? 0)))
    if (actor.result === undefined) await finish(actor, answers, session, ports, numbering)
    const broken = actor.result?.failed !== undefined && !mayFail(actor)
    if (broken || waits) return { broken, ended: at + 1 }
  }
  return { broken: false, ended: batch.length }
}

function isFailedCommand(step: Step, answer: StepAnswer | undefined): boolean {
  return step.kind === 'run' && step.mayFail && answer !== undefined && answer.rc !== 0
}

/** Its failure does not end the host, or `failed_when` has to say first whether it is one: the segment ends behind such a task. */
function mayFail({ entry }: Actor): boolean {
  return entry.tolerant || entry.node.task.failedWhen !== undefined
}

function actSteps(actor: Actor): readonly Numbered<ActStep>[] {
  return actor.wants.flatMap((step, at): readonly Numbered<ActStep>[] =>
    step.kind === 'ask' || step.kind === 'issue' || step.kind === 'make' ? [] : [{ number: actor.numbers[at] ?? 0, step }],
  )
}

/** Feeds the answers of an actor's visible steps, and goes on with whatever it still asks. */
async function finish(actor: Actor, acted: Answers, session: HostSession, ports: SegmentPorts, numbering: { next: number }): Promise<void> {
  let answers = acted
  for (;;) {
    const own: StepAnswer[] = []
    for (const [at, step] of actor.wants.entries()) {
      const answer = step.kind === 'ask' ? await ask(step, session, ports) : (answers.get(actor.numbers[at] ?? 0) ?? lost)
      if (!answer.ok) {
        fail(actor, answer, 'TASK_FAILED', step)
        return
      }
      own.push(answer)
    }
    advance(actor, actor.deeds.next(own))
    if (actor.result !== undefined) return
    actor.numbers = actor.wants.map(() => numbering.next++)
    answers = await ports.inTurn(actor.entry.place, () => session.act([{ mayFail: false, steps: actSteps(actor) }]))
  }
}

/** Asks until the answers have settled or the deadline has passed; the last answers count either way. */
async function ask(step: AskStep, session: HostSession, ports: SegmentPorts): Promise<StepAnswer> {
  const deadline = ports.clock.now() + step.deadlineSeconds * 1000
  for (;;) {
    const facts = await session.observe(step.probes)
    const ordered = step.probes.map((probe) => facts.get(probeKey(probe)))
    if (step.settled(ordered) || ports.clock.now() >= deadline) return { ok: true, rc: 0, stdout: '', stderr: '', facts: ordered }
    await ports.pause(asksEveryMs)
  }
}

function fail(actor: Actor, answer: StepAnswer, code: Problem['code'], step?: Step): void {
  const said = (answer.stderr.trim() || answer.stdout.trim() || `exit status ${answer.rc}`).split('\n').slice(-20).join('\n')
  actor.result = {
    changed: false,
    failed: `${step === undefined ? 'staging' : describe(step)}: ${said}`,
    ...(code === 'WRITE_FAILED' ? { hint: 'nothing on the host was changed' } : {}),
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
    default:
      return unreachable(step)
  }
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
