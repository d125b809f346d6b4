import { refused } from '../../lib/host-file.ts'
import { type AssetRequest, defineTaskType } from '../../model/task-type.ts'
import { applyDeed } from './apply.ts'
import type { GenerateDeed } from './deed.ts'
import { observeWish } from './observe.ts'
import { planWish } from './plan.ts'
import type { GenerateParams } from './schema.ts'
import { wishOf } from './wish.ts'

export const generate = defineTaskType<GenerateParams, GenerateDeed>({
  name: 'generate',
  summary: 'a private key and its certificate on the host, renewed when due',
  knowledge: 'predicted',
  assets: ({ issuer, given, elsewhere }) => {
    const paths =
      issuer === 'elsewhere'
        ? [elsewhere?.request, elsewhere?.signed]
        : issuer === 'given' && given?.on !== 'host'
          ? [given?.certificate, given?.private_key]
          : []
    const optional = issuer === 'elsewhere' ? ({ optional: true } as const) : {}
    return paths.flatMap((path): readonly AssetRequest[] =>
      path === undefined ? [] : [{ path, kind: 'files', render: false, ...optional }],
    )
  },
  *observe(params) {
    const wished = wishOf(params)
    if ('wish' in wished) yield* observeWish(wished.wish)
  },
  plan(params, context) {
    const wished = wishOf(params)
    return 'wish' in wished ? planWish(wished.wish, context) : refused(...wished.problems)
  },
  apply: applyDeed,
})
