import { locate, refused, unsettled } from '../../lib/host-file.ts'
import { isBelow, tidyPath } from '../../lib/paths.ts'
import { quoteAll } from '../../lib/sh.ts'
import type { CommandTarget, Invalidation, Probe } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import { type Decision, defineTaskType, type PlanContext } from '../../model/task-type.ts'
import { revealText, Secret, Unknown, type Value } from '../../model/value.ts'
import { type Deed, deedOf, runDeed } from './deed.ts'
import { answered } from './result.ts'
import type { CommandParams } from './schema.ts'
import { commandOf, environmentOf, shellWarnings, wordsOf } from './words.ts'

/** Runs a program. What decides whether it runs is asked while planning; what it does is not known. */
export const command = defineTaskType<CommandParams, Deed>({
  name: 'command',
  summary: 'runs a program',
  knowledge: 'named',
  aliases: ['ansible.builtin.command'],
  shorthand: 'cmd',
  *observe({ creates, removes, reads }) {
    const paths = [creates, removes, ...(reads === undefined || reads === true ? [] : reads)].filter((path) => path !== undefined)
    if (paths.length > 0) yield paths.map((path): Probe => ({ kind: 'file', target: { path: tidyPath(path) } }))
  },
  plan(params, context) {
    const words = commandOf(params)
    const environment = environmentOf(params)
    if ('problem' in words) return refused(words.problem)
    if ('problem' in environment) return refused(environment.problem)
    const needless = pathGuard(params, context) ?? commandGuard(params, context)
    if (needless !== undefined) return needless
    const { argv } = words
    const { env } = environment
    if (params.reads !== undefined) return asked(params, argv, env, context)

    const line = quoteAll(argv)
    const unknown = new Unknown('the command has not run yet')
    const keys: readonly string[] = ['rc', 'stdout', 'stderr', 'stdout_lines', 'stderr_lines']
    return {
      changes: [
        {
          action: 'run',
          target: line,
          summary: `run ${line}`,
          diffs: [],
          reason: reasonOf(params),
          data: deedOf(params, argv, env, context.user),
        },
      ],
      predicts: [],
      invalidates: touched(params),
      reason: reasonOf(params),
      result: { cmd: argv, ...Object.fromEntries(keys.map((key): [string, Value] => [key, unknown])) },
      warnings: shellWarnings(params, argv),
    }
  },
  apply: runDeed,
})

function pathGuard({ creates, removes }: CommandParams, context: PlanContext): Decision<Deed> | undefined {
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
function commandGuard(params: CommandParams, context: PlanContext): Decision<Deed> | undefined {
  for (const [name, wantedSuccess] of [
    ['unless', false],
    ['onlyif', true],
  ] as const) {
    const guard = params[name]
    if (guard === undefined) continue
    const words = wordsOf(name, guard)
    if ('problem' in words) return refused(words.problem)
    if (context.dirty) return waiting(`${name} is asked once the earlier tasks have acted`)
    const fact = context.view.get('command', targetOf(words.argv, params, context.user))
    if (fact instanceof Unknown || isAbsent(fact))
      return refused({ code: 'TASK_FAILED', message: `command: ${name} gave no answer: ${fact instanceof Unknown ? fact.why : 'nothing'}` })
    if ((fact.rc === 0) !== wantedSuccess)
      return needlessBecause(`${name}: ${quoteAll(words.argv)} ${fact.rc === 0 ? 'succeeds' : `ends with ${fact.rc}`}`)
  }
  return undefined
}

/** A command that only reads answers in the plan, unless something before it changes what it reads. */
function asked(
  params: CommandParams,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  context: PlanContext,
): Decision<Deed> {
  if (params.stdin instanceof Secret) {
    return refused({
      code: 'SECRET_EXPOSED',
      message: 'command: stdin of a command that is asked while planning cannot be secret',
      hint: 'leave out reads, then it runs once and gets its stdin over the wire',
    })
  }
  const changing = context.dirty
    ? params.reads === true
      ? 'anything'
      : (params.reads ?? []).find((path) => mayChange(path, context))
    : undefined
  if (changing !== undefined) return waiting(`reads ${changing}, which earlier tasks change`)
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const limited = params.timeout === undefined ? argv : ['timeout', String(params.timeout), ...argv]
  const withEnv = variables.length === 0 ? limited : ['env', ...variables, ...limited]
  const fed =
    params.stdin === undefined
      ? withEnv
      : ['sh', '-c', 'tls_in=$1; shift; printf %s "$tls_in" | "$@"', 'sh', revealText(params.stdin), ...withEnv]
  const fact = context.view.get('command', targetOf(fed, params, context.user))
  if (fact instanceof Unknown || isAbsent(fact))
    return refused({
      code: 'TASK_FAILED',
      message: `command: ${argv[0]} gave no answer: ${fact instanceof Unknown ? fact.why : 'nothing'}`,
    })
  const { values, failed } = answered(argv, fact)
  return {
    changes: [],
    predicts: [],
    reason: failed ?? `${argv[0]} answered`,
    result: values,
    ...(failed === undefined ? {} : { failed }),
    warnings: shellWarnings(params, argv),
  }
}

/** Only a file that is there, and that no earlier task writes, is surely read as it is now. */
function mayChange(path: string, context: PlanContext): boolean {
  const { fact } = locate(path, context.view)
  return fact instanceof Unknown || isAbsent(fact) || fact.type !== 'file' || fact.mtime === Number.POSITIVE_INFINITY
}

function targetOf(argv: readonly string[], { chdir }: CommandParams, user: string): CommandTarget {
  return { argv, ...(user === 'root' ? {} : { as: user }), ...(chdir === undefined ? {} : { chdir }) }
}

function needlessBecause(reason: string): Decision<never> {
  return { changes: [], predicts: [], reason, result: { rc: 0, stdout: '', stderr: '', stdout_lines: [], stderr_lines: [] } }
}

function waiting(why: string): Decision<never> {
  return { changes: [], predicts: [], reason: why, later: why }
}

function reasonOf({ creates, removes, unless, onlyif }: CommandParams): string {
  const reasons = [
    creates === undefined ? undefined : `${creates} does not exist`,
    removes === undefined ? undefined : `${removes} exists`,
    unless === undefined ? undefined : 'unless fails',
    onlyif === undefined ? undefined : 'onlyif succeeds',
  ].filter((reason) => reason !== undefined)
  return reasons.length === 0 ? 'runs each time' : reasons.join(', ')
}

/** The paths it says it makes or removes, and what is below them, are not known until it has run. */
function touched({ creates, removes }: CommandParams): readonly Invalidation[] {
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
