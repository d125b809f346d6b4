import { type Absent, absent } from '../model/fact.ts'
import { Unknown } from '../model/value.ts'

/**
 * sh function: sets tls_s to what may be done with PATH, by builtins only, so that a hundred paths start no program:
 * f regular file that can be read, u one that cannot, o something else, d hidden by a folder that may not be entered, a nothing.
 */
export const seenFunction = String.raw`tls_seen() {
  if [ -f "$1" ]; then if [ -r "$1" ]; then tls_s=f; else tls_s=u; fi
  elif [ -e "$1" ]; then tls_s=o
  else
    tls_s=a
    tls_near "$1"
    [ -x "$tls_dir" ] || tls_s=d
  fi
}
`

/**
 * sh function NAME: one letter of `tls_seen` for each path, then one call of `command` over those that can be read, as "$@".
 */
export function overReadable(name: string, command: string): string {
  return `${seenFunction}${name}() {
  tls_first=1
  for tls_p do
    [ -z "$tls_first" ] || set --
    tls_first=
    tls_seen "$tls_p"
    printf %s "$tls_s"
    [ "$tls_s" != f ] || set -- "$@" "$tls_p"
  done
  printf '\\n'
  [ $# = 0 ] || ${command} 2>/dev/null
}
`
}

/** What the letters of `tls_seen` mean for a question about bytes; undefined for a file that can be read. */
export function unseen(letter: string): Absent | Unknown | undefined {
  switch (letter) {
    case 'f':
      return undefined
    case 'a':
      return absent
    case 'u':
      return new Unknown('permission denied')
    case 'd':
      return new Unknown('permission denied for a folder above it')
    case 'o':
      return new Unknown('it is no regular file')
    default:
      return new Unknown('the host gave no readable answer about it')
  }
}
