/** `up`: from the controller to the host; `down`: back. */
export type Direction = 'up' | 'down'

/** What happens to a line, `at` so many bytes in one direction. */
export type WireFault =
  | { readonly kind: 'none' }
  /** it breaks, it is closed in order, it swallows everything in both directions */
  | { readonly kind: Cut; readonly direction: Direction; readonly at: number }
  /** bytes come in pieces of this length */
  | { readonly kind: 'slice'; readonly direction: Direction; readonly bytes: number }
  /** nothing goes on for this long */
  | { readonly kind: 'delay'; readonly direction: Direction; readonly at: number; readonly milliseconds: number }
  /** these bits of one byte are turned over */
  | { readonly kind: 'corrupt'; readonly direction: Direction; readonly at: number; readonly bits: number }

export const cuts = ['reset', 'end', 'hole'] as const
export type Cut = (typeof cuts)[number]

export function isCut(fault: WireFault): fault is Extract<WireFault, { kind: Cut }> {
  return (cuts as readonly string[]).includes(fault.kind)
}

/** Carries the bytes of one line in both directions, to the byte as its fault says. Whatever lies at its ends: sockets or pipes. */
export class Wire {
  /** bytes that went through */
  readonly passed: Record<Direction, number> = { up: 0, down: 0 }
  readonly #fault: WireFault
  readonly #onCut: (cut: Cut) => void
  #cut = false
  #queue: Record<Direction, Promise<void>> = { up: Promise.resolve(), down: Promise.resolve() }

  constructor(fault: WireFault, onCut: (cut: Cut) => void) {
    this.#fault = fault
    this.#onCut = onCut
  }

  get isCut(): boolean {
    return this.#cut
  }

  /** To be called when both ends are there: a line may be cut before its first byte. */
  begin(): void {
    if (isCut(this.#fault) && this.#fault.at === 0) this.#end(this.#fault.kind)
  }

  carry(direction: Direction, chunk: Buffer, deliver: (part: Buffer) => void): void {
    const fault = this.#fault
    if (this.#cut) return
    if (fault.kind === 'none' || fault.direction !== direction) return this.#pass(direction, chunk, deliver)
    if (isCut(fault)) {
      const part = chunk.subarray(0, fault.at - this.passed[direction])
      this.#pass(direction, part, deliver)
      if (this.passed[direction] === fault.at) this.#end(fault.kind)
      return
    }
    if (fault.kind === 'corrupt') {
      const index = fault.at - this.passed[direction]
      const changed = Buffer.from(chunk)
      if (index >= 0 && index < changed.length) changed[index] = (changed[index] ?? 0) ^ fault.bits
      return this.#pass(direction, changed, deliver)
    }
    this.#later(direction, async () => {
      if (fault.kind === 'delay') {
        const reached = this.passed[direction] <= fault.at && fault.at < this.passed[direction] + chunk.length
        if (reached) await new Promise((resolve) => setTimeout(resolve, fault.milliseconds))
        return this.#pass(direction, chunk, deliver)
      }
      for (let from = 0; from < chunk.length; from += fault.bytes) {
        this.#pass(direction, chunk.subarray(from, from + fault.bytes), deliver)
        // Its receiver reads it before the next piece comes.
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
  }

  #pass(direction: Direction, part: Buffer, deliver: (part: Buffer) => void): void {
    if (part.length === 0) return
    this.passed[direction] += part.length
    deliver(part)
  }

  #later(direction: Direction, act: () => Promise<void>): void {
    this.#queue[direction] = this.#queue[direction].then(act)
  }

  #end(cut: Cut): void {
    this.#cut = true
    this.#onCut(cut)
  }
}
