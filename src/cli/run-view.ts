import type { RunEvent } from '../model/event.ts'
import type { Events } from '../ports/ports.ts'
import { eventJson } from '../view/events-json.ts'
import { type EventTextOptions, eventText } from '../view/events-text.ts'
import { type Io, wantsColour, wantsProgress } from './io.ts'

/** Where the events of a run go. */
export interface RunView extends Events {
  /** runs something that talks to the terminal itself, like a question: nothing is drawn meanwhile */
  aside<T>(act: () => Promise<T>): Promise<T>
  /** resolves when everything is written */
  settled(): Promise<void>
}

export interface RunViewOptions {
  readonly output: 'text' | 'json'
  readonly diff: boolean
  readonly stats: boolean
  readonly verbosity: number
}

export async function runView(options: RunViewOptions, io: Io): Promise<RunView> {
  if (options.output === 'json') return still((event) => void io.stdout.write(eventJson(event)))
  const text = { ...options, colour: wantsColour(io.env, io.stdout) }
  return wantsProgress(io.env, io.stderr) ? await liveView(text, io) : still((event) => write(event, text, io))
}

function still(emit: (event: RunEvent) => void): RunView {
  return { emit, aside: (act) => act(), settled: async () => {} }
}

function write(event: RunEvent, options: EventTextOptions, io: Io): void {
  const { out, err } = eventText(event, options)
  if (out !== '') io.stdout.write(out)
  if (err !== '') io.stderr.write(err)
}

/** Lines wait while a phase is drawn: the counter owns the terminal until the phase ends. */
async function liveView(options: EventTextOptions, io: Io): Promise<RunView> {
  const { progress } = await import('../view/progress.ts')
  // Per phase that is not drawn to its end yet: what came after it began.
  const waiting: RunEvent[][] = []
  const released = (): void => {
    for (const event of waiting.shift() ?? []) write(event, options, io)
  }
  const drawn = progress({ out: io.stderr, now: () => performance.now(), released })
  return {
    emit(event) {
      drawn.handle(event)
      const last = waiting.at(-1)
      if (event.type === 'phase_started') waiting.push([])
      else if (last === undefined) write(event, options, io)
      else last.push(event)
    },
    async aside(act) {
      drawn.stop()
      await drawn.settled()
      return act()
    },
    settled: () => drawn.settled(),
  }
}
