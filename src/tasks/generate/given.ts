import { readAsText } from '../../lib/content.ts'
import { placeFields } from './issued.ts'
import { refused, unsettled } from '../../lib/host-file.ts'
import { tidyPath } from '../../lib/paths.ts'
import { predictFile, regularFile } from '../../lib/predict-file.ts'
import { warned } from '../../lib/warned.ts'
import { type Answer, type CertificateFact, isAbsent, type KeyFact, type Prediction } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { Secret, Unknown } from '../../model/value.ts'
import { dateProblem, isSameChain, leafFirst } from '../../pki/chain.ts'
import { formatDay } from '../../pki/dates.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { uncoveredNames } from '../../pki/match.ts'
import { listNames } from '../../pki/names.ts'
import { parseCertificateFile } from '../../pki/parse.ts'
import { openPrivateKey } from '../../pki/private-key.ts'
import { renewalDue } from '../../pki/renewal.ts'
import { clientVerdicts, refusalWarnings } from '../../pki/verdicts.ts'
import { clockToleranceMs } from './assess.ts'
import { copyDeed, keyQuestion, predictCopy } from './copies.ts'
import type { GenerateDeed, KeySource, StoredKey } from './deed.ts'
import { factsOf, valuesOf } from './facts.ts'
import { attributesStep, expectation, pathsOf, predictAttributes } from './place.ts'
import { chainOf, type Held, type Places, planKept, sealedKey } from './kept.ts'
import type { Given, Wish } from './wish.ts'

/** What was given: certificates as they stand in the file, and the public half of the key. */
export interface Source {
  readonly what: string
  readonly certificates: readonly CertificateFact[]
  readonly spki: string
  readonly key: KeySource | StoredKey
}

type Read = { readonly source: Source } | { readonly decision: Decision<never> }

/** Certificate and key come from files. They are checked as they are, before anything of the host changes. */
export function planGiven(
  wish: Wish,
  given: Given,
  places: Places,
  file: Held,
  key: Answer<KeyFact>,
  context: PlanContext,
): Decision<GenerateDeed> {
  const read =
    given.kind === 'pkcs12' ? readPkcs12(given, context) : given.on === 'host' ? readPair(given, context) : readAssets(given, context)
  if ('decision' in read) return read.decision
  const { source } = read
  const chain = leafFirst(source.certificates, source.spki)
  const [leaf] = chain
  if (leaf === undefined) return refused(foreignKey(source))
  const problems = faultsOf(wish, leaf, source.what, context.now)
  if (problems.length > 0) return refused(...problems)
  const warnings = warningsOf(wish, leaf, chain, context.now)
  const held = chainOf(file)
  const sameChain = isSameChain(held, chain)
  const sameKey =
    !(key instanceof Unknown) && !isAbsent(key) && key.spki === leaf.spki && (key.encrypted === true) === (wish.keyPassphrase !== undefined)
  const decision =
    sameChain && sameKey
      ? planKept(
          wish,
          leaf,
          `${wish.certificate} is ${source.what}; ${renewalDue(leaf, context.now, 0).reason.replace(/, renews.*/, '')}`,
          chain,
          places,
          context,
        )
      : planGive(wish, source, chain, leaf, { sameChain, sameKey, before: held[0] }, places, context)
  return warned(decision, warnings)
}

function readAssets({ certificate, privateKey, password }: Extract<Given, { kind: 'pair' }>, { assets }: PlanContext): Read {
  const [first = '', second = ''] = assets.map(readAsText)
  const { chain, broken } = parseCertificateFile(first)
  if (broken !== undefined) return unusable(certificate, broken)
  const key = openPrivateKey(second, password)
  if (typeof key === 'string') return unusable(privateKey, key)
  const pem = new Secret([{ hidden: key.pem }])
  return { source: { what: certificate, certificates: chain, spki: key.spki, key: { kind: 'text', pem } } }
}

