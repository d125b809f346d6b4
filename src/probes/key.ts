import type { Answer, KeyFact } from '../model/fact.ts'
import { quote } from '../lib/sh.ts'
import { revealText } from '../model/value.ts'
import { parsePublicKey } from '../pki/parse.ts'
import { binary, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { seenFunction, unseen } from './seen.ts'

/**
 * The public half of private keys: one `openssl` for each file, and a second look at a file that is no usable key or that a
 * passphrase came for. Without one an empty passphrase keeps openssl from asking anybody; a passphrase reaches it through a
 * descriptor. PEM is what the services read, so DER does not count. A link and the file behind it are asked for side by side,
 * and what was opened a moment ago is not opened again under its other name.
 */
export const key = defineProbe<'key'>({
  kind: 'key',
  tools: ['openssl', 'grep'],
  script: (targets) => `${seenFunction}tls_opened=
tls_public() {
  if [ -z "$tls_w" ]; then
    if [ -n "$tls_opened" ] && [ "$1" -ef "$tls_opened" ] 2>/dev/null; then return 0; fi
    tls_opened=
    tls_k=$(openssl pkey -inform PEM -in "$1" -passin pass: -pubout 2>/dev/null) && tls_opened=$1
  else tls_opened=; tls_k=$(openssl pkey -inform PEM -in "$1" -passin fd:3 -pubout 2>/dev/null 3<<TLSPLAY_END
$tls_w
TLSPLAY_END
)
  fi
}
tls_key() {
  tls_seen "$1"
  if [ "$tls_s" = f ]; then
    if tls_public "$1"; then
      if [ -n "$tls_w" ] && grep -q ENCRYPTED "$1" 2>/dev/null; then tls_s=p; fi
      printf '%s%s\\n' "$tls_s" "$tls_k"
    elif ! grep -q ENCRYPTED "$1" 2>/dev/null; then printf 'g\\n'
    elif [ -z "$tls_w" ]; then printf 'e\\n'
    else printf 'w\\n'; fi
  else printf '%s\\n' "$tls_s"; fi
  printf '.\\n'
}
${targets.map(({ path, passphrase }) => `tls_w=${passphrase === undefined ? '' : quote(revealText(passphrase))}; tls_key ${quote(path)}`).join('\n')}
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
      return { spki: undefined, encrypted: true, broken: 'is encrypted, and no service asks for a passphrase' }
    case 'w':
      return { spki: undefined, encrypted: true, broken: 'is encrypted, and does not open with the passphrase' }
    case 'g':
      return { spki: undefined, broken: 'is no private key in PEM form' }
    case 'p': {
      const found = parsePublicKey(record)
      return found === undefined ? unreadable(path) : { ...found, encrypted: true }
    }
    case 'f': {
      const found = parsePublicKey(record)
      return found ?? unreadable(path)
    }
    default:
      return unseen(letter) ?? unreadable(path)
  }
}
