import { maskText } from '../lib/masking/mask.ts'

const keptBytes = 4096
const shownCharacters = 200

/** The last of what a host printed, for the message when it falls silent. */
export class Tail {
  #bytes = Buffer.alloc(0)
  #whole = true

  add(chunk: Buffer): void {
    const all = Buffer.concat([this.#bytes, chunk.subarray(-keptBytes)])
    this.#whole &&= chunk.length <= keptBytes && all.length <= keptBytes
    this.#bytes = all.subarray(-keptBytes)
  }

  /** Whole lines where something was cut off before: half a secret could not be recognized any more. */
  text(): string {
    const text = this.#bytes.toString('utf8')
    const kept = this.#whole ? text : text.slice(text.indexOf('\n') + 1 || text.length)
    const masked = maskText(kept.trim())
    return masked.length > shownCharacters ? `...${masked.slice(-shownCharacters)}` : masked
  }
}
