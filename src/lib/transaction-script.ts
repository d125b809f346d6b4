import { ownNames } from './own-names.ts'

/**
 * The program that undoes a transaction, as it lies on the host: `wait` stands guard beside the run, `now` undoes at once. It
 * needs no controller, no space and no other program of ours, and may be started again at any point.
 *
 * Folders below the state folder: `open` while the run goes on. Renaming it decides what becomes of it, and only one can: to
 * `history` it is committed, to `undoing` it is undone. In it:
 *   run, watch        the line of the run, and this text
 *   armed             written by the guard when it stands
 *   beat              another number whenever the controller is heard, and the seconds since the boot, where the host tells them
 *   files.K, units.K  what undoes program K, written before it acts: calls of the functions below
 *   n.N               step N made something where nothing was          a.N   owner and mode before step N
 *   paths, after      what it changes, and what that was at the commit, beside the old versions that went along
 *   r.N               step N started something                         staged  files that wait for their place
 *   served            what was served before: calls of tls_serves
 *   failed            what could not be undone
 *   told              whether what was served before is served again; it goes to the state folder when all is undone
 */
export const watchScript = String.raw`${ownNames}umask 077
cd / || exit 1
tls_state=${'$'}{0%/*/watch}
# Sets tls_u to the hundredths of a second since the boot, behind a 1; empty where nobody tells them.
tls_clock() {
  tls_u=
  { read -r tls_u tls_d </proc/uptime; } 2>/dev/null
  [ -z "$tls_u" ] || tls_u=1${'$'}{tls_u%.*}${'$'}{tls_u#*.}
}
# A quarter of a second; a whole one where sleep takes no less, and where tls_long is set, once. tls_passed: how many hundredths went by
# since the nap before, for on a machine at work they are more; a second at most: while it was halted nobody was kept waiting.
tls_long=
tls_was=
tls_nap() {
  tls_passed=25
  if [ -n "$tls_long" ] || ! sleep 0.25 2>/dev/null; then sleep 1; tls_passed=100 tls_long=; fi
  tls_clock
  [ -z "$tls_u" ] || [ -z "$tls_was" ] || [ $((tls_u - tls_was)) -le "$tls_passed" ] || tls_passed=$((tls_u - tls_was))
  [ "$tls_passed" -le 100 ] || tls_passed=100
  tls_was=$tls_u
}
# How old what was heard last is, in hundredths, as it says itself; what a nap may have missed, and no more.
tls_age() {
  tls_d=0
  [ -z "$tls_u" ] || [ -z "$1" ] || tls_d=$((tls_u - 1${'$'}{1%.*}${'$'}{1#*.}))
  [ "$tls_d" -ge 0 ] && [ "$tls_d" -le 75 ] || tls_d=75
}
tls_bad() { echo "$1" >>"$tls_tx/failed"; }
tls_look() { set -- $(ls -ldn -- "$1"); echo "$1 $3 $4"; }
tls_same() { [ -f "$1" ] && [ ! -L "$1" ] && [ -f "$2" ] && [ ! -L "$2" ] && cmp -s -- "$1" "$2" && [ "$(tls_look "$1")" = "$(tls_look "$2")" ]; }
tls_back() {
  if [ -n "$3" ] && [ ! -e "$3" ] && [ ! -L "$3" ]; then
    # Of a transaction that was committed: first beside its place again, so that the rest is a rename as ever.
    tls_f=$tls_tx/${'$'}{3##*/}
    if [ -e "$tls_f" ] || [ -L "$tls_f" ]; then tls_mv "$tls_f" "$3" >/dev/null || { tls_bad "$2: what was there lies at $tls_f"; return; }; fi
  fi
  if [ -e "$3" ] || [ -L "$3" ]; then
    if [ -d "$2" ] && [ ! -L "$2" ]; then tls_bad "$2: a folder is in the way of what was there"; return; fi
    # An immutable file kept its place, and beside it lies a copy of it: Linux makes no second name of one.
    tls_mv "$3" "$2" >/dev/null || tls_same "$2" "$3" || { tls_bad "$2: what was there still lies at $3"; return; }
    # Two names of one file: the rename did nothing.
    rm -f -- "$3"
  elif [ -e "$tls_tx/n.$1" ]; then
    if [ -d "$2" ] && [ ! -L "$2" ]; then rmdir -- "$2" || tls_bad "$2: this new folder is not empty"
    else rm -f -- "$2" || tls_bad "$2: this new file is still there"; fi
    rm -f -- "$tls_tx/n.$1"
  fi
}
tls_attr() {
  [ -s "$tls_tx/a.$1" ] || return 0
  read -r tls_own tls_mod <"$tls_tx/a.$1"
  chown -h "$tls_own" "$2" && { [ -L "$2" ] || tls_mode "$tls_mod" "$2" >/dev/null; } || { tls_bad "$2: owner and mode were $tls_own $tls_mod"; return; }
  rm -f -- "$tls_tx/a.$1"
}
tls_acting() {
  for tls_f in "$tls_state"/acting.*; do
    [ ! -s "$tls_f" ] || ! kill -0 "${'$'}{tls_f##*.}" 2>/dev/null || return 0
  done
  return 1
}
tls_serves() {
  command -v openssl >/dev/null 2>&1 || return 0
  tls_x=0
  while [ "$tls_x" -lt 1000 ]; do
    tls_y=$(openssl s_client -connect "$1" ${'$'}{2:+-servername "$2"} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256 2>/dev/null | tr -d : | tr A-F a-f)
    tls_y=${'$'}{tls_y#*=}
    case " $3 " in *" ${'$'}{tls_y:-none} "*) echo "again $1" >>"$tls_tx/told"; return 0;; esac
    tls_nap
    tls_x=$((tls_x + tls_passed))
  done
  echo "other $1" >>"$tls_tx/told"
}
tls_undo() {
  tls_why=$1
  tls_tx=$tls_state/undoing
  rm -f -- "$tls_tx/failed" "$tls_tx/told" "$tls_state/told"
  if [ -f "$tls_tx/staged" ]; then while IFS= read -r tls_f; do rm -f -- "$tls_f"; done <"$tls_tx/staged"; fi
  set --
  for tls_f in "$tls_tx"/files.*; do [ ! -e "$tls_f" ] || set -- "$tls_f" "$@"; done
  for tls_f do . "$tls_f"; done
  for tls_f in "$tls_tx"/units.*; do [ ! -e "$tls_f" ] || . "$tls_f"; done
  [ -s "$tls_tx/failed" ] || [ ! -e "$tls_tx/served" ] || . "$tls_tx/served"
  read -r tls_x <"$tls_tx/run"
  if [ -s "$tls_tx/failed" ]; then tls_y=incomplete; else tls_y=undone; fi
  echo "$tls_y $(date -u +%Y-%m-%dT%H:%M:%SZ) $tls_why $tls_x" >>"$tls_state/log"
  # It does not hold up the next run: there is nothing left that a run could take back.
  if [ "$tls_y" = undone ] && [ -s "$tls_tx/told" ]; then mv -f -- "$tls_tx/told" "$tls_state/told"; fi
  if [ "$tls_y" = undone ]; then mv -- "$tls_tx" "$tls_tx.$$" && rm -rf -- "$tls_tx.$$"; fi
}
if [ "$1" = now ]; then tls_undo "$2"; exit; fi
tls_tx=$tls_state/open
echo $$ >"$tls_tx/armed"
tls_full=$((tls_seconds * 100))
tls_left=$tls_full
tls_busy=0
tls_seen=
# The first second of a transaction is the one in which the host has most to do.
tls_long=1
while [ "$tls_left" -gt 0 ]; do
  tls_nap
  [ -d "$tls_tx" ] || exit 0
  { read -r tls_x tls_v <"$tls_tx/beat"; } 2>/dev/null
  if [ "$tls_x" != "$tls_seen" ]; then tls_age "$tls_v"; tls_seen=$tls_x tls_left=$((tls_full - tls_d)) tls_busy=0
  elif [ "$tls_busy" -lt 90000 ] && tls_acting; then tls_busy=$((tls_busy + tls_passed)) tls_left=$tls_full
  else tls_left=$((tls_left - tls_passed)); fi
done
# A program that begins now sees that the transaction is gone; one that is at work is seen, and its next step fails.
mv -- "$tls_tx" "$tls_state/undoing" 2>/dev/null || exit 0
tls_x=0
while [ "$tls_x" -lt 6000 ] && tls_acting; do tls_nap; tls_x=$((tls_x + tls_passed)); done
tls_undo watchdog
`

