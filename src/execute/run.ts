import type { CompiledPlay, CompiledRun, TaskNode } from '../compile/compiled-run.ts'
import { readsOthers } from '../compile/reads-others.ts'
import { connectionTarget } from '../compile/connection.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Plan, PlannedHost, PlannedPlay } from '../model/plan.ts'
import { type Problem, throwIfAny, TlsplayError } from '../model/problem.ts'
import type { Report } from '../model/report.ts'
import type { PlanTools } from '../plan/input.ts'
import type { Failures } from '../plan/blocks.ts'
import { playEnded } from '../plan/endings.ts'
import { plannedTasks, summarise } from '../plan/document.ts'
import { type Stop, stopsOf } from '../plan/stops.ts'
import { type Entry, hasChanges } from '../plan/entry.ts'
import { isMap } from '../model/value.ts'
import type { HostConnector } from '../ports/host-session.ts'
import type { Clock, Desk, Events, Issuer } from '../ports/ports.ts'
import { HostRun } from './host-run.ts'
import { lostAlong, takenBackFor } from './lent-hosts.ts'
import { entriesOf, isLeft, problemOf, refusalCodes, unreachableCodes } from './outcome.ts'
import { eachBounded } from './pool.ts'
import { rawAsset } from './raw-asset.ts'
import { RunLog } from './run-log.ts'
import { undoneProblems } from './rolled-back.ts'
import { actedElsewhere, SharedPlaces } from './shared-places.ts'
import { OtherHosts } from './other-hosts.ts'
import { Stepping } from './stepping.ts'
import { countsForAll, type Cutting, endsForAll, type EndStop, mayBeLent, type Stretch, stretchesOf, whyAllFail } from './stretch.ts'

export interface RunRequest {
  readonly run: CompiledRun
  readonly inventory: Inventory
  readonly mode: 'plan' | 'run'
  /** how the playbook is called in events and reports */
  readonly playbook: string
  /** hosts worked on at the same time */
  readonly forks: number
  /** version of tlsplay */
  readonly tlsplay: string
  /** a person is asked before each task */
  readonly step?: boolean
  /** aborts: hosts in flight end, no other is started */
  readonly signal?: AbortSignal
}

export interface RunPorts {
  readonly connector: HostConnector
  readonly tools: PlanTools
  readonly issuer: Issuer
  readonly clock: Clock
  readonly desk: Desk
  readonly events: Events
  readonly pause: (milliseconds: number) => Promise<void>
  /** asked once everything is planned; what it objects to stops the run before its first change, if a refusal has not yet */
  readonly review?: (plan: Plan, refused: boolean) => readonly Problem[]
}

/**
 * Plans every play and batch of the run, and in mode `run` applies what was planned, batch by batch, and proves it.
 * A refusal anywhere stops the run before its first change. Throws TlsplayError only for what is wrong before any
 * host was asked; everything later is in the report.
 */
export async function runPlaybook(request: RunRequest, ports: RunPorts): Promise<Report> {
  return new PlaybookRun(request, ports).run()
}

interface BatchPlan {
  readonly play: CompiledPlay
  readonly hosts: readonly string[]
  readonly stretches: readonly Stretch[]
}

class PlaybookRun {
  readonly #request: RunRequest
  readonly #ports: RunPorts
  readonly #hosts: ReadonlyMap<string, HostRun>
  readonly #batches: readonly BatchPlan[]
  /** host -> entry id -> entry of the plan */
  readonly #planned = new Map<string, Map<string, Entry>>()
  readonly #places: SharedPlaces
  readonly #log: RunLog
  readonly #stepping: Stepping | undefined
  readonly #others: OtherHosts
  /** where the plan cleared errors of hosts */
  readonly #revived = new Set<string>()

