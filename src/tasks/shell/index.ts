import { refused } from '../../lib/host-file.ts'
import { type Deed, runDeed } from '../../lib/program/deed.ts'
import { guardQuestions } from '../../lib/program/guards.ts'
import { planProgram } from '../../lib/program/plan.ts'
import { environmentOf, exposed, type Words, wordsOf } from '../../lib/program/words.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { Secret } from '../../model/value.ts'
import type { ShellParams } from './schema.ts'

const defaultShell = '/bin/sh'

/** Runs a line in a shell of the host. Guards and `reads` are those of `command`. */
export const shell = defineTaskType<ShellParams, Deed>({
  name: 'shell',
  summary: 'runs a line in a shell',
  knowledge: 'named',
  aliases: ['ansible.builtin.shell'],
  shorthand: 'cmd',
  *observe({ creates, removes, reads = [] }) {
    const questions = guardQuestions([creates, removes, ...(reads === true ? [] : reads)])
    if (questions.length > 0) yield questions
  },
  plan(params, context) {
    const { cmd, executable = defaultShell } = params
    if (cmd instanceof Secret) return refused(exposed('shell', 'cmd holds a secret'))
    if (cmd.trim() === '') return refused({ code: 'VALUE_INVALID', message: 'shell: cmd: expected a line for the shell, got an empty one' })
    const environment = environmentOf('shell', params.env)
    if ('problem' in environment) return refused(environment.problem)
    const unless = guardOf('unless', params, executable)
    if ('problem' in unless) return refused(unless.problem)
    const onlyif = guardOf('onlyif', params, executable)
    if ('problem' in onlyif) return refused(onlyif.problem)
    return planProgram(
      {
        type: 'shell',
        argv: [executable, '-c', cmd],
        cmd,
        line: cmd,
        name: `the line for ${executable}`,
        ...environment,
        chdir: params.chdir,
        stdin: params.stdin,
        timeout: params.timeout,
        reads: params.reads,
        creates: params.creates,
        removes: params.removes,
        unless: unless.argv,
        onlyif: onlyif.argv,
        warnings: [],
      },
      context,
    )
  },
  apply: runDeed,
})

/** A text is a line for the same shell; a list is a program with its words. */
function guardOf(name: 'unless' | 'onlyif', params: ShellParams, executable: string): Words | { readonly argv: undefined } {
  const guard = params[name]
  if (guard === undefined) return { argv: undefined }
  return typeof guard === 'string' ? { argv: [executable, '-c', guard] } : wordsOf('shell', name, guard)
}