/**
 * What the shell of the run needs beside it. tls_open opens a transaction: 0 it is open, 1 nothing here can stand guard,
 * 2 the state folder cannot be written, 3 another shell of this run has one, 7 a run that is gone left one. tls_settle PATH... returns
 * once they are on the disk, where the host can tell. tls_keep NUMBER PATH keeps what is at PATH before it is replaced, in the same
 * folder, so that going back is one rename. tls_later RUN takes back what a run had committed: 0 done, 1 not all of it (what is left),
 * 4 no such run, 5 something of it changed since (what).
 */
export const transactionScript = String.raw`
tls_open() {
  [ ! -e "$tls_state/undoing" ] || return 7
  if ! mkdir -m 0700 -- "$tls_state/open" 2>/dev/null; then
    tls_x=
    { read -r tls_x <"$tls_state/open/run"; } 2>/dev/null
    [ "${'$'}{tls_x%% *}" = "$tls_id" ] && return 3
    return 7
  fi
  printf '%s\n' "$tls_line" >"$tls_state/open/run" || return 2
  printf '%s\n' "tls_seconds=$2" "$1" >"$tls_state/open/watch" || return 2
  [ "$2" -gt 0 ] || return 0
  if ! command -v setsid >/dev/null 2>&1 && ! command -v systemd-run >/dev/null 2>&1; then rm -rf -- "$tls_state/open"; return 1; fi
  (
    if [ "$tls_uid" = 0 ] && [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1; then
      systemd-run --quiet --collect --no-block --unit="tlsplay-$tls_id-$$" /bin/sh "$tls_state/open/watch" wait && exit
    fi
    setsid /bin/sh "$tls_state/open/watch" wait
  ) </dev/null >/dev/null 2>&1 9>&- &
}
tls_guarded() {
  tls_x=0
  until [ -s "$tls_state/open/armed" ]; do
    [ "$tls_x" -lt 250 ] || return 1
    sleep 0.02 2>/dev/null || { sleep 1; tls_x=$((tls_x + 49)); }
    tls_x=$((tls_x + 1))
  done
}
tls_settle() { ! command -v sync >/dev/null 2>&1 || sync "$@"; }
tls_keep() {
  [ -d "$tls_state/open" ] || return 1
  tls_x=${'$'}{2%/*}/.tlsplay.$tls_of.o$1
  if [ -L "$2" ] || [ -e "$2" ]; then ln -- "$2" "$tls_x" 2>/dev/null || cp -pP -- "$2" "$tls_x"
  else echo new >"$tls_state/open/n.$1"; fi
}
tls_aside() {
  tls_x=${'$'}{2%/*}/.tlsplay.$tls_of.o$1
  [ -d "$tls_state/open" ] && { [ ! -e "$2" ] && [ ! -L "$2" ] || mv -- "$2" "$tls_x"; }
}
# The guard would see within a quarter of a second that nothing is left to watch.
tls_dismiss() {
  tls_y=
  { read -r tls_y <"$1/armed"; } 2>/dev/null
  [ -z "$tls_y" ] || kill "$tls_y" 2>/dev/null
}
tls_commit() {
  tls_x=$tls_state/history/$1
  shift
  [ -d "$tls_state/history" ] || mkdir -m 0700 -- "$tls_state/history" || return 2
  mv -- "$tls_state/open" "$tls_x" 2>/dev/null || return 6
  tls_dismiss "$tls_x"
  tls_y=$tls_x
  for tls_x do
    shift
    if [ -e "$tls_x" ] || [ -L "$tls_x" ]; then set -- "$@" "$tls_x"; fi
  done
  [ $# = 0 ] || mv -f -- "$@" "$tls_y/"
  tls_after "$tls_y" >"$tls_y/after"
  echo "committed $tls_until $tls_line" >>"$tls_state/log"
  set -- "$tls_state"/history/*
  while [ $# -gt "$tls_keeps" ]; do rm -rf -- "$1"; shift; done
}
tls_undone() {
  tls_x=0
  if [ ! -e "$tls_state/undoing" ] && mv -- "$tls_state/open" "$tls_state/undoing" 2>/dev/null; then
    tls_dismiss "$tls_state/undoing"
    /bin/sh "$tls_state/undoing/watch" now "$1" >/dev/null 2>&1 9>&-
  else
    while [ "$tls_x" -lt 120 ] && [ ! -e "$tls_state/undoing/failed" ] && tls_watched; do sleep 1; tls_x=$((tls_x + 1)); done
    [ ! -d "$tls_state/undoing" ] || /bin/sh "$tls_state/undoing/watch" now "$1" >/dev/null 2>&1 9>&-
  fi
  [ ! -e "$tls_state/undoing" ] || { cat -- "$tls_state/undoing/failed"; return 1; }
  [ ! -s "$tls_state/told" ] || cat -- "$tls_state/told"
}
tls_after() {
  [ -e "$1/paths" ] || return 0
  tls_z=$1
  set --
  while IFS= read -r tls_x; do
    if [ -L "$tls_x" ]; then printf 'link\t%s\t%s\n' "$(readlink -- "$tls_x")" "$tls_x"
    elif [ -f "$tls_x" ]; then set -- "$@" "$tls_x"
    elif [ -d "$tls_x" ]; then printf 'folder\t\t%s\n' "$tls_x"
    else printf 'absent\t\t%s\n' "$tls_x"; fi
  done <"$tls_z/paths"
  [ $# = 0 ] || sha256sum -- "$@"
}
tls_later() {
  [ ! -e "$tls_state/undoing" ] || { cat -- "$tls_state/undoing/failed"; return 1; }
  set -- "$tls_state"/history/*."$1".*
  [ -d "$1" ] || return 4
  for tls_d do
    tls_after "$tls_d" >"$tls_d/now"
    grep -vxF -f "$tls_d/after" -- "$tls_d/now"
    rm -f -- "$tls_d/now"
  done >"$tls_state/changed"
  if [ -s "$tls_state/changed" ]; then cat -- "$tls_state/changed"; rm -f -- "$tls_state/changed"; return 5; fi
  rm -f -- "$tls_state/changed"
  # The last one first.
  tls_u=
  for tls_d in "$@"; do
    [ -n "$tls_u" ] || { tls_u=1; set --; }
    set -- "$tls_d" "$@"
  done
  for tls_d do
    mv -- "$tls_d" "$tls_state/undoing" || return 1
    /bin/sh "$tls_state/undoing/watch" now rollback >/dev/null 2>&1 9>&-
    [ ! -e "$tls_state/undoing" ] || { cat -- "$tls_state/undoing/failed"; return 1; }
  done
}
tls_watched() {
  tls_y=
  { read -r tls_y <"$tls_state/undoing/armed"; } 2>/dev/null
  [ -n "$tls_y" ] && kill -0 "$tls_y" 2>/dev/null
}
`
