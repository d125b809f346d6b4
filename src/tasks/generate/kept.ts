import { type Answer, type CertificateFact, type CertificateFileFact, isAbsent, type Prediction } from '../../model/fact.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown, type ValueMap } from '../../model/value.ts'
import { copyDeed, copyFault, copyFields, type PlacedCopy, predictCopy } from './copies.ts'
import type { GenerateDeed } from './deed.ts'
import { factsOf, valuesOf } from './facts.ts'
import { attributesStep, type Place, predictAttributes } from './place.ts'
import type { Wish } from './wish.ts'

export interface Places {
  readonly certificate: Place
  readonly key: Place
  readonly copies: readonly PlacedCopy[]
}

/** The certificate file once it is known. */
export type Held = Exclude<Answer<CertificateFileFact>, Unknown>

export function chainOf(file: Held): readonly CertificateFact[] {
  return isAbsent(file) ? [] : file.chain
}

/** Key and certificate stay: only who they belong to may change, and what was made of them. */
export function planKept(
  wish: Wish,
  leaf: CertificateFact,
  good: string,
  chain: readonly CertificateFact[],
  { certificate, key, copies }: Places,
  context: PlanContext,
): Decision<GenerateDeed> {
  const pending = leaf.fingerprint === ''
  const pair = { chain, spki: leaf.spki }
  const faults = copies.map((placed) => ({
    placed,
    fault: pending ? undefined : copyFault(placed, pair, wish.keyPassphrase, context.view),
  }))
  const made = faults.flatMap(({ placed, fault }) => (fault === undefined ? [] : [placed]))
  const kept = copies.filter((placed) => !made.includes(placed)).map(({ place }) => place)
  const wrong = [certificate, key, ...kept].filter((place) => place.differences.length > 0)
  const result = pending ? pendingResult(leaf) : valuesOf(factsOf(leaf))
  if (wrong.length + made.length === 0) return { changes: [], predicts: [], reason: good, result }
  const reason = [
    ...faults.flatMap(({ fault }) => fault ?? []),
    ...wrong.flatMap((place) =>
      place.differences.map(({ name, before, after }) => `${name} of ${place.placement.path} is ${before}, wanted ${after}`),
    ),
  ].join('; ')
  const steps = wrong.map(attributesStep)
  const current = factsOf(leaf)
  const paths = [...made.map(({ copy }) => copy.path), ...wrong.map((place) => place.placement.path)].join(' and ')
  const change: Change<GenerateDeed> = {
    action: 'update',
    target: made.length > 0 && wrong.length === 0 ? (made[0]?.copy.path ?? '') : certificate.placement.path,
    summary: `${made.length === 0 ? 'set owner and mode of' : 'make'} ${paths}`,
    diffs: [
      {
        kind: 'fields',
        fields: [
          ...made.flatMap(copyFields),
          ...wrong.flatMap((place) => place.differences.map((field) => ({ ...field, name: `${field.name} of ${place.placement.path}` }))),
        ],
      },
    ],
    reason,
    data:
      made.length === 0
        ? { kind: 'attributes', steps, current }
        : {
            kind: 'copies',
            ...{ certificate: certificate.placement.path, key: key.placement.path, passphrase: wish.keyPassphrase },
            ...{ copies: made.map(copyDeed), steps, current },
          },
  }
  return {
    changes: [change],
    predicts: [...wrong.flatMap(predictAttributes), ...made.flatMap((placed) => predictCopy(placed, chain, leaf))],
    reason,
    result,
  }
}

/** What a service that has no passphrase will find: that is refused before anything changes. */
export function sealedKey(path: string): Prediction {
  const broken = 'is encrypted, and no service asks for a passphrase'
  return { kind: 'key', target: { path }, fact: { spki: undefined, encrypted: true, broken } }
}

/** What `register` keeps of a certificate to come. */
export function pendingResult(certificate: CertificateFact): ValueMap {
  const later = new Unknown('the certificate is issued during the run')
  return { ...valuesOf(factsOf(certificate)), fingerprint: later, serial: later, not_before: later, not_after: later }
}
