import type { AskStep, DeskStep, Step, StepAnswer } from '../model/step.ts'
import { type Probe, probeKey } from '../model/fact.ts'
import { type Place, stopOf } from '../plan/entry.ts'
import type { ActGroup, Answers, HostSession } from '../ports/host-session.ts'
import { type Actor, actSteps, advance, broke, fail, lost, mayFail, number, type Numbering, sayTimeLimit } from './actor.ts'
import { atDesk, holdsUp } from './desk.ts'
import type { SegmentPorts } from './segment.ts'

const asksEveryMs = 250

/** Acts in task order. Visible steps of neighbouring tasks share an exchange; a question ends it. True when one failed. */
export async function actAll(actors: readonly Actor[], ports: SegmentPorts, numbering: Numbering): Promise<boolean> {
  return new Acting(ports, numbering).all(actors)
}

class Acting {
  readonly #ports: SegmentPorts
  readonly #numbering: Numbering
  /** actors that started something and still have to look whether it stays; only questions go on before they did */
  #looking: readonly Actor[] = []
  /** how long a question may still wait for what was started; half of its stable time */
  #ripensMs = 0
  /** what ends the host, by id, with the id of its task: of a loop the other items still act, and nothing behind it */
  readonly #broken = new Map<string, string>()
  /** nothing acts behind the tasks of this batch */
  #last = false

  constructor(ports: SegmentPorts, numbering: Numbering) {
    this.#ports = ports
    this.#numbering = numbering
  }

  async all(actors: readonly Actor[]): Promise<boolean> {
    let left = actors
    for (;;) {
      left = left.filter((actor) => this.#goesOn(actor))
      const batch = nextBatch(left)
      if (batch.length === 0) return this.#look()
      this.#last = left.slice(batch.length).every(onlyAsks)
      const before = this.#broken.size
      if (!batch.every(onlyAsks)) await this.#look()
      if (this.#broken.size === before) left = left.slice(await this.#batch(batch))
    }
  }

  /** Nothing has ended the host, or it was another item of the same loop. */
  #goesOn({ entry }: Actor): boolean {
    return !this.#broken.has(entry.id) && [...this.#broken.values()].every((stop) => stop === stopOf(entry))
  }

  #breaks({ entry }: Actor): void {
    this.#broken.set(entry.id, stopOf(entry))
  }

  /** How many of the batch have ended; the host waits with the rest while a task judges a command that did not end with 0. */
  async #batch(batch: readonly Actor[]): Promise<number> {
    const place = batch[0]?.entry.place ?? 'host'
    const groups = batch
      .filter((actor) => actor.result === undefined)
      .map((actor): ActGroup => ({ mayFail: mayFail(actor), steps: actSteps(actor) }))
    const answers = await this.#act(place, groups)
    for (const [at, actor] of batch.entries()) {
      const waits = !mayFail(actor) && actor.wants.some((step, index) => isFailedCommand(step, answers.get(actor.numbers[index] ?? 0)))
      if (actor.result === undefined) await this.#finish(actor, answers)
      // What it found missing may be so because what was started did not stay: then that is the failure.
      if (broke(actor)) await this.#look()
      if (!this.#goesOn(actor)) actor.result = undefined
      else if (broke(actor)) this.#breaks(actor)
      if (this.#broken.size > 0 || waits) return at + 1
    }
    return batch.length
  }

  async #act(place: Place, groups: readonly ActGroup[]): Promise<Answers> {
    if (groups.every(({ steps }) => steps.length === 0)) return new Map()
    if (groups.some(({ steps }) => steps.some(({ step }) => !isLook(step)))) this.#ports.acted()
    const session = await this.#ports.session(place)
    return this.#ports.inTurn(place, () => session.act(groups))
  }

  /** Feeds the answers of an actor's visible steps, and goes on with whatever it still asks, up to its look. */
  async #finish(actor: Actor, acted: Answers): Promise<void> {
    let answers = acted
    for (;;) {
      const own: StepAnswer[] = []
      for (const [at, step] of actor.wants.entries()) {
        const answer = holdsUp(step) ? await this.#answer(step, actor.entry.place) : (answers.get(actor.numbers[at] ?? 0) ?? lost)
        if (!answer.ok) {
          fail(actor, answer, 'TASK_FAILED', step)
          sayTimeLimit(actor, [step], [answer])
          return
        }
        own.push(answer)
      }
      const { wants } = actor
      advance(actor, actor.deeds.next(own))
      sayTimeLimit(actor, wants, own)
      if (actor.result !== undefined) return
      number(actor, this.#numbering)
      if (actor.wants.every(isLook)) {
        this.#looking = [...this.#looking, actor]
        this.#ripensMs = Math.max(...actor.wants.map(stableMsOf)) / 2
        return
      }
      answers = await this.#act(actor.entry.place, [{ mayFail: false, steps: actSteps(actor) }])
    }
  }

