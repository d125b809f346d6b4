import { type Attempts, endsLoop, isEnough } from '../compile/attempts.ts'
import type { ConditionsVerdict } from '../compile/conditions.ts'
import type { Instance } from '../compile/instantiate.ts'
import type { Task } from '../model/playbook.ts'
import type { Outcome } from './registered.ts'

/** How a task, or one item of its loop, takes its turn where it does not simply act with all others. */
export interface Turn {
  readonly attempts: Attempts | undefined
  /** before the next item of its loop */
  readonly pauseSeconds: number
  /**
   * What the nth attempt gave, as changed_when and failed_when see it, and whether another one follows. Throws Unobserved
   * when a condition reads a fact that nobody asked for yet.
   */
  tried(outcome: Outcome, attempt: number): { readonly outcome: Outcome; readonly again: boolean }
  /** whether `break_when` ends the loop behind it; throws Unobserved */
  ends(outcome: Outcome): boolean
}

type ReadyInstance = Extract<Instance, { kind: 'ready' }>

export function turnOf(task: Task, instance: ReadyInstance): Turn {
  const { attempts, pauseSeconds } = instance
  return {
    attempts,
    pauseSeconds,
    tried(outcome, attempt) {
      const { changed, failed, problems } = instance.judge(outcome)
      const [problem] = problems
      if (problem !== undefined) return { outcome: { ...outcome, changed, failed, message: problem.message }, again: false }
      const judged = { ...outcome, changed, failed }
      if (attempts === undefined) return { outcome: judged, again: false }
      const counted: Outcome = { ...judged, values: { ...judged.values, attempts: attempt } }
      const verdict = isEnough(task, counted, instance.scope)
      if (verdict.kind === 'true') return { outcome: counted, again: false }
      if (verdict.kind === 'failed') return { outcome: gaveUp(counted, verdict.problems[0]?.message ?? ''), again: false }
      if (attempt <= attempts.retries) return { outcome: counted, again: true }
      // Ansible counts the attempts that were asked for beside the first one (A.6).
      const exhausted = { ...counted, values: { ...counted.values, attempts: attempts.retries } }
      return { outcome: gaveUp(exhausted, exhaustedMessage(attempt, verdict, counted)), again: false }
    },
    ends(outcome) {
      return endsLoop(task, outcome, instance.scope).kind === 'true'
    },
  }
}

function gaveUp(outcome: Outcome, message: string): Outcome {
  return { ...outcome, failed: true, message }
}

function exhaustedMessage(attempts: number, verdict: ConditionsVerdict, { failed, message }: Outcome): string {
  const times = attempts === 1 ? 'once' : `${attempts} times`
  if (failed === true) return `tried ${times}: ${message}`
  const why = verdict.kind === 'false' ? `${verdict.because} does not hold` : verdict.kind === 'unknown' ? verdict.why : ''
  return `tried ${times}, and until: ${why}`
}
