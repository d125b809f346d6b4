import { maskText } from '../lib/masking/mask.ts'
import type { Problem } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import { isList, isMap, Secret, Unknown, type Value, type ValueMap } from '../model/value.ts'
import { evaluateConditions } from './conditions.ts'
import { actingUser } from './connection.ts'
import type { FactReader } from './facts.ts'
import { type JudgedOutcome, type Judgement, judge } from './judgement.ts'
import { loopVariables } from './loop-variables.ts'
import { type Attempts, attemptsOf, pauseOf } from './attempts.ts'
import type { CompiledPlay, CompiledRun, TaskNode } from './compiled-run.ts'
import { renderEnvironment, renderParams } from './parameters.ts'
import { renderSource, renderText } from './render.ts'
import { kindOf } from './secrecy.ts'
import { type HostRuntime, hostScope, type Scope } from './variables.ts'

export interface InstantiateInput {
  readonly run: CompiledRun
  readonly play: CompiledPlay
  readonly host: string
  readonly runtime: HostRuntime
  readonly fact: FactReader | undefined
  readonly taskTypes: ReadonlyMap<string, AnyTaskType>
  /** what the includes around the task give, outermost first */
  readonly included?: readonly ValueMap[]
  runtimeOf?(host: string): HostRuntime | undefined
  readsGroups?(): void
}

export interface LoopItem {
  readonly index: number
  readonly value: Value
  /** what it reads of its loop: itself, its number, its place */
  readonly variables: ValueMap
  /** for display: the label of loop_control, else the item itself in short */
  readonly label: string
}

/** One task on one host, or one item of its loop. */
export type Instance = { readonly item: LoopItem | undefined; readonly scope: Scope } & (
  | { readonly kind: 'skipped'; readonly because: string; readonly listIsEmpty?: boolean }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'ready'
      /** rendered; conditions and expressions of the task type are `{text, result}`. May hold an Unknown */
      readonly params: Value
      /** the same for the schema of the task type: conditions and expressions as written */
      readonly written: Value
      readonly environment: Value
      /** who the task acts as */
      readonly user: string
      /** a host, or the machine that runs tlsplay */
      readonly delegate: string | undefined
      /** undefined: it is tried once */
      readonly attempts: Attempts | undefined
      /** before the next item */
      readonly pauseSeconds: number
      /** changed_when and failed_when over what the task gave */
      judge(outcome: JudgedOutcome): Judgement
    }
)

/** Why a task with an empty list is skipped. */
const noItems = 'the list of the loop is empty'

/**
 * A task for one host: the loop list first, then for each item `when`, then the parameters (design/language.md A.5).
 * Without a loop there is one instance without an item, and for a list that is empty, missing or not known as well.
 * Errors that are not TlsplayError pass through.
 */
export function instantiate(node: TaskNode, input: InstantiateInput): readonly Instance[] {
  const { task } = node
  const scope = hostScope({ ...input, role: node.role, task: scopedTask(node), blockVars: node.blockVars, includeVars: node.includeVars })
  if (task.loop === undefined) return [instance(node, input, scope, undefined)]
  const list = loopList(task.loop, scope)
  if (list.kind === 'list') {
    if (list.items.length === 0) return [{ kind: 'skipped', because: noItems, listIsEmpty: true, item: undefined, scope }]
    return list.items.map((value, index) => loopInstance(node, input, scope, list.items, value, index))
  }
  // A list that is missing or not known yet does not matter to a task that is skipped anyway.
  const verdict = evaluateConditions(node.conditions, scope)
  if (verdict.kind === 'false') return [{ kind: 'skipped', because: `${verdict.because} does not hold`, item: undefined, scope }]
  return [{ ...list, item: undefined, scope }]
}

/** What stands under `vars` of include_role are inputs of the role, rendered where that reads them. */
function scopedTask({ task, type }: TaskNode): TaskNode['task'] {
  return type === 'include_role' ? { ...task, vars: undefined } : task
}

function loopList(
  loop: Source,
  scope: Scope,
):
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] } {
  const { value, problems } = renderSource(loop, scope)
  if (problems.length > 0) return { kind: 'failed', problems }
  if (value instanceof Unknown) return { kind: 'unknown', why: value.why }
  if (isList(value)) return { kind: 'list', items: value }
  const hint = isMap(value)
    ? 'a map has no order of its own: write the items as a list'
    : value instanceof Secret || typeof value === 'string'
      ? 'write a list, or {{split text ","}}'
      : 'write a list'
  return { kind: 'failed', problems: [{ code: 'LOOP_NOT_LIST', message: `loop needs a list, got ${kindOf(value)}`, at: loop.at, hint }] }
}

function loopInstance(
  node: TaskNode,
  input: InstantiateInput,
  scope: Scope,
  items: readonly Value[],
  value: Value,
  index: number,
): Instance {
  const { label } = node.task.loopControl
  const variables = loopVariables(node.task.loopControl, items, index)
  const inner = scope.with(variables)
  const shown = label === undefined ? undefined : renderText(label.value, label.at, inner)
  const item: LoopItem = { index, value, variables, label: shown === undefined ? shortLabel(value) : String(shown.value) }
  if (shown !== undefined && shown.problems.length > 0 && evaluateConditions(node.conditions, inner).kind !== 'false')
    return { kind: 'failed', problems: shown.problems, item, scope: inner }
  return instance(node, input, inner, item)
}

function instance(node: TaskNode, input: InstantiateInput, scope: Scope, item: LoopItem | undefined): Instance {
  const { task } = node
  const verdict = evaluateConditions(node.conditions, scope)
  if (verdict.kind === 'false') return { kind: 'skipped', because: `${verdict.because} does not hold`, item, scope }
  if (verdict.kind !== 'true') return { ...verdict, item, scope }
  const rendered = renderParams(task.params, input.taskTypes.get(node.type), scope)
  const environment = renderEnvironment(node.environment, scope)
  const delegate = task.delegateTo === undefined ? undefined : renderText(task.delegateTo.value, task.delegateTo.at, scope)
  const delegateName = delegate?.value instanceof Secret ? undefined : delegate?.value
  const user = actingUser(
    node,
    input.run,
    input.play,
    delegateName instanceof Unknown || delegateName === undefined ? input.host : delegateName,
    scope,
  )
  const attempts = attemptsOf(task, scope)
  const pause = pauseOf(task, scope)
  const problems = [
    ...rendered.problems,
    ...environment.problems,
    ...(delegate?.problems ?? []),
    ...user.problems,
    ...attempts.problems,
    ...pause.problems,
  ]
  if (problems.length > 0) return { kind: 'failed', problems, item, scope }
  const unknown = environment.unknown ?? attempts.unknown ?? pause.unknown ?? (delegateName instanceof Unknown ? delegateName : undefined)
  if (unknown !== undefined) return { kind: 'unknown', why: unknown.why, item, scope }
  return {
    kind: 'ready',
    params: rendered.params,
    written: rendered.written,
    environment: environment.value,
    user: user.name,
    delegate: typeof delegateName === 'string' ? delegateName : undefined,
    attempts: attempts.value,
    pauseSeconds: pause.value,
    judge: (outcome) => judge(node.task, outcome, scope),
    item,
    scope,
  }
}

const labelLimit = 80

function shortLabel(value: Value): string {
  const text = typeof value === 'string' || value instanceof Secret || value instanceof Unknown ? String(value) : JSON.stringify(value)
  if (text.length <= labelLimit) return text
  // Half a secret could not be recognized any more.
  const whole = maskText(text)
  return whole.length > labelLimit ? `${whole.slice(0, labelLimit - 3)}...` : whole
}
