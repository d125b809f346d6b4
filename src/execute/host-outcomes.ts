import type { TaskResult } from '../model/task-type.ts'
import type { Entry, KnownOutcome } from '../plan/entry.ts'
import type { PlanTools } from '../plan/input.ts'
import { leavesTraces } from './entry-verdicts.ts'

/** How the tasks of one host ended, and what of that a later plan of the same tasks has to take as given. */
export class HostOutcomes {
  readonly #taskTypes: PlanTools['taskTypes']
  /** real outcomes of every task that acted, by entry id */
  readonly #known = new Map<string, KnownOutcome>()
  /** entry id -> label of the task */
  readonly #unprovable = new Map<string, string>()
  /** entries whose results stand: to ask again would be to act again, or to ask a person */
  readonly #settled = new Set<string>()
  /** entries that failed and were allowed to: what they left undone is not left to do */
  readonly #excused = new Set<string>()
  /** outcomes that led the run its way, and that planning again might not find: by entry id */
  readonly #decisive = new Map<string, KnownOutcome>()
  /** labels of tasks that acted since the last commit and cannot be taken back */
  #lasting: string[] = []

  constructor(taskTypes: PlanTools['taskTypes']) {
    this.#taskTypes = taskTypes
  }

  /** Labels of tasks of which nobody can prove that they did what they should. */
  get notProvable(): readonly string[] {
    return [...this.#unprovable.values()]
  }

  /** What a proof takes as given. */
  get standing(): ReadonlyMap<string, KnownOutcome> {
    return new Map([...[...this.#known].filter(([id]) => this.#settled.has(id)), ...this.#decisive])
  }

  isExcused({ id }: Entry): boolean {
    return this.#excused.has(id)
  }

  cannotBeProved({ node, decision }: Entry): boolean {
    return this.#isNamed(node.type) || decision?.unconditional === true
  }

  /** `result`: of the act itself; a task behind a failure has none. */
  acted(entry: Entry, outcome: KnownOutcome, result: TaskResult | undefined): void {
    this.#known.set(entry.id, outcome)
    if (result?.changed === true && this.#isNamed(entry.node.type)) this.#lasting.push(entry.node.label)
    if (result === undefined || !this.cannotBeProved(entry)) return
    this.#settled.add(entry.id)
    if (leavesTraces(entry))
      this.#unprovable.set(entry.id, entry.item === undefined ? entry.node.label : `${entry.node.label} (${entry.item.label})`)
  }

  /** How a task ended that acted more than once; `decisive`: planning again might end it otherwise. */
  ended({ id }: Entry, outcome: KnownOutcome, decisive: boolean): void {
    if (this.#known.has(id)) this.#known.set(id, outcome)
    if (decisive) this.#decisive.set(id, outcome)
  }

  /** A command of which `changed_when` says that it changed nothing leaves nothing to be proved. */
  judged({ id, node, registered }: Entry): void {
    if (node.task.changedWhen !== undefined && registered.changed === false && this.#isNamed(node.type)) this.#unprovable.delete(id)
  }

  /** It failed and was allowed to. */
  excuse(entry: Entry): void {
    this.#excused.add(entry.id)
    // Planned again it might not fail, and what it would have led to was never applied.
    if (entry.rescued) this.#decisive.set(entry.id, { outcome: entry.registered, sets: undefined })
  }

  /** What ran since this was asked last and cannot be taken back. */
  takeLasting(): readonly string[] {
    const lasting = this.#lasting
    this.#lasting = []
    return lasting
  }

  /** Tasks that are only named in a plan: commands and their like. */
  #isNamed(type: string): boolean {
    return this.#taskTypes.get(type)?.knowledge === 'named'
  }
}
