import { refused } from '../../lib/host-file.ts'
import { type AssetRequest, defineTaskType } from '../../model/task-type.ts'
import { applyDeed } from './apply.ts'
import type { GenerateDeed } from './deed.ts'
import { observeWish, together } from './observe.ts'
import { applyPair, observePair, type PairDeed, planPair } from './pairs.ts'
import { planWish } from './plan.ts'
import type { GenerateParams } from './schema.ts'
import { wishOf } from './wish.ts'

export const generate = defineTaskType<GenerateParams, GenerateDeed | PairDeed>({
  name: 'generate',
  summary: 'a private key and its certificate on the host, renewed when due',
  knowledge: 'predicted',
  assets: filesOf,
  *observe(params) {
    const wished = wishOf(params)
    if (!('wish' in wished)) return
    yield* wished.wish.inPairs ? together([observeWish(wished.wish), observePair(wished.wish)]) : observeWish(wished.wish)
  },
  plan(params, context) {
    const wished = wishOf(params)
    if (!('wish' in wished)) return refused(...wished.problems)
    return wished.wish.inPairs ? planPair(wished.wish, context) : planWish(wished.wish, context)
  },
  apply(change) {
    const { data } = change
    return data.kind === 'pair' ? applyPair({ ...change, data }) : applyDeed({ ...change, data })
  },
})

/** Files of the controller; what somebody else has to bring may not be there yet. */
function filesOf({ issuer, given, elsewhere, acme }: GenerateParams): readonly AssetRequest[] {
  const wanted = (paths: readonly (string | undefined)[], more: Pick<AssetRequest, 'optional'> = {}) =>
    paths.flatMap((path): readonly AssetRequest[] => (path === undefined ? [] : [{ path, kind: 'files', render: false, ...more }]))
  switch (issuer) {
    case 'given':
      return given?.on === 'host' ? [] : wanted([given?.certificate, given?.private_key])
    case 'elsewhere':
      return wanted([elsewhere?.request, elsewhere?.signed], { optional: true })
    case 'acme':
      return wanted([acme?.ca])
    default:
      return []
  }
}
