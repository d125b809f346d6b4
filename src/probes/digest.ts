import type { Answer, DigestFact } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { Unknown } from '../model/value.ts'
import { asBinary, binary } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { overReadable, unseen } from './seen.ts'

/**
 * SHA-256 of regular files, read through links: one letter for each path, then one `sha256sum` over those that can be read
 * (a fifo would block it). A file that vanishes in between has no line, so lines are matched by name.
 */
export const digest = defineProbe<'digest'>({
  kind: 'digest',
  tools: ['sha256sum'],
  script: (targets) => `${overReadable('tls_digest', 'sha256sum -- "$@"')}tls_digest ${quoteAll(targets.map(({ path }) => path))}
`,
  parse(stdout, targets) {
    const text = binary(stdout)
    const letters = text.slice(0, text.indexOf('\n') + 1)
    let at = letters.length
    return targets.map(({ path }, index): Answer<DigestFact> => {
      const not = unseen(letters[index] ?? '')
      if (not !== undefined) return not
      const line = lineOf(path, text, at)
      if (line === undefined) return new Unknown('it changed or could not be read to its end')
      at = line.end
      return { sha256: line.sha256 }
    })
  },
})

/** GNU puts a backslash before the line when it had to write `\\`, `\n` or `\r` for characters of the name; BusyBox prints the name as it is. */
function lineOf(path: string, text: string, at: number): { readonly sha256: string; readonly end: number } | undefined {
  const start = text[at] === '\\' ? at + 1 : at
  const name = asBinary(path)
  const written = start === at ? name : name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  const sha256 = text.slice(start, start + 64)
  const rest = `  ${written}\n`
  return /^[0-9a-f]{64}$/.test(sha256) && text.startsWith(rest, start + 64) ? { sha256, end: start + 64 + rest.length } : undefined
}
