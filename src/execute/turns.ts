import type { Problem } from '../model/problem.ts'
import type { Entry, KnownOutcome } from '../plan/entry.ts'
import { Unobserved } from '../plan/overlay.ts'
import { type Outcome, skippedOutcome } from '../plan/registered.ts'
import type { Turn } from '../plan/turn.ts'

export interface TurnPorts {
  /** acts one entry, or answers what it is known to give when it has nothing to do */
  act(entry: Entry): Promise<Outcome>
  /** the entries decided again, `afresh` over what the host says now; those that are known are not */
  decide(known: ReadonlyMap<string, KnownOutcome>, afresh: boolean): Promise<readonly Entry[]>
  /** asks what a condition wants to know before the entries are decided again */
  ask(missing: Unobserved): Promise<void>
  readonly pause: (milliseconds: number) => Promise<void>
  /** the run was interrupted: nothing is tried again */
  interrupted(): boolean
}

type Again = (afresh: boolean) => Promise<Entry>

/**
 * The entries of one task one after another: each tried until its conditions hold or its attempts are used up, with the
 * pauses that the task asks for, and none behind one that ends the loop. An attempt decides anew, as Ansible runs the
 * module anew: what an earlier one has done is not done twice. Entries behind the end of the loop have no outcome.
 */
export async function takeTurns(entries: readonly Entry[], ports: TurnPorts): Promise<ReadonlyMap<string, KnownOutcome>> {
  const known = new Map<string, KnownOutcome>()
  let acted = false
  let pauseSeconds = 0
  for (const entry of entries) {
    if (pauseSeconds > 0) await ports.pause(pauseSeconds * 1000)
    pauseSeconds = 0
    const again: Again = (afresh) => decidedAgain(entry, entries, known, afresh, ports)
    const { turn } = entry
    if (turn === undefined) {
      known.set(entry.id, { outcome: entry.registered, sets: entry.decision?.sets })
      continue
    }
    const { last, outcome } = await tryUntilEnough(acted ? await again(true) : entry, again, ports)
    known.set(entry.id, { outcome, sets: last.decision?.sets, judged: true })
    acted = true
    if (await ends(last.turn ?? turn, outcome, ports)) break
    pauseSeconds = turn.pauseSeconds
  }
  return known
}

async function tryUntilEnough(first: Entry, again: Again, ports: TurnPorts): Promise<{ readonly last: Entry; readonly outcome: Outcome }> {
  let entry = first
  for (let attempt = 1; ; attempt += 1) {
    const broken = brokenBy(entry)
    if (broken !== undefined) return { last: entry, outcome: broken }
    const acted = await ports.act(entry)
    const tried = await judged(first, entry, acted, attempt, again, ports)
    if (!tried.again) return { last: entry, outcome: tried.outcome }
    if (ports.interrupted())
      return { last: entry, outcome: { ...tried.outcome, failed: true, message: `tried ${attempt} times, then the run was interrupted` } }
    await ports.pause((entry.turn?.attempts?.delaySeconds ?? 0) * 1000)
    entry = await again(true)
  }
}

/** The verdict on an attempt; a fact that its conditions read and nobody asked for is asked for first. */
async function judged(
  first: Entry,
  entry: Entry,
  outcome: Outcome,
  attempt: number,
  again: Again,
  ports: TurnPorts,
): Promise<ReturnType<Turn['tried']>> {
  for (let judge = entry; ; judge = await again(false)) {
    // Decided anew it may be skipped, or be enough as it is.
    if (judge.turn === undefined) return { outcome: counted(first, outcome, attempt), again: false }
    try {
      return judge.turn.tried(outcome, attempt)
    } catch (error) {
      if (!(error instanceof Unobserved)) throw error
      await ports.ask(error)
    }
  }
}

function counted({ turn }: Entry, outcome: Outcome, attempts: number): Outcome {
  return turn?.attempts === undefined || outcome.skipped ? outcome : { ...outcome, values: { ...outcome.values, attempts } }
}

async function ends(turn: Turn, outcome: Outcome, ports: TurnPorts): Promise<boolean> {
  try {
    return turn.ends(outcome)
  } catch (error) {
    if (!(error instanceof Unobserved)) throw error
    // The replay of the segment asks the same question again, and has its answer then.
    await ports.ask(error)
    return false
  }
}

async function decidedAgain(
  entry: Entry,
  entries: readonly Entry[],
  known: ReadonlyMap<string, KnownOutcome>,
  afresh: boolean,
  ports: TurnPorts,
): Promise<Entry> {
  const waiting = skippedOutcome('not its turn')
  const others = entries.filter(({ id }) => id !== entry.id && !known.has(id))
  const decided = await ports.decide(
    new Map([...known, ...others.map(({ id }): [string, KnownOutcome] => [id, { outcome: waiting, sets: undefined, judged: true }])]),
    afresh,
  )
  const found = decided.find(({ id }) => id === entry.id)
  if (found === undefined) throw new Error(`${entry.id} is gone when it is decided again`)
  return found
}

/** An entry that cannot act: it was refused, or what it reads is not known even now. */
function brokenBy(entry: Entry): Outcome | undefined {
  if (entry.outcome !== 'refused' && entry.outcome !== 'later') return undefined
  const problem: Problem | undefined = entry.problems[0]
  return { changed: false, failed: true, skipped: false, message: problem?.message ?? entry.reason, values: {} }
}
