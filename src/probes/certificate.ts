import type { Answer, CertificateFileFact } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { parseCertificateFile } from '../pki/parse.ts'
import { binary, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { overReadable, unseen } from './seen.ts'

/**
 * Only lines between the marks of a CERTIFICATE block leave the host, so the key of a combined file never does: any other
 * BEGIN ends the block, even where END is missing. Of those lines only base64 is printed, so nothing in a file can look
 * like the `#` lines that tell the files apart.
 */
export const certificateLines = String.raw`
/^-----BEGIN / { inside = ($0 ~ /^-----BEGIN CERTIFICATE-----[ \t\r]*$/); if (inside) print "-----BEGIN CERTIFICATE-----"; next }
/^-----END / { if (inside) print "-----END CERTIFICATE-----"; inside = 0; next }
inside && /^[A-Za-z0-9+\/=]+[ \t\r]*$/ { print }
`

const blocks = `
BEGIN { for (i = 1; i < ARGC; i++) number[ARGV[i]] = i }
FNR == 1 { print "#" number[FILENAME]; inside = 0 }${certificateLines}END { print "#end" }
`

/** Certificates of PEM files, read through links: one letter for each path, then one `awk` over those that can be read. */
export const certificate = defineProbe<'certificate'>({
  kind: 'certificate',
  tools: ['awk'],
  script: (
    targets,
  ) => `${overReadable('tls_certificate', `awk '${blocks}' "$@"`)}tls_certificate ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const text = binary(stdout)
    const letters = text.slice(0, text.indexOf('\n') + 1)
    const [, ...records] = text.slice(letters.length).split(/^#/m)
    const complete = records.at(-1)?.startsWith('end') === true
    const byNumber = new Map(records.map((record) => [Number.parseInt(record, 10), record.slice(record.indexOf('\n') + 1)]))
    let number = 0
    return targets.map(({ path }, index): Answer<CertificateFileFact> => {
      const not = unseen(letters[index] ?? '')
      if (not !== undefined) return not
      number += 1
      // A file without a line has no record.
      return complete ? parseCertificateFile(byNumber.get(number) ?? '') : unreadable(path)
    })
  },
})
