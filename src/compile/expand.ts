import type { Block, EndItem, FlushItem, InheritedKeywords, Play, RoleUse, Task, TaskItem } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import type { BlockPart, EndNode, FlushNode, MetaGuard, Node, RoleContext, Section, TaskNode } from './compiled-run.ts'
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
export function expandPlay(play: Play, index: number, choice: TagChoice): ExpandedPlay {
  const naming = contextNames()
  const roles = placedRoles(play, naming)
  /** roles that tasks import, in the order they do */
  const imported: PlacedRole[] = []
  const call: OpenCall = (use, { keywords, vars, role: caller }) => {
    const conditions = keywords.flatMap(({ when }) => when)
    const context: RoleContext = { id: naming(use), role: use.role, use, inputs: use.inputs, caller, conditions, blockVars: vars }
    imported.push({ context, keywords })
    return context
  }
  const section = (name: Section, items: readonly TaskItem[], role?: PlacedRole, from = 0): readonly Node[] => {
    const own = role?.keywords ?? [play.keywords]
    const keywords = name === 'handlers' ? own.map((one) => (one === play.keywords ? { ...one, when: [] } : one)) : own
    const outer: Around = { keywords, vars: [], within: forced(play, index, name), role: role?.context }
    const id = (at: number): string => `${index}:${name}:${from + at}`
    return flat(items, outer, id(from), call).map(({ item, around }, at) => {
      const place: NodePlace = { id: id(at), section: name, folder: play.folder, around }
      return item.kind === 'task' ? nodeOf(item, place) : pointOf(item, place)
    })
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
  return {
    nodes: withRescues(
      linked.nodes.filter((node) => (node.kind === 'flush' && node.guard === undefined) || isSelected(tagsOf(node), choice)),
    ),
    handlers: linked.handlers,
    tags: new Set(tasks.flatMap(tagsOf)),
    problems: linked.problems,
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
  readonly within: readonly BlockPart[]
  readonly role: RoleContext | undefined
}

/** A call of a role by a task; `around` is what the call itself stands in, with its own keywords. */
type OpenCall = (use: RoleUse, around: Around) => RoleContext

/** Tasks in the order they stand, each with the blocks around it. A block is named by its way from the start of its list. */
function flat(
  items: readonly TaskItem[],
  around: Around,
  way: string,
  call: OpenCall,
): readonly { readonly item: Task | FlushItem | EndItem; readonly around: Around }[] {
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
  readonly folder: string
  readonly around: Around
}

function nodeOf(task: Task, { id, section, folder, around }: NodePlace): TaskNode {
  const { role } = around
  const chain = [...around.keywords, task.keywords]
  const name = task.name ?? task.type
  return {
    kind: 'task',
    id,
    label: role === undefined ? name : `${role.role.name} : ${name}`,
    task,
    type: task.type,
    section,
    folder,
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
    within: around.within,
    notifies: [],
  }
}

function pointOf(item: FlushItem | EndItem, { around }: NodePlace): FlushNode | EndNode {
  const chain = [...around.keywords, item.keywords]
  const guard: MetaGuard = {
    at: item.at,
    role: around.role,
    conditions: chain.flatMap(({ when }) => when),
    blockVars: around.vars,
    tags: [...new Set(chain.flatMap(({ tags }) => tags))],
  }
  const { within } = around
  return item.kind === 'flush' ? { kind: 'flush', within, guard } : { kind: 'end', ends: item.ends, within, guard }
}

function isTask(node: Node): node is TaskNode {
  return node.kind === 'task'
}

function tagsOf(node: Node): readonly string[] {
  return node.kind === 'task' ? node.tags : (node.guard?.tags ?? [])
}
