import type { TaskStatus } from '../model/event.ts'
import type { HostRecap } from '../model/report.ts'
import { stopOf } from '../plan/entry.ts'

/** From what says least of a loop to what says most. */
const ranks: readonly TaskStatus[] = ['skipped', 'ok', 'changed', 'ignored', 'rescued', 'failed', 'unreachable']

function rank(status: TaskStatus): number {
  return ranks.indexOf(status)
}

type Counts = { -readonly [K in keyof HostRecap]: HostRecap[K] }

/** Counts per host as Ansible's recap does: what changed is also ok, what was ignored is ok too. */
export class Recap {
  readonly #hosts: ReadonlyMap<string, Counts>
  /** the task of each host that was counted last */
  readonly #last = new Map<string, { readonly stop: string; readonly status: TaskStatus; readonly changed: boolean }>()

  constructor(names: readonly string[]) {
    this.#hosts = new Map(
      names.map((host) => [
        host,
        { host, ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, converged: undefined },
      ]),
    )
  }

  count(host: string, status: TaskStatus): void {
    this.#add(host, status, 1)
  }

  /**
   * One entry of a task, in the order they end: the items of a loop are one task, and the worst of them is how it ended. Of an
   * include each item that took it counts (`each`), as in Ansible (plugins/strategy/linear.py of 2.19).
   */
  countEntry(host: string, id: string, status: TaskStatus, changed = status === 'changed', each = false): void {
    const stop = stopOf({ id })
    const last = this.#last.get(host)
    if (each && last?.stop === stop && status === 'skipped') return
    const same = last?.stop === stop && !(each && last.status === 'ok') ? last : undefined
    if (same !== undefined) this.#add(host, same.status, -1, same.changed)
    const together = {
      stop,
      status: same !== undefined && rank(same.status) > rank(status) ? same.status : status,
      changed: changed || same?.changed === true,
    }
    this.#add(host, together.status, 1, together.changed)
    this.#last.set(host, together)
  }

  #add(host: string, status: TaskStatus, by: 1 | -1, changed = false): void {
    const counts = this.#hosts.get(host)
    if (counts === undefined) return
    if (status === 'ok' || status === 'changed' || status === 'ignored') counts.ok += by
    if (status !== 'ok') counts[status] += by
    // As Ansible does: what failed and was ignored may have changed something (plugins/strategy/__init__.py of 2.19).
    if (status === 'ignored' && changed) counts.changed += by
  }

  converged(host: string, yes: boolean): void {
    const counts = this.#hosts.get(host)
    if (counts !== undefined) counts.converged = yes
  }

  lines(): readonly HostRecap[] {
    return [...this.#hosts.values()]
  }
}
