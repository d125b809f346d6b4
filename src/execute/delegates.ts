import type { ConnectionTarget } from '../ports/channel.ts'
import type { ActGroup, Answers, HostConnector, HostSession, Numbered, StageStep, Undone } from '../ports/host-session.ts'
import { closed, PassedOn } from './passed-on.ts'

/** How what was done on a delegate in one batch ended: kept, or taken back because of hosts it was done for. */
export interface SettledDelegate {
  readonly name: string
  /** hosts for which something was done there */
  readonly hosts: readonly string[]
  /** undefined: it counts */
  readonly undone: Undone | undefined
}

interface Shared {
  readonly name: string
  readonly session: Promise<HostSession>
  /** hosts for which something was done there since it was settled last */
  readonly users: Set<string>
  next: number
}

/**
 * Hosts that are nothing but delegates. Each is reached over one connection for all hosts that it helps, locked as any host is, and what
 * is done there in a batch is one transaction: it counts when all hosts that it was done for have ended well.
 */
export class Delegates {
  readonly #connector: HostConnector
  readonly #shared = new Map<string, Shared>()

  constructor(connector: HostConnector) {
    this.#connector = connector
  }

  /** The session of a delegate as one host uses it. */
  async open(target: ConnectionTarget, host: string): Promise<HostSession> {
    const shared = this.#shared.get(target.name) ?? {
      ...{ name: target.name, session: this.#connector.open(target), users: new Set<string>(), next: 0 },
    }
    this.#shared.set(target.name, shared)
    return new Lent(await shared.session, shared, host)
  }

  /** The end of a batch. `isWell`: what was changed for this host counts. */
  async settle(isWell: (host: string) => boolean): Promise<readonly SettledDelegate[]> {
    const settled: SettledDelegate[] = []
    for (const { name, session, users } of this.#shared.values()) {
      const open = await session.catch(() => undefined)
      const hosts = [...users]
      users.clear()
      if (open?.uncommitted !== true) continue
      const undone = hosts.every(isWell) ? undefined : await open.rollback('failed')
      if (undone === undefined) await open.commit()
      settled.push({ name, hosts, undone })
    }
    return settled
  }

  async close(): Promise<void> {
    for (const { session } of this.#shared.values()) await closed(session)
  }
}

/** Steps are numbered host by host, and here those of several hosts meet in one shell: each gets a number of its own. */
class Lent extends PassedOn {
  readonly #shared: Shared
  readonly #host: string
  readonly #numbers = new Map<number, number>()

  constructor(session: HostSession, shared: Shared, host: string) {
    super(session)
    this.#shared = shared
    this.#host = host
  }

  override async prepare(steps: readonly Numbered<StageStep>[]): Promise<Answers> {
    this.#shared.users.add(this.#host)
    return this.#answered(await super.prepare(steps.map((step) => this.#renumbered(step))))
  }

  override async act(groups: readonly ActGroup[]): Promise<Answers> {
    this.#shared.users.add(this.#host)
    const own = groups.map((group) => ({ ...group, steps: group.steps.map((step) => this.#renumbered(step)) }))
    return this.#answered(await super.act(own))
  }

  /** It is there for other hosts as well, and ends with the run. */
  override async close(): Promise<void> {}

  #renumbered<S>({ number, step }: Numbered<S>): Numbered<S> {
    const known = this.#numbers.get(number) ?? this.#shared.next++
    this.#numbers.set(number, known)
    return { number: known, step }
  }

  #answered(answers: Answers): Answers {
    return new Map(
      [...this.#numbers].flatMap(([own, number]) => {
        const answer = answers.get(number)
        return answer === undefined ? [] : [[own, answer] as const]
      }),
    )
  }
}
