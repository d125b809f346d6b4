import type { Answer, UserFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { binary, unreadable, utf8 } from './bytes.ts'
import { entryFunction } from './name-entry.ts'
import { defineProbe } from './probe-kind.ts'

/**
 * Users by name or number, with all their groups. GNU's `id` says everything of all of them where each is known by name;
 * any other (before coreutils 8.31, BusyBox) of one. A number is turned into its name first, because BusyBox takes names only.
 * What it said stays in tls_ids, for questions about groups in the same look.
 */
export const user = defineProbe<'user'>({
  kind: 'user',
  tools: ['id'],
  script: (targets) => String.raw`${entryFunction}tls_user() {
  case "$*" in
    -*|*' -'*|[0-9]*|*' '[0-9]*) ;;
    *) [ $# -lt 2 ] || ! tls_x=$(id -- "$@" 2>/dev/null) || { tls_ids=$tls_x; printf '%s\n' "$tls_x"; return; } ;;
  esac
  for tls_n do
    case $tls_n in
      -*) echo -; continue ;;
      *[!0-9]*) ;;
      *) tls_entry passwd "$tls_n"; tls_n=${'$'}{tls_e%%:*} ;;
    esac
    [ -n "$tls_n" ] && id "$tls_n" 2>/dev/null || echo -
  done
}
tls_user ${quoteAll(targets.map(({ name }) => name))}
`,
  parse(stdout, targets) {
    const lines = binary(stdout).split('\n')
    return targets.map(({ name }, index) => userOf(name, lines[index]))
  },
})

/** `uid=1(a) gid=2(b) groups=2(b),3(c)`; a group without a name stands without brackets. */
function userOf(asked: string, line: string | undefined): Answer<UserFact> {
  if (line === '-') return absent
  const [, uid, name, gid, group, groups] =
    /^uid=(\d{1,10})\(([^)]+)\) gid=(\d{1,10})(?:\(([^)]*)\))?(?: groups=([^ ]*))?/.exec(line ?? '') ?? []
  if (uid === undefined || name === undefined || gid === undefined) return unreadable(`user ${asked}`)
  const gids = [...(groups ?? '').matchAll(/(?:^|,)(\d{1,10})/g)].map((match) => Number(match[1]))
  const primary = Number(gid)
  return {
    name: utf8(name),
    uid: Number(uid),
    gid: primary,
    group: group === undefined || group === '' ? gid : utf8(group),
    gids: gids.includes(primary) ? gids : [primary, ...gids],
  }
}
