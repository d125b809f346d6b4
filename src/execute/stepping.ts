import { comesTo } from '../plan/endings.ts'
import type { Desk } from '../ports/ports.ts'
import type { HostRun } from './host-run.ts'
import type { Stretch } from './stretch.ts'

/** `--step`: before each task a person says, once for all hosts, whether it runs (design/language.md A.11). */
export class Stepping {
  readonly #desk: Pick<Desk, 'answer'>
  readonly #interrupted: AbortSignal | undefined
  #asks = true

  constructor(desk: Pick<Desk, 'answer'>, interrupted: AbortSignal | undefined) {
    this.#desk = desk
    this.#interrupted = interrupted
  }

  /** Whether the task of a stretch is passed over on the hosts that come to it. Points between tasks are not asked about. */
  async passesOver({ play, stops, from }: Stretch, hosts: readonly HostRun[]): Promise<boolean> {
    const stop = stops[from]
    if (!this.#asks || stop === undefined || !('node' in stop)) return false
    if (!hosts.some((host) => host.active && comesTo(stop, from, play, host.actual))) return false
    const answer = await this.#answer(`${stop.node.label}: run it? (n)o, (y)es, (c)ontinue without asking`)
    if (answer === 'c' || answer === 'continue') this.#asks = false
    return this.#asks && answer !== 'y' && answer !== 'yes'
  }

  /** Whoever interrupts the run wants nothing more to happen. */
  async #answer(question: string): Promise<string> {
    const signal = this.#interrupted
    if (signal?.aborted === true) return 'n'
    const answer = this.#desk.answer(question, true).then((typed) => typed.trim().toLowerCase())
    if (signal === undefined) return answer
    return Promise.race([
      answer,
      new Promise<string>((resolve) => {
        signal.addEventListener('abort', () => resolve('n'), { once: true })
      }),
    ])
  }
}