function readPair({ certificate, privateKey, password }: Extract<Given, { kind: 'pair' }>, context: PlanContext): Read {
  const file = context.view.get('certificate', { path: certificate })
  if (file instanceof Unknown) return { decision: unsettled(context, certificate, file) }
  if (isAbsent(file)) return missing(certificate)
  if (file.broken !== undefined) return unusable(certificate, file.broken)
  const key = context.view.get('key', keyQuestion(privateKey, password).target)
  if (key instanceof Unknown) return { decision: unsettled(context, privateKey, key) }
  if (isAbsent(key)) return missing(privateKey)
  if (key.spki === undefined) return unusable(privateKey, key.broken ?? 'cannot be used')
  const from: KeySource = { kind: 'file', path: privateKey, passphrase: key.encrypted === true ? password : undefined }
  return { source: { what: certificate, certificates: file.chain, spki: key.spki, key: from } }
}

function readPkcs12({ path, password }: Extract<Given, { kind: 'pkcs12' }>, context: PlanContext): Read {
  const fact = context.view.get('pkcs12', { path, password })
  if (fact instanceof Unknown) return { decision: unsettled(context, path, fact) }
  if (isAbsent(fact)) return missing(path)
  if (fact.broken !== undefined) return unusable(path, fact.broken)
  if (fact.spki === undefined) return unusable(path, 'holds no private key')
  return { source: { what: path, certificates: fact.chain, spki: fact.spki, key: { kind: 'pkcs12', path, password } } }
}

function missing(path: string): Read {
  return {
    decision: refused({ code: 'FILE_MISSING', message: `${path} does not exist on the host`, hint: 'put it there in an earlier task' }),
  }
}

function unusable(path: string, why: string): Read {
  return {
    decision: refused({
      code: 'CERTIFICATE_INVALID',
      message: `${path} ${why}`,
      hint: 'give a file that is whole, and the password that opens it if it has one',
    }),
  }
}

function foreignKey({ what, certificates }: Source): Problem {
  const names = certificates.map(({ subject }) => formatName(subject)).join(', ')
  return {
    code: 'KEY_MISMATCH',
    message: `the private key that was given belongs to no certificate of ${what} (${names})`,
    hint: 'the public keys differ: give the key that the request was made with',
  }
}

export function faultsOf(wish: Wish, leaf: CertificateFact, what: string, now: number): readonly Problem[] {
  // One that was made a moment ago, by this very run or behind a clock that is ahead, is not refused.
  const dates = dateProblem(leaf, Math.max(now, Math.min(leaf.notBefore, now + clockToleranceMs)))
  const lacking = uncoveredNames(leaf, [...wish.names.dnsNames, ...wish.names.ipAddresses])
  return [
    ...(dates === undefined
      ? []
      : [
          {
            code: 'CERTIFICATE_INVALID',
            message: `${what}: ${dates}`,
            hint: 'give one that is valid now, and look at the clock of the host',
          } as const,
        ]),
    ...(lacking.length === 0
      ? []
      : [
          {
            code: 'NAME_NOT_COVERED',
            message: `${what} is for ${listNames(leaf) || 'no name'}, and not for ${lacking.join(', ')}`,
            hint: 'name in `names` what clients dial, or have a certificate made that covers it',
          } as const,
        ]),
  ]
}

export function warningsOf(wish: Wish, leaf: CertificateFact, chain: readonly CertificateFact[], now: number): readonly string[] {
  const renewal = renewalDue(leaf, now, wish.renewBeforeDays)
  const root = chain.slice(1).find(({ selfSigned }) => selfSigned)
  return [
    ...refusalWarnings(wish.certificate, clientVerdicts(leaf, chain.slice(1), wish.usage)),
    ...(renewal.due ? [`${wish.certificate}: ${renewal.reason}; nobody renews it but who gave it`] : []),
    ...(root === undefined ? [] : [`${wish.certificate}: the chain ends with its root ${formatName(root.subject)}, which no client needs`]),
  ]
}

