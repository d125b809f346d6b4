import { type Problem, TlsplayError } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import { Unknown, type Value, type ValueMap } from '../model/value.ts'
import { conditionsSyntax, evaluateConditions } from './conditions.ts'
import { factNames } from './fact-names.ts'
import { type CompiledPlay, type CompiledRun, type RoleContext, type TaskNode, tasksOf } from './compiled-run.ts'
import { reached } from './include-branch.ts'
import { unknownItems } from './include-items.ts'
import { instantiate } from './instantiate.ts'
import { paramsSyntax, renderParams } from './parameters.ts'
import { syntaxProblems } from './render.ts'
import { representatives } from './representatives.ts'
import { compileTemplate } from './template.ts'
import { mapOf } from './secrecy.ts'
import { type HostRuntime, hostScope } from './variables.ts'

/** Everything that can be known to be wrong before a host is asked, over the whole run, each place once. */
export function runProblems(run: CompiledRun, taskTypes: ReadonlyMap<string, AnyTaskType>): readonly Problem[] {
  const syntax = once(run.plays.flatMap((play) => playSyntax(play, taskTypes)))
  // A text that cannot be read would be told again by every task that uses it.
  return syntax.length > 0 ? syntax : once(run.plays.flatMap((play) => missingVariables(run, play, taskTypes)))
}

