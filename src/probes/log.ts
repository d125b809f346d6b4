import type { Answer, LogFact, LogTarget } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quote } from '../lib/sh.ts'
import { binary, unreadable, utf8 } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/** Of a service that prints no line ends, this much is kept: 64 KiB. */
const limitBytes = 64 * 1024

/** The last lines a service wrote, from the journal or a file. Each answer ends in a NUL, so NULs of the log are dropped. */
export const log = defineProbe<'log'>({
  kind: 'log',
  tools: ['tail', 'tr'],
  script: (targets) => `tls_log_end() { tail -c ${limitBytes} | tr -d '\\000'; }
${targets.map((target) => `if ${condition(target)}; then printf '+\\n'; ${reading(target)} 2>/dev/null | tls_log_end; fi\nprintf '\\000'\n`).join('')}`,
  parse(stdout, targets) {
    const records = binary(stdout).split('\0')
    return targets.map((target, index): Answer<LogFact> => {
      const record = records.length > targets.length ? records[index] : undefined
      if (record === undefined) return unreadable(`the log of ${target.unit ?? target.file ?? 'nothing'}`)
      if (!record.startsWith('+\n')) return absent
      const lines = utf8(record.slice(2)).split('\n')
      return { lines: lines.at(-1) === '' ? lines.slice(0, -1) : lines }
    })
  },
})

function condition({ unit, file }: LogTarget): string {
  return unit === undefined ? `[ -f ${quote(file ?? '')} ]` : 'command -v journalctl >/dev/null 2>&1'
}

function reading({ unit, file, lines, since }: LogTarget): string {
  const count = String(Math.max(0, Math.trunc(lines)))
  if (unit === undefined) return `tail -n ${count} -- ${quote(file ?? '')}`
  const journal = `journalctl -q --no-pager -o cat -u ${quote(unit)}`
  // With --since journalctl takes the first lines from there on for -n (seen with systemd 252), and the last ones are wanted.
  return since === undefined ? `${journal} -n ${count}` : `${journal} --since=@${Math.trunc(since)} | tail -n ${count}`
}
