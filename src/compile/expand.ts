import type {
  Block,
  EndItem,
  FlushItem,
  IncludeBranch,
  InheritedKeywords,
  Play,
  RenewItem,
  RoleUse,
  Task,
  TaskItem,
} from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import type {
  BlockPart,
  EndNode,
  FlushNode,
  IncludeGuard,
  MetaGuard,
  Node,
  RenewNode,
  RoleContext,
  Section,
  TaskNode,
} from './compiled-run.ts'
import { linkHandlers } from './handlers.ts'
import { innermost, merged } from './keyword-chain.ts'
import { contextNames, type PlacedRole, placedRoles } from './placed-roles.ts'
import { isSelected, type TagChoice } from './tags.ts'

export interface ExpandedPlay {
  readonly nodes: readonly Node[]
  readonly handlers: readonly TaskNode[]
  /** every tag of every task, selected or not */
  readonly tags: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/**
 * The tasks of a play in the order of design/language.md A.3: pre_tasks, flush, roles (dependencies first) and tasks,
 * flush, post_tasks, flush; inherited keywords merged, tags applied, notifications linked to their handlers.
 */
export function expandPlay(play: Play, index: number, choice: TagChoice, counting: CountItems): ExpandedPlay {
  const naming = contextNames()
  const roles = placedRoles(play, naming)
  /** roles that tasks import, in the order they do */
  const imported: PlacedRole[] = []
  const call: OpenCall = (use, { keywords, vars, includeVars, includes, role: caller }) => {
    const conditions = [...keywords.flatMap(({ when }) => when), ...includes.flatMap(({ include }) => include.task.keywords.when)]
    const around = { blockVars: vars, includeVars, includes }
    const context: RoleContext = { id: naming(use), role: use.role, use, inputs: use.inputs, caller, conditions, ...around }
    imported.push({ context, keywords })
    return context
  }
  const problems: Problem[] = []
  const isFull = nodeLimit(problems)
  /** Nodes of a list, those of an include behind it: for each item of its loop and each branch. */
  const placed = (items: readonly TaskItem[], outer: Around, way: string, name: Section, id: (at: number) => string): readonly Node[] =>
    flat(items, outer, way, call).flatMap(({ item, around }, at): readonly Node[] => {
      if (isFull(item)) return []
      const place: NodePlace = { id: id(at), section: name, play, around }
      if (item.kind !== 'task') return [pointOf(item, place)]
      const bare = nodeOf(item, place)
      if (item.include?.kind !== 'tasks') return [bare]
      const { count, isOpen } = counting(bare)
      const node: TaskNode = { ...bare, copies: count, isOpen }
      const brought = Array.from({ length: count }, (_, copy) =>
        (item.include?.branches ?? []).flatMap((branch, other) => {
          const from = `${node.id}/${copy}.${other}`
          return placed(broughtIn(item, branch), insideOf(node, copy, branch, around), from, name, (inner) => `${from}:${inner}`)
        }),
      )
      return [node, ...brought.flat()]
    })
  const section = (name: Section, items: readonly TaskItem[], role?: PlacedRole, from = 0): readonly Node[] => {
    const own = role?.keywords ?? [play.keywords]
    const keywords = name === 'handlers' ? own.map((one) => (one === play.keywords ? { ...one, when: [] } : one)) : own
    const { includeVars = [], includes = [] } = role?.context ?? {}
    const outer: Around = { keywords, vars: [], includeVars, includes, within: forced(play, index, name), role: role?.context }
    const id = (at: number): string => `${index}:${name}:${from + at}`
    return placed(items, outer, id(from), name, id)
  }
  const all = (name: Section, pick: (role: PlacedRole) => readonly TaskItem[]): readonly Node[] => {
    const nodes: Node[] = []
    for (const role of roles) nodes.push(...section(name, pick(role), role, nodes.length))
    return nodes
  }
  const flush = (after: Section): FlushNode => ({
    kind: 'flush',
    within: forced(play, index, after).map((place) => ({ ...place, part: 'always' })),
    guard: undefined,
  })
  const tasks: readonly Node[] = [
    ...section('pre_tasks', play.preTasks),
    flush('pre_tasks'),
    ...all('roles', ({ context }) => context.role.tasks),
    ...section('tasks', play.tasks),
    flush('tasks'),
    ...section('post_tasks', play.postTasks),
    flush('post_tasks'),
  ]
  const handlers: Node[] = [...all('handlers', ({ context }) => context.role.handlers)]
  handlers.push(...section('handlers', play.handlers, undefined, handlers.length))
  // Those of imported roles come last (role_include.py of ansible-core 2.19 appends them), so of several with one name they win.
  for (const role of [...imported]) handlers.push(...section('handlers', role.context.role.handlers, role, handlers.length))
  const linked = linkHandlers(tasks, handlers.filter(isTask))
  const selected = linked.nodes.filter((node) => (node.kind === 'flush' && node.guard === undefined) || isSelected(tagsOf(node), choice))
  const ids = new Set(selected.flatMap((node) => (node.kind === 'task' ? [node.id] : [])))
  return {
    // What an include brings in comes only where the include itself runs.
    nodes: withRescues(selected.filter((node) => guardsOf(node).every(({ include }) => ids.has(include.id)))),
    handlers: linked.handlers,
    tags: new Set(tasks.flatMap(tagsOf)),
    problems: [...problems, ...linked.problems],
  }
}

/** With force_handlers a section is the body of a block, and its handlers are the tasks that run whatever happened in it. */
function forced(play: Play, index: number, section: Section): readonly BlockPart[] {
  if (!play.forceHandlers || section === 'handlers') return []
  return [{ block: `${index}:${section === 'roles' ? 'tasks' : section}`, part: 'block', hasRescue: false }]
}

/** What a list of tasks has around it, outermost first. */
interface Around {
  readonly keywords: readonly InheritedKeywords[]
  readonly vars: readonly MapSource[]
  readonly includeVars: readonly MapSource[]
  readonly includes: readonly IncludeGuard[]
  readonly within: readonly BlockPart[]
  readonly role: RoleContext | undefined
}

/** How many items the loop of an include has at most, over all hosts; or, if that is open, how many it may have. */
export type CountItems = (include: TaskNode) => { readonly count: number; readonly isOpen: boolean }

/** Far above any real play: each node is looked at for each host. */
const nodesAtMost = 100_000

function nodeLimit(problems: Problem[]): (item: Task | FlushItem | EndItem | RenewItem) => boolean {
  let count = 0
  return ({ at }) => {
    count += 1
    if (count === nodesAtMost + 1)
      problems.push({
        code: 'IMPORT_LIMIT',
        message: `the play has more than ${nodesAtMost} tasks once its includes are counted`,
        at,
        hint: 'includes in loops in files that are included in loops multiply: loop in the task itself',
      })
    return count > nodesAtMost
  }
}

/** What stands around the tasks that one item of an include brings in: not the keywords of the include, but those of `apply`. */
function insideOf(node: TaskNode, copy: number, { path }: IncludeBranch, around: Around): Around {
  const { include, vars, loop } = node.task
  const key = loop === undefined ? node.id : `${node.id}#${copy}`
  return {
    ...around,
    keywords: include === undefined ? around.keywords : [...around.keywords, include.keywords],
    vars: include?.applied === undefined ? around.vars : [...around.vars, include.applied],
    // of include_role they are inputs
    includeVars: vars === undefined || node.type === 'include_role' ? around.includeVars : [...around.includeVars, vars],
    includes: [...around.includes, { key, include: node, path, isSpare: node.isOpen && copy > 0 }],
  }
}

function broughtIn({ at, name }: Task, { tasks, call }: IncludeBranch): readonly TaskItem[] {
  if (call === undefined) return tasks
  const keywords = { ...call.keywords, tags: [], when: [] }
  return [{ kind: 'block', at, name, keywords, vars: undefined, call, body: tasks, rescue: [], always: [] }]
}

function guardsOf(node: Node): readonly IncludeGuard[] {
  return node.kind === 'task' ? node.includes : (node.guard?.includes ?? [])
}

/** A call of a role by a task; `around` is what the call itself stands in, with its own keywords. */
type OpenCall = (use: RoleUse, around: Around) => RoleContext

/** Tasks in the order they stand, each with the blocks around it. A block is named by its way from the start of its list. */
function flat(
  items: readonly TaskItem[],
  around: Around,
  way: string,
  call: OpenCall,
): readonly { readonly item: Task | FlushItem | EndItem | RenewItem; readonly around: Around }[] {
  return items.flatMap((item, at) => {
    if (item.kind !== 'block') return [{ item, around }]
    const block = `${way}/${at}`
    const outer = {
      ...around,
      keywords: [...around.keywords, item.keywords],
      vars: item.vars === undefined ? around.vars : [...around.vars, item.vars],
    }
    const role = item.call === undefined ? around.role : call(item.call, outer)
    const inner = { ...outer, role }
    const part = (name: BlockPart['part'], tasks: readonly TaskItem[]) =>
      flat(tasks, { ...inner, within: [...around.within, { block, part: name, hasRescue: false }] }, `${block}/${name}`, call)
    const needed = (item.call?.role.dependencies ?? []).map(calling)
    return [
      ...flat(needed, inner, `${block}/needs`, call),
      ...part('block', item.body),
      ...part('rescue', item.rescue),
      ...part('always', item.always),
    ]
  })
}

/** A role that an imported one depends on, as if it were imported before it. */
function calling(use: RoleUse): Block {
  const { at, role, keywords } = use
  return { kind: 'block', at, name: undefined, keywords, vars: undefined, call: use, body: role.tasks, rescue: [], always: [] }
}

/** A rescue whose tasks were not selected clears no failure. */
function withRescues(nodes: readonly Node[]): readonly Node[] {
  const rescues = new Set(nodes.flatMap(({ within }) => within.flatMap(({ block, part }) => (part === 'rescue' ? [block] : []))))
  const mark = (place: BlockPart): BlockPart => ({ ...place, hasRescue: rescues.has(place.block) })
  return nodes.map((node) => (node.within.length === 0 ? node : { ...node, within: node.within.map(mark) }))
}

interface NodePlace {
  readonly id: string
  readonly section: Section
  readonly play: Play
  readonly around: Around
}

function nodeOf(task: Task, { id, section, play, around }: NodePlace): TaskNode {
  const { role } = around
  const chain = [...around.keywords, task.keywords]
  const name = task.name ?? task.type
  return {
    kind: 'task',
    id,
    label: role === undefined ? name : `${role.role.name} : ${name}`,
    task: inPlay(task, play),
    type: task.type,
    section,
    folder: play.folder,
    role,
    become: {
      enabled: innermost(chain.map(({ become }) => become)),
      user: innermost(chain.map(({ becomeUser }) => becomeUser)),
      method: innermost(chain.map(({ becomeMethod }) => becomeMethod)),
    },
    tags: [...new Set(chain.flatMap(({ tags }) => tags))],
    conditions: chain.flatMap(({ when }) => when),
    environment: merged(chain.flatMap(({ environment }) => environment ?? [])),
    blockVars: around.vars,
    includeVars: around.includeVars,
    within: around.within,
    includes: around.includes,
    copies: 1,
    isOpen: false,
    notifies: [],
  }
}

/** The nearest that says it wins: the task, a block around it, the play. */
function inPlay(task: Task, { options }: Play): Task {
  const ignoreUnreachable = task.ignoreUnreachable ?? options.ignoreUnreachable
  const throttle = task.throttle ?? options.throttle
  return ignoreUnreachable === task.ignoreUnreachable && throttle === task.throttle ? task : { ...task, ignoreUnreachable, throttle }
}

function pointOf(item: FlushItem | EndItem | RenewItem, { around }: NodePlace): FlushNode | EndNode | RenewNode {
  const chain = [...around.keywords, item.keywords]
  const guard: MetaGuard = {
    at: item.at,
    role: around.role,
    conditions: chain.flatMap(({ when }) => when),
    blockVars: around.vars,
    includeVars: around.includeVars,
    includes: around.includes,
    tags: [...new Set(chain.flatMap(({ tags }) => tags))],
  }
  const { within } = around
  switch (item.kind) {
    case 'flush':
      return { kind: 'flush', within, guard }
    case 'end':
      return { kind: 'end', ends: item.ends, within, guard }
    case 'renew':
      return { kind: 'renew', renews: item.renews, within, guard }
  }
}

function isTask(node: Node): node is TaskNode {
  return node.kind === 'task'
}

function tagsOf(node: Node): readonly string[] {
  return node.kind === 'task' ? node.tags : (node.guard?.tags ?? [])
}
