import type { Giver, VariableSight } from '../model/explain.ts'
import type { VarOrigin } from '../model/inventory.ts'
import type { Task } from '../model/playbook.ts'
import { TlsplayError } from '../model/problem.ts'
import { entryOf, type MapSource, type Source } from '../model/source.ts'
import { Unknown, type Value } from '../model/value.ts'
import { type CompiledPlay, type CompiledRun, type RoleContext, type TaskNode, tasksOf } from './compiled-run.ts'
import { secretNames } from './connection-names.ts'
import { unknownItems } from './include-items.ts'
import { inventoryVariableLayers, variablesOf } from './inventory-variables.ts'
import { plainSource } from './render.ts'
import { hide } from './secrecy.ts'
import { emptyRuntime, hostScope, magicNames } from './variables.ts'

interface Reader {
  readonly name: string
  readonly role?: RoleContext | undefined
  readonly task?: Task | undefined
  readonly blockVars?: readonly MapSource[] | undefined
  readonly includeVars?: readonly MapSource[] | undefined
  readonly includes?: TaskNode['includes']
}

/** Every layer that gives a variable of a host a value, in every place of the run where that differs. Empty: nothing does. */
export function explainVariable(run: CompiledRun, host: string, name: string): readonly VariableSight[] {
  const plays = run.plays.filter((play) => play.hosts.includes(host))
  const places = plays.length === 0 ? [undefined] : plays
  return places.flatMap((play) => readersOf(play, name).flatMap((reader) => sightOf(run, play, host, name, reader) ?? []))
}

function readersOf(play: CompiledPlay | undefined, name: string): readonly Reader[] {
  if (play === undefined) return [{ name: 'no play: the inventory alone' }]
  const nodes = tasksOf(play)
  const roles = [...new Map(nodes.flatMap(({ role }) => (role === undefined ? [] : [[role.id, role] as const]))).values()]
  return [
    { name: 'tasks of the play' },
    ...roles.filter((role) => knowsName(role, name)).map((role) => ({ name: `role ${role.role.name}`, role })),
    ...nodes
      .filter(({ task, blockVars, includeVars }) =>
        [task.vars, ...blockVars, ...includeVars].some((vars) => vars !== undefined && entryOf(vars, name) !== undefined),
      )
      .map(({ label, ...node }) => ({ name: `task ${label}`, ...node })),
  ]
}

function knowsName({ role, inputs }: RoleContext, name: string): boolean {
  const written = [role.vars, inputs].some((vars) => vars !== undefined && entryOf(vars, name) !== undefined)
  return written || role.inputs.some((input) => input.name === name)
}

function sightOf(run: CompiledRun, play: CompiledPlay | undefined, host: string, name: string, reader: Reader): VariableSight | undefined {
  const givers = giversOf(run, play, host, name, reader)
  if (givers.length === 0) return undefined
  const winner = givers.findIndex((giver) => giver.task === undefined)
  const { role, task, blockVars, includeVars, includes = [] } = reader
  const around = { role, task, blockVars, includeVars, included: unknownItems(includes) }
  const scope = hostScope({ run, play, host, runtime: emptyRuntime, ...around })
  return {
    play: play === undefined ? undefined : { name: play.name, at: play.play.at },
    reader: reader.name,
    value: winner < 0 ? undefined : valueOf(() => scope.lookup(name)),
    givers: givers.map((giver, index) => ({ ...giver, wins: index === winner })),
  }
}

/** A fact, or a name that only a task sets, is not there yet. */
function valueOf(read: () => Value | undefined): Value | undefined {
  try {
    const value = read()
    return value instanceof Unknown ? undefined : value
  } catch (error) {
    if (error instanceof TlsplayError) return undefined
    throw error
  }
}

/** High to low, in the order of HostScope. */
function giversOf(
  run: CompiledRun,
  play: CompiledPlay | undefined,
  host: string,
  name: string,
  { role, task, blockVars, includeVars }: Reader,
): readonly Omit<Giver, 'wins'>[] {
  if (magicNames.includes(name)) return [{ layer: 'tlsplay itself', written: undefined, at: undefined }]
  const written = (origin: VarOrigin | undefined): readonly Omit<Giver, 'wins'>[] =>
    origin === undefined ? [] : [{ layer: origin.layer, written: shown(name, origin.source), at: origin.source.at }]
  // one map may be variables of a task and those of what the task includes
  const from = (map: MapSource | undefined, layer: string) => {
    const origin = variablesOf(map, layer).get(name)
    return written(origin === undefined ? undefined : { ...origin, layer })
  }
  const fallback = role?.role.inputs.find((input) => input.name === name)?.fallback
  return [
    ...written(run.extraVars.get(name)),
    ...(includeVars ?? []).toReversed().flatMap((vars) => from(vars, 'include params')),
    ...from(role?.inputs, 'role input'),
    ...(play === undefined ? [] : settersOf(play, name)),
    ...from(task?.vars, 'task vars'),
    ...(blockVars ?? []).toReversed().flatMap((vars) => from(vars, 'block vars')),
    ...from(role?.role.vars, 'role vars'),
    ...(play?.varsFiles ?? []).toReversed().flatMap((file) => from(file, 'vars_files')),
    ...(play?.answers.has(name) === true ? [{ layer: 'vars_prompt', written: undefined, at: play.answers.get(name)?.source.at }] : []),
    ...from(play?.play.vars, 'play vars'),
    ...inventoryVariableLayers(run.inventory, host, play?.play.folder)
      .toReversed()
      .flatMap(({ from: layer, vars }) => from(vars, layer)),
    ...(fallback === undefined ? [] : written({ source: fallback, layer: 'role default' })),
  ]
}

/** Tasks that set the name while they run; from then on they beat what is written below them. */
function settersOf(play: CompiledPlay, name: string): readonly Omit<Giver, 'wins'>[] {
  const nodes = tasksOf(play)
  const setter = ({ task, label }: TaskNode): readonly Omit<Giver, 'wins'>[] => {
    if (task.register?.value === name) return [{ layer: 'register', written: undefined, at: task.register.at, task: label }]
    const fact = task.type === 'set_fact' && task.params.kind === 'map' ? entryOf(task.params, name) : undefined
    return fact === undefined ? [] : [{ layer: 'set_fact', written: shown(name, fact.value), at: fact.keyAt, task: label }]
  }
  const reads = ({ task, label }: TaskNode): readonly Omit<Giver, 'wins'>[] =>
    (task.include?.branches ?? []).flatMap(({ vars }) => {
      const read = vars === undefined ? undefined : entryOf(vars, name)
      return read === undefined ? [] : [{ layer: 'include_vars', written: shown(name, read.value), at: read.keyAt, task: label }]
    })
  return [...nodes.flatMap(setter), ...nodes.flatMap(reads)]
}

function shown(name: string, source: Source): Value {
  const value = plainSource(source)
  return secretNames.has(name) ? hide(value) : value
}
