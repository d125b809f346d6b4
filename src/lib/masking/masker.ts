import { masked as mark } from '../../model/value.ts'
import { encodingsOf, shortestMask } from './encodings.ts'

/** Texts to search for, found by their first bytes. All are latin1, one character per byte, and at least as long as `shortestMask`. */
export class PatternIndex {
  /** first two bytes of any pattern: most places of a text are ruled out by it */
  readonly #starts = new Uint8Array(0x10000)
  readonly #firsts = new Uint8Array(0x100)
  readonly #byHead = new Map<string, string[]>()
  /** proper beginnings of heads */
  readonly #beginnings = new Set<string>()

  add(secret: string): void {
    for (const pattern of encodingsOf(secret)) this.#insert(pattern)
  }

  #insert(pattern: string): void {
    const head = pattern.slice(0, shortestMask)
    const others = this.#byHead.get(head)
    if (others === undefined) this.#byHead.set(head, [pattern])
    else if (!others.includes(pattern)) {
      others.push(pattern)
      others.sort((one, other) => other.length - one.length)
    }
    this.#firsts[head.charCodeAt(0)] = 1
    this.#starts[(head.charCodeAt(0) << 8) | head.charCodeAt(1)] = 1
    for (let length = 1; length < shortestMask; length += 1) this.#beginnings.add(head.slice(0, length))
  }

  /** How long the longest pattern at this place is; 0: none; `more`: what stands there may become one. */
  at(text: string, place: number): number | 'more' {
    const left = text.length - place
    if (this.#firsts[text.charCodeAt(place)] !== 1) return 0
    if (left > 1 && this.#starts[(text.charCodeAt(place) << 8) | text.charCodeAt(place + 1)] !== 1) return 0
    if (left < shortestMask) return this.#beginnings.has(text.slice(place)) ? 'more' : 0
    const patterns = this.#byHead.get(text.slice(place, place + shortestMask))
    if (patterns === undefined) return 0
    for (const pattern of patterns) {
      if (pattern.length <= left) {
        if (text.startsWith(pattern, place)) return pattern.length
      } else if (pattern.startsWith(text.slice(place))) return 'more'
    }
    return 0
  }

  /** The longest pattern that ends the text or stands in it whole at this place. */
  whole(text: string, place: number): number {
    const patterns = this.#byHead.get(text.slice(place, place + shortestMask)) ?? []
    return patterns.find((pattern) => text.startsWith(pattern, place))?.length ?? 0
  }
}

/**
 * Replaces every pattern in a stream of pieces, wherever the pieces are cut. What may be the beginning of a pattern waits for
 * the next piece. Patterns that overlap are hidden by one mark.
 */
export class Masker {
  readonly #index: PatternIndex
  #held = ''
  /** how much of what is held a mark that was written stands for already */
  #covered = 0
  constructor(index: PatternIndex) {
    this.#index = index
  }

  get holds(): boolean {
    return this.#held !== ''
  }

  push(piece: string): string {
    return this.#mask(this.#held + piece, false)
  }

  /** What was held back, when nothing follows. */
  end(): string {
    return this.#mask(this.#held, true)
  }

  #mask(text: string, last: boolean): string {
    let out = ''
    let from = this.#covered
    let end = this.#covered
    let place = 0
    for (; place < text.length; place += 1) {
      let length = this.#index.at(text, place)
      if (length === 'more') {
        if (!last) break
        length = this.#index.whole(text, place)
      }
      if (length === 0) continue
      if (place >= end) out += text.slice(from, place) + mark
      end = Math.max(end, place + length)
      from = end
    }
    out += text.slice(from, place)
    this.#held = text.slice(place)
    this.#covered = Math.max(0, end - place)
    return out
  }
}
