import { issueDeed, placeFields, predictIssued } from './issued.ts'
import { refused, unsettled } from '../../lib/host-file.ts'
import { formatMode } from '../../lib/mode.ts'
import { warned } from '../../lib/warned.ts'
import { type Answer, type CertificateFact, isAbsent, type KeyFact } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { Change, Decision, FieldDiff, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { permits } from '../../pki/constraints.ts'
import { formatDay, msPerDay, msPerMinute } from '../../pki/dates.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { listNames } from '../../pki/names.ts'
import { type Assessment, assess, issuerText, keyField, keyFits, type Lifetime } from './assess.ts'
import { keyQuestion, type PlacedCopy } from './copies.ts'
import type { GenerateDeed, IssueDeed } from './deed.ts'
import { pendingCertificate } from './facts.ts'
import { planAcme } from './acme.ts'
import { windowProblems, windowWarnings } from './acme-lifetime.ts'
import { planElsewhere } from './elsewhere.ts'
import { planGiven } from './given.ts'
import { planStored } from './stored.ts'
import { chainOf, pendingResult, type Places, planKept } from './kept.ts'
import { expectation, placeOf } from './place.ts'
import { acceptedBy, type ClientVerdict, clientVerdicts, refusalWarnings } from '../../pki/verdicts.ts'
import type { Wish } from './wish.ts'

export function planWish(wish: Wish, context: PlanContext): Decision<GenerateDeed> {
  const authority = wish.authority === undefined ? undefined : context.authority(wish.authority)
  const faults = [...authorityProblems(wish, authority, context.now), ...windowProblems(wish, context.now)]
  const certificatePlace = placeOf(wish.certificate, { ...wish, mode: wish.certificateMode }, context)
  const keyPlace = placeOf(wish.privateKey, { ...wish, mode: wish.keyMode }, context)
  const copyPlaces = wish.copies.map((copy) => ({ copy, place: placeOf(copy.path, copy, context) }))
  const decided = [certificatePlace, keyPlace, ...copyPlaces.map(({ place }) => place)].flatMap((place) =>
    'decision' in place ? [place.decision] : [],
  )
  const problems = [...faults, ...decided.flatMap((decision) => decision.problems ?? [])]
  if (problems.length > 0) return refused(...unique(problems))
  const [undecided] = decided
  if (undecided !== undefined || 'decision' in certificatePlace || 'decision' in keyPlace) return undecided as Decision<GenerateDeed>
  const copies = copyPlaces.flatMap(({ copy, place }): readonly PlacedCopy[] => ('decision' in place ? [] : [{ copy, place }]))

  const file = context.view.get('certificate', { path: certificatePlace.located.path })
  if (file instanceof Unknown) return unsettled(context, wish.certificate, file)
  const key = context.view.get('key', keyQuestion(keyPlace.located.path, wish.keyPassphrase).target)
  const pending = !isAbsent(file) && file.pending === true
  if (key instanceof Unknown && !pending) return unsettled(context, wish.privateKey, key)
  const places: Places = { certificate: certificatePlace, key: keyPlace, copies }
  const windows = windowWarnings(wish, wish.stored === undefined ? chainOf(file)[0] : context.stored(wish.stored)?.[0], context.now)
  if (wish.stored !== undefined) {
    const found = { file, key, authority, lifetime: lifetimeOf(wish, authority, context.now) }
    return warned(planStored(wish, wish.stored, places, found, context), windows)
  }
  if (wish.given !== undefined) return planGiven(wish, wish.given, places, file, key, context)
  if (wish.elsewhere !== undefined) return planElsewhere(wish, wish.elsewhere, places, file, key, context)
  if (wish.acme !== undefined) return warned(planAcme(wish, wish.acme, places, file, key, context), windows)
  const lifetime = lifetimeOf(wish, authority, context.now)
  const assessment = assess(wish, file, key, authority, lifetime, context.now)
  if (assessment.kind === 'bad' && pending) return refused(twiceProblem(wish, assessment.reasons))
  const judged = assessment.kind === 'good' ? assessment.certificate : pendingCertificate(wish, authority, lifetime)
  const verdicts = clientVerdicts(judged, authority === undefined ? [] : [authority], wish.usage)
  const warnings = [
    ...wishWarnings(wish, verdicts),
    ...(assessment.kind === 'good' ? assessment.warnings : cappedWarning(wish, authority, lifetime, context.now)),
  ]
  const decision =
    assessment.kind === 'good'
      ? planKept(wish, assessment.certificate, assessment.reason, chainOf(file), places, context)
      : planIssue(wish, assessment, places, key, authority, lifetime, verdicts, context)
  return warned(decision, warnings)
}

function planIssue(
  wish: Wish,
  bad: Extract<Assessment, { kind: 'bad' }>,
  places: Places,
  keyFact: Answer<KeyFact>,
  authority: CertificateFact | undefined,
  lifetime: Lifetime,
  verdicts: readonly ClientVerdict[],
  context: PlanContext,
): Decision<GenerateDeed> {
  const { certificate } = places
  const expect = authority === undefined ? undefined : expectation(certificate, context)
  if (expect instanceof Unknown) return unsettled(context, wish.certificate, expect)
  const keepKey = keyFits(wish, keyFact)
  const reason = bad.reasons.join('; ')
  const pending = pendingCertificate(wish, authority, lifetime)
  const signer: IssueDeed['signer'] =
    wish.authority === undefined || expect === undefined
      ? { kind: 'self', days: wish.days }
      : { kind: 'authority', name: wish.authority, expect, profile: { ...wish.names, usage: wish.usage, ...lifetime } }
  const verb = bad.certificate === undefined ? 'install' : bad.renewal ? 'renew' : 'replace'
  const change: Change<GenerateDeed> = {
    action: bad.certificate === undefined ? 'create' : 'update',
    target: certificate.placement.path,
    summary: `${verb} certificate for ${wish.called}`,
    diffs: [
      {
        kind: 'fields',
        fields: [
          ...issueFields(bad, pending),
          { name: 'accepted by', before: undefined, after: acceptedBy(verdicts) },
          keyField(keyFact, keepKey),
          ...placeFields(places),
        ],
      },
    ],
    reason,
    data: issueDeed(wish, places, keepKey, signer),
  }
  return {
    changes: [change],
    predicts: predictIssued(wish, places, keepKey, pending),
    reason,
    result: pendingResult(pending),
    ...(signer.kind === 'authority' ? { signedBy: signer.name } : {}),
  }
}

/** All of a new certificate; of one that is replaced only what differs and the end of its validity. */
function issueFields(bad: Extract<Assessment, { kind: 'bad' }>, after: CertificateFact): readonly FieldDiff[] {
  const before = bad.certificate
  const until: FieldDiff = {
    name: 'valid until',
    before: before === undefined ? undefined : formatDay(before.notAfter),
    after: formatDay(after.notAfter),
  }
  if (before !== undefined) return [...bad.fields, until]
  return [
    { name: 'names', before: undefined, after: listNames(after) },
    { name: 'subject', before: undefined, after: formatName(after.subject) },
    { name: 'issuer', before: undefined, after: issuerText(after) },
    { name: 'key type', before: undefined, after: after.keyType },
    { name: 'usage', before: undefined, after: (after.extendedKeyUsage ?? []).join(', ') },
    until,
  ]
}

function authorityProblems(wish: Wish, authority: CertificateFact | undefined, now: number): readonly Problem[] {
  if (wish.authority === undefined) return []
  if (authority === undefined) {
    return [
      {
        code: 'CA_MISSING',
        message: `there is no certificate authority ${wish.authority}: ca/${wish.authority} beside the inventory holds none`,
        hint: `make it\ntlsplay ca init ${wish.authority} -i INVENTORY`,
      },
    ]
  }
  const problems: Problem[] = []
  if (authority.notAfter <= now)
    problems.push({
      code: 'CERTIFICATE_INVALID',
      message: `the certificate authority ${wish.authority} has expired on ${formatDay(authority.notAfter)}`,
      hint: 'make a new one and let the clients trust it',
    })
  const foreign = [...wish.names.dnsNames, ...wish.names.ipAddresses].filter((name) => !permits(authority, name))
  if (foreign.length > 0) {
    problems.push({
      code: 'NAME_NOT_COVERED',
      message: `the certificate authority ${wish.authority} may not sign ${foreign.join(', ')}, only ${(authority.permittedNames ?? []).join(', ')}`,
      hint: 'leave these names out, or make an authority that permits them',
    })
  }
  return problems
}

function twiceProblem(wish: Wish, reasons: readonly string[]): Problem {
  return {
    code: 'PATH_REFUSED',
    message: `${wish.certificate}: an earlier task issues another certificate there: ${reasons.join('; ')}`,
    hint: 'give each certificate a path of its own',
  }
}

function lifetimeOf(wish: Wish, authority: CertificateFact | undefined, now: number): Lifetime {
  const end = now + wish.days * msPerDay
  if (authority === undefined) return { notBefore: now, notAfter: end }
  return { notBefore: Math.max(now - wish.backdateMinutes * msPerMinute, authority.notBefore), notAfter: Math.min(end, authority.notAfter) }
}

function wishWarnings(wish: Wish, verdicts: readonly ClientVerdict[]): readonly string[] {
  return [
    ...refusalWarnings(wish.certificate, verdicts),
    ...((wish.keyMode & 0o007) !== 0
      ? [`${wish.privateKey}: mode ${formatMode(wish.keyMode)} lets every user of the host read the private key`]
      : []),
  ]
}

/** A lifetime cut short surprises whoever asked for more days. */
function cappedWarning(wish: Wish, authority: CertificateFact | undefined, { notAfter }: Lifetime, now: number): readonly string[] {
  if (authority === undefined || notAfter >= now + wish.days * msPerDay) return []
  return [
    `${wish.certificate}: it will end on ${formatDay(notAfter)}, before ${wish.days} days are over, because the authority ${formatName(authority.subject)} ends then`,
  ]
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values()]
}
