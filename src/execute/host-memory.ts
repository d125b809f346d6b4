import { maxLinks } from '../lib/host-file.ts'
import { linkTarget } from '../lib/paths.ts'
import { type FileFact, isOpening, type OpeningKind, type Probe, probeKey } from '../model/fact.ts'
import type { Place } from '../plan/entry.ts'
import type { ObservedPlaces } from '../plan/input.ts'
import type { Observed } from '../plan/overlay.ts'

const opens = (probe: Probe): probe is Extract<Probe, { kind: OpeningKind }> => isOpening(probe.kind)

/** What one run has asked about one host, what it was told, and which of that still holds. */
export class HostMemory {
  #observed: ObservedPlaces = {}
  /** what was observed still holds: nothing acted since */
  #fresh = true
  /** questions that were asked of the host, by key */
  readonly #asked = new Map<string, Probe>()
  readonly #readBehindLinks = new Set<string>()
  /** what was heard of the host since the last act of this run on it */
  #heard: Observed = new Map()

  /** Paths of contents that nobody asked for by that name: they were read at a link. */
  get readBehindLinks(): ReadonlySet<string> {
    return this.#readBehindLinks
  }

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
    const before = this.#observed[place] ?? new Map()
    const learned = place === 'host' ? this.#behindLinks(before, answers) : answers
    this.#observed = { ...this.#observed, [place]: new Map([...before, ...learned]) }
  }

  /** Answers that came while a task asked, after the last act. */
  hear(answers: Observed): void {
    this.#heard = new Map([...this.#heard, ...this.#behindLinks(this.#heard, answers)])
  }

  /**
   * The answers, with those they bring along: what was read at a link was read where the link leads, and need not be read
   * there once more. Only along texts without `..`, which the kernel takes from where a folder really is, not from its name.
   */
  #behindLinks(before: Observed, answers: Observed): Observed {
    const all = new Map(answers)
    for (const [key, answer] of answers) {
      const probe = this.#asked.get(key)
      if (probe === undefined || !opens(probe)) continue
      let { path } = probe.target
      for (let links = 0; links < maxLinks; links += 1) {
        const file = probeKey({ kind: 'file', target: { path } })
        const { link } = (answers.get(file) ?? before.get(file) ?? {}) as Partial<FileFact>
        if (link === undefined || link.split('/').includes('..')) break
        path = linkTarget(path, link)
        const behind = probeKey({ ...probe, target: { ...probe.target, path } } as Probe)
        if (answers.has(behind)) continue
        all.set(behind, answer)
        if (probe.kind === 'content') this.#readBehindLinks.add(path)
      }
    }
    return all
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
