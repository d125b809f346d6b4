/** Finds the end of one program in a stream of chunks. Bytes are kept as they came, NUL and broken UTF-8 included. */
export class EndScanner {
  readonly #mark: Buffer
  readonly #limitBytes: number
  readonly #chunks: Buffer[] = []
  #size = 0
  /** the last bytes seen, long enough to hold a mark that was cut in two, and the status line once the mark is found */
  #tail: Buffer = Buffer.alloc(0)
  #found = false
  constructor(mark: string, limitBytes: number) {
    this.#mark = Buffer.from(mark)
    this.#limitBytes = limitBytes
  }

  push(
    chunk: Buffer,
  ): { readonly kind: 'more' | 'too much' | 'broken' } | { readonly kind: 'end'; readonly output: Buffer; readonly rc: number } {
    if (this.#found) {
      this.#tail = Buffer.concat([this.#tail, chunk])
    } else {
      const window = Buffer.concat([this.#tail, chunk])
      const at = window.indexOf(this.#mark)
      this.#chunks.push(chunk)
      this.#size += chunk.length
      if (at < 0) {
        this.#tail = window.subarray(Math.max(0, window.length - this.#mark.length + 1))
        // the last bytes may be the beginning of the mark
        return { kind: this.#size - this.#tail.length > this.#limitBytes ? 'too much' : 'more' }
      }
      this.#found = true
      this.#size -= window.length - at
      this.#tail = window.subarray(at + this.#mark.length)
      if (this.#size > this.#limitBytes) return { kind: 'too much' }
    }
    const newline = this.#tail.indexOf(0x0a)
    if (newline < 0) return { kind: this.#tail.length > 3 ? 'broken' : 'more' }
    const status = this.#tail.toString('latin1', 0, newline)
    if (!/^\d{1,3}$/.test(status)) return { kind: 'broken' }
    return { kind: 'end', output: Buffer.concat(this.#chunks).subarray(0, this.#size), rc: Number(status) }
  }
}
