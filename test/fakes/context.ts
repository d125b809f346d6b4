import type { CertificateFact } from '../../src/model/fact.ts'
import type { PlanContext } from '../../src/model/task-type.ts'
import { type Told, viewOf } from './view.ts'

/** A plan's surroundings: root on h1, noon of a fixed day. */
export const noon = Date.UTC(2026, 5, 15, 12)
export const day = 86_400_000

export function contextOf(
  facts: readonly Told[],
  more: Partial<PlanContext> & { readonly authorities?: Readonly<Record<string, CertificateFact>> } = {},
): PlanContext {
  const { authorities = {}, ...rest } = more
  return {
    view: viewOf(facts),
    now: noon,
    assets: [],
    dirty: false,
    authority: (name) => authorities[name],
    stored: () => undefined,
    host: { name: 'h1', address: '192.0.2.7' },
    user: 'root',
    ...rest,
  }
}
