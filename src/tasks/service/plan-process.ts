import { refused, unsettled } from '../../lib/host-file.ts'
import { isAbsent, type Prediction, type ProcessFact } from '../../model/fact.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { productOf } from '../../services/index.ts'
import type { Deed } from './act.ts'
import { needsOfCertificate, needsOfSettings, together, versionOf } from './needs.ts'
import { invalidations } from './plan-unit.ts'
import { preflight, readerOf } from './preflight.ts'
import type { Command, Wish } from './wish.ts'

type OwnCommand = Command & { readonly user: string }
type Verb = 'nothing' | 'start' | 'restart' | 'hangup' | 'stop'

/** A process that nobody but a command line starts: found by its program, compared word by word. */
export function planProcess(wish: Wish, asked: Command, context: PlanContext): Decision<Deed> {
  const command: OwnCommand = { ...asked, user: asked.user ?? context.user }
  if (wish.enabled !== undefined)
    return refused({
      code: 'SETTING_ILLEGAL',
      message: `${wish.name}: a process without a unit cannot be enabled`,
      hint: 'remove enabled, or write a unit for it',
    })
  const found = context.view.get('process', { exe: command.exe })
  if (found instanceof Unknown) return unsettled(context, command.exe, found)
  const running = isAbsent(found) ? [] : found.processes
  const own = running.filter((one) => sameWords(one, command))
  const [current, other] = own.length > 0 ? own : running
  if (own.length === 0 && other !== undefined) {
    return refused({
      code: 'UNIT_UNKNOWN',
      message: `${running.length} processes run ${command.exe} and none has the wanted command line, so which one to replace cannot be told`,
      hint: `end the one that shall be replaced, pid ${running.map((one) => one.pid).join(' or ')}`,
    })
  }
  const reader = readerOf({ user: command.user, group: '', supplementaryGroups: [], dynamicUser: false }, wish.name, context)
  if (reader.kind === 'problem') return refused(reader.problem)
  const product = wish.product ?? productOf(command.exe)
  const version = () => versionOf(product, command.exe, command.user, context)
  const wanted = reader.kind === 'reader' ? reader.reader.uid : undefined
  const { verb, reason } = decide(wish, command, current, wanted, () =>
    together([
      needsOfSettings(wish.settingsFiles, current?.startedAt ?? 0, context),
      ...(wish.serves === undefined ? [] : [needsOfCertificate(wish.serves, product, version, context)]),
    ]),
  )
  const checked =
    reader.kind === 'reader' ? preflight(wish, reader.reader, undefined, product, version, context) : { problems: [], warnings: [] }
  const result = { name: wish.name, state: wish.state === 'stopped' ? 'stopped' : 'started' }
  const unconditional = wish.state === 'restarted' || wish.state === 'reloaded' ? { unconditional: true } : {}
  if (verb === 'nothing') return { changes: [], predicts: [], reason, result, ...checked, ...unconditional }
  return {
    changes: [changeOf(wish, command, current, verb, reason)],
    predicts: [predicted(command, current, verb, wanted)],
    invalidates: invalidations(wish),
    reason,
    result,
    ...checked,
    ...unconditional,
  }
}

function decide(
  wish: Wish,
  command: OwnCommand,
  current: ProcessFact | undefined,
  uid: number | undefined,
  needs: () => ReturnType<typeof together>,
): { readonly verb: Verb; readonly reason: string } {
  const is = current === undefined ? `${command.exe} does not run` : `${command.exe} runs as process ${current.pid}`
  switch (wish.state) {
    case 'stopped':
      return { verb: current === undefined ? 'nothing' : 'stop', reason: is }
    case 'restarted':
      return { verb: current === undefined ? 'start' : 'restart', reason: 'a restart was asked for' }
    case 'started':
      return { verb: current === undefined ? 'start' : 'nothing', reason: is }
    case 'reloaded':
      return current === undefined ? { verb: 'start', reason: is } : { verb: 'hangup', reason: 'a reload was asked for' }
    case 'applied': {
      if (current === undefined) return { verb: 'start', reason: is }
      if (!sameWords(current, command))
        return {
          verb: 'restart',
          reason: `process ${current.pid} runs with other words: ${argumentsOf(current.argv, command.exe).join(' ')}`,
        }
      if (uid !== undefined && current.uid !== uid)
        return { verb: 'restart', reason: `process ${current.pid} does not run as ${command.user}` }
      const { verb, reasons } = needs()
      return { verb, reason: verb === 'nothing' ? [is, ...reasons].join('; ') : reasons.join('; ') }
    }
  }
}

/** The words after the program; an interpreter before a script does not count. */
function argumentsOf(argv: readonly string[], exe: string): readonly string[] {
  return argv.slice(argv[1] === exe ? 2 : 1)
}

function sameWords(current: ProcessFact, command: Command): boolean {
  const now = argumentsOf(current.argv, command.exe)
  const wanted = argumentsOf(command.argv, command.exe)
  return now.length === wanted.length && now.every((word, index) => word === wanted[index])
}

function changeOf(
  wish: Wish,
  command: OwnCommand,
  current: ProcessFact | undefined,
  verb: Exclude<Verb, 'nothing'>,
  reason: string,
): Change<Deed> {
  const before = current?.argv.join(' ')
  const after = verb === 'stop' ? undefined : command.argv.join(' ')
  return {
    action: verb === 'hangup' ? 'reload' : verb,
    target: wish.name,
    summary: verb === 'hangup' ? `have ${wish.name} read its certificate and settings again` : `${verb} ${wish.name}`,
    diffs: before === after || verb === 'hangup' ? [] : [{ kind: 'fields', fields: [{ name: 'command', before, after }] }],
    reason,
    data: {
      kind: 'process',
      verb,
      name: wish.name,
      command,
      pids: current === undefined ? [] : [current.pid],
      wait: { stableSeconds: wish.stableSeconds, timeoutSeconds: wish.timeoutSeconds, port: wish.serves?.port },
    },
  }
}

function predicted(command: OwnCommand, current: ProcessFact | undefined, verb: Verb, uid: number | undefined): Prediction {
  const target = { exe: command.exe }
  if (verb === 'stop') return { kind: 'process', target, fact: { kind: 'absent' } }
  if (verb === 'hangup' && current !== undefined) return { kind: 'process', target, fact: { processes: [current] } }
  return {
    kind: 'process',
    target,
    fact: { processes: [{ pid: 0, argv: command.argv, uid: uid ?? current?.uid ?? 0, startedAt: Number.POSITIVE_INFINITY }] },
  }
}
