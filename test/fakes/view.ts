import type { Answer, Fact, Probe, ProbeKindName, Target } from '../../src/model/fact.ts'
import { probeKey } from '../../src/model/fact.ts'
import type { HostView } from '../../src/model/task-type.ts'

/** One answer of a host: what was asked, of what, and what it said. */
export type Told = { readonly [K in ProbeKindName]: readonly [kind: K, target: Target<K>, answer: Answer<Fact<K>>] }[ProbeKindName]

/** A host that knows these answers and no other: asking for anything else throws, so a test sees every question. */
export function viewOf(facts: readonly Told[]): HostView {
  const answers = new Map(facts.map(([kind, target, answer]) => [probeKey({ kind, target } as Probe), answer]))
  return {
    get<K extends ProbeKindName>(kind: K, target: Target<K>): Answer<Fact<K>> {
      const key = probeKey({ kind, target } as unknown as Probe)
      if (!answers.has(key)) throw new Error(`not told: ${key}`)
      return answers.get(key) as Answer<Fact<K>>
    },
  }
}
