import type { Answer, PackageFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { binary, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/**
 * Which version of each package is there and which one could be, as the host has heard last; no source is asked. First the
 * name of the manager, then lines `I name version` of what is installed and `C name version` of what could be.
 * apt-cache, as root, would write what it computes below /var/cache: without its two files it keeps it to itself (apt.conf(5)).
 */
export const packages = defineProbe<'package'>({
  kind: 'package',
  tools: [],
  script: (targets) => String.raw`tls_apt() {
  echo apt
  dpkg-query -W -f 'I ${'$'}{Package} ${'$'}{db:Status-Abbrev} ${'$'}{Version}\n' -- "$@" 2>/dev/null | sed -n 's/^I \([^ ]*\) .i[^ ]*  *\([^ ]*\)$/I \1 \2/p'
  apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy "$@" 2>/dev/null | while IFS= read -r tls_l; do
    case $tls_l in
      [!\ ]*:) tls_n=${'$'}{tls_l%%:*} ;;
      '  Candidate: (none)') ;;
      '  Candidate: '*) echo "C $tls_n ${'$'}{tls_l#  Candidate: }" ;;
    esac
  done
}
tls_apk() {
  echo apk
  for tls_n do
    apk info -v 2>/dev/null | while IFS= read -r tls_l; do
      tls_v=${'$'}{tls_l#"$tls_n"-}
      case $tls_l in "$tls_n"-[0-9]*) case $tls_v in *-r[0-9]*) echo "I $tls_n $tls_v" ;; esac ;; esac
    done
    tls_v=
    apk policy "$tls_n" 2>/dev/null | { while IFS= read -r tls_l; do
      case $tls_l in
        '  '[0-9]*:) tls_v=${'$'}{tls_l#  }; tls_v=${'$'}{tls_v%:} ;;
        '    lib/apk/'*) ;;
        '    '*) [ -z "$tls_v" ] || tls_c=$tls_v ;;
      esac
    done; [ -z "$tls_c" ] || echo "C $tls_n $tls_c"; }
    tls_c=
  done
}
tls_dnf() {
  echo dnf
  rpm -q --qf 'I %{NAME} %{VERSION}-%{RELEASE}\n' -- "$@" 2>/dev/null | sed -n '/^I [^ ]* [^ ]*$/p'
}
tls_packages() {
  tls_c=
  if command -v apt-get >/dev/null 2>&1; then tls_apt "$@"
  elif command -v apk >/dev/null 2>&1; then tls_apk "$@"
  elif command -v dnf >/dev/null 2>&1; then tls_dnf "$@"
  else echo none; fi
}
tls_packages ${quoteAll(targets.map(({ name }) => name))}
`,
  parse(stdout, targets) {
    const [manager, ...lines] = binary(stdout).split('\n')
    const told = new Map(
      lines.flatMap((line) => {
        const [mark, name, version] = line.split(' ')
        return version === undefined ? [] : [[`${mark} ${name}`, version] as const]
      }),
    )
    return targets.map(({ name }) => answerOf(name, manager, told))
  },
})

function answerOf(name: string, manager: string | undefined, told: ReadonlyMap<string, string>): Answer<PackageFact> {
  if (manager === 'none') return absent
  if (manager !== 'apt' && manager !== 'apk' && manager !== 'dnf') return unreadable(`the package ${name}`)
  const [installed, candidate] = [told.get(`I ${name}`), told.get(`C ${name}`)]
  return {
    manager,
    ...(installed === undefined ? {} : { installed }),
    ...(candidate === undefined ? {} : { candidate }),
  }
}
