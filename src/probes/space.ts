import type { Answer, SpaceFact } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { binary, unreadable, utf8, wholeNumber } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/**
 * Room on the filesystem that a path is or would be on. Free inodes are left out where df cannot tell them (BusyBox
 * without the option, btrfs). One df for all paths; where it cannot tell of one of them, one for each. /proc/mounts says whether it is read-only; its last line for a mount point is the one in force.
 */
export const space = defineProbe<'space'>({
  kind: 'space',
  tools: ['df'],
  script: (targets) => String.raw`tls_newline='
'
tls_rows() {
  tls_o=$1; shift
  tls_x=$(df "$tls_o" -- "$@" 2>/dev/null) && { printf '%s\n' "${'$'}{tls_x#*"$tls_newline"}"; return; }
  for tls_p do df "$tls_o" -- "$tls_p" 2>/dev/null | { read -r tls_x; IFS= read -r tls_x; printf '%s\n' "$tls_x"; }; done
}
tls_space() {
  for tls_p do
    tls_dir=$tls_p
    [ -d "$tls_p" ] || tls_near "$tls_p"
    shift; set -- "$@" "$tls_dir"
  done
  tls_rows -Pk "$@"
  tls_rows -Pi "$@"
  while IFS= read -r tls_x; do printf '%s\n' "$tls_x"; done 2>/dev/null </proc/mounts
}
tls_space ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const lines = binary(stdout).split('\n')
    const mounts = lines.slice(targets.length * 2)
    return targets.map(({ path }, index) => spaceOf(path, lines[index], lines[targets.length + index], mounts))
  },
})

function spaceOf(path: string, blocks: string | undefined, inodes: string | undefined, mounts: readonly string[]): Answer<SpaceFact> {
  const row = rowOf(blocks)
  if (row === undefined) return unreadable(`the room at ${path}`)
  const free = rowOf(inodes)
  const options = mounts
    .map((line) => line.split(' '))
    .filter((words) => unescaped(words[1] ?? '') === row.mount)
    .at(-1)?.[3]
  return {
    mount: utf8(row.mount),
    freeKiB: row.available,
    // btrfs and others report no inodes at all: total 0.
    freeInodes: free === undefined || free.total === 0 ? undefined : free.available,
    readOnly: options?.split(',').includes('ro') ?? false,
  }
}

function rowOf(line: string | undefined): { readonly total: number; readonly available: number; readonly mount: string } | undefined {
  const found = /\s(\d+)\s+(\d+|-)\s+(\d+)\s+(?:\d+%|-)\s+(\/.*)$/.exec(line ?? '')
  const total = wholeNumber(found?.[1])
  const available = wholeNumber(found?.[3])
  const mount = found?.[4]
  return total === undefined || available === undefined || mount === undefined ? undefined : { total, available, mount }
}

/** /proc/mounts writes space, tab, newline and backslash as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
