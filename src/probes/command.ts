import type { Answer, CommandFact, CommandTarget } from '../model/fact.ts'
import { quote, quoteAll, quoteCommand } from '../lib/sh.ts'
import { binary, fromBase64, unreadable } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/** 256 KiB of each stream are kept; a command that prints more is read on to its end and the rest is dropped. */
export const outputLimitBytes = 256 * 1024

/**
 * Runs programs that only read. Both streams are drained at once and no file is needed: stdout goes out as base64 while
 * stderr is collected, as base64, by the command substitution around it. `!rc!` may land anywhere in the first text, which
 * is why it is written in characters that base64 does not have. echo, not printf: mksh has no printf of its own, and an
 * argument of a program ends at 128 KiB. stdin of the program is empty.
 */
export const command = defineProbe<'command'>({
  kind: 'command',
  tools: ['head', 'base64'],
  script: (targets) => `tls_keep() { { head -c ${outputLimitBytes}; cat >/dev/null; } | base64; }
tls_ask() {
  { tls_e=$( {
      { ( "$@" ) </dev/null 4>&-; printf '!%s!' "$?" >&4; } | tls_keep >&4
    } 2>&1 | tls_keep ); } 4>&1
  echo .; echo "$tls_e"; echo .
}
${targets.map((target, index) => `tls_ask_${index}() { ${invocation(target)}; }\ntls_ask tls_ask_${index}\n`).join('')}`,
  parse(stdout, targets) {
    const records = binary(stdout).split('.\n')
    return targets.map((target, index) => answerOf(target, records[index * 2], records[index * 2 + 1]))
  },
})

function invocation({ argv, as, chdir }: CommandTarget): string {
  const call = as === undefined ? quoteCommand(argv) : `tls_as ${quoteAll([as, ...argv])}`
  return chdir === undefined ? call : `cd -- ${quote(chdir)} && ${call}`
}

function answerOf({ argv }: CommandTarget, first: string | undefined, second: string | undefined): Answer<CommandFact> {
  const rc = /!([0-9]{1,3})!/.exec(first ?? '')
  const stdout = fromBase64((first ?? '').replace(rc?.[0] ?? '', ''))
  const stderr = fromBase64(second ?? '')
  if (rc === null || stdout === undefined || stderr === undefined) return unreadable(`the command ${argv.join(' ')}`)
  return { rc: Number(rc[1]), stdout: Buffer.from(stdout).toString('utf8'), stderr: Buffer.from(stderr).toString('utf8') }
}
