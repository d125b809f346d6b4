import type { HostConnector, HostSession } from '../ports/host-session.ts'

/** Knows at every moment which hosts something is being asked or done of. */
export class BusyHosts {
  readonly #calls = new Map<string, number>()
  readonly #acts = new Map<string, number>()

  /** in the order in which their work began */
  get names(): readonly string[] {
    return [...this.#calls.keys()]
  }

  /** of those, the ones that may be changed at this moment */
  get acting(): readonly string[] {
    return [...this.#acts.keys()]
  }

  connector(connector: HostConnector): HostConnector {
    return {
      open: (target) => this.#during(this.#calls, target.name, async () => this.#watched(target.name, await connector.open(target))),
    }
  }

  #watched(host: string, session: HostSession): HostSession {
    return new Proxy(session, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        const call = (...given: readonly unknown[]): Promise<unknown> =>
          this.#during(this.#calls, host, () => Reflect.apply(member, target, given) as Promise<unknown>)
        return name === 'act' ? (...given: readonly unknown[]) => this.#during(this.#acts, host, () => call(...given)) : call
      },
    })
  }

  async #during<T>(counts: Map<string, number>, host: string, work: () => Promise<T>): Promise<T> {
    counts.set(host, (counts.get(host) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const left = (counts.get(host) ?? 1) - 1
      if (left === 0) counts.delete(host)
      else counts.set(host, left)
    }
  }
}
