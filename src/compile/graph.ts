import type { Inventory, VarOrigin } from '../model/inventory.ts'
import type { Located, Play, Playbook } from '../model/playbook.ts'
import type { Position, Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import { Unknown } from '../model/value.ts'
import { batchesOf, ordered } from './batches.ts'
import { runProblems } from './check.ts'
import type { Answers, Compiled, CompiledPlay, CompiledRun, CompileInputs, RunOptions } from './compiled-run.ts'
import { expandPlay } from './expand.ts'
import { itemCounter } from './include-items.ts'
import { userProblems } from './connection.ts'
import { variablesOf } from './inventory-variables.ts'
import { hiddenByLoops } from './loop-names.ts'
import { type Chosen, nobody } from './nobody.ts'
import { limitHosts, selectHosts } from './patterns.ts'
import { isTemplate } from './template.ts'
import { renderText } from './render.ts'
import { unknownTags } from './tags.ts'
import { startedAt } from './start-at.ts'
import { emptyRuntime, hostScope } from './variables.ts'

/**
 * The whole run before any host is asked: hosts selected, roles expanded, handlers linked, every template and condition
 * read. Problems are collected over all plays; with any of them the run must not go on.
 */
export function compileRun(playbook: Playbook, inventory: Inventory, options: RunOptions, inputs: CompileInputs): Compiled {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const extraVars = variablesOf(options.extraVars, 'extra vars')
  const base: CompiledRun = { playbook, inventory, options, extraVars, plays: [] }

  const limit = options.limit === undefined ? undefined : limitHosts(options.limit, inventory, inputs.readFile)
  problems.push(...(limit?.problems ?? []))
  warnings.push(...(limit?.warnings ?? []))
  const allowed = limit === undefined ? undefined : new Set(limit.hosts)

  const tags = new Set<string>()
  const chosen: Chosen[] = []
  const plays = playbook.plays.map((play, index): CompiledPlay => {
    const bare: CompiledPlay = {
      index,
      name: play.name ?? play.hosts.value,
      play,
      hosts: [],
      batches: [],
      nodes: [],
      handlers: [],
      varsFiles: [],
      answers: answersOf(play, extraVars, inputs.answers),
    }
    const pattern = playText(play.hosts.value, play.hosts.at, base, bare, problems)
    const selection = pattern === undefined ? undefined : selectHosts(pattern, inventory, play.hosts.at)
    problems.push(...(selection?.problems ?? []))
    warnings.push(...(selection?.warnings ?? []))
    if (selection !== undefined && pattern !== undefined) chosen.push({ at: play.hosts.at, pattern, selection })
    const hosts = ordered(
      (selection?.hosts ?? []).filter((host) => allowed?.has(host) ?? true),
      play,
      inventory,
      inputs.random,
    )
    const varsFiles = play.varsFiles.flatMap((names) => readVarsFile(names, base, bare, inputs, problems))
    const serial = batchesOf(
      hosts,
      play.serial.map(({ value, at }) => ({
        value: typeof value === 'string' ? (playText(value, at, base, { ...bare, varsFiles }, problems) ?? value) : value,
        at,
      })),
    )
    problems.push(...serial.problems)
    const expanded = expandPlay(play, index, options, itemCounter(base, { ...bare, hosts, varsFiles }, inputs.taskTypes))
    for (const tag of expanded.tags) tags.add(tag)
    problems.push(...expanded.problems)
    return { ...bare, hosts, batches: serial.batches, nodes: expanded.nodes, handlers: expanded.handlers, varsFiles }
  })

  const started = options.startAtTask === undefined ? { plays } : startedAt(plays, options.startAtTask)
  if (started.problem !== undefined && problems.length === 0) problems.push(started.problem)
  const run: CompiledRun = { ...base, plays: started.plays }
  if (problems.length === 0 && plays.every((play) => play.hosts.length === 0))
    problems.push(...nobody(playbook, inventory, chosen, options.limit))
  problems.push(...userProblems(options.connection))
  warnings.push(...unknownTags(tags, options), ...hiddenByLoops(run))
  problems.push(...runProblems(run, inputs.taskTypes))
  return { run, problems, warnings }
}

/** A question that -e answers is not one; one that nobody was asked is open until the run. */
function answersOf({ questions }: Play, extraVars: ReadonlyMap<string, VarOrigin>, given: Answers | undefined): CompiledPlay['answers'] {
  const open = questions.filter(({ name }) => !extraVars.has(name))
  return new Map(
    open.map((question): [string, VarOrigin] => {
      const source = given?.get(question)
      const { name, at } = question
      if (source !== undefined) return [name, { source, layer: 'vars_prompt' }]
      const unknown = new Unknown('asked for when the playbook runs')
      return [name, { source: { kind: 'scalar', value: null, at }, layer: 'vars_prompt', unknown }]
    }),
  )
}

/** A text that holds for a whole play: it may read extra vars, vars of the play and what all hosts share, no more. */
function playText(text: string, at: Position, run: CompiledRun, play: CompiledPlay, problems: Problem[]): string | undefined {
  if (!isTemplate(text)) return text
  const { value, problems: found } = renderText(text, at, hostScope({ run, play, host: 'localhost', runtime: emptyRuntime }))
  problems.push(...found)
  if (found.length > 0) return undefined
  if (typeof value === 'string') return value
  if (value instanceof Unknown)
    problems.push({ code: 'TEMPLATE_VALUE', message: `what stands here is ${value.why}`, at, hint: 'give it with -e' })
  else problems.push({ code: 'TEMPLATE_VALUE', message: 'a secret cannot stand here', at, hint: 'of vars_prompt: write private: false' })
  return undefined
}

/** The first of the alternatives that is there. */
function readVarsFile(
  names: readonly Located<string>[],
  run: CompiledRun,
  play: CompiledPlay,
  inputs: CompileInputs,
  problems: Problem[],
): readonly MapSource[] {
  const looked: string[] = []
  for (const { value, at } of names) {
    const named = playText(value, at, run, play, problems)
    if (named === undefined) return []
    const vars = inputs.readVars(named.startsWith('/') ? named : `${play.play.folder}/${named}`)
    if (vars !== undefined) return [vars]
    looked.push(named)
  }
  const at = names[0]?.at
  problems.push({
    code: 'FILE_MISSING',
    message: `cannot read ${looked.join(', nor ')}`,
    ...(at === undefined ? {} : { at }),
    hint: 'paths in vars_files start at the folder of the playbook',
  })
  return []
}