function once(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ code, message, at }) => {
    const key = `${code} ${message} ${at?.file}:${at?.line}:${at?.column}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function playSyntax(play: CompiledPlay, taskTypes: ReadonlyMap<string, AnyTaskType>): readonly Problem[] {
  const nodes = tasksOf(play)
  const roles = new Set(nodes.flatMap((node) => node.role ?? []))
  return [
    ...mapSyntax(play.play.vars),
    ...[...play.answers.values()].flatMap(({ source }) => syntaxProblems(source)),
    ...play.varsFiles.flatMap(mapSyntax),
    ...[...roles].flatMap(roleSyntax),
    ...nodes.flatMap((node) => nodeSyntax(node, taskTypes)),
    ...play.nodes.flatMap((node) => (node.kind === 'task' ? [] : conditionsSyntax(node.guard?.conditions ?? []))),
  ]
}

function roleSyntax({ role, inputs }: RoleContext): readonly Problem[] {
  return [
    ...mapSyntax(inputs),
    ...mapSyntax(role.vars),
    ...role.inputs.flatMap(({ fallback }) => (fallback === undefined ? [] : syntaxProblems(fallback))),
    ...conditionsSyntax(role.rules.map(({ that }) => that)),
  ]
}

function nodeSyntax(node: TaskNode, taskTypes: ReadonlyMap<string, AnyTaskType>): readonly Problem[] {
  const { task } = node
  const texts = [task.delegateTo, task.loopControl.label, node.become.user].flatMap((text) =>
    text === undefined ? [] : compileTemplate(text.value, text.at).problems,
  )
  const { breakWhen, pause } = task.loopControl
  const conditions = [
    ...node.conditions,
    ...[task.attempts?.until, breakWhen, task.changedWhen, task.failedWhen].flatMap((list) => list ?? []),
  ]
  return [
    ...conditionsSyntax(conditions),
    ...[task.loop, task.attempts?.retries, task.attempts?.delay, pause].flatMap((source) =>
      source === undefined ? [] : syntaxProblems(source),
    ),
    ...paramsSyntax(task.params, taskTypes.get(node.type)),
    ...mapSyntax(task.vars),
    ...[...node.blockVars, ...node.includeVars].flatMap(mapSyntax),
    ...(task.include?.branches ?? []).flatMap(({ vars }) => mapSyntax(vars)),
    ...mapSyntax(node.environment),
    ...texts,
  ].map((problem) => ({ ...problem, task: node.label }))
}

function mapSyntax(map: MapSource | undefined): readonly Problem[] {
  return map === undefined ? [] : syntaxProblems(map)
}

const notYet = new Unknown('set while the run goes on')

/**
 * Variables that a task will surely lack. Tasks are evaluated as in a plan, with facts and with everything that any task
 * of the run sets or registers unknown. Where a condition depends on those, only what no host of the play has is told:
 * the condition may guard the rest. Where they choose the file that a task stands in, only what no host of the inventory
 * has: a play may leave out just those that the file is for. Hosts with the same groups and the same variables of their
 * own count as one.
 */
function missingVariables(run: CompiledRun, play: CompiledPlay, taskTypes: ReadonlyMap<string, AnyTaskType>): readonly Problem[] {
  const runtime = { facts: {}, registered: namesSet(run), includeVars: [] }
  const runtimeOf = runtimesOf(run, runtime)
  const { byGroups, byValues } = representatives(run, play)
  let ofInventory: readonly string[] | undefined
  const anywhere = (): readonly string[] => {
    ofInventory ??= representatives(run, { ...play, hosts: [...run.inventory.hosts.keys()] }).byGroups
    return ofInventory
  }
  return tasksOf(play).flatMap((node) => {
    let groupsAreRead = false
    const readsGroups = (): void => {
      groupsAreRead = true
    }
    const included = unknownItems(node.includes)
    const lackedBy = (host: string): Lacks => {
      const common = { run, play, host, runtime, runtimeOf, fact, included, readsGroups }
      const instances = instantiate(node, { ...common, taskTypes })
      const sure = instances.flatMap((instance) => (instance.kind === 'failed' ? instance.problems : []))
      if (!instances.some((instance) => instance.kind === 'unknown') || node.task.loop !== undefined) return { sure, maybe: [] }
      const scope = hostScope({ ...common, role: node.role, task: node.task, ...aroundOf(node) })
      return { sure, maybe: renderParams(node.task.params, taskTypes.get(node.type), scope).problems }
    }
    let isChosen = false
    const onHost = (host: string): Lacks => {
      const comes = reached(node.includes, (include, around) =>
        instantiate(include, { run, play, host, runtime, runtimeOf, fact, taskTypes, included: around, readsGroups }),
      )
      // what an include leaves out on this host lacks nothing
      if (comes === false) return { sure: [], maybe: [] }
      const lacks = lackedBy(host)
      if (comes === true) return lacks
      isChosen = true
      return { sure: [], maybe: allOf(lacks) }
    }
    const few = byValues.map(onHost)
    const perHost = groupsAreRead ? byGroups.map(onHost) : few
    const everywhere = lackedByAll(
      perHost.map(({ maybe }) => maybe),
      () => (isChosen ? anywhere().map((host) => allOf(lackedBy(host))) : []),
    )
    return [...perHost.flatMap(({ sure }) => sure), ...everywhere].map((problem) => ({ task: node.label, ...problem }))
  })
}

interface Lacks {
  readonly sure: readonly Problem[]
  /** where a condition or a choice of files decides */
  readonly maybe: readonly Problem[]
}

const allOf = ({ sure, maybe }: Lacks): readonly Problem[] => [...sure, ...maybe]

const fact = (): Value => new Unknown('a fact of the host')

/** Names that are missing in each of the lists, and in each of those that are only made when something is left to tell. */
function lackedByAll(lists: readonly (readonly Problem[])[], more: () => readonly (readonly Problem[])[]): readonly Problem[] {
  const isIn = (problem: Problem) => (list: readonly Problem[]) =>
    list.some(({ message, at }) => message === problem.message && at?.line === problem.at?.line && at?.column === problem.at?.column)
  const left = (lists[0] ?? []).filter((problem) => problem.code === 'VARIABLE_UNDEFINED' && lists.every(isIn(problem)))
  if (left.length === 0) return []
  const others = more()
  return left.filter((problem) => others.every(isIn(problem)))
}

function aroundOf({ blockVars, includeVars }: Pick<TaskNode, 'blockVars' | 'includeVars'>) {
  return { blockVars, includeVars }
}

/** What a rescue reads of the task that failed; the long names are those of Ansible. */
const rescueNames: readonly string[] = ['failed_task', 'failed_result', 'ansible_failed_task', 'ansible_failed_result']

/** Names that tasks of the run give to hosts, all unknown. */
function namesSet(run: CompiledRun): ValueMap {
  const names = run.plays.flatMap(tasksOf).flatMap(({ task }) => {
    const registered = task.register === undefined ? [] : [task.register.value]
    const read = task.include?.branches.flatMap(({ vars }) => vars?.entries.map(({ key }) => key) ?? []) ?? []
    const shared = (task.include?.isPublic === true ? task.include.branches : []).flatMap(({ call }) => [
      ...(call?.role.vars?.entries ?? []).map(({ key }) => key),
      ...(call?.role.inputs ?? []).map(({ name }) => name),
    ])
    return [...registered, ...factNames(task), ...read, ...shared]
  })
  const rescues = run.plays.flatMap(tasksOf).some(({ within }) => within.some(({ part }) => part === 'rescue'))
  return Object.fromEntries([...names, ...(rescues ? rescueNames : [])].map((name) => [name, notYet]))
}

/** Other hosts are those of inventories, and with delegate_facts whatever a task names. */
function runtimesOf(run: CompiledRun, runtime: HostRuntime): (host: string) => HostRuntime | undefined {
  const gives = run.plays.some((play) => tasksOf(play).some(({ task }) => task.delegateFacts))
  return (host) => (gives || run.inventory.hosts.has(host) ? runtime : undefined)
}

export interface RoleInputValues {
  readonly context: RoleContext
  readonly host: string
  /** by the names the role declares; what nothing gives is not there */
  readonly values: ValueMap
}

/** What each use of a role that surely runs gets on each host, to be checked against the schemas of the role. */
export function roleInputValues(
  run: CompiledRun,
  taskTypes: ReadonlyMap<string, AnyTaskType>,
): { readonly calls: readonly RoleInputValues[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const runtime = { facts: {}, registered: namesSet(run), includeVars: [] }
  const runtimeOf = runtimesOf(run, runtime)
  const calls = run.plays.flatMap((play) => {
    const contexts = new Set(tasksOf(play).flatMap((node) => node.role ?? []))
    return [...contexts].flatMap((context) =>
      play.hosts.flatMap((host): RoleInputValues | readonly [] => {
        const comes = reached(context.includes, (include, given) =>
          instantiate(include, { run, play, host, runtime, runtimeOf, fact, taskTypes, included: given }),
        )
        if (comes === false) return []
        const around = { ...aroundOf(context), included: unknownItems(context.includes) }
        const scope = hostScope({
          run,
          play,
          host,
          role: context,
          ...around,
          runtime,
          runtimeOf,
          fact,
        })
        // a condition may guard what its inputs need
        if (evaluateConditions(context.conditions, scope).kind !== 'true') return []
        const values = context.role.inputs.flatMap(({ name }): readonly (readonly [string, Value])[] => {
          try {
            const value = scope.lookup(name)
            return value === undefined ? [] : [[name, value]]
          } catch (error) {
            if (!(error instanceof TlsplayError)) throw error
            // a file that is chosen by what a host says may be for hosts that have it
            if (comes === true) problems.push(...error.problems)
            return [[name, new Unknown('cannot be rendered')]]
          }
        })
        return { context, host, values: mapOf(values) }
      }),
    )
  })
  return { calls, problems: once(problems) }
}
