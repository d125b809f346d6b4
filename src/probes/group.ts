import type { Answer, GroupFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { binary, unreadable, wholeNumber } from './bytes.ts'
import { entryFunction } from './name-entry.ts'
import { defineProbe } from './probe-kind.ts'

/**
 * Groups by name or number. One that `id` has named as a group of a user, in the same look (user.ts), is not looked up again: behind `uid=`
 * stands the name of a user, behind everything else that of a group.
 */
export const group = defineProbe<'group'>({
  kind: 'group',
  tools: [],
  script: (targets) => String.raw`${entryFunction}tls_named() {
  tls_r=${'$'}{tls_ids-}
  while case $tls_r in *"($1)"*) ;; *) false;; esac; do
    tls_e=${'$'}{tls_r%%"($1)"*}
    tls_r=${'$'}{tls_r#*"($1)"}
    tls_x=${'$'}{tls_e##*[!0-9]}
    case ${'$'}{tls_e%"$tls_x"} in *uid=) ;; *) tls_e=x::$tls_x; return 0;; esac
  done
  return 1
}
tls_group() {
  for tls_n do
    tls_named "$tls_n" || tls_entry group "$tls_n"
    printf '%s\n' "${'$'}{tls_e:--}"
  done
}
tls_group ${quoteAll(targets.map(({ name }) => name))}
`,
  parse(stdout, targets) {
    const lines = binary(stdout).split('\n')
    return targets.map(({ name }, index): Answer<GroupFact> => {
      const line = lines[index]
      if (line === '-') return absent
      const gid = wholeNumber(line?.split(':')[2])
      return gid === undefined ? unreadable(`group ${name}`) : { gid }
    })
  },
})
