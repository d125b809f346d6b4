import type { Case, Comparison, Stories } from '../both.ts'
import type { Story } from '../happenings.ts'

/** What the two sides make of one thing, each in a line. */
export interface Sides {
  /** in Ansible */
  readonly there: string
  /** in tlsplay */
  readonly here: string
}

/** A row of the table in docs/coming-from-ansible.md, shown by a playbook or by whatever else tells. */
export type Difference = Sides & ({ readonly given: Case } | { readonly look: (compare: Comparison) => Promise<Sides> })

export type Differences = Readonly<Record<string, Difference>>

/** What happened: the exit code, what was said to be wrong, each task on each host, and the files that are left. */
export function sides({ ours, theirs, codes, warnings }: Stories): Sides {
  return { there: line(theirs, []), here: line(ours, [...codes, ...warnings.map((text) => `(${text})`)]) }
}

function line({ exit, hosts, files }: Story, codes: readonly string[]): string {
  const happenings = Object.entries(hosts).flatMap(([host, all]) =>
    all.map(({ task, item, handler, status, said }) =>
      [
        `${host} ${handler ? 'handler ' : ''}${task}${item === undefined ? '' : ` (${item})`}: ${status}`,
        ...(said === undefined ? [] : [JSON.stringify(said)]),
      ].join(' '),
    ),
  )
  return [
    [`exit ${exit}`, ...codes].join(' '),
    ...happenings.toSorted(byHost),
    ...Object.entries(files).map(([name, text]) => `${name}: ${text.trim()}`),
  ].join('; ')
}

/** Hosts in the order of their names; on one host in the order of what happened. */
function byHost(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => text.split(' ')[0] ?? '')
  return left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1
}
