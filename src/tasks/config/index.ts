import { isAbsent } from '../../model/fact.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { refused } from '../../lib/host-file.ts'
import { observeManagedFile } from '../../lib/managed-file.ts'
import { planFile } from './edit-file.ts'
import { observeUnit, planFlags } from './edit-flags.ts'
import type { ConfigParams } from './schema.ts'
import { type Deed, wishOf } from './wish.ts'

export const config = defineTaskType<ConfigParams, Deed>({
  name: 'config',
  summary: 'settings of a config file, or flags of a service, edited in place',
  knowledge: 'predicted',
  ahead({ path, owner, group }) {
    if (typeof path !== 'string') return []
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
    const first = observeManagedFile({ path, owner: text(owner), group: text(group) }, 'content').next()
    return first.done === true ? [] : first.value
  },
  *observe(params) {
    const wish = wishOf(params)
    if (wish.kind === 'file') yield* observeManagedFile(wish, 'content')
    if (wish.kind !== 'flags') return
    const view = yield [{ kind: 'unit', target: { name: wish.unit } }]
    const unit = view.get('unit', { name: wish.unit })
    if (!(unit instanceof Unknown) && !isAbsent(unit)) yield* observeUnit(unit)
  },
  plan(params, context) {
    const wish = wishOf(params)
    switch (wish.kind) {
      case 'invalid':
        return refused(wish.problem)
      case 'file':
        return planFile(wish, context)
      case 'flags':
        return planFlags(wish, context)
    }
  },
  *apply({ data }) {
    yield data.steps
    return { changed: true }
  },
})
