import type { Answer, ContentFact } from '../model/fact.ts'
import { contentLimitBytes } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { Unknown } from '../model/value.ts'
import { binary, fromBase64, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { overReadable, unseen } from './seen.ts'

/**
 * Bytes of regular files, read through links: one letter for each path, then those that can be read go through one base64, since a mark
 * of the channel in a file must not end its answer. Behind each stands a line with the nonce and whether it was read to its end, so that
 * a file that grows or shrinks meanwhile cannot shift what follows. One byte more than the limit is read to see that there is more.
 */
export const content = defineProbe<'content'>({
  kind: 'content',
  tools: ['head', 'base64'],
  script: (targets, nonce) => `tls_bytes() {
  for tls_p do
    tls_x=0
    head -c ${contentLimitBytes + 1} -- "$tls_p" 2>/dev/null || tls_x=1
    printf '\\n%s %s\\n' ${nonce} "$tls_x"
  done
}
${overReadable('tls_content', 'tls_bytes "$@" | base64')}tls_content ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets, nonce) {
    const text = binary(stdout)
    const letters = text.slice(0, text.indexOf('\n') + 1)
    const bytes = fromBase64(text.slice(letters.length))
    const records = bytes === undefined ? [] : recordsOf(bytes, `\n${nonce} `)
    const whole = records.length === letters.split('f').length - 1
    let number = 0
    return targets.map(({ path }, index): Answer<ContentFact> => {
      const not = unseen(letters[index] ?? '')
      if (not !== undefined) return not
      const record = whole ? records[number] : undefined
      number += 1
      return record === undefined ? unreadable(path) : answerOf(record)
    })
  },
})

interface Record {
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
    records.push({ bytes: bytes.subarray(at, end), whole: text.toString('latin1', status, status + 2) === '0\n' })
    at = status + 2
  }
  return records
}

function answerOf({ bytes, whole }: Record): Answer<ContentFact> {
  if (!whole) return new Unknown('the host could not read it to its end')
  return bytes.length > contentLimitBytes ? new Unknown(`it is larger than ${contentLimitBytes / 1024 / 1024} MiB`) : { bytes }
}
