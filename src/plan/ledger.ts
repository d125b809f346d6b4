import type { BlockPart, TaskNode } from '../compile/compiled-run.ts'
import { factNames } from '../compile/fact-names.ts'
import { emptyRuntime, type HostRuntime, type SharedRole, withRuntime } from '../compile/variables.ts'
import { knowAnswer } from '../lib/masking/answer.ts'
import { type Invalidation, type Prediction, type Probe, probeKey } from '../model/fact.ts'
import type { Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import { Unknown, type ValueMap } from '../model/value.ts'
import { failIn } from './blocks.ts'
import type { Entry, OnceResult, Place, Taken, WalkState } from './entry.ts'
import { emptyOverlay, extend, Unobserved } from './overlay.ts'
import { registeredValue, unknownOutcome } from './registered.ts'

/** What was planned to act, to ask or to be told later may fail. */
const mayFail: readonly Entry['outcome'][] = ['change', 'check', 'later']

/** A point of a walk to go back to. */
export interface Mark {
  readonly entries: number
  readonly state: WalkState
}

/** What one walk writes down on its way: entries, the questions that lack an answer, and what the host carries from task to task. */
export class Ledger {
  readonly entries: Entry[] = []
  readonly #missing = new Map<Place, Map<string, Probe>>()
  /** of the last task, whether it registers it or not */
  #result: ValueMap | Unknown | undefined
  state: WalkState

  constructor(state: WalkState) {
    this.state = state
  }

  get missing(): ReadonlyMap<Place, readonly Probe[]> {
    return new Map([...this.#missing].map(([place, probes]) => [place, [...probes.values()]]))
  }

  mark(): Mark {
    return { entries: this.entries.length, state: this.state }
  }

  /** Takes back everything since the mark but the questions. */
  back({ entries, state }: Mark): void {
    this.entries.length = entries
    this.state = state
  }

  add(node: TaskNode, entry: Pick<Entry, 'id' | 'outcome' | 'reason' | 'registered' | 'handler'> & Partial<Entry>): void {
    if (node.task.noLog) knowAnswer(entry.registered.values)
    this.entries.push({
      node,
      item: undefined,
      place: 'host',
      decision: undefined,
      problems: [],
      tolerant: node.task.ignoreErrors,
      rescued: false,
      dry: false,
      environment: {},
      waits: undefined,
      questionsAfter: [],
      turn: undefined,
      ...entry,
    })
  }

  ask(place: Place, probes: readonly Probe[]): void {
    if (probes.length === 0) return
    const asked = this.#missing.get(place) ?? new Map<string, Probe>()
    for (const probe of probes) asked.set(probeKey(probe), probe)
    this.#missing.set(place, asked)
  }

  /** A task met a question without an answer: until it is asked, its result is not known. Any other error passes through. */
  lacks(node: TaskNode, place: Place, error: unknown): void {
    if (!(error instanceof Unobserved)) throw error
    this.ask(place, [error.probe])
    this.register(node, registeredValue(unknownOutcome('not asked yet')))
  }

  predict(place: Place, predicts: readonly Prediction[], invalidates: readonly Invalidation[], acts: boolean): void {
    const { overlays } = this.state
    this.state = { ...this.state, overlays: { ...overlays, [place]: extend(overlays[place] ?? emptyOverlay, predicts, invalidates, acts) } }
  }

  register(node: TaskNode, value: ValueMap | Unknown): void {
    this.#result = value
    const name = node.task.register?.value
    if (name === undefined) return
    const { runtime } = this.state
    this.state = { ...this.state, runtime: { ...runtime, registered: { ...runtime.registered, [name]: value } } }
  }

  /** `on`: on another host */
  set(values: ValueMap, on?: string): void {
    if (on !== undefined) return this.#give(on, { ...emptyRuntime, facts: values })
    const { runtime } = this.state
    this.state = { ...this.state, runtime: { ...runtime, facts: { ...runtime.facts, ...values } } }
  }

  /** What the last entry gave cannot be used by a condition of its own task. */
  refuse(problems: readonly Problem[]): void {
    const last = this.entries.at(-1)
    if (last !== undefined) this.entries[this.entries.length - 1] = { ...last, outcome: 'refused', problems }
  }

  include(key: string, taken: Taken | Unknown): void {
    this.state = { ...this.state, included: new Map([...this.state.included, [key, taken]]) }
  }

  /** A role was included for all of the play, or perhaps. */
  share(shared: SharedRole): void {
    const { runtime } = this.state
    this.state = { ...this.state, runtime: { ...runtime, shared: [...(runtime.shared ?? []), shared] } }
  }

  /** An include among handlers is decided anew at each flush. */
  uninclude({ id }: TaskNode): void {
    const included = new Map([...this.state.included].filter(([key]) => key !== id && !key.startsWith(`${id}#`)))
    if (included.size < this.state.included.size) this.state = { ...this.state, included }
  }

  #give(on: string, runtime: HostRuntime): void {
    const given = new Map(this.state.given)
    this.state = { ...this.state, given: given.set(on, withRuntime(given.get(on), runtime)) }
  }

  includeVars(vars: MapSource, on?: string): void {
    if (on !== undefined) return this.#give(on, { ...emptyRuntime, includeVars: [vars] })
    const { runtime } = this.state
    this.state = { ...this.state, runtime: { ...runtime, includeVars: [...runtime.includeVars, vars] } }
  }

  /** What a run_once task gave, for the hosts it did not run on. */
  keep(node: TaskNode, once: OnceResult): void {
    this.state = { ...this.state, results: new Map([...this.state.results, [node.id, once]]) }
  }

  notify(node: TaskNode, changed: boolean | Unknown): void {
    if (changed === false || node.notifies.length === 0) return
    const notified = new Map(this.state.notified)
    for (const id of node.notifies) if (notified.get(id) !== true) notified.set(id, changed)
    this.state = { ...this.state, notified }
  }

  /** A play or a role ends early, before the `from`th stop. */
  end(what: string, from: number): void {
    this.state = { ...this.state, ended: new Map([...this.state.ended, [what, from]]) }
  }

  renew(): void {
    this.state = { ...this.state, renewals: this.state.renewals + 1 }
  }

  /** A task of the host failed: its blocks say what goes on, and what the rescue can read of it. */
  fail(node: TaskNode, within: readonly BlockPart[]): void {
    const { blocks, doomed, rescued } = failIn(within, this.state.failures)
    this.state = { ...this.state, failures: { blocks, doomed } }
    const result = this.#result
    if (!rescued || result === undefined) return
    // Of a loop each item that failed, up to where the task begins.
    for (let at = this.entries.length - 1; this.entries[at]?.node === node; at -= 1) {
      const entry = this.entries[at]
      if (entry?.outcome === 'failed') this.entries[at] = { ...entry, rescued }
    }
    const task = { name: node.label, action: node.type }
    const { runtime } = this.state
    const told = { failed_task: task, failed_result: result, ansible_failed_task: task, ansible_failed_result: result }
    this.state = { ...this.state, runtime: { ...runtime, registered: { ...runtime.registered, ...told } } }
  }

  /** Tasks planned since then may fail in the blocks around them. */
  risk(within: readonly BlockPart[], since: Mark): void {
    const blocks = within.flatMap(({ block, part }) => (part === 'block' ? [block] : []))
    const risky = this.entries.slice(since.entries).some((entry) => !entry.tolerant && mayFail.includes(entry.outcome))
    if (risky && blocks.length > 0) this.state = { ...this.state, risky: new Set([...this.state.risky, ...blocks]) }
  }

  /** A task that runs only if a block fails: what it would set is not known, and is not counted as a change. */
  ifFails(node: TaskNode, id: string): void {
    this.#perhaps(node, id, new Unknown('only if a task of the block fails'))
  }

  /** A task behind an include of which is not known yet whether it is taken. */
  ifIncluded(node: TaskNode, id: string, unknown: Unknown): void {
    const { registered, facts } = this.state.runtime
    const names = [node.task.register?.value ?? '', ...factNames(node.task)]
    const without = (values: ValueMap): ValueMap => Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
    this.state = { ...this.state, runtime: { ...this.state.runtime, registered: without(registered), facts: without(facts) } }
    this.#perhaps(node, id, unknown)
    if (node.task.include?.kind === 'tasks') for (const key of includeKeys(node)) this.include(key, unknown)
  }

  #perhaps(node: TaskNode, id: string, unknown: Unknown): void {
    this.add(node, { id, handler: false, outcome: 'later', reason: unknown.why, registered: unknownOutcome(unknown.why) })
    const { registered, facts } = this.state.runtime
    const name = node.task.register?.value
    if (name !== undefined && !Object.hasOwn(registered, name)) this.register(node, unknown)
    this.set(
      Object.fromEntries(
        factNames(node.task)
          .filter((one) => !Object.hasOwn(facts, one))
          .map((one) => [one, unknown]),
      ),
    )
    this.notify(node, unknown)
  }

  /** The handler is due no longer. */
  settle(node: TaskNode): void {
    const notified = new Map(this.state.notified)
    notified.delete(node.id)
    this.state = { ...this.state, notified }
  }
}

/** Keys of the guards behind an include, of which it is not known whether it is taken; of a list that is not known one item stands for all. */
export function includeKeys({ id, task, copies, isOpen }: TaskNode): readonly string[] {
  if (task.loop === undefined) return [id]
  return Array.from({ length: isOpen ? Math.min(1, copies) : copies }, (_, at) => `${id}#${at}`)
}
