import type { ChannelStats } from '../ports/channel.ts'

/** How the shell at the other end went away. */
export interface PipeEnd {
  /** `shell`: it ended while the connection lives on; `connection`: everything is gone */
  readonly kind: 'shell' | 'connection'
  readonly code: number | undefined
  readonly why: string
}

export interface PipeListener {
  /** stdout and stderr of the shell, in the order they came */
  bytes(chunk: Buffer): void
  ended(end: PipeEnd): void
}

/** Bytes to and from one shell, whatever carries them. */
export interface Pipe {
  send(bytes: Uint8Array): void
  /** replaces the listener; what came while there was none is handed over at once */
  listen(listener: PipeListener): void
  /** ends the whole connection; resolves when it is gone and never throws */
  close(): Promise<void>
}

export type Counters = { -readonly [K in keyof ChannelStats]: ChannelStats[K] }

export function zeroCounters(): Counters {
  return { connections: 0, channels: 0, exchanges: 0, bytesSent: 0, bytesReceived: 0 }
}

/** Keeps what comes before somebody listens, and tells the end once. */
export class Inbox {
  #listener: PipeListener | undefined
  #waiting: Buffer[] = []
  #end: PipeEnd | undefined
  readonly #counters: Counters
  constructor(counters: Counters) {
    this.#counters = counters
  }
  readonly receive = (chunk: Buffer): void => {
    this.#counters.bytesReceived += chunk.length
    if (this.#end !== undefined) return
    if (this.#listener === undefined) this.#waiting.push(chunk)
    else this.#listener.bytes(chunk)
  }
  readonly finish = (end: PipeEnd): void => {
    if (this.#end !== undefined) return
    this.#end = end
    this.#listener?.ended(end)
  }
  readonly listen = (listener: PipeListener): void => {
    this.#listener = listener
    for (const chunk of this.#waiting.splice(0)) listener.bytes(chunk)
    if (this.#end !== undefined) listener.ended(this.#end)
  }
}
