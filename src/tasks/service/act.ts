import { quote, quoteAll } from '../../lib/sh.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { RunStep, Step, StepAnswer } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'
import { stableFunctions, stableWait } from '../../services/stable.ts'
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

export function* applyService(change: Change<Deed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const deed = change.data
  const [answer] = yield [stepOf(deed)]
  if (answer === undefined || answer.rc === 0) return { changed: true }
  const said = `${answer.stdout}\n${answer.stderr}`
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
  const [why = `exit ${answer.rc}`, ...log] = said
  const name = deed.kind === 'process' ? deed.name : deed.unit
  const failed = `${name}: ${change.action} failed: ${why}${log.length === 0 ? '' : `\n${log.map((line) => `  ${line}`).join('\n')}`}`
  return {
    changed: true,
    failed,
    hint:
      deed.kind === 'process'
        ? `look at its log\ntail -n 50 ${quote(deed.command.logFile)}`
        : `look at its log\njournalctl -u ${quote(name)} -n 50`,
  }
}

function stepOf(deed: Deed): RunStep {
  const step = { kind: 'run', mayFail: true } as const
  switch (deed.kind) {
    case 'enable':
      return { ...step, command: { argv: ['systemctl', deed.on ? 'enable' : 'disable', deed.unit] } }
    case 'unit':
      return { ...step, command: { script: unitScript(deed.unit, deed.verb, deed.wait) }, timeoutSeconds: limit(deed.wait) }
    case 'process':
      return { ...step, command: { script: processScript(deed) }, timeoutSeconds: limit(deed.wait) + Math.ceil(deed.wait.timeoutSeconds) }
    default:
      return unreachable(deed)
  }
}

function limit(wait: WaitFor): number {
  return Math.ceil(wait.timeoutSeconds + wait.stableSeconds) + graceSeconds
}

/**
 * Never blocks on systemctl: the wrapper of InfluxDB's upstream packages polls for ever when influxd dies, and its unit has
 * no start timeout in 2.x (read in its source). So the job is queued, and we wait for what we can see, with our own limit.
 */
export function unitScript(unit: string, verb: 'start' | 'restart' | 'hangup' | 'reload' | 'stop', wait: WaitFor): string {
  const name = quote(unit)
  if (verb === 'stop') return `systemctl stop ${name}`
  const log = `journalctl -u ${name} -n ${shownLogLines} -o cat --no-pager 2>/dev/null`
  const keeps = verb === 'hangup' || verb === 'reload'
  const waits = stableWait({ of: { unit, notRun: keeps ? "''" : '"$tls_old"' }, ...wait })
  return `${stableFunctions}
tls_show ${name}
tls_old=$tls_run
tls_failed() { printf '%s\\n' "$1"; ${log}; exit 1; }
${keeps ? '' : `[ "$tls_state" != failed ] || systemctl reset-failed ${name}\n`}${actOf(verb, name)} || tls_failed 'systemctl refused'
${waits} || tls_failed "$tls_why"
${keeps ? `[ "$tls_run" = "$tls_old" ] || tls_failed 'it ended on the signal and was started again'` : ':'}
`
}

function actOf(verb: 'start' | 'restart' | 'hangup' | 'reload', name: string): string {
  // --kill-whom is called --kill-who before systemd 252.
  return verb === 'hangup'
    ? `{ systemctl kill -s HUP --kill-whom=main ${name} 2>/dev/null || systemctl kill -s HUP --kill-who=main ${name}; }`
    : `systemctl ${verb} --no-block ${name}`
}

/** Stops by process id, and starts with a log file, in a session of its own, with nothing of ours left open. */
export function processScript({ verb, command, pids, wait }: Extract<Deed, { readonly kind: 'process' }>): string {
  const log = quote(command.logFile)
  const lines = [
    stableFunctions,
    `tls_exe=${quote(command.exe)}`,
    `tls_failed() { printf '%s\\n' "$1"; tail -n ${shownLogLines} ${log} 2>/dev/null; exit 1; }`,
    // A process id may have been given to another process since it was read.
    `tls_ours() { tls_alive "$1" && { [ "$(readlink "/proc/$1/exe")" = "$tls_exe" ] || tr '\\0' '\\n' <"/proc/$1/cmdline" | grep -qxF -e "$tls_exe"; }; }`,
  ]
  if (verb === 'hangup') {
    lines.push(
      `for tls_p in ${pids.join(' ')}; do`,
      '  tls_ours "$tls_p" && kill -HUP "$tls_p" || tls_failed "process $tls_p is gone"',
      `  ${stableWait({ of: { pid: '"$tls_p"' }, ...wait })} || tls_failed "$tls_why"`,
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

function startLines(command: Command & { readonly user: string }, log: string, wait: WaitFor): readonly string[] {
  const user = quote(command.user)
  // $! of a background job without job control is the program itself: setsid forks only when it leads a group already.
  const launch =
    'cd / && exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- && if command -v setsid >/dev/null 2>&1; then setsid "$@" </dev/null >>"$0" 2>&1 & else nohup "$@" </dev/null >>"$0" 2>&1 & fi; echo $!'
  return [
    // The user opens the log; root makes it only where nothing is, without following a link.
    `tls_as ${user} sh -c ': >>"$0"' ${log} 2>/dev/null || { [ ! -e ${log} ] && (set -C; : >${log}) && chown ${user} ${log}; } || tls_failed ${quote(`${command.user} cannot write ${command.logFile}`)}`,
    `tls_new=$(tls_as ${user} sh -c ${quote(launch)} ${log} ${quoteAll(command.argv)}) || tls_failed 'it could not be started'`,
    `${stableWait({ of: { pid: '"$tls_new"' }, ...wait })} || tls_failed "$tls_why"`,
  ]
}