  /**
   * The stable time has to pass anyway. Half of it passes before anybody asks: the answer of a process that has lived for
   * a while says more, and the starts of other hosts are not held up by the questions.
   */
  async #ripen(): Promise<void> {
    const waitMs = this.#ripensMs
    this.#ripensMs = 0
    if (waitMs > 0) await this.#ports.pause(waitMs)
  }

  /** The looks that are due. True when something has ended the host. */
  async #look(): Promise<boolean> {
    const due = this.#looking
    this.#looking = []
    this.#ripensMs = 0
    for (const actor of due) {
      const answers = await this.#act(actor.entry.place, [{ mayFail: false, steps: actSteps(actor) }])
      // A look that prints something says that what was heard meanwhile was heard of another run.
      if ([...answers.values()].some(({ stdout }) => stdout.trim() !== '')) this.#ports.acted()
      await this.#finish(actor, answers)
      if (broke(actor)) this.#breaks(actor)
    }
    return this.#broken.size > 0
  }

  #answer(step: AskStep | DeskStep, place: Place): Promise<StepAnswer> {
    return step.kind === 'ask' ? this.#ask(step, place) : atDesk(step, this.#ports.desk)
  }

  /**
   * Asks until the answers have settled or the deadline has passed; the last answers count either way. The first time
   * the questions of `along` are asked with them: when all is well at once, they need no exchange of their own later.
   */
  async #ask(step: AskStep, place: Place): Promise<StepAnswer> {
    const { clock, pause } = this.#ports
    await this.#ripen()
    const session = await this.#ports.session(place)
    const deadline = clock.now() + step.deadlineSeconds * 1000
    let along: readonly Probe[] = this.#last ? this.#ports.along(place) : []
    for (;;) {
      const facts = await asked(session, [...step.probes, ...along])
      const ordered = step.probes.map((probe) => facts.get(probeKey(probe)))
      const settled = step.settled(ordered)
      if (settled) this.#ports.heard(place, facts)
      if (settled || clock.now() >= deadline) return { ok: true, rc: 0, stdout: '', stderr: '', facts: ordered }
      along = []
      // Waiting for an answer that cannot come: what was started may have ended.
      if (this.#looking.length > 0 && (await this.#look())) return { ok: true, rc: 0, stdout: '', stderr: '', facts: ordered }
      await pause(asksEveryMs)
    }
  }
}

function asked(session: HostSession, probes: readonly Probe[]): Promise<ReadonlyMap<string, unknown>> {
  return session.observe([...new Map(probes.map((probe) => [probeKey(probe), probe])).values()])
}

/**
 * Consecutive actors of one place. One that asks is the last of its batch, because its answer decides whether others act;
 * behind one that will look at what it started only one that asks may go on.
 */
function nextBatch(actors: readonly Actor[]): readonly Actor[] {
  const place = actors[0]?.entry.place
  const batch: Actor[] = []
  let looks = false
  for (const actor of actors) {
    if (actor.entry.place !== place || (looks && !onlyAsks(actor))) break
    batch.push(actor)
    if (actor.wants.some(holdsUp)) break
    looks ||= actor.wants.some((step) => step.kind === 'run' && step.lookFollows === true)
  }
  return batch
}

function onlyAsks({ wants, result }: Actor): boolean {
  return result !== undefined || wants.every((step) => step.kind === 'ask')
}

function isLook(step: Step): boolean {
  return step.kind === 'run' && step.look !== undefined
}

function stableMsOf(step: Step): number {
  return step.kind === 'run' && step.look !== undefined ? step.look.stableMs : 0
}

function isFailedCommand(step: Step, answer: StepAnswer | undefined): boolean {
  return step.kind === 'run' && step.mayFail && answer !== undefined && answer.rc !== 0
}
