import { isAbsent } from '../../model/fact.ts'
import type { Decision, PlanContext } from '../../model/task-type.ts'
import { revealText, Secret, type Text, Unknown, type Value } from '../../model/value.ts'
import { locate, refused } from '../host-file.ts'
import { withTimeLimit } from '../time-limit.ts'
import type { Deed } from './deed.ts'
import { commandTarget, type Guards, guarded, guardReason, noAnswer, touched, waiting } from './guards.ts'
import { answered } from './result.ts'

/** A program that a task runs, or only asks when it says what it reads. */
export interface ProgramWish extends Guards {
  /** the task type */
  readonly type: string
  readonly argv: readonly string[]
  /** what `register` keeps under `cmd` */
  readonly cmd: Value
  /** the line as a plan shows it */
  readonly line: string
  /** what a failure is called by */
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly chdir: string | undefined
  readonly stdin: Text | undefined
  readonly timeout: number | undefined
  readonly reads: true | readonly string[] | undefined
  readonly warnings: readonly string[]
}

export function planProgram(wish: ProgramWish, context: PlanContext): Decision<Deed> {
  const needless = guarded(wish.type, wish, wish.chdir, context)
  if (needless !== undefined) return needless
  if (wish.reads !== undefined) return asked(wish, wish.reads, context)
  const { argv, env, chdir, stdin, timeout, cmd, name } = wish
  const run = {
    command: { argv },
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(context.user === 'root' ? {} : { as: context.user }),
    ...(chdir === undefined ? {} : { chdir }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
  }
  return named(wish, { run, cmd, name })
}

/** In a plan it only says what it would run. */
export function named(wish: Guards & Pick<ProgramWish, 'line' | 'cmd' | 'warnings'>, deed: Deed): Decision<Deed> {
  const unknown = new Unknown('the command has not run yet')
  const keys: readonly string[] = ['rc', 'stdout', 'stderr', 'stdout_lines', 'stderr_lines']
  const reason = guardReason(wish)
  return {
    changes: [{ action: 'run', target: wish.line, summary: `run ${wish.line}`, diffs: [], reason, data: deed }],
    predicts: [],
    invalidates: touched(wish),
    reason,
    result: { cmd: wish.cmd, ...Object.fromEntries(keys.map((key): [string, Value] => [key, unknown])) },
    warnings: wish.warnings,
  }
}

/** A command that only reads answers in the plan, unless something before it changes what it reads. */
function asked(wish: ProgramWish, reads: true | readonly string[], context: PlanContext): Decision<Deed> {
  const { type, argv, env, stdin, timeout, chdir, name, warnings } = wish
  if (stdin instanceof Secret) {
    return refused({
      code: 'SECRET_EXPOSED',
      message: `${type}: stdin of a command that is asked while planning cannot be secret`,
      hint: 'leave out reads, then it runs once and gets its stdin over the wire',
    })
  }
  const changing = context.dirty ? (reads === true ? 'anything' : reads.find((path) => mayChange(path, context))) : undefined
  if (changing !== undefined) return waiting(`reads ${changing}, which earlier tasks change`)
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  const limited = timeout === undefined ? argv : ['timeout', String(timeout), ...argv]
  const withEnv = variables.length === 0 ? limited : ['env', ...variables, ...limited]
  const fed =
    stdin === undefined ? withEnv : ['sh', '-c', 'tls_in=$1; shift; printf %s "$tls_in" | "$@"', 'sh', revealText(stdin), ...withEnv]
  const fact = context.view.get('command', commandTarget(fed, chdir, context.user))
  if (fact instanceof Unknown || isAbsent(fact)) return refused(noAnswer(type, name, fact))
  const { values, failed: ending } = answered(wish, fact)
  const failed = ending && withTimeLimit(ending, fact.rc, timeout)
  return {
    changes: [],
    predicts: [],
    reason: failed ?? `${name} answered`,
    result: values,
    ...(failed === undefined ? {} : { failed }),
    warnings,
  }
}

/** Only a file that is there, and that no earlier task writes, is surely read as it is now. */
function mayChange(path: string, context: PlanContext): boolean {
  const { fact } = locate(path, context.view)
  return fact instanceof Unknown || isAbsent(fact) || fact.type !== 'file' || fact.mtime === Number.POSITIVE_INFINITY
}
