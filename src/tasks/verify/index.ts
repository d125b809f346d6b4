import { refused } from '../../lib/host-file.ts'
import type { Probe } from '../../model/fact.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { applyCheck } from './apply.ts'
import { type CheckDeed, planWish } from './plan.ts'
import type { VerifyParams } from './schema.ts'
import { hostTarget, wishOf } from './wish.ts'

export const verify = defineTaskType<VerifyParams, CheckDeed>({
  name: 'verify',
  summary: 'what a service serves is the certificate intended, as the host and the controller see it',
  knowledge: 'asked',
  *observe(params) {
    const wished = wishOf(params)
    if (!('wish' in wished)) return
    const { wish } = wished
    const probes: Probe[] = [
      { kind: 'certificate', target: { path: wish.certificate } },
      ...(wish.trust.kind === 'given' ? [{ kind: 'certificate', target: { path: wish.trust.path } } as const] : []),
      ...(wish.fromHost ? [{ kind: 'listener', target: hostTarget(wish) } as const] : []),
    ]
    yield probes
  },
  plan(params, context) {
    const wished = wishOf(params)
    return 'wish' in wished ? planWish(wished.wish, context) : refused(...wished.problems)
  },
  apply: applyCheck,
})
