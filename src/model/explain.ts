import type { Position } from './problem.ts'
import type { Value } from './value.ts'

/** One place that gives a variable a value. */
export interface Giver {
  /** `inventory host_vars`, `play vars`, ... as in the list of layers */
  readonly layer: string
  /** as written, passwords hidden; undefined: it is not written, or comes from a task that has not run */
  readonly written: Value | undefined
  readonly at: Position | undefined
  /** the task that would set it */
  readonly task?: string
  readonly wins: boolean
}

/** A variable as one kind of reader sees it: tasks of a play, of a role, or one task with variables of its own. */
export interface VariableSight {
  readonly play: { readonly name: string; readonly at: Position } | undefined
  readonly reader: string
  /** what templates make of the winner; undefined: it cannot be told before hosts are asked */
  readonly value: Value | undefined
  /** from the highest layer down */
  readonly givers: readonly Giver[]
}

export interface HostSight {
  readonly name: string
  readonly at: Position | undefined
  /** in the order they count: the last one wins */
  readonly groups: readonly { readonly name: string; readonly priority: number }[]
  readonly plays: readonly { readonly name: string; readonly at: Position; readonly tasks: number }[]
  readonly variables: readonly { readonly name: string; readonly value: Value; readonly layer: string; readonly at: Position }[]
}

/** What a playbook makes of one task: everything that decides whether, where and as whom it runs. */
export interface TaskSight {
  readonly label: string
  readonly type: string
  readonly at: Position
  readonly play: { readonly name: string; readonly at: Position }
  readonly section: string
  readonly hosts: readonly string[]
  /** of roles: name and the line that uses it */
  readonly role: { readonly name: string; readonly at: Position } | undefined
  /** what has to be true, outermost first */
  readonly conditions: readonly { readonly text: string; readonly at: Position }[]
  /** includes that lead to it, outermost first, each with what has to be true when it is reached */
  readonly includes: readonly {
    readonly label: string
    readonly at: Position
    readonly file: string
    readonly conditions: readonly { readonly text: string; readonly at: Position }[]
  }[]
  readonly tags: readonly string[]
  readonly become: string | undefined
  readonly loop: Position | undefined
  readonly register: string | undefined
  /** labels of the handlers it notifies */
  readonly notifies: readonly string[]
  /** labels of the tasks that notify it */
  readonly notifiedBy: readonly string[]
  readonly blocks: readonly string[]
  readonly options: readonly string[]
}
