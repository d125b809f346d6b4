import type { RunEvent } from '../../src/model/event.ts'
import type { Plan } from '../../src/model/plan.ts'

/** What one task did on one host, or one item of its loop. */
export interface Happening {
  readonly task: string
  readonly item?: string
  readonly handler: boolean
  /** a failure that a rescue clears is `failed` on both sides: the recap counts it as rescued */
  readonly status: string
  /** what a task whose name begins with `tell` said, as JSON */
  readonly said?: unknown
}

export interface Story {
  readonly exit: number
  readonly batches: readonly (readonly string[])[]
  readonly hosts: Readonly<Record<string, readonly Happening[]>>
  readonly recap: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** what tasks left beside the playbook */
  readonly files: Readonly<Record<string, string>>
}

const counts = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored'] as const

/** Hosts run side by side here and task by task there, so what counts is the order on each host. */
function perHost(happenings: readonly (Happening & { readonly host: string })[]): Story['hosts'] {
  const hosts = new Map<string, Happening[]>()
  for (const { host, ...happening } of happenings) hosts.set(host, [...(hosts.get(host) ?? []), happening])
  return Object.fromEntries(hosts)
}

function recapOf(entries: readonly (readonly [string, Readonly<Record<string, unknown>>])[]): Story['recap'] {
  return Object.fromEntries(
    entries
      .map(([host, entry]) => [host, Object.fromEntries(counts.map((name) => [name, Number(entry[name])]))] as const)
      .filter(([, entry]) => Object.values(entry).some((count) => count > 0)),
  )
}

const told = (task: string, said: unknown): Pick<Happening, 'said'> =>
  /^(.* : )?tell/.test(task) && typeof said === 'string' && said.startsWith('{') ? { said: JSON.parse(said) } : {}

export function storyOfTlsplay(exit: number, lines: string): Omit<Story, 'files'> {
  const events = jsonLines<RunEvent>(lines)
  const plan = events.find((event) => event.type === 'plan_ready')?.plan
  const planned = events.some((event) => event.type === 'run_started' && event.mode === 'plan') ? happeningsOf(plan) : []
  const results = events.flatMap((event) => (event.type === 'task_finished' ? [event.result] : []))
  const report = events.find((event) => event.type === 'run_finished')?.report
  return {
    exit,
    batches: plan?.plays.flatMap((play) => play.batches) ?? [],
    hosts: perHost([
      ...planned,
      ...results.map(({ host, label, item, handler, status, detail }) => ({
        ...{ host, task: label, handler, status: status === 'rescued' ? 'failed' : status },
        ...(item === undefined ? {} : { item }),
        ...(status === 'skipped' ? {} : told(label, detail[0])),
      })),
    ]),
    recap: recapOf((report?.recap ?? []).map((entry) => [entry.host, { ...entry }])),
  }
}

/** What is planned, where nothing acts. */
function happeningsOf(plan: Plan | undefined): readonly (Happening & { readonly host: string })[] {
  return (plan?.plays ?? []).flatMap(({ hosts }) =>
    hosts.flatMap(({ host, tasks }) =>
      tasks.map(({ label, handler, outcome, reason }) => ({
        ...{ host, task: label, handler, status: outcome === 'change' ? 'changed' : outcome },
        ...told(label, reason),
      })),
    ),
  )
}

type AnsibleEvent =
  | { readonly type: 'batch'; readonly hosts: readonly string[] }
  | ({ readonly type: 'task'; readonly items: number } & AnsibleResult)
  | ({ readonly type: 'item'; readonly item: string } & AnsibleResult)
  | { readonly type: 'recap'; readonly host: string; readonly failures: number; readonly [count: string]: unknown }

interface AnsibleResult {
  readonly host: string
  readonly task: string
  readonly handler: boolean
  readonly status: string
  readonly said?: unknown
}

export function storyOfAnsible(exit: number, lines: string): Omit<Story, 'files'> {
  const events = jsonLines<AnsibleEvent>(lines)
  return {
    exit,
    batches: events.flatMap((event) => (event.type === 'batch' ? [event.hosts] : [])),
    hosts: perHost(
      events.flatMap((event) => {
        // The sum of a loop stands in the recap; its items were told before.
        if ((event.type !== 'task' && event.type !== 'item') || (event.type === 'task' && event.items > 0)) return []
        const { host, task, handler, status, said } = event
        // Ansible tells of a meta task only where its condition is false, and never counts it.
        if (/^(?:.* : )?meta$/.test(task)) return []
        // That it cannot be reached is the end of a host here, and stands in the recap, not in a task.
        if (status === 'unreachable') return []
        return [{ host, task, handler, status, ...(event.type === 'item' ? { item: event.item } : {}), ...told(task, said) }]
      }),
    ),
    recap: recapOf(
      events.flatMap((event) => (event.type === 'recap' ? [[event.host, { ...event, failed: event.failures }] as const] : [])),
    ),
  }
}

/** One line for each thing that happened, so that a difference can be read. */
export function storyText({ exit, batches, hosts, recap, files }: Story): string {
  const told = ({ task, item, handler, status, said }: Happening): string =>
    [
      `  ${handler ? 'handler ' : ''}${task}`,
      ...(item === undefined ? [] : [`(${item})`]),
      `: ${status}`,
      ...(said === undefined ? [] : [` ${JSON.stringify(said)}`]),
    ].join('')
  const sorted = <T>(record: Readonly<Record<string, T>>) => Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return [
    `exit ${exit}`,
    ...batches.map((batch) => `batch ${batch.join(' ')}`),
    ...sorted(hosts).flatMap(([host, happenings]) => [host, ...happenings.map(told)]),
    ...sorted(recap).map(([host, entry]) => `recap ${host} ${counts.map((name) => `${name}=${entry[name]}`).join(' ')}`),
    ...sorted(files).map(([name, content]) => `file ${name}: ${JSON.stringify(content)}`),
    '',
  ].join('\n')
}

function jsonLines<T>(text: string): readonly T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): T => JSON.parse(line))
}
