/**
 * sh function: sets tls_e to the line of `passwd` or `group` for a name or a number, or to nothing. getent asks every
 * database of the host (LDAP, systemd-userdb); where it is missing, as on BusyBox, the file is read.
 */
export const entryFunction = String.raw`tls_entry() {
  tls_e=
  case $2 in ''|-*|*:*) return;; esac
  if command -v getent >/dev/null 2>&1; then
    tls_e=$(getent "$1" "$2" 2>/dev/null)
  elif [ -r "/etc/$1" ]; then
    while IFS= read -r tls_line; do
      tls_rest=${'$'}{tls_line#*:*:}
      if [ "${'$'}{tls_line%%:*}" = "$2" ] || [ "${'$'}{tls_rest%%:*}" = "$2" ]; then tls_e=$tls_line; break; fi
    done <"/etc/$1"
  fi
  tls_e=${'$'}{tls_e%%"$tls_nl"*}
}
tls_nl='
'
`
