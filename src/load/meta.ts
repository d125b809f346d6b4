import { documents } from '../generated/validators/index.js'
import { suggestion } from '../lib/suggest.ts'
import type { FlushItem } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { MapEntry, MapSource } from '../model/source.ts'
import { textOf } from './fields.ts'
import { readKeywords } from './keywords.ts'
import { literalSource } from './plain.ts'
import { validated } from './schema-problems.ts'
import { labelOf } from './value-labels.ts'

/** What Ansible has beside it, each with what to do. */
const others: Readonly<Record<string, string>> = {
  end_host: 'put when on the tasks behind it, or on a block of them',
  end_play: 'put when on the tasks behind it, or on a block of them',
  end_batch: 'put when on the tasks behind it, or on a block of them',
  end_role: 'put when on the tasks behind it, or on a block of them',
  clear_host_errors: 'put the tasks into a block with rescue',
  clear_facts: 'remove it: facts are asked for where they are used',
  refresh_inventory: 'run again: an inventory is read once',
  reset_connection: 'remove it: each user acts through a shell of its own',
}

export function isMeta(key: string): boolean {
  return key === 'meta' || key === 'ansible.builtin.meta'
}

export function readMeta(map: MapSource, entry: MapEntry, problems: Problem[]): FlushItem | undefined {
  const rest: MapSource = { ...map, entries: map.entries.filter((one) => one !== entry) }
  problems.push(...validated(documents.meta, literalSource(rest), { what: 'meta', source: rest }))
  const { at } = entry.value
  const action = textOf(entry.value)?.value
  if (action === 'flush_handlers') return { kind: 'flush', at: map.at, keywords: readKeywords(rest, problems) }
  if (action === 'noop') return undefined
  const hint = action !== undefined && Object.hasOwn(others, action) ? others[action] : undefined
  if (hint !== undefined) problems.push({ code: 'NOT_SUPPORTED', message: `there is no meta: ${action}`, at, hint })
  else {
    const near = action === undefined ? undefined : suggestion(action, ['flush_handlers', 'noop'], 'actions')
    const message = `meta: expected flush_handlers or noop, got ${labelOf(literalSource(entry.value))}`
    problems.push({ code: 'VALUE_INVALID', message, at, hint: near ?? 'write meta: flush_handlers' })
  }
  return undefined
}
