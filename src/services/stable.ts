import { quote } from '../lib/sh.ts'

/**
 * Functions that wait, on the host, until a service is up and stays up: a wait for a condition in steps of 0.1 s, or of
 * 1 s where sleep takes whole seconds only. Between the first and the last look nothing but /proc is read, because each
 * `systemctl show` costs the host as much as a hundred of these looks. Not /proc/PID/exe: in a container root may not read
 * it for the processes of others (seen under Docker, which takes CAP_SYS_PTRACE away).
 *
 * tls_show UNIT                               what systemd says of it; tls_run names the run of its process
 * tls_wait_unit UNIT OLD STABLE LIMIT PORT    0 when UNIT runs as another run than OLD ('' = whichever), systemd has not
 *   started it again for STABLE ms and PORT ('' = none) is listened on, else 1 with the reason in tls_why after LIMIT s
 * tls_wait_pid PID STABLE LIMIT PORT          the same for a process of our own
 */
export const stableFunctions = `
tls_now() {
  if { read -r tls_up tls_rest </proc/uptime; } 2>/dev/null; then tls_cs=1${'$'}{tls_up#*.}; tls_cs=$((${'$'}{tls_up%.*} * 100 + tls_cs - 100))
  else tls_cs=$(($(date +%s) * 100)); fi
}
tls_nap() { sleep 0.1 2>/dev/null || sleep 1; }
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
  tls_state= tls_sub= tls_pid=0 tls_count=0 tls_run=
  while IFS='=' read -r tls_key tls_value; do
    case $tls_key in
      ActiveState) tls_state=$tls_value ;;
      SubState) tls_sub=$tls_value ;;
      MainPID) tls_pid=$tls_value ;;
      NRestarts) tls_count=$tls_value ;;
      InvocationID | ExecMainStartTimestampMonotonic) tls_run=$tls_run.$tls_value ;;
    esac
  done <<TLS_SHOWN
$(systemctl show -p ActiveState -p SubState -p MainPID -p NRestarts -p InvocationID -p ExecMainStartTimestampMonotonic "$1" 2>/dev/null)
TLS_SHOWN
}
tls_stays() {
  tls_now; tls_end=$((tls_cs + $2 / 10))
  while tls_alive "$1"; do
    tls_now
    if [ "$tls_cs" -ge "$tls_end" ]; then
      tls_listens "$4" && return 0
      [ "$tls_cs" -lt "$3" ] || { tls_why="nothing listens on port $4"; return 1; }
    fi
    tls_nap
  done
  tls_why='its process ended soon after the start'
  return 1
}
tls_wait_unit() {
  tls_now; tls_limit=$((tls_cs + $4 * 100)); tls_why=
  while :; do
    tls_show "$1"
    if [ "$tls_run" != "$2" ]; then
      case $tls_state in
        failed) tls_why='it failed to start'; return 1 ;;
        inactive) tls_why='it ended right after the start'; return 1 ;;
        active)
          tls_seen="$tls_state $tls_pid $tls_count"; tls_first=$tls_run
          if tls_stays "$tls_pid" "$3" "$tls_limit" "$5"; then
            tls_show "$1"
            [ "$tls_state $tls_pid $tls_count $tls_run" != "$tls_seen $tls_first" ] || return 0
            tls_why='systemd started it again and again'
          fi ;;
      esac
    fi
    tls_now
    [ "$tls_cs" -lt "$tls_limit" ] || { tls_why="${'$'}{tls_why:-it is $tls_state ($tls_sub)}; gave up after $4 s"; return 1; }
    tls_nap
  done
}
tls_wait_pid() {
  tls_now; tls_limit=$((tls_cs + $3 * 100)); tls_why=
  tls_stays "$1" "$2" "$tls_limit" "$4"
}
`

export interface Wait {
  /** a unit under another run than the one in a word of sh ("''" takes any), or a word of sh with a process id */
  readonly of: { readonly unit: string; readonly notRun: string } | { readonly pid: string }
  readonly stableSeconds: number
  readonly timeoutSeconds: number
  readonly port: number | undefined
}

/** One command of sh, after `stableFunctions`: its status is 0 when the service is up and stable, else tls_why says why not. */
export function stableWait({ of, stableSeconds, timeoutSeconds, port }: Wait): string {
  const rest = `${Math.round(stableSeconds * 1000)} ${Math.ceil(timeoutSeconds)} ${port === undefined ? "''" : port}`
  return 'unit' in of ? `tls_wait_unit ${quote(of.unit)} ${of.notRun} ${rest}` : `tls_wait_pid ${of.pid} ${rest}`
}
