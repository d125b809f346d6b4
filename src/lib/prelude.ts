import { ownNames } from './own-names.ts'

/**
 * Functions that every program sent to a host may use; sent once per channel, right after the shell answers.
 * POSIX sh only: dash, BusyBox ash, bash and mksh run it unchanged. Names start with `tls_` to stay out of the way.
 *
 * tls_who               sets tls_me to the name of the user that we are; asked for once, where somebody needs it
 * tls_as USER ARGV...   runs ARGV as USER (runs it directly when we are that user already)
 * tls_mode, tls_mv       of own-names.ts
 * tls_drop PATH...      removes what of it is there; no process for what is not
 * tls_near PATH         sets tls_dir to the nearest existing folder above PATH
 * tls_tmp               sets tls_t to a private folder that goes with the shell
 * tls_mark              the file that says that a step is going on (lock-script.ts); it goes with the shell
 * tls_generations       names of functions that remove what was staged; they run when the shell ends, however it ends:
 *                       dash and BusyBox sh leave EXIT out when a signal ends them, as SIGPIPE does when the line is cut
 */
export const prelude = String.raw`${ownNames}
tls_me=
tls_who() { [ -n "$tls_me" ] || tls_me=$(id -un 2>/dev/null || id -u); }
tls_as() {
  tls_u=$1; shift
  tls_who
  if [ "$tls_u" = "$tls_me" ]; then "$@"; return; fi
  if [ "$(id -u)" != 0 ]; then sudo -n -H -u "$tls_u" -- "$@"; return; fi
  if command -v runuser >/dev/null 2>&1; then runuser -u "$tls_u" -- "$@"; return; fi
  if command -v setpriv >/dev/null 2>&1; then setpriv --reuid="$tls_u" --regid="$(id -g "$tls_u")" --init-groups -- "$@"; return; fi
  su -s /bin/sh "$tls_u" -c 'exec "$@"' -- sh "$@"
}
tls_drop() {
  for tls_f do
    if [ -e "$tls_f" ] || [ -L "$tls_f" ]; then rm -f -- "$tls_f"; fi
  done
}
tls_near() {
  tls_dir=$1
  while :; do
    tls_dir=${'$'}{tls_dir%/*}
    [ -n "$tls_dir" ] || { tls_dir=/; return; }
    [ ! -d "$tls_dir" ] || return 0
  done
}
tls_t=
tls_tmp() {
  [ -z "$tls_t" ] || return 0
  tls_t=$(mktemp -d "${'$'}{TMPDIR:-/tmp}/.tlsplay.XXXXXX")
}
tls_generations=
tls_unstage() {
  for tls_g in $tls_generations; do "$tls_g"; done
  tls_generations=
}
tls_mark=
tls_exit() {
  tls_unstage
  [ -z "$tls_t$tls_mark" ] || rm -rf -- "$tls_t" "$tls_mark"
}
trap tls_exit EXIT
trap 'exit 1' HUP PIPE TERM
`
