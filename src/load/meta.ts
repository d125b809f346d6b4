import { documents } from '../generated/validators/index.js'
import { suggestion } from '../lib/suggest.ts'
import type { EndItem, Ending, FlushItem, RenewItem } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { MapEntry, MapSource } from '../model/source.ts'
import { textOf } from './fields.ts'
import { readKeywords } from './keywords.ts'
import { literalSource } from './plain.ts'
import { validated } from './schema-problems.ts'
import { labelOf } from './value-labels.ts'

const endings: Readonly<Record<string, Ending>> = { end_host: 'host', end_play: 'play', end_batch: 'batch', end_role: 'role' }

/** What has no effect: facts are asked for by use, and again after every act. */
const withoutEffect: readonly string[] = ['noop', 'clear_facts']

const renewals: Readonly<Record<string, RenewItem['renews']>> = { reset_connection: 'connection', clear_host_errors: 'hosts' }

const actions: readonly string[] = ['flush_handlers', ...Object.keys(endings), ...Object.keys(renewals), ...withoutEffect]

/** What Ansible has beside it, each with what to do. */
const others: Readonly<Record<string, string>> = {
  refresh_inventory: 'run again: an inventory is read once',
}

export function isMeta(key: string): boolean {
  return key === 'meta' || key === 'ansible.builtin.meta'
}

export function readMeta(
  map: MapSource,
  entry: MapEntry,
  problems: Problem[],
  inRole: boolean,
): FlushItem | EndItem | RenewItem | undefined {
  const rest: MapSource = { ...map, entries: map.entries.filter((one) => one !== entry) }
  problems.push(...validated(documents.meta, literalSource(rest), { what: 'meta', source: rest }))
  const { at } = entry.value
  const action = textOf(entry.value)?.value
  if (action === 'flush_handlers') return { kind: 'flush', at: map.at, keywords: readKeywords(rest, problems) }
  if (action !== undefined && withoutEffect.includes(action)) return undefined
  const ends = action !== undefined && Object.hasOwn(endings, action) ? endings[action] : undefined
  if (ends === 'role' && !inRole) {
    problems.push({ code: 'VALUE_INVALID', message: 'meta: end_role stands in no role', at, hint: 'write meta: end_host or end_play' })
    return undefined
  }
  if (ends !== undefined) return { kind: 'end', ends, at: map.at, keywords: readKeywords(rest, problems) }
  const renews = action !== undefined && Object.hasOwn(renewals, action) ? renewals[action] : undefined
  if (renews !== undefined) return { kind: 'renew', renews, at: map.at, keywords: readKeywords(rest, problems) }
  const hint = action !== undefined && Object.hasOwn(others, action) ? others[action] : undefined
  if (hint !== undefined) problems.push({ code: 'NOT_SUPPORTED', message: `there is no meta: ${action}`, at, hint })
  else {
    const near = action === undefined ? undefined : suggestion(action, actions, 'actions')
    const message = `meta: expected one of ${actions.join(', ')}, got ${labelOf(literalSource(entry.value))}`
    problems.push({ code: 'VALUE_INVALID', message, at, hint: near ?? 'write meta: flush_handlers' })
  }
  return undefined
}
