import { compileRun } from '../../src/compile/graph.ts'
import { runPlaybook } from '../../src/execute/run.ts'
import { assetOpener, checkParams, loadAll, newReader, readVarsFile } from '../../src/load/index.ts'
import type { RunEvent, TaskOutcome } from '../../src/model/event.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { Problem } from '../../src/model/problem.ts'
import type { Report } from '../../src/model/report.ts'
import { readAsset } from '../../src/plan/assets.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import type { HostConnector } from '../../src/ports/host-session.ts'
import type { Desk } from '../../src/ports/ports.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import type { Witness } from '../../src/execute/witness.ts'
import { memoryFiles } from '../load/memory-files.ts'
import { emptyDesk } from './desk.ts'
import { MemoryHost, memoryHosts } from './memory-host.ts'

export interface PlayOptions {
  readonly mode?: 'plan' | 'run'
  readonly limit?: string
  readonly tags?: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  /** hosts that no inventory names */
  readonly elsewhere?: ReadonlyMap<string, MemoryHost>
  /** called when an event is emitted, to act in the middle of a run */
  readonly on?: (event: RunEvent) => void
  /** where rests, questions and files that are brought home go */
  readonly desk?: Desk
  readonly unattended?: boolean
  /** the desk is asked before each task */
  readonly step?: boolean
  /** keeps what the plan is made from */
  readonly witness?: Witness
  readonly review?: (plan: Plan) => readonly Problem[]
  /** how each host is reached */
  readonly reached?: (target: ConnectionTarget) => void
}

export interface Played {
  readonly problems: readonly Problem[]
  readonly report: Report
  readonly plan: Plan
  readonly events: readonly RunEvent[]
  /** `host label status`, in the order they were reported */
  readonly results: readonly string[]
  /** milliseconds the run would have waited, one wait after another */
  readonly pauses: readonly number[]
}

const now = Date.parse('2026-01-02T03:04:05Z')

/** A whole run from text to report against hosts that live in memory. The inventory names them all in the group `all`. */
export async function play(playbook: string, hosts: ReadonlyMap<string, MemoryHost>, options: PlayOptions = {}): Promise<Played> {
  const { witness } = options
  const inMemory = memoryFiles({
    '/p/site.yml': playbook,
    '/p/inventory.yml': `all:\n  hosts:\n${[...hosts.keys()].map((name) => `    ${name}:\n`).join('')}`,
    ...options.files,
  })
  const files = witness?.files(inMemory) ?? inMemory
  const loaded = await loadAll({
    playbook: 'site.yml',
    inventories: ['inventory.yml'],
    rolesPaths: [],
    shippedRoles: '/roles',
    taskTypes,
    files,
    cwd: '/p',
  })
  const compiled = compileRun(
    loaded.playbook,
    loaded.inventory,
    {
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      tags: options.tags ?? [],
      skipTags: [],
      connection: { defaults: { user: 'root', homeFolder: '/root', knownHostsFiles: [] } },
      forks: 4,
      checkMode: options.mode === 'plan',
      diff: false,
      environment: {},
      playbookFolder: '/p',
    },
    { taskTypes, readFile: () => undefined, readVars: (path) => readVarsFile(newReader(files, '/p'), path), random: () => 0 },
  )
  const problems = [...loaded.problems, ...compiled.problems]
  if (problems.length > 0)
    throw new Error(`the playbook of the test is wrong: ${problems.map((problem) => `${problem.at?.line}: ${problem.message}`).join('; ')}`)
  const memory = memoryHosts(new Map([...hosts, ...(options.elsewhere ?? []), ['localhost', hosts.get('localhost') ?? new MemoryHost()]]))
  const connector: HostConnector = {
    open(target) {
      options.reached?.(target)
      return memory.open(target)
    },
  }
  const events: RunEvent[] = []
  const pauses: number[] = []
  const report = await runPlaybook(
    {
      run: compiled.run,
      inventory: loaded.inventory,
      mode: options.mode ?? 'run',
      playbook: 'site.yml',
      forks: 4,
      tlsplay: '0.0.0',
      step: options.step === true,
    },
    {
      connector: witness?.connector(connector) ?? connector,
      tools: {
        run: compiled.run,
        taskTypes,
        now,
        checkParams,
        authority: () => undefined,
        stored: () => undefined,
        unattended: options.unattended === true,
        readAsset: (request, node, scope) => readAsset(request, node, scope, { files, playbookFolder: '/p', open: assetOpener(undefined) }),
      },
      issuer: { authority: () => undefined, unlock: async () => {}, issue: async () => '' },
      clock: { now: () => now },
      events: {
        emit(event) {
          events.push(event)
          options.on?.(event)
        },
      },
      desk: options.desk ?? emptyDesk(),
      pause: async (milliseconds) => {
        pauses.push(milliseconds)
      },
      ...(options.review === undefined ? {} : { review: options.review }),
    },
  )
  const outcomes = events.flatMap((event): readonly TaskOutcome[] => (event.type === 'task_finished' ? [event.result] : []))
  const ready = events.find((event) => event.type === 'plan_ready')
  if (ready?.type !== 'plan_ready') throw new Error('no plan was made')
  return {
    problems: report.problems,
    report,
    plan: ready.plan,
    events,
    pauses,
    results: outcomes.map(({ host, label, item, status }) => `${host} ${label}${item === undefined ? '' : `(${item})`} ${status}`),
  }
}

export function hostsNamed(...names: readonly string[]): ReadonlyMap<string, MemoryHost> {
  return new Map(names.map((name) => [name, new MemoryHost()]))
}

/** What the plan says of each task: `host label outcome`. */
export function plannedOutcomes(plan: Plan): readonly string[] {
  return plan.plays.flatMap((one) =>
    one.hosts.flatMap(({ host, tasks }) =>
      tasks.map((task) => `${host} ${task.label}${task.item === undefined ? '' : `(${task.item})`} ${task.outcome}`),
    ),
  )
}
