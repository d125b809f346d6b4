import type { RunEvent, TaskStatus } from '../model/event.ts'
import type { Problem } from '../model/problem.ts'
import type { Report } from '../model/report.ts'
import { hiddenText } from '../plan/document.ts'
import type { Entry } from '../plan/entry.ts'
import type { Events } from '../ports/ports.ts'
import type { HostRun } from './host-run.ts'
import { debugLines, statusOf } from './outcome.ts'
import { Recap } from './recap.ts'

export interface RunHead {
  readonly mode: 'plan' | 'run'
  readonly playbook: string
  readonly tlsplay: string
  readonly signal?: AbortSignal
}

/** What is said of a run while it goes on, counted along, and the report at its end. */
export class RunLog {
  readonly #head: RunHead
  readonly #events: Events
  readonly #recap: Recap
  readonly #told = new Set<Problem>()

  constructor(head: RunHead, events: Events, hosts: readonly string[]) {
    this.#head = head
    this.#events = events
    this.#recap = new Recap(hosts)
  }

  emit(event: RunEvent): void {
    this.#events.emit(event)
  }

  /** Each problem is told once, whoever brings it again. */
  problems(problems: readonly Problem[]): void {
    for (const problem of problems) {
      if (this.#told.has(problem)) continue
      this.#told.add(problem)
      this.emit({ type: 'problem', problem })
    }
  }

  count(host: string, status: TaskStatus): void {
    this.#recap.count(host, status)
  }

  converged(host: string, yes: boolean): void {
    this.#recap.converged(host, yes)
  }

  /** Tasks of one host as they ended, or all of them with one status. */
  tasks(host: string, play: string, entries: readonly Entry[], as?: TaskStatus): void {
    for (const entry of entries) {
      const { node, id, item, handler } = entry
      const status = as ?? statusOf(entry)
      this.#recap.countEntry(host, id, status, entry.registered.changed === true, node.task.include?.kind === 'tasks')
      this.emit({
        type: 'task_finished',
        result: {
          ...{ id, play, host, label: node.label, type: node.type, at: node.task.at, handler, status },
          message: node.task.noLog ? hiddenText : entry.reason,
          ...(item === undefined ? {} : { item: node.task.noLog ? hiddenText : item.label }),
          detail: node.type === 'debug' && !node.task.noLog ? debugLines(entry) : [],
        },
      })
    }
  }

  /** The report; `refusedWith` is the exit code of a run that stopped before its first change. */
  async finish(hosts: readonly HostRun[], refusedWith?: number): Promise<Report> {
    this.problems(hosts.flatMap((host) => host.problems))
    const { tlsplay, playbook, mode, signal } = this.#head
    const failed = hosts.some((host) => host.failed && !isLocked(host))
    const incomplete = hosts.some(({ problems }) => problems.some(({ code }) => code === 'ROLLBACK_INCOMPLETE'))
    const locked = hosts.some(isLocked)
    const lost = hosts.some((host) => host.unreachable !== undefined)
    const waiting = mode === 'run' ? hosts.flatMap((host) => host.waiting.map((what) => `${host.name}: ${what}`)) : []
    const counted = await Promise.all(hosts.map(async (host) => ({ host: host.name, stats: await host.stats() })))
    const report: Report = {
      formatVersion: 1,
      ...{ tlsplay, playbook, mode },
      exitCode:
        signal?.aborted === true
          ? 130
          : (refusedWith ?? (incomplete ? 6 : failed ? 2 : locked ? 5 : lost ? 4 : waiting.length > 0 ? 3 : 0)),
      recap: this.#recap.lines(),
      problems: [...this.#told],
      notProvable: hosts.flatMap((host) => host.notProvable.map((label) => `${host.name}: ${label}`)),
      ...(waiting.length === 0 ? {} : { waiting }),
      stats: counted.flatMap(({ host, stats }) => {
        if (stats === undefined) return []
        const { connections, channels, exchanges, bytesSent, bytesReceived } = stats
        return [{ host, connections, channels, exchanges, bytesSent, bytesReceived }]
      }),
    }
    this.emit({ type: 'run_finished', report })
    return report
  }
}

/** Another run had it: that is no failure of its tasks. */
function isLocked({ problems }: HostRun): boolean {
  return problems.some(({ code }) => code === 'LOCKED')
}
