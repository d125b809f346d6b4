import { type CompiledRun, type TaskNode, tasksOf } from '../../compile/compiled-run.ts'
import type { Role } from '../../model/playbook.ts'
import type { Position } from '../../model/problem.ts'
import type { MapSource, ScalarSource, Source } from '../../model/source.ts'

/** What rules look at: everything of a run that is known before a host is asked. */
export interface LintInput {
  readonly run: CompiledRun
  /** shown file name -> text */
  readonly texts: ReadonlyMap<string, string>
  readonly taskTypes: ReadonlySet<string>
}

/** One place that a rule objects to. */
export interface Sighting {
  readonly at: Position
  /** lower case, no final period; names keys and words of the language, never a value */
  readonly message: string
}

/** A rule as data: what it is called, why it is one, what to do, and where it is broken. */
export interface LintRule {
  readonly id: string
  readonly title: string
  readonly reason: string
  readonly fix: string
  look(input: LintInput): readonly Sighting[]
}

/** Tasks and handlers of all plays. */
export function tasksIn({ run }: LintInput): readonly TaskNode[] {
  return run.plays.flatMap(tasksOf)
}

export function rolesIn(input: LintInput): readonly Role[] {
  return [...new Set(tasksIn(input).flatMap(({ role }) => role?.role ?? []))]
}

/** Maps of variables that people write in playbooks and roles. */
export function playbookVars({ run }: LintInput): readonly MapSource[] {
  const nodes = run.plays.flatMap(tasksOf)
  const maps = [
    ...run.plays.flatMap(({ play }) => play.vars ?? []),
    ...nodes.flatMap(({ task, blockVars, role }) => [task.vars, ...blockVars, role?.role.vars, role?.inputs].flatMap((map) => map ?? [])),
  ]
  return [...new Set(maps)]
}

/** Maps of variables in inventories, group_vars, host_vars and vars_files. */
export function inventoryVars({ run }: LintInput): readonly MapSource[] {
  const entries = [...run.inventory.groups.values(), ...run.inventory.hosts.values()]
  return [
    ...new Set([...entries.flatMap(({ layers }) => layers.map(({ vars }) => vars)), ...run.plays.flatMap(({ varsFiles }) => varsFiles)]),
  ]
}

export interface Leaf {
  readonly source: ScalarSource
  /** key that it stands under, the nearest; undefined at the top */
  readonly key: string | undefined
}

/** Every single value of a written one. */
export function leavesOf(source: Source | undefined, key?: string): readonly Leaf[] {
  if (source === undefined) return []
  switch (source.kind) {
    case 'scalar':
      return [{ source, key }]
    case 'list':
      return source.items.flatMap((item) => leavesOf(item, key))
    case 'map':
      return source.entries.flatMap((entry) => leavesOf(entry.value, entry.key))
  }
}

/** A text of a parameter, where it is one and no template. */
export function literalOf(params: Source, key: string): string | undefined {
  const value = params.kind === 'map' ? params.entries.find((entry) => entry.key === key)?.value : undefined
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

export function hasKey(params: Source, ...keys: readonly string[]): boolean {
  return params.kind === 'map' && params.entries.some(({ key }) => keys.includes(key))
}

/** What a command or shell runs, as written. */
export function commandLine({ task, type }: TaskNode): string | undefined {
  if (type !== 'command' && type !== 'shell') return undefined
  const { params } = task
  if (params.kind === 'scalar') return typeof params.value === 'string' ? params.value : undefined
  const argv = params.kind === 'map' ? params.entries.find(({ key }) => key === 'argv')?.value : undefined
  if (argv?.kind === 'list') return argv.items.map((item) => (item.kind === 'scalar' ? String(item.value) : '')).join(' ')
  return literalOf(params, 'cmd') ?? literalOf(params, '_raw_params')
}
