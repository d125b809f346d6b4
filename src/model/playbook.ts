import type { Position } from './problem.ts'
import type { MapSource, ScalarSource, Source } from './source.ts'

export interface Located<T> {
  readonly value: T
  readonly at: Position
}

export interface Playbook {
  readonly file: string
  readonly plays: readonly Play[]
}

export interface Play {
  readonly at: Position
  /** absolute folder of the playbook it stands in: where its files and vars_files begin */
  readonly folder: string
  readonly name: string | undefined
  readonly hosts: Located<string>
  readonly keywords: InheritedKeywords
  readonly vars: MapSource | undefined
  /** `vars_prompt`: asked before any host is */
  readonly questions: readonly PlayQuestion[]
  /** of each, the first that is there counts */
  readonly varsFiles: readonly (readonly Located<string>[])[]
  /** how many hosts form a batch: counts or percentages, the last one repeats */
  readonly serial: readonly Located<number | string>[]
  readonly order: 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle'
  readonly forceHandlers: boolean
  readonly anyErrorsFatal: boolean
  /** the batch ends when more than that percentage of its hosts failed */
  readonly maxFailPercentage: number | undefined
  /** for tasks that say nothing themselves, nor a block around them */
  readonly options: Pick<TaskOptions, 'ignoreUnreachable' | 'throttle'>
  readonly preTasks: readonly TaskItem[]
  readonly roles: readonly RoleUse[]
  readonly tasks: readonly TaskItem[]
  readonly postTasks: readonly TaskItem[]
  readonly handlers: readonly (Task | Block)[]
}

/** A variable that the person who starts the run gives. */
export interface PlayQuestion {
  readonly at: Position
  readonly name: string
  readonly prompt: string
  /** what is typed is not shown, and is a secret */
  readonly isPrivate: boolean
  /** it is typed twice */
  readonly confirm: boolean
  /** for an empty answer */
  readonly fallback: ScalarSource | undefined
}

/** Keywords a play, a role entry or a task may carry; the innermost wins, tags and conditions add up. */
export interface InheritedKeywords {
  readonly become: Located<boolean> | undefined
  readonly becomeUser: Located<string> | undefined
  readonly becomeMethod: Located<'sudo' | 'doas' | 'su'> | undefined
  readonly tags: readonly string[]
  readonly when: readonly Located<string | boolean>[]
  readonly environment: MapSource | undefined
}

/** A role named in a play: a function call, its inputs checked at this line. */
export interface RoleUse {
  readonly at: Position
  readonly role: Role
  /** range that the version of the role must be in */
  readonly version?: Located<string>
  readonly keywords: InheritedKeywords
  readonly inputs: MapSource | undefined
}

export interface RoleInput {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** the JSON Schema of the value */
  readonly schema: object
  readonly fallback: Source | undefined
  readonly at: Position
}

/** What has to hold of the inputs of a role together. */
export interface RoleRule {
  /** condition in CEL over the inputs */
  readonly that: Located<string>
  /** what is wrong when it does not hold, and what to do */
  readonly message: string
}

export interface Role {
  readonly name: string
  /** absolute path of the folder */
  readonly folder: string
  readonly at: Position
  readonly summary: string
  readonly version: string
  readonly inputs: readonly RoleInput[]
  readonly rules: readonly RoleRule[]
  readonly vars: MapSource | undefined
  readonly dependencies: readonly RoleUse[]
  readonly tasks: readonly TaskItem[]
  readonly handlers: readonly (Task | Block)[]
}

/** What may stand in a list of tasks. */
export type TaskItem = Task | Block | FlushItem | EndItem | RenewItem

/** `meta: flush_handlers`: handlers that are due run here. */
export interface FlushItem {
  readonly kind: 'flush'
  readonly at: Position
  readonly keywords: InheritedKeywords
}

/** What a `meta` ends early, without a failure: for one host, or for all of the batch or play. */
export type Ending = 'host' | 'play' | 'batch' | 'role'

