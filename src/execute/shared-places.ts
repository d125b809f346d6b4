import type { CompiledRun } from '../compile/compiled-run.ts'
import { controllerTarget, delegateTarget } from '../compile/connection.ts'
import { isTemplate } from '../compile/template.ts'
import { isNonEmpty, TlsplayError } from '../model/problem.ts'
import { delegateOf, delegatePlace, type Entry, type Overlays, type Place } from '../plan/entry.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import type { HostConnector, HostSession } from '../ports/host-session.ts'
import { Delegates, type SettledDelegate } from './delegates.ts'
import type { HostRun } from './host-run.ts'
import { turnstile } from './pool.ts'

/**
 * Places on which tasks of several hosts act: the controller, and hosts that tasks are delegated to. Each host reaches the
 * controller over a connection of its own, and a delegate over one for all (delegates.ts); what one plans there holds for the next, and what one does there the next looks at first.
 */
export class SharedPlaces {
  readonly #run: CompiledRun
  readonly #targets = new Map<Place, ConnectionTarget>()
  readonly #turns = new Map<Place, ReturnType<typeof turnstile>>()
  #planned: Overlays = {}

  readonly #connector: HostConnector
  readonly #delegates: Delegates
  readonly #lender: (name: string) => HostRun | undefined

  /** `lender`: the host of the run of that name, if it is one. */
  constructor(run: CompiledRun, connector: HostConnector, lender: (name: string) => HostRun | undefined) {
    this.#run = run
    this.#connector = connector
    this.#lender = lender
    this.#delegates = new Delegates(connector)
  }

  /** The place as `host` uses it. Throws TlsplayError when what is written about it is wrong. */
  open(place: Exclude<Place, 'host'>, host: string): Promise<HostSession> {
    const target = this.#targetOf(place)
    if (!target.exclusive) return this.#connector.open(target)
    return this.#delegates.open(target, host, this.#lender(target.name)?.lends(target))
  }

  /** The end of a batch on delegates: see `Delegates`. */
  settle(isWell: (host: string) => boolean): Promise<readonly SettledDelegate[]> {
    return this.#delegates.settle(isWell)
  }

  /** Hosts for which something was done on this host of the run since it was settled last. */
  usersOf(name: string): readonly string[] {
    return this.#delegates.usersOf(name)
  }

  /** The same, and from now on there are none. */
  takeUsersOf(name: string): readonly string[] {
    return this.#delegates.takeUsersOf(name)
  }

  close(): Promise<void> {
    return this.#delegates.close()
  }

  #targetOf(place: Exclude<Place, 'host'>): ConnectionTarget {
    const known = this.#targets.get(place)
    if (known !== undefined) return known
    const target = this.#reached(place)
    this.#targets.set(place, target)
    return target
  }

  #reached(place: Exclude<Place, 'host'>): ConnectionTarget {
    const name = delegateOf(place)
    if (name === undefined) return controllerTarget(this.#run)
    const { target, problems } = delegateTarget(name, this.#run)
    if (isNonEmpty(problems)) throw new TlsplayError(problems)
    const isOwn = this.#lender(name)?.lends(target) !== undefined
    return { ...target, exclusive: isOwn || target.transport !== 'local' }
  }

  /** One after another, whoever acts. */
  inTurn<T>(place: Place, act: () => Promise<T>): Promise<T> {
    if (place === 'host') return act()
    const turn = this.#turns.get(place) ?? turnstile()
    this.#turns.set(place, turn)
    return turn(act)
  }

  /** What is planned so far where a task delegates to, hosts of the run among it, for one host to plan over. */
  lend(to: HostRun, delegate: string, hosts: ReadonlyMap<string, HostRun>): void {
    const named = isTemplate(delegate) ? [...hosts.values()] : [hosts.get(delegate)].filter((host) => host !== undefined)
    const others = named.flatMap(({ name, planned: { overlays } }) =>
      overlays.host === undefined ? [] : [[delegatePlace(name), overlays.host]],
    )
    const { host } = to.planned.overlays
    to.planned = { ...to.planned, overlays: { ...this.#planned, ...Object.fromEntries(others), ...(host === undefined ? {} : { host }) } }
  }

  /** Keeps what a host has planned on shared places. */
  takeBack(from: HostRun, hosts: ReadonlyMap<string, HostRun>): void {
    const { host: _own, ...shared } = from.planned.overlays
    this.#planned = shared
    for (const [place, overlay] of Object.entries(shared)) {
      const other = hosts.get(delegateOf(place as Place) ?? '')
      if (other !== undefined && other !== from && overlay !== undefined)
        other.planned = { ...other.planned, overlays: { ...other.planned.overlays, host: overlay } }
    }
  }
}

/** Hosts on which these entries acted, beside the one that they are for. */
export function actedElsewhere(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry) => (entry.outcome === 'change' ? (delegateOf(entry.place) ?? []) : []))
}
