import { type Probe, probeKey } from '../model/fact.ts'
import type { Place } from '../plan/entry.ts'
import type { ObservedPlaces } from '../plan/input.ts'
import type { Observed } from '../plan/overlay.ts'

/** What one run has asked about one host, what it was told, and which of that still holds. */
export class HostMemory {
  #observed: ObservedPlaces = {}
  /** what was observed still holds: nothing acted since */
  #fresh = true
  /** questions that were asked of the host, by key */
  readonly #asked = new Map<string, Probe>()
  /** what was heard of the host since the last act of this run on it */
  #heard: Observed = new Map()

  get observed(): ObservedPlaces {
    return this.#observed
  }

  get fresh(): boolean {
    return this.#fresh
  }

  /** Those of the questions that have no answer yet. */
  unanswered(place: Place, probes: readonly Probe[]): readonly Probe[] {
    return probes.filter((probe) => this.#observed[place]?.has(probeKey(probe)) !== true)
  }

  asks(place: Place, probes: readonly Probe[]): void {
    if (place === 'host') for (const probe of probes) this.#asked.set(probeKey(probe), probe)
  }

  learn(place: Place, answers: Observed): void {
    this.#observed = { ...this.#observed, [place]: new Map([...(this.#observed[place] ?? []), ...answers]) }
  }

  /** Answers that came while a task asked, after the last act. */
  hear(answers: Observed): void {
    this.#heard = new Map([...this.#heard, ...answers])
  }

  /** Something acted, or may have: what was heard holds no longer. */
  acted(): void {
    this.#heard = new Map()
  }

  /** Nothing may be taken as observed any more; a look at the host comes before the next decision. */
  stale(): void {
    this.#fresh = false
  }

  forget(): void {
    this.#observed = {}
    this.#fresh = true
  }

  /** Other hosts may have acted on the places that they share with this one. */
  forgetElsewhere(): void {
    const { host } = this.#observed
    this.#observed = host === undefined ? {} : { host }
  }

  /** As after `forget`, but for what was heard since the last act. */
  forgetUnheard(): void {
    this.forget()
    this.#observed = { ...this.#observed, host: this.#heard }
  }

  /**
   * What was asked of the host before and not heard since the last act. What the controller dials depends on the certificates of
   * then; for room there is a need only where something is still to be written.
   */
  along(): readonly Probe[] {
    return [...this.#asked.values()].filter(
      (probe) =>
        probe.kind !== 'space' && !(probe.kind === 'listener' && probe.target.from === 'controller') && !this.#heard.has(probeKey(probe)),
    )
  }
}
