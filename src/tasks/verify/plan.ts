import { refused, unsettled } from '../../lib/host-file.ts'
import { warned } from '../../lib/warned.ts'
import { type Answer, type CertificateFact, type CertificateFileFact, isAbsent } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { orderProblem, verifyChain } from '../../pki/chain.ts'
import { formatDay } from '../../pki/dates.ts'
import { listNames } from '../../pki/names.ts'
import { uncoveredNames } from '../../pki/match.ts'
import { clientVerdicts, issuersOf, refusalWarnings } from '../../pki/verdicts.ts'
import { judge, unproven } from './judge.ts'
import { valuesOf } from './values.ts'
import { controllerTarget, hostTarget, type Wish } from './wish.ts'

/** What the check after the acts needs beside the wish. */
export interface CheckDeed {
  readonly wish: Wish
  /** address that tlsplay reaches the host by */
  readonly reachedBy: string
  /** set when the trust is an authority of the controller */
  readonly authority: CertificateFact | undefined
  /** milliseconds since 1970, of the plan */
  readonly now: number
}

export function planWish(wish: Wish, context: PlanContext): Decision<CheckDeed> {
  const file = context.view.get('certificate', { path: wish.certificate })
  if (file instanceof Unknown) return context.dirty ? later(wish, context, file.why) : unsettled(context, wish.certificate, file)
  if (isAbsent(file)) return refused(missing(wish.certificate, 'generate it in an earlier task, or copy it there'))
  const [intended] = file.chain
  if (intended === undefined || file.broken !== undefined)
    return refused(invalid(`${wish.certificate}: ${file.broken ?? 'holds no certificate'}`))
  const uncovered = uncoveredNames(intended, wish.names)
  if (uncovered.length > 0) return refused(notCovered(wish, intended, uncovered))
  const trust = trustOf(wish, file, intended, context)
  if (trust instanceof Unknown) return context.dirty ? later(wish, context, trust.why) : unsettled(context, wish.certificate, trust)
  if ('problem' in trust) return refused(trust.problem)
  if (file.pending === true) return later(wish, context, 'the certificate is issued during the run')
  const order = orderProblem(file.chain)
  if (order !== undefined)
    return refused(invalid(`${wish.certificate}: ${order}`, 'write the certificate first, then each issuer of the one before it'))
  if (trust.authorities.length > 0) {
    // Only whether it can be trusted at all: what its dates mean at this moment the witnesses say.
    const verdict = verifyChain(file.chain, trust.authorities, Math.min(Math.max(context.now, intended.notBefore), intended.notAfter))
    if (!verdict.ok) return refused(invalid(`${wish.certificate}: clients would not trust it: ${verdict.reason}`))
  }
  const decision = context.dirty
    ? later(wish, context, 'an earlier task changes this host')
    : askNow(wish, intended, trust.authorities, context)
  const issuers = issuersOf(intended, [...file.chain.slice(1), ...trust.authorities])
  return warned(decision, refusalWarnings(wish.certificate, clientVerdicts(intended, issuers, 'server')))
}

function askNow(wish: Wish, intended: CertificateFact, authorities: readonly CertificateFact[], context: PlanContext): Decision<CheckDeed> {
  const targets = [
    ...(wish.fromHost ? [hostTarget(wish)] : []),
    ...(wish.fromController ? [controllerTarget(wish, context.host.address, authorities.map(({ pem }) => pem).join(''))] : []),
  ]
  const seen = targets.map((target) => ({ target, fact: context.view.get('listener', target) }))
  const waiting = seen.map(({ fact }) => fact).find((fact) => fact instanceof Unknown)
  if (waiting instanceof Unknown && context.dirty) return later(wish, context, waiting.why)
  const expected = { wish, intended, authorities, now: context.now }
  const faults = seen.flatMap(({ target, fact }) => judge(target, fact, expected))
  const warnings = seen.flatMap(({ target, fact }) => unproven(target, fact, wish))
  const result = valuesOf(
    intended,
    seen.map(({ fact }) => fact),
  )
  const noted = warnings.length === 0 ? {} : { warnings }
  if (faults.length > 0) {
    const failed = faults.map(({ message }) => message).join('; ')
    return { changes: [], predicts: [], reason: failed, failed, result, ...noted }
  }
  return {
    changes: [],
    predicts: [],
    reason: `serves the intended certificate, SHA-256 ${intended.fingerprint.slice(0, 16)}, until ${formatDay(intended.notAfter)}`,
    result,
    ...noted,
  }
}

/** Known after apply: one check once everything before it has acted. */
function later(wish: Wish, context: PlanContext, reason: string): Decision<CheckDeed> {
  const place = `${wish.address}:${wish.port}`
  const unknown = new Unknown(`${place} is asked after the changes`)
  const authority = wish.trust.kind === 'authority' ? context.authority(wish.trust.name) : undefined
  return {
    changes: [
      {
        action: 'check',
        target: place,
        summary: `check that ${place} serves ${wish.certificate} for ${wish.names.join(', ')}`,
        diffs: [],
        reason,
        data: { wish, reachedBy: context.host.address, authority, now: context.now },
      },
    ],
    predicts: [],
    reason,
    result: { fingerprint: unknown, protocol: unknown, not_after: unknown },
  }
}

/** The authorities are empty while they are not issued yet. */
function trustOf(
  wish: Wish,
  file: CertificateFileFact,
  intended: CertificateFact,
  context: PlanContext,
): { readonly authorities: readonly CertificateFact[] } | { readonly problem: Problem } | Unknown {
  switch (wish.trust.kind) {
    case 'self':
      if (!intended.selfSigned) return { problem: untrusted(wish) }
      return { authorities: file.pending === true ? [] : [intended] }
    case 'authority': {
      const authority = context.authority(wish.trust.name)
      return authority === undefined
        ? {
            problem: {
              code: 'CA_MISSING',
              message: `there is no certificate authority ${wish.trust.name} beside the inventory`,
              hint: `make it first\ntlsplay ca init ${wish.trust.name} -i INVENTORY`,
            },
          }
        : { authorities: [authority] }
    }
    case 'given':
      return givenAuthorities(wish.trust.path, context.view.get('certificate', { path: wish.trust.path }))
  }
}

function givenAuthorities(
  path: string,
  given: Answer<CertificateFileFact>,
): { readonly authorities: readonly CertificateFact[] } | { readonly problem: Problem } | Unknown {
  if (given instanceof Unknown) return given
  if (isAbsent(given)) return { problem: missing(path, 'copy the certificate of the authority there in an earlier task') }
  if (given.broken !== undefined) return { problem: invalid(`${path}: ${given.broken}`) }
  return { authorities: given.pending === true ? [] : given.chain }
}

function notCovered(wish: Wish, intended: CertificateFact, uncovered: readonly string[]): Problem {
  return {
    code: 'NAME_NOT_COVERED',
    message: `${wish.certificate} does not cover ${uncovered.join(', ')}, only ${listNames(intended) || 'no name at all'}`,
    hint: 'add the names to the certificate; clients written in Go do not look at the common name',
  }
}

function untrusted(wish: Wish): Problem {
  return {
    code: 'VALUE_INVALID',
    message: `${wish.certificate} is not self-signed, so it is not known what clients trust`,
    hint: 'give ca: the path of the authority on the host, or authority: its name beside the inventory',
  }
}

function missing(path: string, hint: string): Problem {
  return { code: 'CERTIFICATE_INVALID', message: `${path} does not exist on the host`, hint }
}

function invalid(message: string, hint?: string): Problem {
  return { code: 'CERTIFICATE_INVALID', message, ...(hint === undefined ? {} : { hint }) }
}
