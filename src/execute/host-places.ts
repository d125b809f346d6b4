import { tasksOf } from '../compile/compiled-run.ts'
import { parentOf } from '../lib/paths.ts'
import type { Probe } from '../model/fact.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import { delegateOf, type Entry, hasChanges, type Place } from '../plan/entry.ts'
import type { PlanTools, WalkInput } from '../plan/input.ts'
import { walk, type WalkResult } from '../plan/walk.ts'
import type { ChannelStats } from '../ports/channel.ts'
import type { HostSession } from '../ports/host-session.ts'
import { HostMemory } from './host-memory.ts'
import { unreachableCodes } from './outcome.ts'
import { closed } from './passed-on.ts'
import { rollbackIncomplete, servesOther } from './rolled-back.ts'

/** Planning may find that it lacks an answer; it asks and goes on. More rounds than this is a bug of a task type. */
const maxRounds = 8

export type Walked = Extract<WalkResult, { kind: 'walked' }>

/** A walk, but for what is known of the places. */
export type Unobserved = Omit<WalkInput, 'observed' | 'unreachable'>

export interface PlacesPorts {
  readonly tools: PlanTools
  /** false: only planned, so that nothing may be taken back either */
  readonly acts: boolean
  readonly warn: (message: string) => void
  open(place: Place): Promise<HostSession>
}

/**
 * What is read may have to be written, and then there is a question about the room beside it, which would cost a round of its own.
 * Where room is asked for anyway, one folder more costs no process.
 */
function withRoom(probes: readonly Probe[], readBefore: Iterable<string>): readonly Probe[] {
  const room = new Set(probes.flatMap((probe) => (probe.kind === 'space' ? [probe.target.path] : [])))
  if (room.size === 0) return probes
  const read = probes.flatMap((probe) => (probe.kind === 'content' ? [probe.target.path] : []))
  const beside = new Set([...read, ...readBefore].map(parentOf))
  return [...probes, ...[...beside].filter((path) => !room.has(path)).map((path): Probe => ({ kind: 'space', target: { path } }))]
}

/** The places on which the tasks of one host act: their sessions, what was asked there and what was answered. */
export class HostPlaces {
  readonly memory = new HostMemory()
  readonly #host: string
  readonly #ports: PlacesPorts
  readonly #sessions = new Map<Place, Promise<HostSession>>()
  /** places that could not be reached; known only where a task of the run may go on without them */
  readonly #unreachable = new Map<Place, Problem>()

  constructor(host: string, ports: PlacesPorts) {
    this.#host = host
    this.#ports = ports
  }

  get known(): Pick<WalkInput, 'observed' | 'unreachable'> {
    return { observed: this.memory.observed, unreachable: this.#unreachable }
  }

  isReachable(place: Place): boolean {
    return !this.#unreachable.has(place)
  }

  session(place: Place): Promise<HostSession> {
    const open = this.#sessions.get(place)
    if (open !== undefined) return open
    const opening = this.#ports.open(place)
    this.#sessions.set(place, opening)
    return opening
  }

  /** The session with the host itself, if there is one. */
  async opened(): Promise<HostSession | undefined> {
    return this.#sessions.get('host')?.catch(() => undefined)
  }

  /**
   * Walks until nothing is missing. What the walks `ahead` will ask is asked along: a host costs the same exchanges whether its
   * tasks stand in one play or in many.
   */
  async walk(input: Unobserved, ahead: readonly Pick<WalkInput, 'host' | 'stops' | 'from' | 'to'>[] = []): Promise<Walked> {
    for (let round = 0; round <= maxRounds; round += 1) {
      const result = walk({ ...input, ...this.known }, this.#ports.tools)
      if (result.kind === 'walked') return result
      const asked = [result.probes]
      let { state } = result
      for (const next of ahead) {
        const later = walk({ ...input, ...next, state, ...this.known }, this.#ports.tools)
        if (later.kind === 'ask') asked.push(later.probes)
        state = later.state
      }
      for (const place of new Set(asked.flatMap((some) => [...some.keys()]))) {
        const probes = this.memory.unanswered(
          place,
          asked.flatMap((some) => some.get(place) ?? []),
        )
        if (probes.length === 0) continue
        const all = place === 'host' ? withRoom(probes, this.memory.readBehindLinks) : withRoom(probes, [])
        await this.#within(place, () => this.observe(place, this.memory.unanswered(place, all)))
      }
    }
    throw new Error(`planning ${this.#host} still lacks answers after ${maxRounds} rounds`)
  }

  async observe(place: Place, probes: readonly Probe[]): Promise<void> {
    const anew = (this.memory.observed[place]?.size ?? 0) === 0
    this.memory.asks(place, probes)
    const session = await this.session(place)
    const answers = await session.observe(probes, anew)
    const stale = session.unfinished && (await this.#takeBack(session, delegateOf(place) ?? this.#host))
    this.memory.learn(place, stale ? await session.observe(probes, true) : answers)
  }

  /** Whether a place on which entries act turns out to be unreachable only now, so that they are decided again. */
  async missesPlace(entries: readonly Entry[]): Promise<boolean> {
    if (!entries.some(({ node }) => node.task.ignoreUnreachable)) return false
    const before = this.#unreachable.size
    for (const place of new Set(entries.filter(hasChanges).map((entry) => entry.place)))
      await this.#within(place, () => this.session(place))
    return this.#unreachable.size > before
  }

  /** Where a task of the run may go on without a place, that it cannot be reached is known from then on, and not thrown. */
  async #within(place: Place, act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (error) {
      const problem = error instanceof TlsplayError ? error.problems[0] : undefined
      const mayGoWithout = this.#ports.tools.run.plays.some((play) => tasksOf(play).some(({ task }) => task.ignoreUnreachable))
      if (problem === undefined || !mayGoWithout || !unreachableCodes.has(problem.code) || this.#unreachable.has(place)) throw error
      this.#unreachable.set(place, problem)
    }
  }

  /** Changes of a run that is gone come first. True when something was taken back: what was answered may not hold. */
  async #takeBack(session: HostSession, host: string): Promise<boolean> {
    if (!this.#ports.acts) {
      this.#ports.warn(`${host} holds changes of a run that is not over, or never will be; a run takes them back first`)
      return false
    }
    const { left, served } = await session.rollback('found')
    if (left.length > 0) throw new TlsplayError([rollbackIncomplete(host, left)])
    if (served.other.length > 0) this.#ports.warn(servesOther(host, served.other).message)
    this.#ports.warn(`${host}: took back the changes of a run that had ended in their midst`)
    return true
  }

  /** The host is logged in to anew when it is needed next. */
  async renew(): Promise<void> {
    const session = this.#sessions.get('host')
    this.#sessions.delete('host')
    this.#unreachable.delete('host')
    this.memory.stale()
    if (session !== undefined) await closed(session)
  }

  /** Statistics of the connection to the host itself. */
  async stats(): Promise<ChannelStats | undefined> {
    try {
      return (await this.#sessions.get('host'))?.stats
    } catch (error) {
      if (error instanceof TlsplayError) return undefined
      throw error
    }
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await closed(session)
  }
}
