import { type HostRuntime, withRuntime } from '../compile/variables.ts'
import type { HostRun } from './host-run.ts'
import type { Stretch } from './stretch.ts'

type Phase = 'planned' | 'actual'
type Runtimes = ReadonlyMap<string, HostRuntime>

/** What `hostvars` tells of other hosts, and what `delegate_facts` sets on them. */
export class OtherHosts {
  readonly #hosts: ReadonlyMap<string, HostRun>
  /** whether the plan of a host is all there is: nothing of it is walked again */
  readonly #isIdle: (host: HostRun) => boolean
  /** of names that no play has */
  readonly #elsewhere: Readonly<Record<Phase, Map<string, HostRuntime>>> = { planned: new Map(), actual: new Map() }
  /** what the plan knew of all hosts when each stretch of a batch began */
  readonly #snapshots = new Map<string, Runtimes>()
  /** what hosts set on others in the plan */
  readonly #given = new Map<string, readonly (readonly [string, HostRuntime])[]>()

  constructor(hosts: ReadonlyMap<string, HostRun>, isIdle: (host: HostRun) => boolean) {
    this.#hosts = hosts
    this.#isIdle = isIdle
  }

  /** Hosts begin a stretch: those that read of others all see the same, whoever of them is the first to go on. */
  begin(batch: number, stretch: Stretch, hosts: readonly HostRun[], which: Phase): void {
    if (!stretch.waits) {
      for (const host of hosts) host.sees(stretch, (name) => this.#now(name, which))
      return
    }
    const key = `${batch} ${stretch.id}`
    const planned = this.#snapshots.get(key)
    const seen: Runtimes = new Map(
      [...this.#hosts.values()].map((host): [string, HostRuntime] => {
        const before = which === 'actual' && this.#isIdle(host) ? planned?.get(host.name) : undefined
        return [host.name, before ?? host[which].runtime]
      }),
    )
    if (which === 'planned') this.#snapshots.set(key, seen)
    for (const host of hosts) host.sees(stretch, (name) => seen.get(name) ?? this.#elsewhere[which].get(name))
  }

  #now(name: string, which: Phase): HostRuntime | undefined {
    const host = this.#hosts.get(name)
    if (host === undefined) return this.#elsewhere[which].get(name)
    return which === 'actual' && this.#isIdle(host) ? host.planned.runtime : host[which].runtime
  }

  /** Hosts have ended a stretch: what they set on others is there from now on, that of the last host where several did. */
  end(batch: number, stretch: Stretch, hosts: readonly HostRun[], which: Phase): void {
    if (!stretch.gives) return
    for (const host of hosts) {
      const key = `${batch} ${stretch.id} ${host.name}`
      const given = which === 'actual' && this.#isIdle(host) ? (this.#given.get(key) ?? []) : host.handOver(which)
      if (which === 'planned') this.#given.set(key, given)
      for (const [name, runtime] of given) {
        const target = this.#hosts.get(name)
        if (target !== undefined) target.receive(runtime, which)
        else this.#elsewhere[which].set(name, withRuntime(this.#elsewhere[which].get(name), runtime))
      }
    }
  }
}
