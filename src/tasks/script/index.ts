import { bytesOf, type Content, contentSummary, textOf } from '../../lib/content.ts'
import { refused } from '../../lib/host-file.ts'
import { baseOf } from '../../lib/paths.ts'
import { type Deed, runDeed } from '../../lib/program/deed.ts'
import { guarded, guardQuestions } from '../../lib/program/guards.ts'
import { named } from '../../lib/program/plan.ts'
import { environmentOf, wordsOf } from '../../lib/program/words.ts'
import { quote, quoteAll } from '../../lib/sh.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { revealText, Secret } from '../../model/value.ts'
import type { ScriptParams } from './schema.ts'

/** Runs a script of the controller on the host. It lies there in a folder of its own while it runs, and nowhere after. */
export const script = defineTaskType<ScriptParams, Deed>({
  name: 'script',
  summary: 'runs a script of the controller on the host',
  knowledge: 'named',
  aliases: ['ansible.builtin.script'],
  shorthand: 'cmd',
  assets(params) {
    const words = wordsOf('script', 'cmd', params.cmd)
    const [path] = 'argv' in words ? words.argv : []
    return path === undefined ? [] : [{ path, kind: 'files', render: false }]
  },
  *observe({ creates, removes }) {
    const questions = guardQuestions([creates, removes])
    if (questions.length > 0) yield questions
  },
  plan(params, context) {
    const words = wordsOf('script', 'cmd', params.cmd)
    if ('problem' in words) return refused(words.problem)
    const environment = environmentOf('script', params.env)
    if ('problem' in environment) return refused(environment.problem)
    const unless = guardOf('unless', params)
    if ('problem' in unless) return refused(unless.problem)
    const onlyif = guardOf('onlyif', params)
    if ('problem' in onlyif) return refused(onlyif.problem)
    const { chdir, creates, removes, timeout } = params
    const guards = { creates, removes, unless: unless.argv, onlyif: onlyif.argv }
    const needless = guarded('script', guards, chdir, context)
    if (needless !== undefined) return needless

    const content = context.assets[0] ?? ''
    const [path = '', ...rest] = words.argv
    const reader = params.executable === undefined ? readerOf(content) : [params.executable]
    const text = program(baseOf(path), content, reader, rest, context.user)
    const run = {
      command: { script: content instanceof Secret ? Secret.of(text) : text },
      ...(Object.keys(environment.env).length === 0 ? {} : { env: environment.env }),
      ...(chdir === undefined ? {} : { chdir }),
      ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    }
    const cmd = words.argv
    return named({ ...guards, line: `${quoteAll(cmd)} (${contentSummary(content)})`, cmd, warnings: [] }, { run, cmd, name: path })
  },
  apply: runDeed,
})

function guardOf(name: 'unless' | 'onlyif', params: ScriptParams) {
  const guard = params[name]
  return guard === undefined ? { argv: undefined } : wordsOf('script', name, guard)
}

/** As the kernel reads the first line of a script: a program, and all that follows as one word. */
function readerOf(content: Content): readonly string[] {
  const text = textOf(content)
  const line = /^#![ \t]*(\/[^ \t\r\n]*)[ \t]*([^\r\n]*)/.exec(text === undefined ? '' : revealText(text))
  const argument = line?.[2]?.trim() ?? ''
  return line?.[1] === undefined ? ['/bin/sh'] : argument === '' ? [line[1]] : [line[1], argument]
}

/**
 * The reader is called by name, so that it works where /tmp is mounted noexec. Its stdin is empty: that of the shell may be
 * this very text.
 */
function program(name: string, content: Content, reader: readonly string[], words: readonly string[], user: string): string {
  const lines =
    Buffer.from(bytesOf(content))
      .toString('base64')
      .match(/.{1,4096}/g) ?? []
  return [
    'tls_s=$(mktemp -d "${TMPDIR:-/tmp}/.tlsplay.XXXXXX") || exit 1',
    `trap 'rm -rf -- "$tls_s"' EXIT`,
    `trap 'exit 143' HUP INT TERM`,
    `tls_f="$tls_s"/${quote(name)}`,
    `base64 -d >"$tls_f" <<'TLSPLAY_SCRIPT' || exit 1`,
    ...lines,
    'TLSPLAY_SCRIPT',
    'chmod 0700 "$tls_f"',
    'tls_who',
    `[ "$tls_me" = ${quote(user)} ] || chown -R ${quote(user)} "$tls_s" || exit 1`,
    `tls_as ${quote(user)} ${quoteAll(reader)} "$tls_f"${words.map((word) => ` ${quote(word)}`).join('')} </dev/null`,
  ].join('\n')
}
