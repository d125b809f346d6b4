import type { CertificateFact, CertificateFileFact, ListenerTarget, LogFact, Probe } from '../../model/fact.ts'
import type { AskStep, Step, StepAnswer } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'
import { type Expected, type Fault, judge } from './judge.ts'
import type { CheckDeed } from './plan.ts'
import { valuesOf } from './values.ts'
import { controllerTarget, hostTarget } from './wish.ts'

type Rounds = Generator<readonly Step[], TaskResult, readonly StepAnswer[]>

/**
 * First the host, with the certificate that is there now; then the controller, which needs the CA text that came with
 * the first answer and costs the host nothing; the log only when something is wrong.
 */
export function* applyCheck({ data }: Change<CheckDeed>): Rounds {
  const { wish, reachedBy } = data
  const own = hostTarget(wish)
  const probes: Probe[] = [
    { kind: 'certificate', target: { path: wish.certificate } },
    ...(wish.trust.kind === 'given' ? [{ kind: 'certificate', target: { path: wish.trust.path } } as const] : []),
    ...(wish.fromHost ? [{ kind: 'listener', target: own } as const] : []),
  ]
  const [first] = yield [ask(probes, wish.timeoutSeconds, (facts) => hostFaults(data, own, facts).every(({ passing }) => !passing))]
  const facts = first?.facts ?? []
  const expected = expectation(data, facts)
  if ('fault' in expected) return yield* failed(data, [expected.fault])
  const faults: Fault[] = [...hostFaults(data, own, facts)]
  const seen = [...facts.slice(-1)]
  if (wish.fromController) {
    const target = controllerTarget(wish, reachedBy, expected.authorities.map(({ pem }) => pem).join(''))
    const [second] = yield [
      ask([{ kind: 'listener', target }], wish.timeoutSeconds, ([fact]) => judge(target, fact, expected).every(({ passing }) => !passing)),
    ]
    const [fact] = second?.facts ?? []
    faults.push(...judge(target, fact, expected))
    seen.push(fact)
  }
  if (faults.length > 0) return yield* failed(data, faults)
  return { changed: false, values: valuesOf(expected.intended, seen) }
}

function ask(probes: readonly Probe[], deadlineSeconds: number, settled: AskStep['settled']): AskStep {
  return { kind: 'ask', probes, settled, deadlineSeconds }
}

function hostFaults(data: CheckDeed, own: ListenerTarget, facts: readonly unknown[]): readonly Fault[] {
  if (!data.wish.fromHost) return []
  const expected = expectation(data, facts)
  return 'fault' in expected ? [] : judge(own, facts.at(-1), expected)
}

/** What must be served, out of the files as they are now. */
function expectation({ wish, authority, now }: CheckDeed, facts: readonly unknown[]): Expected | { readonly fault: Fault } {
  const [file, given] = facts
  const [intended] = chainOf(file)
  if (intended === undefined) return { fault: { message: `${wish.certificate} holds no certificate`, passing: false } }
  const authorities = authority !== undefined ? [authority] : wish.trust.kind === 'given' ? chainOf(given) : [intended]
  // The certificate may be younger than the plan; whether it is valid at this moment is what the witnesses' own clocks say.
  return { wish, intended, authorities, now: Math.max(now, intended.notBefore) }
}

function chainOf(fact: unknown): readonly CertificateFact[] {
  return typeof fact === 'object' && fact !== null && 'chain' in fact ? (fact as CertificateFileFact).chain : []
}

function* failed({ wish }: CheckDeed, faults: readonly Fault[]): Rounds {
  const message = faults.map((fault) => fault.message).join('; ')
  if (wish.log === undefined) return { changed: false, failed: message }
  const [answer] = yield [ask([{ kind: 'log', target: wish.log }], 0, () => true)]
  const log = answer?.facts?.[0]
  const lines = typeof log === 'object' && log !== null && 'lines' in log ? (log as LogFact).lines : []
  const name = wish.log.unit ?? wish.log.file
  return {
    changed: false,
    failed: message,
    hint: lines.length === 0 ? `${name} logged nothing that could be read` : [`last lines of ${name}:`, ...lines].join('\n'),
  }
}
