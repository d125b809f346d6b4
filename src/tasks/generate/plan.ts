import { circleProblem, type Located, locate, notRegular, refused, unsettled } from '../../lib/host-file.ts'
import { attributeDifferences, type Ownership, ownershipOf, ownershipOfNew } from '../../lib/ownership.ts'
import { formatMode } from '../../lib/mode.ts'
import { parentOf } from '../../lib/paths.ts'
import { predictFile, regularFile } from '../../lib/predict-file.ts'
import { type Answer, type CertificateFact, type CertificateFileFact, isAbsent, type KeyFact, type Prediction } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { AttributesStep } from '../../model/step.ts'
import type { Change, Decision, FieldDiff, PlanContext } from '../../model/task-type.ts'
import { Unknown, type ValueMap } from '../../model/value.ts'
import { permits } from '../../pki/constraints.ts'
import { formatDay, msPerDay, msPerMinute } from '../../pki/dates.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { listNames } from '../../pki/names.ts'
import { type Assessment, assess, issuerText, keyField, keyFits, type Lifetime } from './assess.ts'
import type { GenerateDeed, IssueDeed, Placement } from './deed.ts'
import { factsOf, pendingCertificate, valuesOf } from './facts.ts'
import { acceptedBy, type ClientVerdict, clientVerdicts, refusalTexts } from '../../pki/verdicts.ts'
import type { Wish } from './wish.ts'

/** One of the two files: where it really lies, what is there and who it shall belong to. */
interface Place {
  readonly located: Located
  readonly placement: Placement
  readonly owned: Ownership
  readonly present: boolean
  readonly differences: readonly FieldDiff[]
}

export function planWish(wish: Wish, context: PlanContext): Decision<GenerateDeed> {
  const authority = wish.authority === undefined ? undefined : context.authority(wish.authority)
  const faults = authorityProblems(wish, authority, context.now)
  const certificatePlace = placeOf(wish.certificate, wish, wish.certificateMode, context)
  const keyPlace = placeOf(wish.privateKey, wish, wish.keyMode, context)
  const decided = [certificatePlace, keyPlace].flatMap((place) => ('decision' in place ? [place.decision] : []))
  const problems = [...faults, ...decided.flatMap((decision) => decision.problems ?? [])]
  if (problems.length > 0) return refused(...unique(problems))
  if ('decision' in certificatePlace) return certificatePlace.decision
  if ('decision' in keyPlace) return keyPlace.decision

  const file = context.view.get('certificate', { path: certificatePlace.located.path })
  if (file instanceof Unknown) return unsettled(context, wish.certificate, file)
  const key = context.view.get('key', { path: keyPlace.located.path })
  const pending = !isAbsent(file) && file.pending === true
  if (key instanceof Unknown && !pending) return unsettled(context, wish.privateKey, key)
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
      ? planAttributes(assessment, certificatePlace, keyPlace, pending)
      : planIssue(wish, assessment, certificatePlace, keyPlace, key, authority, lifetime, verdicts, context)
  return warnings.length === 0 ? decision : { ...decision, warnings }
}

function planAttributes(
  good: Extract<Assessment, { kind: 'good' }>,
  certificate: Place,
  key: Place,
  pending: boolean,
): Decision<GenerateDeed> {
  const wrong = [certificate, key].filter((place) => place.differences.length > 0)
  const result = pending ? pendingResult(good.certificate) : valuesOf(factsOf(good.certificate))
  if (wrong.length === 0) return { changes: [], predicts: [], reason: good.reason, result }
  const reason = wrong
    .flatMap((place) =>
      place.differences.map(({ name, before, after }) => `${name} of ${place.placement.path} is ${before}, wanted ${after}`),
    )
    .join('; ')
  const change: Change<GenerateDeed> = {
    action: 'update',
    target: certificate.placement.path,
    summary: `set owner and mode of ${wrong.map((place) => place.placement.path).join(' and ')}`,
    diffs: [
      {
        kind: 'fields',
        fields: wrong.flatMap((place) =>
          place.differences.map((field) => ({ ...field, name: `${field.name} of ${place.placement.path}` })),
        ),
      },
    ],
    reason,
    data: { kind: 'attributes', steps: wrong.map(attributesStep), current: factsOf(good.certificate) },
  }
  return { changes: [change], predicts: wrong.flatMap(predictAttributes), reason, result }
}

