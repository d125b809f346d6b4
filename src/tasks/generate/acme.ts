import { readAsText } from '../../lib/content.ts'
import { issueDeed, placeFields, predictIssued } from './issued.ts'
import { quote } from '../../lib/sh.ts'
import { unsettled } from '../../lib/host-file.ts'
import { warned } from '../../lib/warned.ts'
import { type Answer, type CertificateFact, isAbsent, type KeyFact } from '../../model/fact.ts'
import type { AcmeOrder, AcmeToken, MakeStep, Step, StepAnswer } from '../../model/step.ts'
import type { Change, Decision, PlanContext, TaskResult } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { msPerDay } from '../../pki/dates.ts'
import { listNames } from '../../pki/names.ts'
import { renewalDue } from '../../pki/renewal.ts'
import { acceptedBy, type ClientVerdict, clientVerdicts, refusalWarnings } from '../../pki/verdicts.ts'
import { expectedDays, isPublicServer } from './acme-lifetime.ts'
import { keyField, keyFits } from './assess.ts'
import type { GenerateDeed } from './deed.ts'
import { heldFaults } from './elsewhere.ts'
import { pendingCertificate } from './facts.ts'
import { chainOf, type Held, pendingResult, type Places, planKept } from './kept.ts'
import { lastWords } from './last-words.ts'
import { expectation } from './place.ts'
import type { AcmeWish, Wish } from './wish.ts'

/** An ACME server signs. What it makes of subject, dates and usages is its own; names, key and window are ours. */
export function planAcme(
  wish: Wish,
  acme: AcmeWish,
  places: Places,
  file: Held,
  keyFact: Answer<KeyFact>,
  context: PlanContext,
): Decision<GenerateDeed> {
  const { certificate } = places
  const held = chainOf(file)
  const [before] = held
  const pendingHere = !isAbsent(file) && file.pending === true
  const faults = pendingHere ? [] : heldFaults(wish, before, keyFact, context.now)
  if (before !== undefined && faults.length === 0) {
    const verdicts = pendingHere ? pendingVerdicts(wish, acme, before, []) : clientVerdicts(before, held.slice(1), wish.usage)
    const kept = planKept(wish, before, renewalDue(before, context.now, wish.renewBeforeDays).reason, held, places, context)
    return warned(kept, refusalWarnings(wish.certificate, verdicts))
  }

  const expect = expectation(certificate, context)
  if (expect instanceof Unknown) return unsettled(context, wish.certificate, expect)
  const keepKey = keyFits(wish, keyFact)
  const order = orderOf(wish, acme, context)
  const pending = acmePending(wish, acme, context.now)
  const verdicts = pendingVerdicts(wish, acme, pending, before?.selfSigned === true ? [] : held.slice(1))
  const reason = faults.join('; ')
  const change: Change<GenerateDeed> = {
    action: before === undefined ? 'create' : 'update',
    target: certificate.placement.path,
    summary: `order a certificate for ${wish.called} from ${acme.directory}`,
    diffs: [
      {
        kind: 'fields',
        fields: [
          { name: 'names', before: before === undefined ? undefined : listNames(before), after: listNames(wish.names) },
          { name: 'issuer', before: undefined, after: acme.directory },
          { name: 'challenge', before: undefined, after: acme.challenge.kind },
          { name: 'key type', before: before?.keyType, after: wish.keyType },
          { name: 'valid until', before: undefined, after: 'as the server decides' },
          { name: 'accepted by', before: undefined, after: acceptedBy(verdicts) },
          keyField(keyFact, keepKey),
          ...placeFields(places),
        ],
      },
    ],
    reason,
    data: issueDeed(wish, places, keepKey, { kind: 'acme', order, expect }),
  }
  const predicts = predictIssued(wish, places, keepKey, pending)
  const decision = { changes: [change], predicts, reason, result: pendingResult(pending) }
  return warned(decision, refusalWarnings(wish.certificate, verdicts))
}

/** What clients will say of what the server is to make. `issuers`: those of the last certificate, which are all that is known of its chain. */
export function pendingVerdicts(
  wish: Wish,
  acme: AcmeWish,
  pending: CertificateFact,
  issuers: readonly CertificateFact[],
): readonly ClientVerdict[] {
  return clientVerdicts(pending, issuers, wish.usage, isPublicServer(acme))
}

export function orderOf(wish: Wish, { caFile: _, ...acme }: AcmeWish, { assets }: PlanContext): AcmeOrder {
  const [ca] = assets.map(readAsText)
  return { ...acme, ca, ...wish.names }
}

/**
 * What it will be like, as far as anybody but the server can tell. Authorities that browsers trust sign for servers only, as
 * the root programme of Chrome asks of them; Let's Encrypt has since February 2026 (letsencrypt.org/docs/profiles).
 */
export function acmePending(wish: Wish, acme: AcmeWish, now: number): CertificateFact {
  return {
    // Limits count both ends, so a second less than the days.
    ...pendingCertificate(wish, undefined, { notBefore: now, notAfter: now + expectedDays(acme, now) * msPerDay - 1000 }),
    ...(isPublicServer(acme) ? { extendedKeyUsage: ['serverAuth'] } : {}),
    selfSigned: false,
    issuer: { CN: acme.directory },
  }
}

/** The turns of an order; what is shown below the web root is there until the server has looked. Answers with PEM, or why there is none. */
export function* orderAcme(order: AcmeOrder, request: string): Generator<readonly Step[], string | TaskResult, readonly StepAnswer[]> {
  const failed = (what: string, answer: StepAnswer | undefined): TaskResult => ({ changed: false, failed: `${what}: ${lastWords(answer)}` })
  const [ordered] = yield [{ kind: 'order', order }]
  if (ordered?.ok !== true || ordered.ordered === undefined) return failed(`${order.directory} took no order`, ordered)
  const { tokens, order: url } = ordered.ordered
  const { challenge } = order
  const shown = challenge.kind === 'http-01' && tokens.length > 0
  if (shown) {
    const [put] = yield [tokenStep(challenge.webroot, tokens, 'show')]
    if (put?.ok !== true) return failed(`the tokens could not be put into ${challenge.webroot}`, put)
  }
  const [finished] = yield [{ kind: 'finish', order: url, request }]
  if (shown) yield [tokenStep(challenge.webroot, tokens, 'remove')]
  if (finished?.ok !== true || finished.chain === undefined) return failed(`${order.directory} issued nothing`, finished)
  return finished.chain
}

/**
 * Tokens are the one thing that is seen before everything is staged: the certificate, which has to be staged too, comes for
 * them only. They tell nobody anything and are gone before the first file of the host changes.
 */
function tokenStep(webroot: string, tokens: readonly AcmeToken[], action: 'show' | 'remove'): MakeStep {
  const folder = `${webroot}/.well-known/acme-challenge`
  const paths = tokens.map(({ token }) => quote(`${folder}/${token}`))
  const script =
    action === 'remove'
      ? `rm -f -- ${paths.join(' ')}`
      : [
          'umask 022',
          `mkdir -p -- ${quote(folder)} || exit 1`,
          ...tokens.map(({ content }, at) => `printf %s ${quote(content)} >${paths[at]} || exit 1`),
        ].join('\n')
  return { kind: 'make', script, files: {}, tools: ['mkdir', 'rm'] }
}
