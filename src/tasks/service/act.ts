import { prelude } from '../../lib/prelude.ts'
import { quote, quoteAll } from '../../lib/sh.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { RunStep, Step, StepAnswer } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'
import { recallStarted, type Started, stableFunctions, startedOf, tellStarted } from '../../services/stable.ts'
import type { Command } from './wish.ts'

/** What one change of this task does on the host. */
export type Deed =
  | {
      readonly kind: 'unit'
      readonly verb: 'start' | 'restart' | 'hangup' | 'reload' | 'stop'
      readonly unit: string
      readonly wait: WaitFor
    }
  | { readonly kind: 'enable'; readonly unit: string; readonly on: boolean }
  | {
      readonly kind: 'process'
      readonly verb: 'start' | 'restart' | 'hangup' | 'stop'
      readonly name: string
      readonly command: Command & { readonly user: string }
      readonly pids: readonly number[]
      readonly wait: WaitFor
    }

export interface WaitFor {
  readonly stableSeconds: number
  readonly timeoutSeconds: number
  readonly port: number | undefined
}

const shownLogLines = 20
/** time for stopping, for the log and for a slow host, on top of what the waits allow */
const graceSeconds = 30

/** What was started is judged by a look of its own, so that its stable time can pass while tasks behind it ask. */
export function* applyService(change: Change<Deed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const deed = change.data
  const [act] = yield [stepOf(deed)]
  const said = act === undefined || act.rc !== 0 ? act : yield* lookAgain(deed, act)
  return said === undefined || said.rc === 0 ? { changed: true } : failure(change, said)
}

function* lookAgain(deed: Deed, act: StepAnswer): Generator<readonly Step[], StepAnswer | undefined, readonly StepAnswer[]> {
  if (!isStart(deed)) return act
  const started = startedOf(act.stdout)
  if (started === undefined) return { ...act, rc: 1, stdout: `what it printed of its start cannot be read\n${act.stdout}` }
  const look = deed.kind === 'unit' ? unitLook(deed.unit, deed.verb, deed.wait, started) : processLook(deed, started)
  const bound = deed.kind === 'unit' ? {} : { timeoutSeconds: limit(deed.wait) }
  const [answer] = yield [{ kind: 'run', command: { script: look }, mayFail: true, ...bound, look: { stableMs: stableMs(deed.wait) } }]
  return answer
}

function failure({ action, data: deed }: Change<Deed>, answer: StepAnswer): TaskResult {
  const said = `${answer.stdout}\n${answer.stderr}`
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
  const [why = `exit ${answer.rc}`, ...log] = said
  const name = deed.kind === 'process' ? deed.name : deed.unit
  return {
    changed: true,
    failed: `${name}: ${action} failed: ${why}${log.length === 0 ? '' : `\n${log.map((line) => `  ${line}`).join('\n')}`}`,
    hint:
      deed.kind === 'process'
        ? `look at its log\ntail -n 50 ${quote(deed.command.logFile)}`
        : `look at its log\njournalctl -u ${quote(name)} -n 50`,
  }
}

type Start = Exclude<Deed, { readonly kind: 'enable' }>

/** Whether something runs afterwards that has to be looked at again. */
function isStart(deed: Deed): deed is Start {
  return deed.kind !== 'enable' && deed.verb !== 'stop' && !(deed.kind === 'process' && deed.verb === 'hangup')
}

function stepOf(deed: Deed): RunStep {
  const step = { kind: 'run', mayFail: true, lookFollows: isStart(deed) } as const
  switch (deed.kind) {
    case 'enable':
      return {
        ...{ ...step, command: { argv: ['systemctl', deed.on ? 'enable' : 'disable', deed.unit] } },
        undo: `systemctl ${deed.on ? 'disable' : 'enable'} ${quote(deed.unit)}`,
      }
    case 'unit':
      return {
        ...{ ...step, command: { script: unitScript(deed.unit, deed.verb, deed.wait) } },
        ...(deed.verb === 'stop' ? { timeoutSeconds: limit(deed.wait) } : {}),
        undo: unitUndo(deed.unit, deed.verb),
      }
    case 'process':
      return {
        ...step,
        command: { script: processScript(deed) },
        timeoutSeconds: limit(deed.wait) + Math.ceil(deed.wait.timeoutSeconds),
        undo: processUndo(deed),
      }
    default:
      return unreachable(deed)
  }
}