export function planGive(
  wish: Wish,
  source: Source,
  chain: readonly CertificateFact[],
  leaf: CertificateFact,
  { sameChain, sameKey, before }: { readonly sameChain: boolean; readonly sameKey: boolean; readonly before: CertificateFact | undefined },
  { certificate, key, copies }: Places,
  context: PlanContext,
): Decision<GenerateDeed> {
  const expect = expectation(certificate, context)
  if (expect instanceof Unknown) return unsettled(context, wish.certificate, expect)
  // A service that is pointed at these very files has them already.
  if ('path' in source.key && tidyPath(source.key.path) === wish.privateKey && !sameKey && wish.keyPassphrase !== undefined)
    return refused({
      code: 'CERTIFICATE_INVALID',
      message: `${wish.privateKey} is the key that was given, and stays as it is`,
      hint: 'leave key_passphrase out, or install the key elsewhere',
    })
  const reason = [
    ...(sameChain
      ? []
      : [before === undefined ? 'the certificate is missing' : `${wish.certificate} holds another certificate than ${source.what}`]),
    ...(sameKey ? [] : ['the private key is not the one that was given']),
  ].join('; ')
  const wrong = [...(sameChain ? [certificate] : []), ...(sameKey ? [key] : [])].filter(({ differences }) => differences.length > 0)
  const pem = chain.map((one) => one.pem).join('')
  const change: Change<GenerateDeed> = {
    action: before === undefined ? 'create' : 'update',
    target: certificate.placement.path,
    summary: `install the certificate of ${source.what}`,
    diffs: [
      {
        kind: 'fields',
        fields: [
          { name: 'names', before: before === undefined ? undefined : listNames(before), after: listNames(leaf) },
          { name: 'issuer', before: before === undefined ? undefined : formatName(before.issuer), after: formatName(leaf.issuer) },
          { name: 'valid until', before: before === undefined ? undefined : formatDay(before.notAfter), after: formatDay(leaf.notAfter) },
          ...(sameKey ? [] : [{ name: 'private key', before: key.present ? 'present' : undefined, after: 'the one that was given' }]),
          ...placeFields({ certificate, key, copies }),
        ],
      },
    ],
    reason,
    data: {
      kind: 'give',
      certificate: sameChain ? undefined : { ...certificate.placement, pem, expect },
      key: sameKey ? undefined : { ...key.placement, from: source.key },
      paths: { certificate: certificate.placement.path, key: key.placement.path },
      chain: pem,
      passphrase: wish.keyPassphrase,
      copies: copies.map(copyDeed),
      steps: wrong.map(attributesStep),
      removes: [],
      current: factsOf(leaf),
    },
  }
  const why = 'the private key is put in place during the run'
  const given: KeyFact = { spki: leaf.spki, keyType: leaf.keyType, ...(wish.keyPassphrase === undefined ? {} : { encrypted: true }) }
  const predicts: Prediction[] = [
    ...wrong.flatMap(predictAttributes),
    ...(sameChain
      ? []
      : [
          ...predictFile(
            certificate.placement.path,
            regularFile(certificate.owned, certificate.placement.mode, pem.length),
            pem,
            certificate.located.named,
          ),
          ...pathsOf(certificate).map((path): Prediction => ({ kind: 'certificate', target: { path }, fact: { chain } })),
        ]),
    ...(sameKey
      ? []
      : [
          ...predictFile(key.placement.path, regularFile(key.owned, key.placement.mode, Number.NaN), new Unknown(why), key.located.named),
          ...pathsOf(key).map((path): Prediction => ({ kind: 'key', target: keyQuestion(path, wish.keyPassphrase).target, fact: given })),
          ...(wish.keyPassphrase === undefined ? [] : pathsOf(key).map(sealedKey)),
        ]),
    ...copies.flatMap((placed) => predictCopy(placed, chain, leaf)),
  ]
  return { changes: [change], predicts, reason, result: valuesOf(factsOf(leaf)) }
}
