import type { ConnectionTarget } from '../ports/channel.ts'
import type { Answers, HostConnector, HostSession, Numbered, Undone } from '../ports/host-session.ts'

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
    return lent(await shared.session, shared, host)
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
    for (const { session } of this.#shared.values())
      await session.then(
        (open) => open.close(),
        () => undefined,
      )
  }
}

/** Steps are numbered host by host, and here those of several hosts meet in one shell: each gets a number of its own. */
function lent(session: HostSession, shared: Shared, host: string): HostSession {
  const numbers = new Map<number, number>()
  const renumbered = <S>({ number, step }: Numbered<S>): Numbered<S> => {
    const known = numbers.get(number) ?? shared.next++
    numbers.set(number, known)
    return { number: known, step }
  }
  const answered = (answers: Answers): Answers =>
    new Map(
      [...numbers].flatMap(([own, number]) => {
        const answer = answers.get(number)
        return answer === undefined ? [] : [[own, answer] as const]
      }),
    )
  return {
    observe: (probes, anew) => session.observe(probes, anew),
    async prepare(steps) {
      shared.users.add(host)
      return answered(await session.prepare(steps.map(renumbered)))
    },
    async act(groups) {
      shared.users.add(host)
      return answered(await session.act(groups.map((group) => ({ ...group, steps: group.steps.map(renumbered) }))))
    },
    get uncommitted() {
      return session.uncommitted
    },
    get unfinished() {
      return session.unfinished
    },
    commit: () => session.commit(),
    rollback: (why) => session.rollback(why),
    discard: () => session.discard(),
    get stats() {
      return session.stats
    },
    // It is there for other hosts as well, and ends with the run.
    close: async () => undefined,
  }
}
