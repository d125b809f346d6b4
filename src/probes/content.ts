import type { Answer, ContentFact } from '../model/fact.ts'
import { contentLimitBytes } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { Unknown } from '../model/value.ts'
import { binary, fromBase64, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { seenFunction, unseen } from './seen.ts'

/**
 * Bytes of regular files, read through links. All go through one base64, since a mark of the channel in a file must not end its
 * answer; before each stands the letter of `tls_seen`, behind it a line with the nonce and whether it was read to its end, so that a
 * file that grows or shrinks meanwhile cannot shift what follows. One byte more than the limit is read to see that there is more.
 * Where no path is a file that can be read, the letters alone stand behind a hyphen, and no process is started.
 */
export const content = defineProbe<'content'>({
  kind: 'content',
  tools: ['head', 'base64'],
  script: (targets, nonce) => `${seenFunction}tls_content() {
  for tls_p do
    tls_seen "$tls_p"
    printf %s "$tls_s"
    tls_x=0
    [ "$tls_s" != f ] || head -c ${contentLimitBytes + 1} -- "$tls_p" 2>/dev/null || tls_x=1
    printf '\\n%s %s\\n' ${nonce} "$tls_x"
  done
}
tls_letters() {
  tls_l=
  for tls_p do tls_seen "$tls_p"; tls_l=$tls_l$tls_s; done
  case $tls_l in *f*) tls_content "$@" | base64;; *) printf '%s\\n' "-$tls_l";; esac
}
tls_letters ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets, nonce) {
    const text = binary(stdout)
    if (text.startsWith('-'))
      return targets.map(({ path }, index) => (text.length === targets.length + 2 ? letterOnly(path, text[index + 1]) : unreadable(path)))
    const bytes = fromBase64(text)
    const records = bytes === undefined ? [] : recordsOf(bytes, `\n${nonce} `)
    return targets.map(({ path }, index) => {
      const record = records.length === targets.length ? records[index] : undefined
      return record === undefined ? unreadable(path) : answerOf(record)
    })
  },
})

function letterOnly(path: string, letter = ''): Answer<ContentFact> {
  return letter === 'f' ? unreadable(path) : (unseen(letter) ?? unreadable(path))
}

interface Record {
  readonly letter: string
  readonly bytes: Uint8Array
  readonly whole: boolean
}

function recordsOf(bytes: Uint8Array, mark: string): readonly Record[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: Record[] = []
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(mark, at)
    if (end < 0) break
    const status = end + mark.length
    records.push({
      letter: text.toString('latin1', at, at + 1),
      bytes: bytes.subarray(at + 1, end),
      whole: text.toString('latin1', status, status + 2) === '0\n',
    })
    at = status + 2
  }
  return records
}

function answerOf({ letter, bytes, whole }: Record): Answer<ContentFact> {
  const not = unseen(letter)
  if (not !== undefined) return not
  if (!whole) return new Unknown('the host could not read it to its end')
  return bytes.length > contentLimitBytes ? new Unknown(`it is larger than ${contentLimitBytes / 1024 / 1024} MiB`) : { bytes }
}
