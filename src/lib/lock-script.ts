/**
 * sh functions by which one run has a host to itself; sent once per channel, before its first program that acts. POSIX sh, and
 * no process where a builtin can do: every program that acts goes through tls_enter and tls_leave.
 *
 * Who names them sets first: tls_state (the state folder), tls_id (the run), tls_line (one line that begins with it and tells others of it),
 * tls_force (the run to take the host from, or nothing), tls_left (for how many seconds it may wait for a step of that run to end),
 * tls_uid, and tls_seen if it looked at the host before (what `owner` said then).
 *
 * tls_enter   0: this run has the host and may act. Else tls_say tells why not:
 *             1 another run has it (its line)          2 the state folder cannot be used (why)
 *             3 it was taken from this run (by whom)   4 another run acted since this one looked (its line)
 *             5 it was taken from a run that is in the middle of a step
 * tls_leave   the step is over
 *
 * The lock is a file lock of the kernel, so it ends with the shell however that ends, and no age makes it stale. Where there is no
 * flock, links with ascending numbers take its place: making one is atomic, its text names boot, process and start time of the
 * shell, and the highest counts unless that shell is provably gone. The highest is never removed, so no two can take one number.
 *
 * Who has the lock is known only once it has written `owner`. So whoever tries writes `takes` to its mark before, and empties it when
 * it has failed or has written who it is; whoever finds the host locked waits until nobody takes it. So a run that reaches a
 * host by two names at once knows itself, and nobody is told of the run before.
 *
 * Taking a host from a run that lives: the file `owner` names who has it. The run writes that it acts, then looks who has it;
 * whoever takes it writes that first, then waits for the other's step to end. One of the two always sees the other.
 */
