import type { TransportName } from '../ports/channel.ts'
import type { SshConfig } from './ssh-settings.ts'
import type { VarOrigin, Inventory } from '../model/inventory.ts'
import type { Ending, InheritedKeywords, Located, Play, Playbook, PlayQuestion, RenewItem, Role, RoleUse, Task } from '../model/playbook.ts'
import type { Position, Problem } from '../model/problem.ts'
import type { MapSource, ScalarSource } from '../model/source.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import type { Text } from '../model/value.ts'

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
  readonly transport?: TransportName
  /** `--jump` */
  readonly jump?: string
  /** asked for once the hosts are known; none: nothing is configured */
  readonly sshConfig?: SshConfig
  /** what holds when nothing else says it: who runs tlsplay, and that person's known_hosts */
  readonly defaults: { readonly user: string; readonly homeFolder: string; readonly knownHostsFiles: readonly string[] }
}

export interface RunOptions {
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** glob: tasks before the first whose name fits are passed over */
  readonly startAtTask?: string
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

export type Answers = ReadonlyMap<PlayQuestion, ScalarSource>

/** What compiling needs from outside; reading is done by whoever calls. */
export interface CompileInputs {
  readonly taskTypes: ReadonlyMap<string, AnyTaskType>
  /** text of a file of patterns (`--limit @file`), undefined when it cannot be read */
  readFile(path: string): string | undefined
  /** a file of `vars_files` by absolute path; undefined when it is missing or was reported */
  readVars(path: string): MapSource | undefined
  /** what a person said to the questions of a play, by name; without it nobody is asked */
  readonly answers?: Answers
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
  /** of `vars_prompt` */
  readonly answers: ReadonlyMap<string, VarOrigin>
}

export type Node = TaskNode | FlushNode | EndNode | RenewNode

export interface FlushNode {
  readonly kind: 'flush'
  readonly within: readonly BlockPart[]
  /** of one that was written; those at the ends of sections have none */
  readonly guard: MetaGuard | undefined
}

/** Where a host, a role, a batch or a play ends early. */
export interface EndNode {
  readonly kind: 'end'
  readonly ends: Ending
  readonly within: readonly BlockPart[]
  readonly guard: MetaGuard
}

/** Where a host logs in anew, or lost hosts come back for the plays behind. */
export interface RenewNode {
  readonly kind: 'renew'
  readonly renews: RenewItem['renews']
  readonly within: readonly BlockPart[]
  readonly guard: MetaGuard
}

/** What decides whether a written `meta` happens on a host. */
export interface MetaGuard {
  readonly at: Position
  readonly role: RoleContext | undefined
  readonly conditions: readonly Located<string | boolean>[]
  readonly blockVars: readonly MapSource[]
  readonly tags: readonly string[]
  readonly includes: readonly IncludeGuard[]
  readonly includeVars: readonly MapSource[]
}

/** An include that a task stands behind: it runs on hosts that took this branch of it. */
export interface IncludeGuard {
  /** id of the include, and of the item of its loop */
  readonly key: string
  readonly include: TaskNode
  readonly path: string
  /** for an item that the list may have or not */
  readonly isSpare: boolean
}

/** Whether a node is one of many that stand for the items of a list that is not known: the first of them speaks for all. */
export function isSpare({ includes }: Pick<TaskNode, 'includes'>): boolean {
  return includes.some((guard) => guard.isSpare)
}

/** Tasks and handlers of a play, each once. */
export function tasksOf({ nodes, handlers }: Pick<CompiledPlay, 'nodes' | 'handlers'>): readonly TaskNode[] {
  return [...nodes.filter((node) => node.kind === 'task'), ...handlers].filter((node) => !isSpare(node))
}

/** Whether a node came in by an include among handlers: it runs when that does, and nobody notifies it. */
export function isBroughtToHandlers({ includes }: Pick<TaskNode, 'includes'>): boolean {
  return includes.some(({ include }) => include.section === 'handlers')
}

/** The part of a block that a task stands in. */
export interface BlockPart {
  readonly block: string
  readonly part: 'block' | 'rescue' | 'always'
  /** tasks of the block's rescue were selected */
  readonly hasRescue: boolean
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
  /** absolute folder of the playbook: where its files begin */
  readonly folder: string
  readonly role: RoleContext | undefined
  /** innermost keywords; variables of the host may override both */
  readonly become: {
    readonly enabled: Located<boolean> | undefined
    readonly user: Located<string> | undefined
    readonly method: InheritedKeywords['becomeMethod']
  }
  /** own and inherited */
  readonly tags: readonly string[]
  /** inherited ones first; all must hold */
  readonly conditions: readonly Located<string | boolean>[]
  readonly environment: MapSource | undefined
  /** of the blocks around it, outermost first */
  readonly blockVars: readonly MapSource[]
  /** `vars` of the includes around it, outermost first: above all but extra vars */
  readonly includeVars: readonly MapSource[]
  /** outermost first */
  readonly within: readonly BlockPart[]
  /** includes that lead to it, outermost first */
  readonly includes: readonly IncludeGuard[]
  /** of an include of tasks: how many items its loop has at most, 1 without a loop */
  readonly copies: number
  /** of an include of tasks: its list is known only when it is reached, and `copies` is what there is room for */
  readonly isOpen: boolean
  /** ids of the handlers it notifies */
  readonly notifies: readonly string[]
}

/** One use of a role in a play, or one import of it by a task: a call with its own inputs. */
export interface RoleContext {
  readonly id: string
  readonly role: Role
  readonly use: RoleUse
  readonly inputs: MapSource | undefined
  /** the role whose dependency this is, or whose task calls it */
  readonly caller: RoleContext | undefined
  /** of the call and of everything around it, outermost first */
  readonly conditions: readonly Located<string | boolean>[]
  /** of the blocks around the call, outermost first: what its inputs can read */
  readonly blockVars: readonly MapSource[]
  readonly includeVars: readonly MapSource[]
  /** includes that lead to the call, outermost first */
  readonly includes: readonly IncludeGuard[]
}

export interface Compiled {
  readonly run: CompiledRun
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}
