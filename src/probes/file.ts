import type { Answer, FileFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { Unknown } from '../model/value.ts'
import { asBinary, binary, unreadable, utf8 } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/**
 * %Y has whole seconds everywhere; the fraction comes from %y, which GNU stat and BusyBox both print with nanoseconds.
 * %N repeats the name, for a link with where it leads: literally where GNU stat is told so, in quotes of one kind by BusyBox.
 */
const format = '%f:%u:%g:%s:%h:%U:%G:%Y:%y:%n:%N'
const record = /([0-9a-f]+):(\d+):(\d+):(\d+):(\d+):([^:\n]*):([^:\n]*):(\d+):\d+-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4}:/y
const quotes = ['', "'"] as const

/** What lstat says of each path: one `stat` for all of them. */
export const file = defineProbe<'file'>({
  kind: 'file',
  tools: ['stat'],
  // First `D<index>` where a folder above a path may not be entered, each ended by a NUL; then an empty one; then what stat
  // prints, where a path that does not exist has no line; then a NUL to show that this was all.
  script: (targets) => String.raw`tls_file() {
  tls_i=0
  for tls_p do
    if [ ! -e "$tls_p" ] && [ ! -L "$tls_p" ]; then
      tls_near "$tls_p"
      [ -x "$tls_dir" ] || printf 'D%s\000' "$tls_i"
    fi
    tls_i=$((tls_i + 1))
  done
  printf '\000'
  QUOTING_STYLE=literal stat -c '${format}' -- "$@" 2>/dev/null
  printf '\000'
}
tls_file ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const text = binary(stdout)
    if (!text.endsWith('\0') || text.length < 2) return targets.map(({ path }) => unreadable(path))
    const notes = new Set<string>()
    let at = 0
    for (let end = text.indexOf('\0', at); end > at; end = text.indexOf('\0', at)) {
      notes.add(text.slice(at, end))
      at = end + 1
    }
    at += 1
    let garbled = false
    return targets.map(({ path }, index): Answer<FileFact> => {
      if (garbled) return unreadable(path)
      record.lastIndex = at
      const found = record.exec(text)
      const name = `${asBinary(path)}:`
      if (found === null || !text.startsWith(name, record.lastIndex)) {
        return notes.has(`D${index}`) ? new Unknown('permission denied for a folder above it') : absent
      }
      const stat = statOf(found)
      const repeated = repeatedName(text, record.lastIndex + name.length, asBinary(path), stat)
      // Where the line ends is not known, so what follows belongs to nobody.
      if (repeated === undefined) {
        garbled = true
        return unreadable(path)
      }
      at = repeated.end
      return repeated.link === undefined ? stat : { ...stat, link: utf8(repeated.link) }
    })
  },
})

/**
 * Reads %N and the end of its line. Where a link leads may hold anything, newlines too: the size that lstat gives says how
 * much of it to read. Only where it does not (0 under /proc; the stored size on file systems that encrypt names) the line does.
 */
function repeatedName(
  text: string,
  start: number,
  name: string,
  { type, size }: FileFact,
): { readonly link?: string; readonly end: number } | undefined {
  for (const quote of quotes) {
    const opening = quote + name + quote + (type === 'link' ? ` -> ${quote}` : '')
    if (!text.startsWith(opening, start)) continue
    const from = start + opening.length
    if (type !== 'link') return text[from] === '\n' ? { end: from + 1 } : undefined
    const closing = `${quote}\n`
    const to = text.startsWith(closing, from + size) ? from + size : text.indexOf(closing, from)
    return to < 0 ? undefined : { link: text.slice(from, to), end: to + closing.length }
  }
  return undefined
}

function statOf(found: RegExpExecArray): FileFact {
  const [, mode = '', uid = '', gid = '', size = '', links = '', owner = '', group = '', seconds = '', fraction = ''] = found
  const bits = Number.parseInt(mode, 16)
  return {
    type: typeOf(bits & 0o170000),
    owner: named(owner, uid),
    group: named(group, gid),
    uid: Number(uid),
    gid: Number(gid),
    mode: bits & 0o7777,
    size: Number(size),
    mtime: Number(`${seconds}${fraction}`),
    links: Number(links),
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
