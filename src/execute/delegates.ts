import type { Probe } from '../model/fact.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import type { ActGroup, Answers, HostConnector, HostSession, Numbered, StageStep, Undone } from '../ports/host-session.ts'
import type { Numbering } from './actor.ts'
import { closed, PassedOn } from './passed-on.ts'

/** How what was done on a delegate in one batch ended: kept, or taken back because of hosts it was done for. */
export interface SettledDelegate {
  readonly name: string
  /** hosts for which something was done there */
  readonly hosts: readonly string[]
  /** undefined: it counts */
  readonly undone: Undone | undefined
}

/** What a host of the run lends to others: its own session, which may be another one later, and how its steps are numbered. */
export interface Lender {
  readonly numbering: Numbering
  session(): Promise<HostSession>
}

interface Shared {
  readonly name: string
  readonly lender: Lender
  /** it is a host of the run, which settles and closes its own session */
  readonly own: boolean
  /** hosts for which something was done there since it was settled last */
  readonly users: Set<string>
}

/**
 * Hosts that others delegate to. Each is reached over one connection for all hosts that it helps, locked as any host is, and what
 * is done there in a batch is one transaction: it counts when all hosts that it was done for have ended well. That of a host of the run
 * holds what is done there for itself as well.
 */
export class Delegates {
  readonly #connector: HostConnector
  readonly #shared = new Map<string, Shared>()

  constructor(connector: HostConnector) {
    this.#connector = connector
  }

  /** The session of a delegate as one host uses it. `own`: of a host of the run that is reached as the same user. */
  async open(target: ConnectionTarget, host: string, own?: Lender): Promise<HostSession> {
    const shared = this.#shared.get(target.name) ?? {
      ...{ name: target.name, lender: own ?? this.#lender(target), own: own !== undefined, users: new Set<string>() },
    }
    this.#shared.set(target.name, shared)
    return new Lent(await shared.lender.session(), shared, host)
  }

  #lender(target: ConnectionTarget): Lender {
    const session = this.#connector.open(target)
    return { numbering: { next: 0 }, session: () => session }
  }

  /** Hosts for which something was done on a host of the run since it was settled last. */
  usersOf(name: string): readonly string[] {
    return [...this.#own(name)]
  }

  /** The same, and from now on there are none. */
  takeUsersOf(name: string): readonly string[] {
    const users = this.usersOf(name)
    this.#own(name).clear()
    return users
  }

  #own(name: string): Set<string> {
    const shared = this.#shared.get(name)
    return shared?.own === true ? shared.users : new Set()
  }

  /** The end of a batch on hosts that are nothing but delegates. `isWell`: what was changed for this host counts. */
  async settle(isWell: (host: string) => boolean): Promise<readonly SettledDelegate[]> {
    const settled: SettledDelegate[] = []
    for (const { name, lender, own, users } of this.#shared.values()) {
      if (own) continue
      const open = await lender.session().catch(() => undefined)
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
    for (const { lender, own } of this.#shared.values()) if (!own) await closed(lender.session())
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

  override async observe(probes: readonly Probe[], anew?: boolean): Promise<ReadonlyMap<string, unknown>> {
    await this.#now()
    return super.observe(probes, anew)
  }

  override async prepare(steps: readonly Numbered<StageStep>[]): Promise<Answers> {
    await this.#now()
    this.#shared.users.add(this.#host)
    return this.#answered(await super.prepare(steps.map((step) => this.#renumbered(step))))
  }

  override async act(groups: readonly ActGroup[]): Promise<Answers> {
    await this.#now()
    this.#shared.users.add(this.#host)
    const own = groups.map((group) => ({ ...group, steps: group.steps.map((step) => this.#renumbered(step)) }))
    return this.#answered(await super.act(own))
  }

  override async discard(): Promise<void> {
    await this.#now()
    return super.discard()
  }

  /** It is there for other hosts as well, and ends with the run. */
  override async close(): Promise<void> {}

  /** A host that logged in anew has another session than before. */
  async #now(): Promise<void> {
    this.session = await this.#shared.lender.session()
  }

  #renumbered<S>({ number, step }: Numbered<S>): Numbered<S> {
    const known = this.#numbers.get(number) ?? this.#shared.lender.numbering.next++
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
