import type { Answer, ContentFact } from '../model/fact.ts'
import { contentLimitBytes } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { Unknown } from '../model/value.ts'
import { binary, fromBase64, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { seenFunction, unseen } from './seen.ts'

/**
 * Bytes of regular files, read through links. Base64 marks its own end, so a file that grows or shrinks while it is read
 * cannot shift what follows. One byte more than the limit is read to see that there is more. A `!` says that reading failed.
 */
export const content = defineProbe<'content'>({
  kind: 'content',
  tools: ['head', 'base64'],
  script: (targets) => `${seenFunction}tls_content() {
  for tls_p do
    tls_seen "$tls_p"
    printf '%s\\n' "$tls_s"
    if [ "$tls_s" = f ]; then
      { { head -c ${contentLimitBytes + 1} -- "$tls_p" 2>/dev/null || printf '!' >&3; } | base64; } 3>&1
    fi
    printf '.\\n'
  done
}
tls_content ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const records = binary(stdout).split('.\n')
    return targets.map((target, index) => answerOf(records.length > targets.length ? records[index] : undefined, target.path))
  },
})

function answerOf(record: string | undefined, path: string): Answer<ContentFact> {
  if (record === undefined) return unreadable(path)
  const not = unseen(record.slice(0, record.indexOf('\n')))
  if (not !== undefined) return not
  const rest = record.slice(record.indexOf('\n') + 1)
  if (rest.includes('!')) return new Unknown('the host could not read it to its end')
  const bytes = fromBase64(rest)
  if (bytes === undefined) return unreadable(path)
  return bytes.length > contentLimitBytes ? new Unknown(`it is larger than ${contentLimitBytes / 1024 / 1024} MiB`) : { bytes }
}
