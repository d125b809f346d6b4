import { readAsText } from '../../lib/content.ts'
import { issueDeed } from './issued.ts'
import { refused, unsettled } from '../../lib/host-file.ts'
import { predictFile, regularFile } from '../../lib/predict-file.ts'
import { warned } from '../../lib/warned.ts'
import { absent, type Answer, type CertificateFact, isAbsent, type KeyFact, type Prediction } from '../../model/fact.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { leafFirst } from '../../pki/chain.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { uncoveredNames } from '../../pki/match.ts'
import { listNames, sameNames } from '../../pki/names.ts'
import { parseCertificateFile, parseRequest } from '../../pki/parse.ts'
import { renewalDue } from '../../pki/renewal.ts'
import { keyFits } from './assess.ts'
import { keyQuestion } from './copies.ts'
import type { GenerateDeed } from './deed.ts'
import { faultsOf, planGive, warningsOf } from './given.ts'
import { chainOf, type Held, type Places, planKept } from './kept.ts'
import { attributeFields, type Place, placeOf } from './place.ts'
import type { Elsewhere, Wish } from './wish.ts'

/** The key of a request lies beside the one in use until its certificate comes: a service must never meet half of a pair. */
export function nextKeyOf({ privateKey }: Wish): string {
  return `${privateKey}.next`
}

/** Somebody signs what the host asks for, in their own time: a run asks, a later one finds the answer. */
export function planElsewhere(
  wish: Wish,
  { request, signed }: Elsewhere,
  places: Places,
  file: Held,
  key: Answer<KeyFact>,
  context: PlanContext,
): Decision<GenerateDeed> {
  const held = chainOf(file)
  const faults = heldFaults(wish, held[0], key, context.now)
  if (held[0] !== undefined && faults.length === 0)
    return planKept(wish, held[0], renewalDue(held[0], context.now, wish.renewBeforeDays).reason, held, places, context)

  const reuse = keyFits(wish, key)
  const nextPlace = reuse ? places.key : placeOf(nextKeyOf(wish), { ...wish, mode: wish.keyMode }, context)
  if ('decision' in nextPlace) return nextPlace.decision
  const nextPath = nextPlace.located.path
  const next = reuse ? key : context.view.get('key', keyQuestion(nextPath, wish.keyPassphrase).target)
  if (next instanceof Unknown) return unsettled(context, nextPath, next)
  const [requestText = '', signedText = ''] = context.assets.map(readAsText)
  const spki = isAbsent(next) || next.keyType !== wish.keyType ? undefined : next.spki
  const answer = parseCertificateFile(signedText)
  const chain = spki === undefined ? [] : leafFirst(answer.chain, spki)
  const [leaf] = chain
  if (leaf !== undefined && leaf.fingerprint !== held[0]?.fingerprint) {
    const problems = faultsOf(wish, leaf, signed, context.now)
    if (problems.length > 0) return refused(...problems)
    const source = {
      what: signed,
      certificates: chain,
      spki: leaf.spki,
      key: { kind: 'file', path: nextPath, passphrase: wish.keyPassphrase },
    } as const
    const decision = planGive(wish, source, chain, leaf, { sameChain: false, sameKey: reuse, before: held[0] }, places, context)
    return warned(reuse ? decision : withoutNext(decision, nextPath), warningsOf(wish, leaf, chain, context.now))
  }
  const foreign = answer.chain[0]
  if (signedText.trim() !== '' && foreign === undefined)
    return refused({
      code: 'CERTIFICATE_INVALID',
      message: `${signed} ${answer.broken ?? 'is empty'}`,
      hint: 'put there what was signed, as PEM, the certificate of the host first',
    })
  // What was signed before the last renewal may still lie there.
  const old = answer.chain.some(({ fingerprint }) => fingerprint === held[0]?.fingerprint)
  if (foreign !== undefined && !old)
    return refused({
      code: 'KEY_MISMATCH',
      message: `${signed} (${formatName(foreign.subject)}) is not for the key of ${wish.certificate} on this host`,
      hint: `have the request signed that lies in ${request}`,
    })

  const asked = parseRequest(requestText)
  const waiting = `have ${request} signed, and put the certificate with its intermediates at ${signed}`
  const reason = faults.join('; ')
  if (asked !== undefined && asked.spki === spki && sameNames(asked, wish.names))
    return { changes: [], predicts: [], reason: `waiting for signature: ${waiting}`, waiting }
  return planRequest(wish, request, nextPlace, spki !== undefined, { reason, waiting }, context)
}

function planRequest(
  wish: Wish,
  request: string,
  next: Place,
  keepKey: boolean,
  { reason, waiting }: { readonly reason: string; readonly waiting: string },
  context: PlanContext,
): Decision<GenerateDeed> {
  const slash = request.lastIndexOf('/')
  const change: Change<GenerateDeed> = {
    action: 'create',
    target: request,
    summary: `ask for a certificate for ${wish.called}; ${waiting}`,
    diffs: [
      {
        kind: 'fields',
        fields: [
          { name: 'names', before: undefined, after: listNames(wish.names) },
          { name: 'subject', before: undefined, after: formatName(wish.subject) },
          { name: 'key type', before: undefined, after: wish.keyType },
          { name: 'request', before: undefined, after: request },
          ...(keepKey ? [] : attributeFields(next, 'next key')),
        ],
      },
    ],
    reason,
    data: issueDeed(wish, { certificate: next, key: next, copies: [] }, keepKey, {
      kind: 'nobody',
      keep: {
        root: slash < 0 ? '.' : request.slice(0, Math.max(slash, 1)),
        below: request.slice(slash + 1),
        anywhere: context.fromRole !== true,
      },
    }),
  }
  const why = 'the private key is made on the host during the run'
  const predicts: readonly Prediction[] = keepKey
    ? []
    : [
        ...predictFile(next.placement.path, regularFile(next.owned, next.placement.mode, Number.NaN), new Unknown(why)),
        { kind: 'key', target: keyQuestion(next.placement.path, wish.keyPassphrase).target, fact: new Unknown(why) },
      ]
  return { changes: [change], predicts, reason, waiting }
}

/** What was signed is in use from now on, and its key has no place of its own any more. */
function withoutNext(decision: Decision<GenerateDeed>, path: string): Decision<GenerateDeed> {
  return {
    ...decision,
    changes: decision.changes.map((change) =>
      change.data.kind === 'give' ? { ...change, data: { ...change.data, removes: [path] } } : change,
    ),
    predicts: [...decision.predicts, ...predictFile(path, absent, absent)],
  }
}

/** Why a certificate that somebody else signed has to be replaced; what they made of its subject and usages is theirs. */
export function heldFaults(wish: Wish, leaf: CertificateFact | undefined, key: Answer<KeyFact>, now: number): readonly string[] {
  if (leaf === undefined) return ['the certificate is missing']
  const renewal = renewalDue(leaf, now, wish.renewBeforeDays)
  const lacking = uncoveredNames(leaf, [...wish.names.dnsNames, ...wish.names.ipAddresses])
  const same = !isAbsent(key) && !(key instanceof Unknown) && key.spki === leaf.spki
  return [
    ...(same ? [] : ['the private key does not belong to the certificate']),
    // Who signs may add names of their own.
    ...(lacking.length === 0 ? [] : [`the names lack ${lacking.join(', ')}`]),
    ...(leaf.keyType === wish.keyType ? [] : [`the key type is ${leaf.keyType}, wanted ${wish.keyType}`]),
    ...(leaf.selfSigned ? ['it is signed by itself'] : []),
    ...(renewal.due ? [renewal.reason] : []),
  ]
}