function limit(wait: WaitFor): number {
  return Math.ceil(wait.timeoutSeconds + wait.stableSeconds) + graceSeconds
}

/**
 * Never blocks on systemctl: the wrapper of InfluxDB's upstream packages polls for ever when influxd dies, and its unit has
 * no start timeout in 2.x (read in its source). So the job is queued, and we wait for what we can see, with our own limit; nothing is left
 * for `timeout` to end, which would cost a process, and a sh of its own, for each restart. Only a stop is waited for by systemctl itself.
 */
export function unitScript(unit: string, verb: UnitVerb, wait: WaitFor): string {
  const name = quote(unit)
  if (verb === 'stop') return `systemctl stop ${name}`
  const keeps = keepsRunning(verb)
  return `${stableFunctions}
tls_show ${name}
tls_old=$tls_run
${unitFailed(name)}
${keeps ? '' : `[ "$tls_state" != failed ] || systemctl reset-failed ${name}\n`}${actOf(verb, name)} || tls_failed 'systemctl refused'
tls_until ${Math.ceil(wait.timeoutSeconds)}
tls_up_unit ${name} ${keeps ? "''" : '"$tls_old"'} ${portWord(wait)} || tls_failed "$tls_why"
${tellStarted('"$tls_old"')}
`
}

/**
 * Brings a unit back once its files are as they were. A unit that broke has used up its starts, and is refused the next one until
 * that is reset (measured: reliability facts, F8). It has the last word whether it is up, after a moment in which it may still end.
 */
export function unitUndo(unit: string, verb: UnitVerb): string {
  const name = quote(unit)
  const up = `sleep 1; systemctl is-active --quiet ${name}`
  const restart = `systemctl reset-failed ${name} 2>/dev/null; timeout 60 systemctl restart ${name}; ${up}`
  switch (verb) {
    case 'start':
      return `timeout 60 systemctl stop ${name}; systemctl reset-failed ${name} 2>/dev/null; :`
    case 'stop':
      return `timeout 60 systemctl start ${name}; ${up}`
    case 'restart':
      return restart
    case 'hangup':
    case 'reload':
      return `if systemctl is-active --quiet ${name}; then ${verb === 'hangup' ? hangup(name) : `systemctl reload ${name}`}; ${up}; else ${restart}; fi`
    default:
      return unreachable(verb)
  }
}

/** Whether the unit stays up; it says so when only a later start of it did. */
export function unitLook(unit: string, verb: UnitVerb, wait: WaitFor, started: Started): string {
  const name = quote(unit)
  const keeps = keepsRunning(verb)
  const [stable, limit] = [stableMs(wait), Math.ceil(wait.timeoutSeconds)]
  const again = `tls_wait_unit ${name} ${keeps ? "''" : quote(started.before)} ${stable} ${limit} ${portWord(wait)} && echo 'started again'`
  return `${stableFunctions}
${unitFailed(name)}
${recallStarted(started)}
tls_kept_unit ${name} ${stable} || { ${again}; } || tls_failed "$tls_why"
${keeps ? `[ "$tls_run" = ${quote(started.before)} ] || tls_failed 'it ended on the signal and was started again'` : ':'}
`
}

export type UnitVerb = Extract<Deed, { readonly kind: 'unit' }>['verb']

function keepsRunning(verb: UnitVerb): boolean {
  return verb === 'hangup' || verb === 'reload'
}

function unitFailed(name: string): string {
  return `tls_failed() { printf '%s\\n' "$1"; journalctl -u ${name} -n ${shownLogLines} -o cat --no-pager 2>/dev/null; exit 1; }`
}

function portWord({ port }: WaitFor): string {
  return port === undefined ? "''" : String(port)
}

function stableMs({ stableSeconds }: WaitFor): number {
  return Math.round(stableSeconds * 1000)
}

/** --kill-whom is called --kill-who before systemd 252. */
function hangup(name: string): string {
  return `{ systemctl kill -s HUP --kill-whom=main ${name} 2>/dev/null || systemctl kill -s HUP --kill-who=main ${name}; }`
}

function actOf(verb: 'start' | 'restart' | 'hangup' | 'reload', name: string): string {
  return verb === 'hangup' ? hangup(name) : `systemctl ${verb} --no-block ${name}`
}

