import type { Answer, Pkcs12Fact } from '../model/fact.ts'
import { quote } from '../lib/sh.ts'
import { revealText } from '../model/value.ts'
import { parseCertificateFile, parsePublicKey } from '../pki/parse.ts'
import { binary, unreadable } from './bytes.ts'
import { certificateLines } from './certificate.ts'
import { defineProbe } from './probe-kind.ts'
import { seenFunction, unseen } from './seen.ts'

/**
 * Certificates of a PKCS#12 file and the public half of its key. It is opened once, into a variable of the shell, and only
 * what is public is printed. What other programs wrote with RC2 or 3DES needs the old ciphers of OpenSSL 3.
 */
export const pkcs12 = defineProbe<'pkcs12'>({
  kind: 'pkcs12',
  tools: ['openssl', 'awk'],
  script: (targets) => `${seenFunction}tls_open() {
  openssl pkcs12 -in "$1" -nodes -passin fd:3 $2 2>/dev/null 3<<TLSPLAY_END
$tls_w
TLSPLAY_END
}
tls_pkcs12() {
  tls_seen "$1"
  if [ "$tls_s" = f ]; then
    if tls_k=$(tls_open "$1" '') || tls_k=$(tls_open "$1" -legacy); then
      printf 'f\\n'
      openssl pkey -passin pass: -pubout 2>/dev/null <<TLSPLAY_END
$tls_k
TLSPLAY_END
      awk '${certificateLines}' <<TLSPLAY_END
$tls_k
TLSPLAY_END
    else printf 'w\\n'; fi
  else printf '%s\\n' "$tls_s"; fi
  printf '.\\n'
}
${targets.map(({ path, password }) => `tls_w=${quote(revealText(password))}; tls_pkcs12 ${quote(path)}`).join('\n')}
`,
  parse(stdout, targets) {
    const records = binary(stdout).split(/^\.\n/m)
    return targets.map((target, index) => answerOf(records.length > targets.length ? (records[index] ?? '') : '', target.path))
  },
})

function answerOf(record: string, path: string): Answer<Pkcs12Fact> {
  const letter = record[0] ?? ''
  if (letter === 'w') return { chain: [], spki: undefined, broken: 'is no PKCS#12 file, or does not open with the password' }
  if (letter !== 'f') return unseen(letter) ?? unreadable(path)
  return { ...parseCertificateFile(record), spki: parsePublicKey(record)?.spki }
}
