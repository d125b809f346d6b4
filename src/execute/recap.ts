import type { TaskStatus } from '../model/event.ts'
import type { HostRecap } from '../model/report.ts'

type Counts = { -readonly [K in keyof HostRecap]: HostRecap[K] }

/** Counts per host as Ansible's recap does: what changed is also ok, what was ignored is ok too. */
export class Recap {
  readonly #hosts: ReadonlyMap<string, Counts>

  constructor(names: readonly string[]) {
    this.#hosts = new Map(
      names.map((host) => [
        host,
        { host, ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, converged: undefined },
      ]),
    )
  }

  count(host: string, status: TaskStatus): void {
    const counts = this.#hosts.get(host)
    if (counts === undefined) return
    if (status === 'ok' || status === 'changed' || status === 'ignored') counts.ok += 1
    if (status !== 'ok') counts[status] += 1
  }

  converged(host: string, yes: boolean): void {
    const counts = this.#hosts.get(host)
    if (counts !== undefined) counts.converged = yes
  }

  lines(): readonly HostRecap[] {
    return [...this.#hosts.values()]
  }
}