export const lockScript = String.raw`
tls_kept=
tls_mark=
tls_boot=
{ read -r tls_boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
tls_born() {
  tls_x=
  { read -r tls_x <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- ${'$'}{tls_x##*) }
  case $1 in Z|X) return 1;; esac
  tls_x=${'$'}{20}
}
tls_gone() {
  [ -n "$tls_boot" ] && tls_born $$ || return 1
  [ "$1" = "$tls_boot" ] || return 0
  tls_born "$2" || return 0
  [ "$tls_x" != "$3" ]
}
tls_owner() {
  tls_o=
  { read -r tls_o <"$tls_state/owner"; } 2>/dev/null
  tls_oid=${'$'}{tls_o%% *}
}
tls_safe() {
  if [ ! -d "$tls_state" ]; then
    [ -d "${'$'}{tls_state%/*}" ] || tls_say=$(mkdir -p -- "${'$'}{tls_state%/*}" 2>&1) || return 1
    # With the folder of committed transactions at once: the first change needs it anyway.
    tls_say=$(mkdir -m 0700 -- "$tls_state" "$tls_state/history" 2>&1) || [ -d "$tls_state" ] || return 1
  fi
  if [ -L "$tls_state" ]; then tls_say="$tls_state is a link"; return 1; fi
  if [ ! -O "$tls_state" ]; then tls_say="$tls_state belongs to somebody else"; return 1; fi
  tls_x=$tls_state
  set --
  while [ -n "$tls_x" ]; do set -- "$tls_x" "$@"; tls_x=${'$'}{tls_x%/*}; done
  tls_list=$(ls -ldnL -- / "$@")
  tls_say= tls_z=
  # ls lists a folder before what is in it, so the last line is that of the state folder itself.
  while read -r tls_x tls_y tls_u tls_g tls_y; do
    case $tls_x in
      d????????[tT]*) ;;
      d???????w*) tls_say="${'$'}{tls_say:+$tls_say; }anybody may write in a folder of $tls_state ($tls_x)";;
      d????w*) [ "$tls_g" = "$tls_uid" ] || tls_say="${'$'}{tls_say:+$tls_say; }a group may write in a folder of $tls_state ($tls_x)";;
    esac
    case $tls_u in 0|"$tls_uid") ;; *) tls_say="${'$'}{tls_say:+$tls_say; }a folder above $tls_state belongs to the user with the id $tls_u";; esac
    tls_z=$tls_x
  done <<TLSPLAY_END
$tls_list
TLSPLAY_END
  case $tls_z in drwx------*) ;; *) tls_say="${'$'}{tls_say:+$tls_say; }$tls_state is open to others";; esac
  [ -z "$tls_say" ]
}
tls_hold() {
  while :; do
    if ! true 2>/dev/null >>"$tls_state/lock"; then tls_say="$tls_state/lock cannot be written"; return 2; fi
    exec 9>>"$tls_state/lock"
    if ! flock -n 0 <&9; then exec 9>&-; return 1; fi
    # It may have been put aside between opening and locking.
    if [ "$tls_state/lock" -ef "/proc/$$/fd/9" ] || [ ! -e "/proc/$$/fd/9" ]; then return 0; fi
    exec 9>&-
  done
}
tls_top() {
  tls_n=0
  for tls_f in "$tls_state"/lock.[0-9]*; do
    tls_f=${'$'}{tls_f##*/lock.}
    case $tls_f in *[!0-9]*) ;; *) [ "$tls_f" -le "$tls_n" ] || tls_n=$tls_f;; esac
  done
}
tls_link() {
  tls_born $$
  ln -s "$tls_boot:$$:$tls_x" "$tls_state/lock.$1" 2>/dev/null || return 1
  tls_top
  if [ "$tls_n" -gt "$1" ]; then rm -f -- "$tls_state/lock.$1"; return 1; fi
  for tls_f in "$tls_state"/lock.[0-9]*; do
    [ "${'$'}{tls_f##*/lock.}" = "$1" ] || rm -f -- "$tls_f"
  done
}
tls_chain() {
  if ! true 2>/dev/null >>"$tls_state/owner"; then tls_say="$tls_state cannot be written"; return 2; fi
  tls_top
  if [ "$tls_n" -gt 0 ]; then
    tls_x=$(readlink "$tls_state/lock.$tls_n")
    tls_y=${'$'}{tls_x#*:}
    tls_gone "${'$'}{tls_x%%:*}" "${'$'}{tls_y%%:*}" "${'$'}{tls_y##*:}" || return 1
  fi
  tls_link $((tls_n + 1))
}
tls_midst() {
  for tls_f in "$tls_state"/acting.$1.*; do
    [ -s "$tls_f" ] || continue
    case $tls_f in */acting."$tls_id".*) continue;; esac
    tls_y= tls_z=
    { read -r tls_y tls_z <"$tls_f"; } 2>/dev/null
    [ "$tls_y" != takes ] || continue
    tls_gone "$tls_y" "${'$'}{tls_f##*.}" "$tls_z" || return 0
  done
  return 1
}
tls_settled() {
  tls_z=0
  for tls_f in "$tls_state"/acting.*; do
    while [ -s "$tls_f" ] && [ "$tls_z" -lt 100 ]; do
      tls_y=
      { read -r tls_y <"$tls_f"; } 2>/dev/null
      [ "$tls_y" = takes ] && kill -0 "${'$'}{tls_f##*.}" 2>/dev/null || break
      sleep 0.02 2>/dev/null || { sleep 1; tls_z=$((tls_z + 49)); }
      tls_z=$((tls_z + 1))
    done
  done
}
tls_seize() {
  echo "$tls_line" >"$tls_state/owner"
  while tls_midst "$tls_force"; do
    tls_left=$((tls_left - 1))
    [ "$tls_left" -gt 0 ] || return 5
    sleep 1
  done
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$tls_state/lock.of.$tls_id"
    flock -n 0 <&9 && mv -f -- "$tls_state/lock.of.$tls_id" "$tls_state/lock"
  else
    tls_top
    tls_link $((tls_n + 1))
  fi
}
tls_lock() {
  tls_safe || return 2
  tls_mark=$tls_state/acting.$tls_id.$$
  { echo takes >"$tls_mark"; } 2>/dev/null || { tls_say="$tls_mark cannot be written"; return 2; }
  if command -v flock >/dev/null 2>&1; then tls_hold; else tls_chain; fi
  tls_r=$?
  [ "$tls_r" != 2 ] || return 2
  if [ "$tls_r" != 0 ]; then true >"$tls_mark"; tls_settled; fi
  tls_owner
  tls_say=$tls_o
  tls_kept=1
  if [ "$tls_r" = 0 ]; then
    if tls_midst '*'; then tls_r=1
    elif [ "$tls_oid" != "$tls_id" ]; then
      if [ -n "${'$'}{tls_seen+x}" ] && [ "$tls_o" != "$tls_seen" ]; then tls_r=4
      else
        for tls_f in "$tls_state"/acting.*; do [ ! -e "$tls_f" ] || [ "$tls_f" = "$tls_mark" ] || rm -f -- "$tls_f"; done
        echo "$tls_line" >"$tls_state/owner"
      fi
    fi
    true >"$tls_mark"
  elif [ "$tls_oid" = "$tls_id" ]; then
    # The same host under another name: the lock is this run's, and looked for again at each step.
    tls_r=0 tls_kept=
  elif [ -n "$tls_force" ] && [ "$tls_oid" = "$tls_force" ]; then
    tls_seize; tls_r=$?
  fi
  [ "$tls_r" = 0 ] || tls_kept=
  return "$tls_r"
}
tls_enter() {
  tls_say=
  if [ -z "$tls_kept" ]; then tls_lock || return $?; fi
  tls_born $$
  echo "$tls_boot $tls_x" >"$tls_mark" || { tls_say="$tls_mark cannot be written"; return 2; }
  tls_owner
  tls_say=
  [ "$tls_oid" != "$tls_id" ] || return 0
  tls_leave
  tls_say=$tls_o
  return 3
}
tls_leave() { true >"$tls_mark"; }
`
