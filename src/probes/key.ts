import type { Answer, KeyFact } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { parsePublicKey } from '../pki/parse.ts'
import { binary, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { seenFunction, unseen } from './seen.ts'

/**
 * The public half of private keys: one `openssl` for each file, and a second look only at a file that is no usable key.
 * An empty passphrase keeps openssl from asking anybody; PEM is what the services read, so DER does not count.
 */
export const key = defineProbe<'key'>({
  kind: 'key',
  tools: ['openssl', 'grep'],
  script: (targets) => `${seenFunction}tls_key() {
  for tls_p do
    tls_seen "$tls_p"
    if [ "$tls_s" = f ]; then
      if tls_k=$(openssl pkey -inform PEM -in "$tls_p" -passin pass: -pubout 2>/dev/null); then printf 'f%s\\n' "$tls_k"
      elif grep -q ENCRYPTED "$tls_p" 2>/dev/null; then printf 'e\\n'
      else printf 'g\\n'; fi
    else printf '%s\\n' "$tls_s"; fi
    printf '.\\n'
  done
}
tls_key ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const records = binary(stdout).split('.\n')
    return targets.map((target, index) => answerOf(records.length > targets.length ? (records[index] ?? '') : '', target.path))
  },
})

function answerOf(record: string, path: string): Answer<KeyFact> {
  const letter = record[0] ?? ''
  switch (letter) {
    case 'e':
      return { spki: undefined, broken: 'is encrypted, and no service asks for a passphrase' }
    case 'g':
      return { spki: undefined, broken: 'is no private key in PEM form' }
    case 'f': {
      const found = parsePublicKey(record)
      return found ?? unreadable(path)
    }
    default:
      return unseen(letter) ?? unreadable(path)
  }
}
