import { defineTaskType } from '../../model/task-type.ts'
import { applyService, type Deed } from './act.ts'
import { observeService } from './observe.ts'
import { planProcess } from './plan-process.ts'
import { planUnit } from './plan-unit.ts'
import type { ServiceParams } from './schema.ts'
import { wishOf } from './wish.ts'

export const service = defineTaskType<ServiceParams, Deed>({
  name: 'service',
  summary: 'a service in the wanted state, restarted only when something it loads has changed',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.service', 'ansible.builtin.systemd', 'ansible.builtin.systemd_service'],
  *observe(params) {
    yield* observeService(wishOf(params))
  },
  plan(params, context) {
    const wish = wishOf(params)
    return wish.command === undefined ? planUnit(wish, context) : planProcess(wish, wish.command, context)
  },
  *apply(change) {
    return yield* applyService(change)
  },
})
