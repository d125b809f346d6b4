import type { VarOrigin, Inventory } from '../model/inventory.ts'
import type { Located, Play, Playbook, Role, RoleUse, Task } from '../model/playbook.ts'
import type { Position, Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import type { Text } from '../model/value.ts'
import { batchesOf, ordered } from './batches.ts'
import { runProblems } from './check.ts'
import { expandPlay } from './expand.ts'
import { userProblems } from './connection.ts'
import { variablesOf } from './inventory-variables.ts'
import { type Chosen, nobody } from './nobody.ts'
import { limitHosts, selectHosts } from './patterns.ts'
import { isTemplate } from './template.ts'
import { renderText } from './render.ts'
import { unknownTags } from './tags.ts'
import { emptyRuntime, hostScope } from './variables.ts'

/** Connection settings of the command line: the lowest layer, so a variable of the inventory wins. */
export interface ConnectionOverrides {
  readonly user?: string
  /** absolute */
  readonly privateKeyFile?: string
  readonly password?: Text
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomePassword?: Text
  readonly timeoutSeconds?: number
  /** absolute */
  readonly knownHostsFiles?: readonly string[]
  readonly transport?: 'ssh' | 'local'
  /** what holds when nothing else says it: who runs tlsplay, and that person's known_hosts */
  readonly defaults: { readonly user: string; readonly homeFolder: string; readonly knownHostsFiles: readonly string[] }
}

export interface RunOptions {
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** of `-e`, merged; their texts are templates like those of any variable */
  readonly extraVars?: MapSource
  readonly connection: ConnectionOverrides
  readonly forks: number
  readonly checkMode: boolean
  readonly diff: boolean
  /** what `env` reads */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** absolute folder of the playbook: playbook_dir, and where vars_files begin */
  readonly playbookFolder: string
}

/** What compiling needs from outside; reading is done by whoever calls. */
export interface CompileInputs {
  readonly taskTypes: ReadonlyMap<string, AnyTaskType>
  /** text of a file of patterns (`--limit @file`), undefined when it cannot be read */
  readFile(path: string): string | undefined
  /** a file of `vars_files` by absolute path; undefined when it is missing or was reported */
  readVars(path: string): MapSource | undefined
  /** at least 0, below 1; for `order: shuffle` */
  random(): number
}

export interface CompiledRun {
  readonly playbook: Playbook
  readonly inventory: Inventory
  readonly options: RunOptions
  readonly extraVars: ReadonlyMap<string, VarOrigin>
  readonly plays: readonly CompiledPlay[]
}

export interface CompiledPlay {
  readonly index: number
  readonly name: string
  readonly play: Play
  /** selected and limited, in the order of the play */
  readonly hosts: readonly string[]
  readonly batches: readonly (readonly string[])[]
  /** selected tasks in the order they run, with the points where handlers are due */
  readonly nodes: readonly Node[]
  /** in the order they run: of roles, then of the play */
  readonly handlers: readonly TaskNode[]
  readonly varsFiles: readonly MapSource[]
}

export type Node = TaskNode | FlushNode

export interface FlushNode {
  readonly kind: 'flush'
  readonly after: 'pre_tasks' | 'tasks' | 'post_tasks'
}

export type Section = 'pre_tasks' | 'roles' | 'tasks' | 'post_tasks' | 'handlers'

export interface TaskNode {
  readonly kind: 'task'
  /** unique in the run, stable while the playbook is unchanged, whatever tags are selected */
  readonly id: string
  /** `role : name`, or the name, or the type */
  readonly label: string
  readonly task: Task
  readonly type: string
  readonly section: Section
  readonly role: RoleContext | undefined
  /** innermost keywords; variables of the host may override both */
  readonly become: { readonly enabled: Located<boolean> | undefined; readonly user: Located<string> | undefined }
  /** own and inherited */
  readonly tags: readonly string[]
  /** inherited ones first; all must hold */
  readonly conditions: readonly Located<string | boolean>[]
  readonly environment: MapSource | undefined
  /** ids of the handlers it notifies */
  readonly notifies: readonly string[]
}

/** One use of a role in a play: a call with its own inputs. */
export interface RoleContext {
  readonly id: string
  readonly role: Role
  readonly use: RoleUse
  readonly inputs: MapSource | undefined
  /** the role whose dependency this is */
  readonly caller: RoleContext | undefined
}

export interface Compiled {
  readonly run: CompiledRun
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

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
    const varsFiles = play.varsFiles.flatMap(({ value, at }) => readVarsFile(value, at, base, bare, inputs, problems))
    const serial = batchesOf(
      hosts,
      play.serial.map(({ value, at }) => ({
        value: typeof value === 'string' ? (playText(value, at, base, { ...bare, varsFiles }, problems) ?? value) : value,
        at,
      })),
    )
    problems.push(...serial.problems)
    const expanded = expandPlay(play, index, options)
    for (const tag of expanded.tags) tags.add(tag)
    problems.push(...expanded.problems)
    return { ...bare, hosts, batches: serial.batches, nodes: expanded.nodes, handlers: expanded.handlers, varsFiles }
  })

  const run: CompiledRun = { ...base, plays }
  if (problems.length === 0 && plays.every((play) => play.hosts.length === 0))
    problems.push(...nobody(playbook, inventory, chosen, options.limit))
  problems.push(...userProblems(options.connection))
  warnings.push(...unknownTags(tags, options))
  problems.push(...runProblems(run, inputs.taskTypes))
  return { run, problems, warnings }
}

/** A text that holds for a whole play: it may read extra vars, vars of the play and what all hosts share, no more. */
function playText(text: string, at: Position, run: CompiledRun, play: CompiledPlay, problems: Problem[]): string | undefined {
  if (!isTemplate(text)) return text
  const { value, problems: found } = renderText(text, at, hostScope({ run, play, host: 'localhost', runtime: emptyRuntime }))
  problems.push(...found)
  if (found.length > 0) return undefined
  if (typeof value === 'string') return value
  problems.push({ code: 'TEMPLATE_VALUE', message: 'a secret cannot stand here', at })
  return undefined
}

function readVarsFile(
  path: string,
  at: Position,
  run: CompiledRun,
  play: CompiledPlay,
  inputs: CompileInputs,
  problems: Problem[],
): readonly MapSource[] {
  const named = playText(path, at, run, play, problems)
  if (named === undefined) return []
  const absolute = named.startsWith('/') ? named : `${run.options.playbookFolder}/${named}`
  const vars = inputs.readVars(absolute)
  if (vars !== undefined) return [vars]
  problems.push({
    code: 'FILE_MISSING',
    message: `cannot read ${named}`,
    at,
    hint: 'paths in vars_files start at the folder of the playbook',
  })
  return []
}
