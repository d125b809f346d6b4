import type { CompiledRun } from '../../compile/compiled-run.ts'
import { explainTasks, taskLabels } from '../../compile/explain-task.ts'
import { explainVariable } from '../../compile/explain-variable.ts'
import { groupsOf } from '../../compile/groups.ts'
import { hostVariables } from '../../compile/inventory-list.ts'
import { inventoryVariables } from '../../compile/inventory-variables.ts'
import { knownNames } from '../../compile/nobody.ts'
import { didYouMean } from '../../compile/suggest.ts'
import { emptyRuntime, hostScope } from '../../compile/variables.ts'
import type { HostSight } from '../../model/explain.ts'
import { type Problem, throwIfAny, TlsplayError } from '../../model/problem.ts'
import { explainJson, hostText, taskText, variableText } from '../../view/explain-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { failureCode } from '../failure.ts'
import type { Io } from '../io.ts'
import { look } from '../look.ts'
import type { ExplainOptions, ExplainVariableOptions } from '../options.ts'

/** Every layer that gives a variable of one host a value, the winner marked. */
export async function explainVariableCommand(name: string, options: ExplainVariableOptions, io: Io): Promise<number> {
  return explained(options, io, (run) => {
    const host = knownHost(run, options.host)
    const sights = explainVariable(run, host, name)
    if (sights.length > 0) return isJson(options) ? explainJson({ name, host, places: sights }) : variableText(name, host, sights)
    const names = hostScope({ run, play: run.plays.find((play) => play.hosts.includes(host)), host, runtime: emptyRuntime }).names()
    throw refused(
      'VARIABLE_UNDEFINED',
      `nothing gives ${name} a value on ${host}`,
      didYouMean(name, names) ?? 'is the playbook named with --playbook?',
    )
  })
}

export async function explainHostCommand(name: string, options: ExplainOptions, io: Io): Promise<number> {
  return explained(options, io, (run) => {
    const host = knownHost(run, name)
    const values = hostVariables(run.inventory, host)
    const sight: HostSight = {
      name: host,
      at: run.inventory.hosts.get(host)?.at,
      groups: groupsOf(run.inventory, host),
      plays: run.plays
        .filter((play) => play.hosts.includes(host))
        .map((play) => ({ name: play.name, at: play.play.at, tasks: play.nodes.filter((node) => node.kind === 'task').length })),
      variables: [...inventoryVariables(run.inventory, host)]
        .map(([variable, { layer, source }]) => ({ name: variable, value: values[variable] ?? null, layer, at: source.at }))
        .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    }
    return isJson(options) ? explainJson({ ...sight }) : hostText(sight)
  })
}

export async function explainTaskCommand(pattern: string, options: ExplainOptions, io: Io): Promise<number> {
  if (options.playbook === undefined) throw refused('OPTION_INVALID', 'which playbook has the task?', 'name it with --playbook')
  return explained(options, io, (run) => {
    const found = explainTasks(run, pattern)
    if (found.length > 0) return isJson(options) ? explainJson({ tasks: found }) : taskText(found)
    throw refused(
      'VALUE_INVALID',
      `no task is called ${pattern}`,
      didYouMean(pattern, taskLabels(run)) ?? 'a part of the name does with *, as in *restart*',
    )
  })
}

function isJson({ output }: ExplainOptions): boolean {
  return output === 'json'
}

/** Reads what a run would read, and shows problems with the lines they point at. */
async function explained(options: ExplainOptions, io: Io, text: (run: CompiledRun) => string): Promise<number> {
  const prepared = await look(options.playbook, options, io)
  try {
    throwIfAny(prepared.problems)
    io.stdout.write(text(prepared.run))
    return exitCodes.done
  } catch (error) {
    return failureCode(error, io, prepared.texts)
  }
}

function knownHost({ inventory }: CompiledRun, name: string): string {
  if (inventory.hosts.has(name)) return name
  throw refused('HOST_UNKNOWN', `no host is called ${name}`, didYouMean(name, inventory.hosts.keys()) ?? knownNames(inventory))
}

function refused(code: Problem['code'], message: string, hint: string): TlsplayError {
  return new TlsplayError([{ code, message, hint }])
}