/** `meta: end_host` and its like: the tasks behind it are left out. */
export interface EndItem {
  readonly kind: 'end'
  readonly ends: Ending
  readonly at: Position
  readonly keywords: InheritedKeywords
}

/** `meta: reset_connection` and `clear_host_errors`: a host logs in anew, or hosts that were lost take part in the plays behind. */
export interface RenewItem {
  readonly kind: 'renew'
  readonly renews: 'connection' | 'hosts'
  readonly at: Position
  readonly keywords: InheritedKeywords
}

/** Tasks that share keywords, with tasks for the case that one fails and tasks that run in any case. */
export interface Block {
  readonly kind: 'block'
  readonly at: Position
  readonly name: string | undefined
  readonly keywords: InheritedKeywords
  readonly vars: MapSource | undefined
  /** the body are tasks of this role, called here: import_role */
  readonly call: RoleUse | undefined
  readonly body: readonly TaskItem[]
  readonly rescue: readonly TaskItem[]
  readonly always: readonly TaskItem[]
}

/** Keywords that a task takes from the blocks around it when it does not say them itself; load puts them into the task. */
export interface TaskOptions {
  readonly delegateTo: Located<string> | undefined
  /** variables that it sets are those of the host that it is delegated to */
  readonly delegateFacts: boolean
  readonly runOnce: boolean
  readonly ignoreErrors: boolean
  /** undefined: the play decides */
  readonly ignoreUnreachable: boolean | undefined
  readonly anyErrorsFatal: boolean
  readonly noLog: boolean
  readonly checkMode: boolean | undefined
  readonly diff: boolean | undefined
  /** seconds */
  readonly timeout: number | undefined
  /** at most so many hosts at the same time */
  readonly throttle: number | undefined
}

export interface LoopControl {
  readonly loopVar: string
  readonly indexVar: string | undefined
  readonly label: Located<string> | undefined
  /** seconds between items */
  readonly pause: Source | undefined
  /** whether the items read `ansible_loop`; all: with the whole list in it */
  readonly extended: 'no' | 'yes' | 'all'
  /** conditions over the result of an item; when they hold, no item follows */
  readonly breakWhen: readonly Located<string | boolean>[] | undefined
}

/** How often a task is tried: until its conditions hold, without any until it does not fail. */
export interface AttemptKeywords {
  readonly until: readonly Located<string | boolean>[] | undefined
  /** how often it is tried again */
  readonly retries: Source | undefined
  /** seconds between attempts */
  readonly delay: Source | undefined
}

/** What a task may bring in when it is reached; read and checked beforehand. */
export interface Include {
  readonly kind: 'tasks' | 'vars'
  /** tasks of the play behind it read the variables and defaults of the role */
  readonly isPublic: boolean
  /** of `apply`, for each of the tasks */
  readonly keywords: InheritedKeywords
  /** variables of `apply` */
  readonly applied: MapSource | undefined
  /** absolute folders in which its name is looked for */
  readonly folders: readonly string[]
  readonly branches: readonly IncludeBranch[]
}

/** One of the files it can name. */
export interface IncludeBranch {
  /** absolute: of the file, of the folder for `dir`, of the role for include_role */
  readonly path: string
  readonly tasks: readonly TaskItem[]
  readonly call: RoleUse | undefined
  readonly vars: MapSource | undefined
}

export interface Task extends TaskOptions {
  readonly kind: 'task'
  /** of include_tasks, include_role and include_vars */
  readonly include?: Include
  readonly at: Position
  readonly name: string | undefined
  /** name of a task type, resolved from an alias where one was written */
  readonly type: string
  readonly typeAt: Position
  readonly params: Source
  readonly keywords: InheritedKeywords
  readonly vars: MapSource | undefined
  readonly loop: Source | undefined
  readonly loopControl: LoopControl
  readonly attempts: AttemptKeywords | undefined
  readonly register: Located<string> | undefined
  readonly notify: readonly Located<string>[]
  readonly listen: readonly string[]
  readonly changedWhen: readonly Located<string | boolean>[] | undefined
  readonly failedWhen: readonly Located<string | boolean>[] | undefined
}