function planIssue(
  wish: Wish,
  bad: Extract<Assessment, { kind: 'bad' }>,
  certificate: Place,
  key: Place,
  keyFact: Answer<KeyFact>,
  authority: CertificateFact | undefined,
  lifetime: Lifetime,
  verdicts: readonly ClientVerdict[],
  context: PlanContext,
): Decision<GenerateDeed> {
  const expect = authority === undefined ? undefined : expectation(certificate, context)
  if (expect instanceof Unknown) return unsettled(context, wish.certificate, expect)
  const keepKey = keyFits(wish, keyFact)
  const reason = bad.reasons.join('; ')
  const pending = pendingCertificate(wish, authority, lifetime)
  const data: IssueDeed = {
    kind: 'issue',
    request: { subject: wish.subject, names: wish.names, keyType: wish.keyType, profile: wish.profile },
    certificate: certificate.placement,
    key: key.placement,
    keepKey,
    keyAttributes: keepKey && key.differences.length > 0 ? [attributesStep(key)] : [],
    signer:
      wish.authority === undefined || expect === undefined
        ? { kind: 'self', days: wish.days }
        : { kind: 'authority', name: wish.authority, expect, profile: { ...wish.names, usage: wish.usage, ...lifetime } },
  }
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
          ...attributeFields(certificate, 'certificate'),
          ...attributeFields(key, 'private key'),
        ],
      },
    ],
    reason,
    data,
  }
  const why = 'the certificate is issued during the run'
  const keyWhy = 'the private key is made on the host during the run'
  const fact: CertificateFileFact = { chain: [pending], pending: true }
  const predicts: Prediction[] = [
    ...predictFile(
      certificate.placement.path,
      regularFile(certificate.owned, certificate.placement.mode, Number.NaN),
      new Unknown(why),
      certificate.located.named,
    ),
    ...pathsOf(certificate).map((path): Prediction => ({ kind: 'certificate', target: { path }, fact })),
    ...(keepKey
      ? predictAttributes(key)
      : [
          ...predictFile(
            key.placement.path,
            regularFile(key.owned, key.placement.mode, Number.NaN),
            new Unknown(keyWhy),
            key.located.named,
          ),
          ...pathsOf(key).map((path): Prediction => ({ kind: 'key', target: { path }, fact: new Unknown(keyWhy) })),
        ]),
  ]
  return { changes: [change], predicts, reason, result: pendingResult(pending) }
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

function attributeFields(place: Place, what: string): readonly FieldDiff[] {
  const { owner, group, mode, path } = place.placement
  if (place.present) return place.differences.map((field) => ({ ...field, name: `${what} ${field.name}` }))
  return [
    { name: `${what} file`, before: undefined, after: path },
    { name: `${what} owner`, before: undefined, after: `${owner}:${group}` },
    { name: `${what} mode`, before: undefined, after: formatMode(mode) },
  ]
}

function placeOf(path: string, wish: Wish, mode: number, context: PlanContext): Place | { readonly decision: Decision<never> } {
  const located = locate(path, context.view)
  const { fact } = located
  if (located.circle) return { decision: refused(circleProblem(path)) }
  if (fact instanceof Unknown) return { decision: unsettled(context, located.path, fact) }
  if (!isAbsent(fact) && fact.type !== 'file') return { decision: refused(notRegular(path, located.path, fact)) }
  if (isAbsent(fact)) {
    const folder = folderDecision(located.path, context)
    if (folder !== undefined) return { decision: folder }
  }
  const asked = { owner: wish.owner, group: wish.group, mode }
  const owned = isAbsent(fact) ? ownershipOfNew(asked, context) : ownershipOf(asked, fact, context)
  if (owned.kind === 'unknown') return { decision: unsettled(context, located.path, owned.answer) }
  if (owned.kind === 'problem') return { decision: refused(owned.problem) }
  return {
    located,
    owned: owned.value,
    placement: { path: located.path, owner: owned.value.owner, group: owned.value.group, mode },
    present: !isAbsent(fact),
    differences: isAbsent(fact) ? [] : attributeDifferences(fact, owned.value, mode),
  }
}

function folderDecision(path: string, context: PlanContext): Decision<never> | undefined {
  const parent = parentOf(path)
  const { fact, circle, path: at } = locate(parent, context.view)
  if (circle) return refused(circleProblem(parent))
  if (fact instanceof Unknown) return unsettled(context, at, fact)
  if (!isAbsent(fact) && fact.type === 'directory') return undefined
  return refused({
    code: 'PATH_REFUSED',
    message: isAbsent(fact) ? `the folder ${parent} does not exist on the host` : `${parent} is no folder`,
    hint: `make it in an earlier task\nfile: { path: ${parent}, state: directory, mode: '0755' }`,
  })
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
    ...refusalTexts(verdicts).map((text) => `${wish.certificate}: ${text}`),
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

function expectation(place: Place, context: PlanContext): 'absent' | { readonly sha256: string } | Unknown {
  if (!place.present) return 'absent'
  const digest = context.view.get('digest', { path: place.placement.path })
  return isAbsent(digest) ? 'absent' : digest
}

function attributesStep({ placement }: Place): AttributesStep {
  return { kind: 'attributes', ...placement }
}

function predictAttributes({ located, owned, placement }: Place): readonly Prediction[] {
  const { fact } = located
  if (isAbsent(fact) || fact instanceof Unknown) return []
  return [{ kind: 'file', target: { path: placement.path }, fact: { ...fact, ...owned, mode: placement.mode } }]
}

function pathsOf({ located, placement }: Place): readonly string[] {
  return [...new Set([placement.path, located.named])]
}

function pendingResult(certificate: CertificateFact): ValueMap {
  const later = new Unknown('the certificate is issued during the run')
  return { ...valuesOf(factsOf(certificate)), fingerprint: later, serial: later, not_before: later, not_after: later }
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values()]
}
