import { TlsplayError } from '../model/problem.ts'
import type { AskStep, DeskStep, Step, StepAnswer } from '../model/step.ts'
import type { Desk } from '../ports/ports.ts'

/** What is done beside the hosts; an exchange of a host ends before it, because the tasks behind it wait. */
export function isDeskStep(step: Step): step is DeskStep {
  return step.kind === 'rest' || step.kind === 'answer' || step.kind === 'keep'
}

/** Whether no task behind it acts in the same exchange. */
export function holdsUp(step: Step): step is AskStep | DeskStep {
  return step.kind === 'ask' || isDeskStep(step)
}

export async function atDesk(step: DeskStep, desk: Desk): Promise<StepAnswer> {
  try {
    return { ok: true, stderr: '', ...(await done(step, desk)) }
  } catch (error) {
    if (error instanceof TlsplayError) return { ok: false, rc: 1, stdout: '', stderr: error.message }
    throw error
  }
}

async function done(step: DeskStep, desk: Desk): Promise<Pick<StepAnswer, 'rc' | 'stdout'>> {
  switch (step.kind) {
    case 'rest':
      await desk.rest(step.milliseconds, step.why)
      return { rc: 0, stdout: '' }
    case 'answer':
      return { rc: 0, stdout: await desk.answer(step.question, step.echo) }
    case 'keep':
      return { rc: (await desk.keep(step, step.bytes)) ? 0 : 1, stdout: '' }
  }
}
