import type { CommandTarget, Invalidation, Probe } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { refused, unsettled } from '../host-file.ts'
import { isBelow, tidyPath } from '../paths.ts'
import { quoteAll } from '../sh.ts'

/** What decides whether a program runs. */
export interface Guards {
  readonly creates?: string | undefined
  readonly removes?: string | undefined
  readonly unless?: readonly string[] | undefined
  readonly onlyif?: readonly string[] | undefined
}

export function guardQuestions(paths: readonly (string | undefined)[]): readonly Probe[] {
  return paths.flatMap((path): Probe[] => (path === undefined ? [] : [{ kind: 'file', target: { path: tidyPath(path) } }]))
}

/** The decision when there is nothing to run, or nothing can be said yet; undefined when it runs. */
export function guarded(type: string, guards: Guards, chdir: string | undefined, context: PlanContext): Decision<never> | undefined {
  return pathGuard(guards, context) ?? commandGuard(type, guards, chdir, context)
}

function pathGuard({ creates, removes }: Guards, context: PlanContext): Decision<never> | undefined {
  for (const [path, wantedThere] of [
    [creates, false],
    [removes, true],
  ] as const) {
    if (path === undefined) continue
    const fact = context.view.get('file', { path: tidyPath(path) })
    if (fact instanceof Unknown) return unsettled(context, path, fact)
    if (!isAbsent(fact) !== wantedThere) return needlessBecause(wantedThere ? `${path} does not exist` : `${path} exists`)
  }
  return undefined
}

/** What these commands read is not known, so after a change they are only asked again once it is made. */
function commandGuard(type: string, guards: Guards, chdir: string | undefined, context: PlanContext): Decision<never> | undefined {
  for (const [name, wantedSuccess] of [
    ['unless', false],
    ['onlyif', true],
  ] as const) {
    const argv = guards[name]
    if (argv === undefined) continue
    if (context.dirty) return waiting(`${name} is asked once the earlier tasks have acted`)
    const fact = context.view.get('command', commandTarget(argv, chdir, context.user))
    if (fact instanceof Unknown || isAbsent(fact)) return refused(noAnswer(type, name, fact))
    if ((fact.rc === 0) !== wantedSuccess)
      return needlessBecause(`${name}: ${quoteAll(argv)} ${fact.rc === 0 ? 'succeeds' : `ends with ${fact.rc}`}`)
  }
  return undefined
}

export function commandTarget(argv: readonly string[], chdir: string | undefined, user: string): CommandTarget {
  return { argv, ...(user === 'root' ? {} : { as: user }), ...(chdir === undefined ? {} : { chdir }) }
}

export function noAnswer(type: string, what: string, fact: unknown): Problem {
  return { code: 'TASK_FAILED', message: `${type}: ${what} gave no answer: ${fact instanceof Unknown ? fact.why : 'nothing'}` }
}

export function needlessBecause(reason: string): Decision<never> {
  return { changes: [], predicts: [], reason, result: { rc: 0, stdout: '', stderr: '', stdout_lines: [], stderr_lines: [] } }
}

export function waiting(why: string): Decision<never> {
  return { changes: [], predicts: [], reason: why, later: why }
}

export function guardReason({ creates, removes, unless, onlyif }: Guards): string {
  const reasons = [
    creates === undefined ? undefined : `${creates} does not exist`,
    removes === undefined ? undefined : `${removes} exists`,
    unless === undefined ? undefined : 'unless fails',
    onlyif === undefined ? undefined : 'onlyif succeeds',
  ].filter((reason) => reason !== undefined)
  return reasons.length === 0 ? 'runs each time' : reasons.join(', ')
}

/** The paths it says it makes or removes, and what is below them, are not known until it has run. */
export function touched({ creates, removes }: Guards): readonly Invalidation[] {
  const paths = [creates, removes].filter((path) => path !== undefined).map(tidyPath)
  if (paths.length === 0) return []
  const where = (target: { readonly path: string }) =>
    paths.some((path) => tidyPath(target.path) === path || isBelow(tidyPath(target.path), path))
  return (['file', 'content', 'digest', 'certificate', 'key'] as const).map((kind) => ({
    kind,
    why: 'a command of an earlier task makes or removes it',
    where,
  }))
}
