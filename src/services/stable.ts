import { quote } from '../lib/sh.ts'

/**
 * Functions that wait, on the host, until a service is up, and that it stays up: a wait for a condition in steps of 0.1 s,
 * or of 1 s where sleep takes whole seconds only. Between the first and the last look nothing but /proc is read, because
 * each `systemctl show` costs the host as much as a hundred of these looks. Not /proc/PID/exe: in a container root may not
 * read it for the processes of others (seen under Docker, which takes CAP_SYS_PTRACE away).
 *
 * tls_show UNIT             what systemd says of it; tls_run names the run of its process
 * tls_starved               sets tls_why where systemd saw that the kernel ended it for want of memory (systemd.service(5), OOMPolicy=)
 * tls_until LIMIT           sets the deadline of what follows, in seconds from now
 * tls_up_unit UNIT OLD PORT 0 when UNIT runs as another run than OLD ('' = whichever) and PORT ('' = none) is listened on;
 *                           tls_pid, tls_count, tls_run say as what, tls_since since when it was seen to run
 * tls_up_pid PID PORT       the same for a process of our own
 * tls_kept_unit UNIT STABLE 0 when STABLE ms after tls_since it still is the same run
 * tls_kept_pid STABLE       the same for a process of our own
 * tls_wait_unit UNIT OLD STABLE LIMIT PORT   up, and kept; up to the deadline a run that ended early may be followed by a better one
 *
 * Each answers 1 otherwise, with the reason in tls_why.
 */
export const stableFunctions = `
tls_now() {
  if { read -r tls_up tls_rest </proc/uptime; } 2>/dev/null; then tls_cs=1${'$'}{tls_up#*.}; tls_cs=$((${'$'}{tls_up%.*} * 100 + tls_cs - 100))
  else tls_cs=$(($(date +%s) * 100)); fi
}
tls_nap() { sleep 0.1 2>/dev/null || sleep 1; }
tls_until() { tls_now; tls_limit=$((tls_cs + $1 * 100)); tls_for=$1; tls_why=; }
tls_over() { tls_now; [ "$tls_cs" -ge "$tls_limit" ]; }
tls_alive() {
  [ "$1" != 0 ] || return 0
  [ -d /proc/self ] || { kill -0 "$1" 2>/dev/null; return; }
  { read -r tls_line </proc/"$1"/stat; } 2>/dev/null || return 1
  case ${'$'}{tls_line##*) } in Z* | X*) return 1 ;; esac
}
tls_listens() {
  [ -n "$1" ] && [ -r /proc/net/tcp ] || return 0
  grep -q ":$(printf '%04X' "$1") [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
tls_show() {
  tls_state= tls_sub= tls_pid=0 tls_count=0 tls_run= tls_result=
  while IFS='=' read -r tls_key tls_value; do
    case $tls_key in
      ActiveState) tls_state=$tls_value ;;
      SubState) tls_sub=$tls_value ;;
      MainPID) tls_pid=$tls_value ;;
      NRestarts) tls_count=$tls_value ;;
      Result) tls_result=$tls_value ;;
      InvocationID | ExecMainStartTimestampMonotonic) tls_run=$tls_run.$tls_value ;;
    esac
  done <<TLS_SHOWN
$(systemctl show -p ActiveState -p SubState -p MainPID -p NRestarts -p Result -p InvocationID -p ExecMainStartTimestampMonotonic "$1" 2>/dev/null)
TLS_SHOWN
}
tls_up_pid() {
  tls_now; tls_pid=$1 tls_since=$tls_cs
  while tls_alive "$1"; do
    tls_listens "$2" && return 0
    ! tls_over || { tls_why="nothing listens on port $2"; return 1; }
    tls_nap
  done
  tls_why='its process ended soon after the start'
  return 1
}
tls_starved() {
  [ "$tls_result" != oom-kill ] || tls_why='it ran out of memory: that of the host, or what MemoryMax= of its unit lets it have'
}
tls_up_unit() {
  while :; do
    tls_show "$1"
    if [ "$tls_run" != "$2" ]; then
      case $tls_state in
        failed) tls_why='it failed to start'; tls_starved; return 1 ;;
        inactive) tls_why='it ended right after the start'; return 1 ;;
        active) ! tls_up_pid "$tls_pid" "$3" || return 0 ;;
        *) tls_starved ;;
      esac
    fi
    ! tls_over || { tls_why="${'$'}{tls_why:-it is $tls_state ($tls_sub)}; gave up after $tls_for s"; return 1; }
    tls_nap
  done
}
tls_kept_pid() {
  tls_end=$((tls_since + $1 / 10))
  while tls_alive "$tls_pid"; do
    tls_now; [ "$tls_cs" -lt "$tls_end" ] || return 0
    tls_nap
  done
  tls_why='its process ended soon after the start'
  return 1
}
tls_kept_unit() {
  tls_seen="active $tls_pid $tls_count $tls_run"
  tls_kept_pid "$2" || return 1
  tls_show "$1"
  [ "$tls_state $tls_pid $tls_count $tls_run" != "$tls_seen" ] || return 0
  tls_why='systemd started it again and again'
  return 1
}
tls_wait_unit() {
  tls_until "$4"
  while tls_up_unit "$1" "$2" "$5"; do
    ! tls_kept_unit "$1" "$3" || return 0
    ! tls_over || { tls_why="$tls_why; gave up after $4 s"; return 1; }
  done
  return 1
}
`

/** What a program that started a service printed of it, for the program that looks whether it stays. */
export interface Started {
  readonly pid: number
  /** how often systemd started it by itself */
  readonly count: number
  /** name of this run; of a process of our own '' */
  readonly run: string
  /** name of the run before */
  readonly before: string
  /** hundredths of a second since the boot of the host */
  readonly since: number
}

/** Prints a line that `startedOf` reads, after tls_up_unit or tls_up_pid. `before` is a word of sh. */
export function tellStarted(before: string): string {
  return `printf 'up %s %s %s %s %s\\n' "$tls_pid" "${'$'}{tls_count:-0}" "$tls_since" "${'$'}{tls_run:--}" ${before}`
}

/** Reads it from what the program printed; undefined when it is not there. */
export function startedOf(stdout: string): Started | undefined {
  const [, pid, count, since, run, before] = /^up (\d+) (\d+) (\d+) (\S+) ?(\S*)$/m.exec(stdout) ?? []
  if (pid === undefined || count === undefined || since === undefined || run === undefined || before === undefined) return undefined
  return { pid: Number(pid), count: Number(count), since: Number(since), run: run === '-' ? '' : run, before }
}

/** Sets the variables that tls_kept_unit and tls_kept_pid read. */
export function recallStarted({ pid, count, run, since }: Started): string {
  return `tls_pid=${pid} tls_count=${count} tls_since=${since} tls_run=${quote(run)}`
}
