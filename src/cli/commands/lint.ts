import { join } from 'node:path'
import { didYouMean } from '../../compile/suggest.ts'
import { lint, lintRules } from '../../diagnose/lint/index.ts'
import type { Finding } from '../../model/finding.ts'
import { TlsplayError } from '../../model/problem.ts'
import { taskTypes } from '../../tasks/index.ts'
import { lintJson, lintText } from '../../view/lint-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { failureCode } from '../failure.ts'
import type { Io } from '../io.ts'
import { look } from '../look.ts'
import type { LintOptions } from '../options.ts'
import { packageFolder } from '../package-folder.ts'

/** Looks at playbooks and says what is risky or hard to read: 0 clean, 2 findings, 1 could not look. */
export async function lintCommand(playbooks: readonly string[], options: LintOptions, io: Io): Promise<number> {
  for (const rule of options.skipRule) checkRule(rule)
  const shipped = join(packageFolder, 'roles')
  const isOwn = (file: string): boolean => !file.startsWith(`${shipped}/`) && file !== '-e'
  const findings: Finding[] = []
  for (const playbook of playbooks) {
    const prepared = await look(playbook, options, io)
    const [first, ...others] = prepared.problems
    if (first !== undefined) return failureCode(new TlsplayError([first, ...others]), io, prepared.texts)
    const input = { run: prepared.run, texts: prepared.texts, taskTypes: new Set(taskTypes.keys()) }
    findings.push(...lint(input, { skip: options.skipRule, isOwn }))
  }
  const once = [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()]
  io.stdout.write(options.output === 'json' ? lintJson(once) : lintText(once))
  return once.length === 0 ? exitCodes.done : exitCodes.failed
}

function checkRule(id: string): void {
  const ids = lintRules.map((rule) => rule.id)
  if (ids.includes(id)) return
  throw new TlsplayError([
    { code: 'OPTION_INVALID', message: `no rule is called ${id}`, hint: didYouMean(id, ids) ?? `rules: ${ids.join(', ')}` },
  ])
}