  constructor(request: RunRequest, ports: RunPorts) {
    this.#request = request
    this.#ports = ports
    this.#stepping = request.step === true ? new Stepping(ports.desk, request.signal) : undefined
    const names = [...new Set(request.run.plays.flatMap((play) => play.hosts))]
    this.#log = new RunLog(request, ports.events, names)
    this.#places = new SharedPlaces(request.run, ports.connector, (name) => this.#hosts.get(name))
    const places = this.#places
    const problems: Problem[] = []
    this.#hosts = new Map(
      names.map((name) => {
        const connection = connectionTarget(name, request.run)
        problems.push(...connection.problems)
        return [
          name,
          new HostRun(name, connection.target, {
            connector: ports.connector,
            tools: ports.tools,
            acts: request.mode === 'run',
            warn: (message) => this.#log.emit({ type: 'warning', message }),
            openElsewhere: (place) => places.open(place, name),
            interrupted: () => request.signal?.aborted === true,
            segment: {
              issuer: ports.issuer,
              clock: ports.clock,
              desk: ports.desk,
              pause: ports.pause,
              inTurn: (place, act) => places.inTurn(place, act),
            },
          }),
        ]
      }),
    )
    throwIfAny(problems)
    const cutting: Cutting = {
      acts: (node) => mayAct(node, ports.tools),
      reads: names.length < 2 ? () => false : readsOthers(request.run, (node) => rawAsset(node, ports.tools)),
      taskByTask: request.step === true,
    }
    this.#others = new OtherHosts(this.#hosts, (host) => this.#isIdle(host))
    this.#batches = request.run.plays.flatMap((play) => {
      const stretches = stretchesOf(play, stopsOf(play), cutting)
      return play.batches.map((hosts) => ({ play, hosts, stretches }))
    })
  }

  async run(): Promise<Report> {
    const { mode, playbook, tlsplay } = this.#request
    this.#log.emit({ type: 'run_started', formatVersion: 1, tlsplay, playbook, mode, hosts: this.#hosts.size })
    try {
      const plan = await this.#planAll()
      this.#log.emit({ type: 'plan_ready', plan })
      this.#log.problems(plan.problems)
      const refused = [...this.#planned.values()].some((entries) => [...entries.values()].some((entry) => entry.outcome === 'refused'))
      const stopped = refused || plan.problems.some((problem) => refusalCodes.has(problem.code))
      const objections = this.#ports.review?.(plan, stopped) ?? []
      this.#log.problems(objections)
      if (stopped || objections.length > 0) return await this.#log.finish([...this.#hosts.values()], 1)
      const locked = mode === 'run' ? await this.#lockedAuthorities() : []
      this.#log.problems(locked)
      if (locked.length > 0) return await this.#log.finish([...this.#hosts.values()], 1)
      if (mode === 'run') {
        await this.#applyAll()
        await this.#convergeAll()
      }
      return await this.#log.finish([...this.#hosts.values()])
    } finally {
      await Promise.all([...[...this.#hosts.values()].map((host) => host.close()), this.#places.close()])
    }
  }

  /** Why authorities that are to sign cannot: a passphrase that is wrong, or nobody to ask for it. Told before anything is changed. */
  async #lockedAuthorities(): Promise<readonly Problem[]> {
    const planned = [...this.#planned.values()].flatMap((entries) => [...entries.values()])
    const names = new Set(planned.flatMap((entry) => (entry.dry || !hasChanges(entry) ? [] : (entry.decision?.signedBy ?? []))))
    const problems: Problem[] = []
    for (const name of names) {
      try {
        await this.#ports.issuer.unlock(name)
      } catch (error) {
        if (!(error instanceof TlsplayError)) throw error
        problems.push(...error.problems)
      }
    }
    return problems
  }

  async #planAll(): Promise<Plan> {
    this.#log.emit({ type: 'phase_started', phase: 'plan', hosts: [...this.#hosts.keys()] })
    const plays: PlannedPlay[] = []
    for (const play of this.#request.run.plays) {
      const planned = new Map<string, PlannedHost>()
      for (const batch of this.#batches.filter((candidate) => candidate.play === play)) {
        await this.#eachStretch(batch, 'planned', async (host, stretch) => {
          if (stretch.delegate !== undefined) this.#places.lend(host, stretch.delegate, this.#hosts)
          const walked = await host.plan(stretch, this.#ahead(host, stretch))
          if (stretch.delegate !== undefined) this.#places.takeBack(host, this.#hosts)
          this.#keepPlanned(host, walked.entries)
          const before = planned.get(host.name)?.tasks ?? []
          planned.set(host.name, { host: host.name, tasks: [...before, ...plannedTasks(walked.entries)] })
          if (walked.failed) this.#failInPlan(host, play, walked.entries)
          else if (this.#request.mode === 'run' && stretch === this.#stretchesOf(host)[0] && walked.entries.some(hasChanges))
            host.foresee(stretch)
          if (walked.lost !== undefined) {
            this.#log.tasks(host.name, play.name, walked.entries)
            throw new TlsplayError([walked.lost])
          }
          if (walked.failed || this.#ahead(host, stretch).length === 0)
            this.#log.emit({ type: 'host_done', phase: 'plan', host: host.name, ok: host.active })
        })
      }
      plays.push({ name: play.name, batches: play.batches, hosts: play.hosts.map((name) => this.#plannedHost(name, planned)) })
    }
    for (const host of this.#hosts.values())
      if (host.unreachable !== undefined) this.#log.emit({ type: 'host_done', phase: 'plan', host: host.name, ok: false })
    this.#log.emit({ type: 'phase_finished', phase: 'plan' })
    return {
      formatVersion: 1,
      tlsplay: this.#request.tlsplay,
      createdAt: new Date(this.#ports.tools.now).toISOString(),
      playbook: this.#request.playbook,
      plays,
      summary: summarise(plays.flatMap((play) => play.hosts)),
      warnings: [
        ...new Set(
          [...this.#planned.values()].flatMap((entries) => [...entries.values()].flatMap((entry) => entry.decision?.warnings ?? [])),
        ),
      ],
      problems: [...this.#planned.values()]
        .flatMap((entries) => [...entries.values()].flatMap((entry) => entry.problems))
        .concat([...this.#hosts.values()].flatMap((host) => host.problems)),
    }
  }

  /** The stretches of a host behind one of them, in this play and in later ones. */
  #ahead(host: HostRun, stretch: Stretch): readonly Stretch[] {
    const own = this.#stretchesOf(host)
    return own.slice(own.indexOf(stretch) + 1)
  }

  #stretchesOf(host: HostRun): readonly Stretch[] {
    return this.#batches.filter((batch) => batch.hosts.includes(host.name)).flatMap((batch) => batch.stretches)
  }

  #plannedHost(name: string, planned: ReadonlyMap<string, PlannedHost>): PlannedHost {
    const lost = this.#hosts.get(name)?.unreachable
    return { ...(planned.get(name) ?? { host: name, tasks: [] }), ...(lost === undefined ? {} : { unreachable: lost }) }
  }

  #keepPlanned(host: HostRun, entries: readonly Entry[]): void {
    const own = this.#planned.get(host.name) ?? new Map<string, Entry>()
    for (const entry of entries) own.set(entry.id, entry)
    this.#planned.set(host.name, own)
  }

  /** A task that surely fails is known before anything acts: the host is left as it is, the others go on. */
  #failInPlan(host: HostRun, play: CompiledPlay, entries: readonly Entry[]): void {
    host.failed = true
    const own = [...(this.#planned.get(host.name)?.values() ?? [])]
    const last = own.findLast((entry) => entry.outcome === 'failed' && !entry.tolerant && !entry.rescued)
    if (last === undefined) return
    host.problems.push(problemOf(last, host.name, last.node.type === 'verify' ? 'VERIFY_FAILED' : 'TASK_FAILED', last.reason))
    this.#log.tasks(
      host.name,
      play.name,
      entries.filter((entry) => entry.id !== last.id),
      'skipped',
    )
    this.#log.tasks(host.name, play.name, [last], 'failed')
  }

  async #applyAll(): Promise<void> {
    for (const host of this.#hosts.values()) host.begin()
    const hosts = [...this.#hosts.values()].filter((host) => host.active).map((host) => host.name)
    // Where none can be reached there is nothing to tell of.
    if (hosts.length > 0) this.#log.emit({ type: 'phase_started', phase: 'apply', hosts })
    for (const [at, batch] of this.#batches.entries()) {
      if (this.#stopsHere(at)) break
      // What was observed while planning still holds for the first batch; every later one is observed again just before it acts.
      if (at > 0) for (const name of batch.hosts) this.#hosts.get(name)?.stale()
      // Handlers that run in spite of a failure are for changes that stay.
      const keepsAnyway = batch.play.play.forceHandlers
      const joint = new Set(batch.hosts.filter((name) => this.#hosts.get(name)?.active === true))
      const waiting: HostRun[] = []
      await this.#eachStretch(batch, 'actual', async (host, stretch) => {
        const expected = this.#planned.get(host.name) ?? new Map<string, Entry>()
        if (this.#isIdle(host)) {
          const own = stretch.stops.slice(stretch.from, stretch.to).flatMap((stop) => (!('node' in stop) ? [] : entriesOf(expected, stop)))
          this.#log.tasks(host.name, batch.play.name, own)
          host.passOver(stretch)
          return
        }
        const last = this.#ahead(host, stretch).length === 0
        if (stretch.delegate !== undefined) host.forgetElsewhere()
        const ended = await host.apply(stretch, expected, last)
        for (const name of actedElsewhere(ended)) this.#hosts.get(name)?.touched()
        this.#log.tasks(host.name, batch.play.name, ended)
        if (host.lost !== undefined) throw new TlsplayError([host.lost])
        if (!host.active || stretch === batch.stretches.at(-1)) {
          // Others may still act on it, or have: then it ends with them.
          if (host.active ? mayBeLent(host.name, batch.stretches) : this.#places.usersOf(host.name).length > 0) waiting.push(host)
          else {
            await host.settle(keepsAnyway || host.active)
            joint.delete(host.name)
          }
        }
        if (last && host.acted && host.active && !this.#batches.slice(at).some(({ stretches }) => mayBeLent(host.name, stretches)))
          host.convergeIfHeard()
      })
      await this.#settleLent(batch, joint)
      for (const host of waiting) await this.#guard(host, () => host.settle(keepsAnyway || host.active))
      await this.#settleDelegates(batch)
      for (const name of batch.hosts) {
        const host = this.#hosts.get(name)
        // Failed along with others, or cut short: what is still open goes back.
        if (host !== undefined) await this.#guard(host, () => host.settle(false))
        if (host !== undefined && hosts.length > 0) this.#log.emit({ type: 'host_done', phase: 'apply', host: name, ok: host.active })
      }
    }
    if (hosts.length > 0) this.#log.emit({ type: 'phase_finished', phase: 'apply' })
  }

  /**
   * What was done on hosts of the run for others ends with them: it counts when each of them has ended well, and so has the host itself
   * if what it did in this batch is still open (`joint`). Who is lost takes along those with whom it shares a host.
   */
  async #settleLent({ play }: BatchPlan, joint: ReadonlySet<string>): Promise<void> {
    const isWell = (name: string): boolean =>
      play.play.forceHandlers || (this.#hosts.get(name)?.active === true && this.#request.signal?.aborted !== true)
    const shared = [...this.#hosts.values()].flatMap((host) => {
      const users = this.#places.takeUsersOf(host.name)
      return users.length === 0 ? [] : [{ host, members: new Set([...users, ...(joint.has(host.name) ? [host.name] : [])]) }]
    })
    const { failed, lost } = lostAlong(
      shared.map(({ members }) => members),
      isWell,
    )
    for (const { host, members } of shared) {
      if (!(await host.isOpen())) continue
      const [complete, wasActive] = [![...members].some((name) => lost.has(name)), host.active]
      await this.#guard(host, () => host.settle(complete, members.has(host.name)))
      if (complete) continue
      if (wasActive && !host.active) this.#log.count(host.name, 'failed')
      for (const name of members) {
        const user = this.#hosts.get(name)
        if (name === host.name || failed.has(name) || user === undefined) continue
        const problem = takenBackFor(name, host.name, members, failed)
        if (user.active) this.#fail(user, problem)
        else user.problems.push(problem)
      }
    }
  }

  /**
   * What was done on hosts that are nothing but delegates counts when every host that it was done for has ended well. Else each of them
   * goes back as a whole, and who needed what was done there has failed with the one that failed.
   */
  async #settleDelegates({ hosts, play }: BatchPlan): Promise<void> {
    const isWell = (name: string): boolean =>
      play.play.forceHandlers || (this.#hosts.get(name)?.active === true && this.#request.signal?.aborted !== true)
    const first = this.#hosts.get(hosts[0] ?? '')
    if (first === undefined) return
    await this.#guard(first, async () => {
      for (const { name, hosts: users, undone } of await this.#places.settle(isWell)) {
        if (undone === undefined) continue
        const failed = users.filter((user) => !isWell(user))
        const teller = this.#hosts.get(failed[0] ?? '') ?? first
        teller.problems.push(...undoneProblems(name, undone, []))
        for (const user of users.filter(isWell)) {
          const message = `what was done on ${name} for ${user} was taken back with what was done there for ${failed.join(', ')}`
          const host = this.#hosts.get(user)
          if (host !== undefined) this.#fail(host, { code: 'ROLLED_BACK', host: user, message })
        }
      }
    })
  }

  /** If every host of a batch is lost, no later batch and no later play runs (design/language.md A.3). */
  #stopsHere(at: number): boolean {
    if (this.#request.signal?.aborted === true) return true
    const before = this.#batches[at - 1]
    return before !== undefined && before.hosts.length > 0 && before.hosts.every((name) => this.#hosts.get(name)?.active !== true)
  }

  async #convergeAll(): Promise<void> {
    const hosts = [...this.#hosts.values()].filter((host) => (host.acted || host.wasTouched) && host.active)
    if (hosts.length === 0) return
    this.#log.emit({ type: 'phase_started', phase: 'converge', hosts: hosts.map((host) => host.name) })
    await eachBounded(hosts, this.#request.forks, async (host) => {
      await this.#guard(host, async () => {
        const found = (await host.converge()).filter(isLeft)
        // A check that waits for a change before it is no finding of its own.
        const own = found.filter((entry) => entry.outcome !== 'check')
        const left = own.length > 0 ? own : found
        for (const entry of left) {
          const message = `after the run this task still finds something: ${entry.problems[0]?.message ?? entry.reason}`
          host.problems.push(problemOf(entry, host.name, 'NOT_CONVERGED', message, 'run again with --check --diff to see it'))
        }
        if (left.length > 0) {
          host.failed = true
          this.#log.count(host.name, 'failed')
        }
        this.#log.converged(host.name, left.length === 0)
      })
      this.#log.emit({ type: 'host_done', phase: 'converge', host: host.name, ok: host.active })
    })
    this.#log.emit({ type: 'phase_finished', phase: 'converge' })
  }

  /** Hosts of a batch side by side, stretch by stretch; a run_once task runs on the first host that is left and answers for all. */
  async #eachStretch(
    batch: BatchPlan,
    which: 'planned' | 'actual',
    act: (host: HostRun, stretch: Stretch) => Promise<void>,
  ): Promise<void> {
    const hosts = batch.hosts.flatMap((name) => this.#hosts.get(name) ?? [])
    const number = this.#batches.indexOf(batch)
    for (const stretch of batch.stretches) {
      const active = hosts.filter((host) => host.active)
      if (which === 'actual' && (await this.#stepping?.passesOver(stretch, active)) === true) {
        for (const host of active) host.rest()
        continue
      }
      this.#others.begin(number, stretch, active, which)
      await this.#stretch(batch, hosts, stretch, active, which, act)
      this.#others.end(number, stretch, active, which)
    }
  }

  async #stretch(
    batch: BatchPlan,
    hosts: readonly HostRun[],
    stretch: Stretch,
    active: readonly HostRun[],
    which: 'planned' | 'actual',
    act: (host: HostRun, stretch: Stretch) => Promise<void>,
  ): Promise<void> {
    const before = new Map(active.map((host) => [host, host[which].failures]))
    const first = stretch.stops[stretch.from]
    const throttle = first === undefined || !('node' in first) ? undefined : first.node.task.throttle
    const forks = stretch.delegate === undefined ? Math.min(this.#request.forks, throttle ?? this.#request.forks) : 1
    const side = async (some: readonly HostRun[]): Promise<void> =>
      eachBounded(some, forks, async (host) => {
        if (this.#request.signal?.aborted !== true) await this.#guard(host, () => act(host, stretch))
      })
    if (first?.kind === 'end' && endsForAll(first)) {
      await side(active.slice(0, 1))
      this.#endAlong(batch, first, stretch, active[0], which)
      return
    }
    if (first?.kind === 'renew' && first.renews === 'hosts') {
      await this.#reviveAlong(batch.play, `${this.#batches.indexOf(batch)} ${stretch.id}`, active[0], which, side)
      return
    }
    if (first?.kind !== 'task' || !first.node.task.runOnce) {
      await side(active)
      this.#failAlong(batch, hosts, before, stretch, which)
      return
    }
    // The host that was planned to run it: another one has no plan for it.
    const planner = hosts.find((host) => entriesOf(this.#planned.get(host.name) ?? new Map(), first).length > 0)
    const runner = which === 'planned' ? active[0] : (planner ?? active[0])
    const others = active.filter((host) => host !== runner)
    if (runner?.active === true) await side([runner])
    // Of one that failed there is a result, though it ended the host.
    const gave = which === 'actual' ? runner?.actual.results.get(first.node.id) : undefined
    const result = gave ?? (runner?.active === true ? runner.planned.results.get(first.node.id) : undefined)
    for (const host of others) {
      if (result !== undefined) host.adopt({ once: new Map([[first.node.id, result]]) }, which)
      else
        this.#fail(host, {
          code: 'TASK_FAILED',
          host: host.name,
          task: first.node.label,
          at: first.node.task.at,
          message: `${runner?.name ?? 'no host'}, which was to run it for all, has no result`,
        })
    }
    if (which === 'actual' && this.#ports.tools.taskTypes.get(first.node.type)?.once === true) for (const host of others) host.rest()
    await side(others.filter((host) => host.active))
    // The failure of a task that one host runs for all is told of each, and shown by none of them.
    const failed = isMap(result?.result) && result.result['failed'] === true && !first.node.task.ignoreErrors
    if (failed && runner?.[which].failures.doomed === true) {
      for (const host of others)
        if (host[which].failures.doomed) host.problems.push(failedAlong(first, host, `it failed on ${runner.name}, which ran it for all`))
    }
    this.#failAlong(batch, hosts, before, stretch, which)
  }

  /** `clear_host_errors`, which the first host decides: hosts of the play that were lost take part in the plays behind (A.12). */
  async #reviveAlong(
    play: CompiledPlay,
    key: string,
    first: HostRun | undefined,
    which: 'planned' | 'actual',
    side: (some: readonly HostRun[]) => Promise<void>,
  ): Promise<void> {
    if (first === undefined) return
    const before = first[which].renewals
    await side([first])
    if (which === 'planned' && first.planned.renewals > before) this.#revived.add(key)
    // A host that has nothing to do in any play is not walked again: its plan has decided.
    const happens = which === 'actual' && this.#isIdle(first) ? this.#revived.has(key) : first[which].renewals > before
    if (happens) await Promise.all(play.hosts.map((name) => this.#hosts.get(name)?.revive(play, which)))
  }

  #isIdle(host: HostRun): boolean {
    return this.#stepping === undefined && !anythingToDo(host, this.#planned.get(host.name) ?? new Map())
  }

  /** What the first host ends, it ends for the batch; `end_play` for the batches behind it too (A.12). */
  #endAlong({ play, hosts }: BatchPlan, stop: EndStop, { to }: Stretch, first: HostRun | undefined, which: 'planned' | 'actual'): void {
    // A host that has nothing to do in any play is not walked again: its plan has decided.
    const ended =
      first !== undefined && (first[which].ended.has(playEnded(play)) || (!first.acted && first.planned.ended.has(playEnded(play))))
    if (!ended) return
    for (const name of hosts) this.#hosts.get(name)?.end(play, to, which)
    if (stop.ends === 'batch') return
    for (const name of play.batches.slice(play.batches.indexOf(hosts) + 1).flat()) this.#hosts.get(name)?.end(play, 0, which)
  }

  /** any_errors_fatal and max_fail_percentage: what some hosts lost in a stretch may be lost for the whole batch. */
  #failAlong(
    { play }: BatchPlan,
    hosts: readonly HostRun[],
    before: ReadonlyMap<HostRun, Failures>,
    { stops, from, to }: Stretch,
    which: 'planned' | 'actual',
  ): void {
    const stop = stops[from]
    if (stop === undefined || !('node' in stop) || !countsForAll(play.play, stop)) return
    const isLost = (host: HostRun): boolean => !host.active || host[which].failures.doomed
    // By this task: a host that was lost before may run the tasks of its always still.
    const byThis = [...before].flatMap(([host, failures]) =>
      isLost(host) && (host[which].failures !== failures || !failures.doomed) ? [host.name] : [],
    )
    const why = whyAllFail(play.play, stop, byThis, { lost: hosts.filter(isLost).length, all: hosts.length })
    if (why === undefined) return
    for (const host of hosts.filter((one) => !isLost(one))) {
      host.failAlong(stop, stops.slice(to), which)
      host.problems.push(failedAlong(stop, host, why))
    }
  }

  /** No host fails without a reason that is told. */
  #fail(host: HostRun, problem: Problem): void {
    host.failed = true
    host.problems.push(problem)
    this.#log.count(host.name, 'failed')
  }

  /** A host that is lost or broken is a line of the report, not the end of the run. */
  async #guard(host: HostRun, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!(error instanceof TlsplayError)) throw error
      const problems = error.problems.map((problem) => ({ ...problem, host: problem.host ?? host.name }))
      const [first] = problems
      if (first !== undefined && unreachableCodes.has(first.code)) {
        host.unreachable = first
        this.#log.count(host.name, 'unreachable')
      } else {
        host.failed = true
        this.#log.count(host.name, 'failed')
      }
      host.problems.push(...problems)
    }
  }
}

function failedAlong({ node }: Extract<Stop, { node: TaskNode }>, host: HostRun, message: string): Problem {
  return { code: 'TASK_FAILED', host: host.name, task: node.label, at: node.task.at, message }
}

/** Whether a task does something to where it acts, and does not only ask. */
function mayAct({ type }: TaskNode, { taskTypes }: PlanTools): boolean {
  const knowledge = taskTypes.get(type)?.knowledge
  return knowledge === 'predicted' || knowledge === 'named'
}

/** When nothing was planned for the host in any play, what was observed while planning is the proof, and is not asked again. */
function anythingToDo(host: HostRun, expected: ReadonlyMap<string, Entry>): boolean {
  const acts: readonly Entry['outcome'][] = ['change', 'check', 'later']
  return host.acted || host.rested || [...expected.values()].some((entry) => acts.includes(entry.outcome))
}
