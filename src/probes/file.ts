import type { Answer, FileFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { Unknown } from '../model/value.ts'
import { asBinary, binary, unreadable, utf8 } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/** %Y has whole seconds everywhere; the fraction comes from %y, which GNU stat and BusyBox both print with nanoseconds. */
const format = '%f:%u:%g:%s:%h:%U:%G:%Y:%y:%n'
const record = /([0-9a-f]+):(\d+):(\d+):(\d+):(\d+):([^:\n]*):([^:\n]*):(\d+):\d+-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4}:/y

/** What lstat says of each path: one `stat` for all of them, one `readlink` for each symbolic link. */
export const file = defineProbe<'file'>({
  kind: 'file',
  tools: ['stat', 'readlink'],
  // First, each ended by a NUL: `L<index>:<text of the link>`, `D<index>` where a folder above may not be entered; then an
  // empty one; then what stat prints, where a path that does not exist has no line; then a NUL to show that this was all.
  script: (targets) => String.raw`tls_file() {
  tls_i=0
  for tls_p do
    if [ -L "$tls_p" ]; then
      printf 'L%s:' "$tls_i"
      readlink -n -- "$tls_p" 2>/dev/null
      printf '\000'
    elif [ ! -e "$tls_p" ]; then
      tls_near "$tls_p"
      [ -x "$tls_dir" ] || printf 'D%s\000' "$tls_i"
    fi
    tls_i=$((tls_i + 1))
  done
  printf '\000'
  stat -c '${format}' -- "$@" 2>/dev/null
  printf '\000'
}
tls_file ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const text = binary(stdout)
    if (!text.endsWith('\0') || text.length < 2) return targets.map(({ path }) => unreadable(path))
    const notes = new Map<string, string>()
    let at = 0
    for (let end = text.indexOf('\0', at); end > at; end = text.indexOf('\0', at)) {
      const note = text.slice(at, end)
      const colon = note.indexOf(':')
      notes.set(colon < 0 ? note : note.slice(0, colon), colon < 0 ? '' : utf8(note.slice(colon + 1)))
      at = end + 1
    }
    at += 1
    return targets.map(({ path }, index): Answer<FileFact> => {
      record.lastIndex = at
      const found = record.exec(text)
      const name = `${asBinary(path)}\n`
      if (found === null || !text.startsWith(name, record.lastIndex)) {
        return notes.has(`D${index}`) ? new Unknown('permission denied for a folder above it') : absent
      }
      at = record.lastIndex + name.length
      return factOf(found, notes.get(`L${index}`))
    })
  },
})

function factOf(found: RegExpExecArray, link: string | undefined): FileFact {
  const [, mode = '', uid = '', gid = '', size = '', links = '', owner = '', group = '', seconds = '', fraction = ''] = found
  const bits = Number.parseInt(mode, 16)
  const type = typeOf(bits & 0o170000)
  return {
    type,
    owner: named(owner, uid),
    group: named(group, gid),
    uid: Number(uid),
    gid: Number(gid),
    mode: bits & 0o7777,
    size: Number(size),
    mtime: Number(`${seconds}${fraction}`),
    links: Number(links),
    ...(type === 'link' && link !== undefined ? { link } : {}),
  }
}

/** Both kinds of stat print UNKNOWN for a number without a name. */
function named(name: string, id: string): string {
  return name === 'UNKNOWN' || name === '' ? id : utf8(name)
}

function typeOf(format: number): FileFact['type'] {
  switch (format) {
    case 0o100000:
      return 'file'
    case 0o040000:
      return 'directory'
    case 0o120000:
      return 'link'
    default:
      return 'other'
  }
}
