import { refused } from '../../lib/host-file.ts'
import { type Deed, runDeed } from '../../lib/program/deed.ts'
import { guardQuestions } from '../../lib/program/guards.ts'
import { planProgram } from '../../lib/program/plan.ts'
import { environmentOf, wordsOf } from '../../lib/program/words.ts'
import { quoteAll } from '../../lib/sh.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { CommandParams } from './schema.ts'
import { commandOf, shellWarnings } from './words.ts'

/** Runs a program. What decides whether it runs is asked while planning; what it does is not known. */
export const command = defineTaskType<CommandParams, Deed>({
  name: 'command',
  summary: 'runs a program',
  knowledge: 'named',
  aliases: ['ansible.builtin.command'],
  shorthand: 'cmd',
  *observe({ creates, removes, reads = [] }) {
    const questions = guardQuestions([creates, removes, ...(reads === true ? [] : reads)])
    if (questions.length > 0) yield questions
  },
  plan(params, context) {
    const words = commandOf(params)
    if ('problem' in words) return refused(words.problem)
    const environment = environmentOf('command', params.env)
    if ('problem' in environment) return refused(environment.problem)
    const unless = guardOf('unless', params)
    if ('problem' in unless) return refused(unless.problem)
    const onlyif = guardOf('onlyif', params)
    if ('problem' in onlyif) return refused(onlyif.problem)
    const { argv } = words
    return planProgram(
      {
        type: 'command',
        argv,
        cmd: argv,
        line: quoteAll(argv),
        name: argv[0] ?? 'the command',
        ...environment,
        chdir: params.chdir,
        stdin: params.stdin,
        timeout: params.timeout,
        reads: params.reads,
        creates: params.creates,
        removes: params.removes,
        unless: unless.argv,
        onlyif: onlyif.argv,
        warnings: shellWarnings(params, argv),
      },
      context,
    )
  },
  apply: runDeed,
})

function guardOf(name: 'unless' | 'onlyif', params: CommandParams) {
  const guard = params[name]
  return guard === undefined ? { argv: undefined } : wordsOf('command', name, guard)
}
