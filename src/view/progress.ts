import type { Writable } from 'node:stream'
import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2'
import type { RunEvent } from '../model/event.ts'
import { phaseLine } from './events-text.ts'

/** At most ten redraws a second: the cost of one redraw by listr2 grows with what is on the screen. */
const redrawMs = 100

export interface Progress {
  handle(event: RunEvent): void
  /** draws the running phase no further */
  stop(): void
  /** resolves when nothing is drawn any more; until then nothing else may be written to the terminal */
  settled(): Promise<void>
}

export interface ProgressTerminal {
  readonly out: Writable
  /** milliseconds, only differences count */
  readonly now: () => number
  /** called each time a phase has been drawn to its end, before the next one begins */
  readonly released: () => void
}

/**
 * One listr2 task per phase with a counter in its title, never one per host: with one task per host a run over
 * 1,000 hosts took 517 s instead of 2 s (measured with listr2 9.0.5 at 50 hosts at a time).
 */
export function progress(terminal: ProgressTerminal): Progress {
  let current: DrawnPhase | undefined
  let last: Promise<void> = Promise.resolve()
  const stop = (): void => {
    current?.finish()
    current = undefined
  }
  return {
    stop,
    handle(event) {
      if (event.type === 'phase_started') {
        const earlier = last
        stop()
        current = drawPhase(phaseLine(event.phase, event.play, event.hosts.length), event.hosts, terminal, earlier)
        last = current.drawn.then(terminal.released)
      } else if (event.type === 'host_done') {
        current?.count(event.host, event.ok)
      } else if (event.type === 'phase_finished' || event.type === 'run_finished') {
        stop()
      }
    },
    settled: () => last,
  }
}

interface DrawnPhase {
  count(host: string, ok: boolean): void
  finish(): void
  readonly drawn: Promise<void>
}

function drawPhase(line: string, hosts: readonly string[], terminal: ProgressTerminal, after: Promise<void>): DrawnPhase {
  const tally = new Tally(line, hosts)
  let redraw = (): void => {}
  let finish = (): void => {}
  let redrawnAt = Number.NEGATIVE_INFINITY
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const out = terminal.out as NodeJS.WriteStream
  // Made when its turn comes: ProcessOutput keeps the `write` of the stream that it finds, and while another phase is drawn that is the one
  // by which listr2 swallows what others write.
  const list = () =>
    new Listr(
      [
        {
          title: line,
          task: async (_context, task) => {
            redraw = () => {
              task.title = tally.text()
            }
            await finished
            redraw()
            if (tally.failed.size > 0) throw new Error(tally.text())
          },
        },
      ],
      {
        exitOnError: false,
        renderer: TerminalRenderer,
        registerSignalListeners: false,
        rendererOptions: { logger: new ListrLogger({ processOutput: new ProcessOutput(out, out) }), showErrorMessage: false },
      },
    )
  return {
    count(host, ok) {
      tally.add(host, ok)
      if (terminal.now() - redrawnAt < redrawMs) return
      redrawnAt = terminal.now()
      redraw()
    },
    finish: () => finish(),
    drawn: after.then(() => list().run()).then(() => {}),
  }
}

/** listr2 looks at stdout to see whether there is a terminal; the caller knows better, it may be stderr. */
class TerminalRenderer extends DefaultRenderer {
  static override nonTTY = true
}

/** A host may be done more than once in a phase, with each of its plays; it counts once, and as failed when any of them did. */
class Tally {
  readonly failed = new Set<string>()
  readonly #done = new Set<string>()
  readonly #line: string
  readonly #hosts: ReadonlySet<string>
  constructor(line: string, hosts: readonly string[]) {
    this.#line = line
    this.#hosts = new Set(hosts)
  }
  add(host: string, ok: boolean): void {
    if (!this.#hosts.has(host)) return
    this.#done.add(host)
    if (!ok) this.failed.add(host)
  }
  text(): string {
    const failures = this.failed.size === 0 ? '' : `, ${this.failed.size} failed`
    return `${this.#line}: ${this.#done.size} of ${this.#hosts.size} done${failures}`
  }
}
