import type { RunEvent } from '../model/event.ts'
import type { Problem } from '../model/problem.ts'
import type { Report } from '../model/report.ts'
import type { BusyHosts } from './busy-hosts.ts'
import { Recap } from './recap.ts'

/** Counts what a run says of itself, so that there is a summary also when nobody waits for its end. */
export class Tally {
  readonly #recap: Recap

  constructor(hosts: readonly string[]) {
    this.#recap = new Recap(hosts)
  }

  count(event: RunEvent): void {
    if (event.type === 'task_finished') this.#recap.countEntry(event.result.host, event.result.id, event.result.status)
    if (event.type !== 'plan_ready') return
    const lost = event.plan.plays.flatMap((play) =>
      play.hosts.flatMap(({ host, unreachable }) => (unreachable === undefined ? [] : [host])),
    )
    for (const host of new Set(lost)) this.#recap.count(host, 'unreachable')
  }

  /** The report of a run that was left while hosts were at work. */
  abandoned(head: Pick<Report, 'tlsplay' | 'playbook' | 'mode' | 'exitCode'>, busy: BusyHosts): Report {
    return { formatVersion: 1, ...head, recap: this.#recap.lines(), problems: [leftAtWork(busy)], notProvable: [], stats: [] }
  }
}

function leftAtWork({ names, acting }: BusyHosts): Problem {
  if (names.length === 0) return { code: 'INTERRUPTED', message: 'left at once; no host was at work' }
  const told = names.map((name) => (acting.includes(name) ? `${name} (being changed)` : name)).join(', ')
  return {
    code: 'INTERRUPTED',
    message: `left at once while these hosts were at work: ${told}`,
    hint: 'what was sent to a host goes on there to its end without us; then each host takes back what was not committed',
  }
}