/** Stops by process id, and starts with a log file, in a session of its own, with nothing of ours left open. */
export function processScript({ verb, command, pids, wait }: Extract<Deed, { readonly kind: 'process' }>): string {
  const log = quote(command.logFile)
  const lines = [
    stableFunctions,
    `tls_exe=${quote(command.exe)}`,
    processFailed(log),
    // A process id may have been given to another process since it was read.
    `tls_ours() { tls_alive "$1" && { [ "$(readlink "/proc/$1/exe")" = "$tls_exe" ] || tr '\\0' '\\n' <"/proc/$1/cmdline" | grep -qxF -e "$tls_exe"; }; }`,
  ]
  if (verb === 'hangup') {
    lines.push(
      `for tls_p in ${pids.join(' ')}; do`,
      '  tls_ours "$tls_p" && kill -HUP "$tls_p" || tls_failed "process $tls_p is gone"',
      `  tls_until ${Math.ceil(wait.timeoutSeconds)}`,
      `  tls_up_pid "$tls_p" ${portWord(wait)} && tls_kept_pid ${stableMs(wait)} || tls_failed "$tls_why"`,
      'done',
    )
    return `${lines.join('\n')}\n`
  }
  if (pids.length > 0) {
    lines.push(
      `for tls_p in ${pids.join(' ')}; do`,
      '  tls_ours "$tls_p" || continue',
      `  kill -${command.stopSignal} "$tls_p" || tls_failed "process $tls_p cannot be signalled"`,
      `  tls_now; tls_limit=$((tls_cs + ${Math.ceil(wait.timeoutSeconds)} * 100))`,
      '  while tls_alive "$tls_p"; do',
      '    tls_now',
      `    [ "$tls_cs" -lt "$tls_limit" ] || tls_failed "process $tls_p did not end on ${command.stopSignal}"`,
      '    tls_nap',
      '  done',
      'done',
    )
  }
  if (verb !== 'stop') lines.push(...startLines(command, log, wait))
  return `${lines.join('\n')}\n`
}

/** Ends every process of this program and, if one ran before, starts it anew: it then reads the files as they were. */
export function processUndo(deed: Extract<Deed, { readonly kind: 'process' }>): string {
  const { command, pids, wait } = deed
  const exe = quote(command.exe)
  const end = `for tls_d in /proc/[0-9]*; do
  if [ "$(readlink "$tls_d/exe")" = ${exe} ] || tr '\\0' '\\n' <"$tls_d/cmdline" | head -n 2 | grep -qxF -e ${exe}; then
    kill -${command.stopSignal} "\${tls_d##*/}"
    tls_z=0; while [ -d "$tls_d" ] && [ $tls_z -lt ${Math.ceil(wait.timeoutSeconds)} ]; do sleep 1; tls_z=$((tls_z + 1)); done
  fi
done 2>/dev/null`
  const start = pids.length === 0 ? '' : processScript({ ...deed, verb: 'start', pids: [] })
  return `${prelude}\n${end}\n${start}`
}

/** Whether the process stays up. */
export function processLook({ command, wait }: Extract<Deed, { readonly kind: 'process' }>, started: Started): string {
  return `${stableFunctions}
${processFailed(quote(command.logFile))}
${recallStarted(started)}
tls_kept_pid ${stableMs(wait)} || tls_failed "$tls_why"
`
}

function processFailed(log: string): string {
  return `tls_failed() { printf '%s\\n' "$1"; tail -n ${shownLogLines} ${log} 2>/dev/null; exit 1; }`
}

function startLines(command: Command & { readonly user: string }, log: string, wait: WaitFor): readonly string[] {
  const user = quote(command.user)
  // $! of a background job without job control is the program itself: setsid forks only when it leads a group already.
  const launch =
    'cd / && exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- && if command -v setsid >/dev/null 2>&1; then setsid "$@" </dev/null >>"$0" 2>&1 & else nohup "$@" </dev/null >>"$0" 2>&1 & fi; echo $!'
  return [
    // The user opens the log; root makes it only where nothing is, without following a link.
    `tls_as ${user} sh -c ': >>"$0"' ${log} 2>/dev/null || { [ ! -e ${log} ] && (set -C; : >${log}) && chown ${user} ${log}; } || tls_failed ${quote(`${command.user} cannot write ${command.logFile}`)}`,
    `tls_new=$(tls_as ${user} sh -c ${quote(launch)} ${log} ${quoteAll(command.argv)}) || tls_failed 'it could not be started'`,
    `tls_until ${Math.ceil(wait.timeoutSeconds)}`,
    `tls_up_pid "$tls_new" ${portWord(wait)} || tls_failed "$tls_why"`,
    tellStarted("''"),
  ]
}
