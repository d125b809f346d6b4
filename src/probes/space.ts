import type { SpaceFact } from '../model/fact.ts'
import { dfRow } from '../lib/df-row.ts'
import { quoteAll } from '../lib/sh.ts'
import { binary, unreadable, utf8, wholeNumber } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/**
 * Room on the filesystem that a path is or would be on. Free inodes are left out where df cannot tell them (BusyBox
 * without the option, btrfs). GNU's df tells both in one process, any other in two; where it cannot tell of one of the
 * paths, one for each. /proc/mounts says whether it is read-only; its last line for a mount point is the one in force.
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
  if tls_x=$(df -k --output=size,avail,itotal,iavail,target -- "$@" 2>/dev/null); then printf '%s\n' "${'$'}{tls_x#*"$tls_newline"}"
  else tls_rows -Pk "$@"; tls_rows -Pi "$@"; fi
  while IFS= read -r tls_x; do printf '%s\n' "$tls_x"; done 2>/dev/null </proc/mounts
}
tls_space ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const lines = binary(stdout).split('\n')
    const both = rowOfBoth(lines[0]) !== undefined
    const mounts = lines.slice(targets.length * (both ? 1 : 2))
    return targets.map(({ path }, index) => {
      const line = lines[index]
      const row = both ? rowOfBoth(line) : rowOfTwo(line, lines[targets.length + index])
      return row === undefined ? unreadable(`the room at ${path}`) : spaceOf(row, mounts)
    })
  },
})

interface Row {
  readonly mount: string
  readonly freeKiB: number
  /** undefined: not told, or none are counted, as on btrfs, which says 0 in all */
  readonly freeInodes: number | undefined
}

function spaceOf({ mount, freeKiB, freeInodes }: Row, mounts: readonly string[]): SpaceFact {
  const options = mounts
    .map((line) => line.split(' '))
    .filter((words) => unescaped(words[1] ?? '') === mount)
    .at(-1)?.[3]
  return { mount: utf8(mount), freeKiB, freeInodes, readOnly: options?.split(',').includes('ro') ?? false }
}

/** Blocks and free ones, inodes and free ones, mount point. */
function rowOfBoth(line = ''): Row | undefined {
  const found = /^\s*\d+\s+(\d+)\s+(\d+|-)\s+(\d+|-)\s+(\/.*)$/.exec(line)
  const freeKiB = wholeNumber(found?.[1])
  const mount = found?.[4]
  if (freeKiB === undefined || mount === undefined) return undefined
  return { mount, freeKiB, freeInodes: wholeNumber(found?.[2]) === 0 ? undefined : wholeNumber(found?.[3]) }
}

function rowOfTwo(blocks = '', inodeLine = ''): Row | undefined {
  const row = dfRow(blocks)
  if (row === undefined) return undefined
  const count = dfRow(inodeLine)
  return { mount: row.mount, freeKiB: row.free, freeInodes: count === undefined || count.total === 0 ? undefined : count.free }
}

/** /proc/mounts writes space, tab, newline and backslash as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
