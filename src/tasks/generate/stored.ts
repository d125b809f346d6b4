import { unsettled } from '../../lib/host-file.ts'
import { warned } from '../../lib/warned.ts'
import { absent, type Answer, type CertificateFact, isAbsent, type KeyFact } from '../../model/fact.ts'
import type { PairWish } from '../../model/step.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { isSameChain } from '../../pki/chain.ts'
import { formatDay } from '../../pki/dates.ts'
import { listNames, sameNames } from '../../pki/names.ts'
import { renewalDue } from '../../pki/renewal.ts'
import { acceptedBy, clientVerdicts, refusalWarnings } from '../../pki/verdicts.ts'
import { acmePending, orderOf, pendingVerdicts } from './acme.ts'
import { assess, issuerText, keyFits, type Lifetime } from './assess.ts'
import { copyDeed } from './copies.ts'
import type { GenerateDeed } from './deed.ts'
import { heldFaults } from './elsewhere.ts'
import { pendingCertificate } from './facts.ts'
import { planGive } from './given.ts'
import { placeFields, predictIssued } from './issued.ts'
import { chainOf, type Held, pendingResult, type Places, planKept } from './kept.ts'
import { expectation } from './place.ts'
import type { Wish } from './wish.ts'

export interface Found {
  readonly file: Held
  readonly key: Answer<KeyFact>
  readonly authority: CertificateFact | undefined
  readonly lifetime: Lifetime
}

/**
 * One pair for every host that names it. What the controller keeps is judged as a host's own would be, and the host is compared
 * with it. Its key is not opened before it has to be written somewhere: a run that finds nothing to do asks for no passphrase.
 */
export function planStored(wish: Wish, name: string, places: Places, found: Found, context: PlanContext): Decision<GenerateDeed> {
  const { file, key, authority, lifetime } = found
  const held = chainOf(file)
  const [before] = held
  if (!isAbsent(file) && file.pending === true && before !== undefined && sameNames(before, wish.names) && before.keyType === wish.keyType)
    return planKept(wish, before, `an earlier task installs ${name}`, held, places, context)

  const chain = context.stored(name) ?? []
  const [leaf] = chain
  const sealed = wish.keyPassphrase === undefined ? {} : ({ encrypted: true } as const)
  const storedKey: Answer<KeyFact> = leaf === undefined ? absent : { spki: leaf.spki, keyType: leaf.keyType, ...sealed }
  const { faults, kept, warns } = judge(wish, chain, storedKey, authority, lifetime, context.now)
  const good = faults.length === 0 && leaf !== undefined
  const judged = good ? leaf : pendingOf(wish, authority, lifetime, context.now)
  const issuers = authority === undefined ? chain.slice(1) : [authority]
  const verdicts =
    wish.acme === undefined || good ? clientVerdicts(judged, issuers, wish.usage) : pendingVerdicts(wish, wish.acme, judged, issuers)
  const warnings = [...refusalWarnings(wish.certificate, verdicts), ...warns]

  if (good) {
    const sameChain = isSameChain(held, chain)
    const same = !(key instanceof Unknown) && !isAbsent(key) && key.spki === leaf.spki
    const sameKey = same && (key.encrypted === true) === (wish.keyPassphrase !== undefined)
    if (sameChain && sameKey) return warned(planKept(wish, leaf, kept, chain, places, context), warnings)
    const source = { what: `certificates/${name}`, certificates: chain, spki: leaf.spki, key: { kind: 'stored', name } } as const
    return warned(planGive(wish, source, chain, leaf, { sameChain, sameKey, before }, places, context), warnings)
  }
  const expect = expectation(places.certificate, context)
  if (expect instanceof Unknown) return unsettled(context, wish.certificate, expect)
  const keepKey = keyFits(wish, storedKey)
  const make: PairWish = {
    ...{ replaces: leaf?.fingerprint, keepKey, keyType: wish.keyType, subject: wish.subject },
    profile: { ...wish.names, usage: wish.usage, ...lifetime },
    signer:
      wish.acme !== undefined
        ? { kind: 'acme', order: orderOf(wish, wish.acme, context) }
        : wish.authority === undefined
          ? { kind: 'self' }
          : { kind: 'authority', name: wish.authority },
  }
  const reason = faults.map((fault) => `certificates/${name}: ${fault}`).join('; ')
  const change: Change<GenerateDeed> = {
    action: before === undefined ? 'create' : 'update',
    target: places.certificate.placement.path,
    summary: `${leaf === undefined ? 'make' : 'renew'} the certificate ${name} for ${wish.called} on the controller and install it`,
    diffs: [
      {
        kind: 'fields',
        fields: [
          { name: 'names', before: leaf === undefined ? undefined : listNames(leaf), after: listNames(wish.names) },
          { name: 'issuer', before: leaf === undefined ? undefined : issuerText(leaf), after: issuerText(judged) },
          { name: 'key type', before: leaf?.keyType, after: wish.keyType },
          { name: 'valid until', before: leaf === undefined ? undefined : formatDay(leaf.notAfter), after: until(wish, judged) },
          { name: 'accepted by', before: undefined, after: acceptedBy(verdicts) },
          {
            name: 'private key',
            before: places.key.present ? 'present' : undefined,
            after: keepKey ? 'as stored' : 'new, made on the controller',
          },
          ...placeFields(places),
        ],
      },
    ],
    reason,
    data: {
      kind: 'stored',
      step: { kind: 'stored', name, make },
      request: { subject: wish.subject, names: wish.names, keyType: wish.keyType, profile: wish.profile },
      certificate: { ...places.certificate.placement, expect },
      key: places.key.placement,
      passphrase: wish.keyPassphrase,
      copies: places.copies.map(copyDeed),
    },
  }
  const decision = { changes: [change], predicts: predictIssued(wish, places, false, judged), reason, result: pendingResult(judged) }
  return warned(decision, warnings)
}

function judge(
  wish: Wish,
  chain: readonly CertificateFact[],
  key: Answer<KeyFact>,
  authority: CertificateFact | undefined,
  lifetime: Lifetime,
  now: number,
): { readonly faults: readonly string[]; readonly kept: string; readonly warns: readonly string[] } {
  const [leaf] = chain
  if (leaf === undefined) return { faults: ['there is none yet'], kept: '', warns: [] }
  if (wish.acme !== undefined)
    return { faults: heldFaults(wish, leaf, key, now), kept: renewalDue(leaf, now, wish.renewBeforeDays).reason, warns: [] }
  const assessment = assess(wish, { chain }, key, authority, lifetime, now)
  return assessment.kind === 'good'
    ? { faults: [], kept: assessment.reason, warns: assessment.warnings }
    : { faults: assessment.reasons, kept: '', warns: [] }
}

function pendingOf(wish: Wish, authority: CertificateFact | undefined, lifetime: Lifetime, now: number): CertificateFact {
  return wish.acme === undefined ? pendingCertificate(wish, authority, lifetime) : acmePending(wish, wish.acme, now)
}

function until(wish: Wish, pending: CertificateFact): string {
  return wish.acme === undefined ? formatDay(pending.notAfter) : 'as the server decides'
}
