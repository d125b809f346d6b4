import type { FlushItem, InheritedKeywords, Play, RoleUse, Task, TaskItem } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { MapSource, Source } from '../model/source.ts'
import type { BlockPart, FlushNode, Node, RoleContext, Section, TaskNode } from './compiled-run.ts'
import { Secret } from '../model/value.ts'
import { linkHandlers } from './handlers.ts'
import { isSelected, type TagChoice } from './tags.ts'
import { isTemplate } from './template.ts'

export interface ExpandedPlay {
  readonly nodes: readonly Node[]
  readonly handlers: readonly TaskNode[]
  /** every tag of every task, selected or not */
  readonly tags: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

interface PlacedRole {
  readonly context: RoleContext
  /** of the play and of every role entry that leads here, outermost first */
  readonly keywords: readonly InheritedKeywords[]
}

/**
 * The tasks of a play in the order of design/language.md A.3: pre_tasks, flush, roles (dependencies first) and tasks,
 * flush, post_tasks, flush; inherited keywords merged, tags applied, notifications linked to their handlers.
 */
export function expandPlay(play: Play, index: number, choice: TagChoice): ExpandedPlay {
  const roles = placedRoles(play)
  const section = (name: Section, items: readonly TaskItem[], role?: PlacedRole, from = 0): readonly Node[] => {
    const outer: Around = { keywords: role?.keywords ?? [play.keywords], vars: [], within: forced(play, index, name) }
    const id = (at: number): string => `${index}:${name}:${from + at}`
    return flat(items, outer, id(from)).map(({ item, around }, at) => {
      const place: NodePlace = { id: id(at), section: name, role: role?.context, around }
      return item.kind === 'flush' ? flushOf(item, place) : nodeOf(item, place)
    })
  }
  const all = (name: Section, pick: (role: PlacedRole) => readonly TaskItem[]): readonly Node[] => {
    const nodes: Node[] = []
    for (const role of roles) nodes.push(...section(name, pick(role), role, nodes.length))
    return nodes
  }
  const roleHandlers = all('handlers', ({ context }) => context.role.handlers)
  const handlers = [...roleHandlers, ...section('handlers', play.handlers, undefined, roleHandlers.length)].filter(isTask)
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
  const linked = linkHandlers(tasks, handlers)
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
}

/** Tasks in the order they stand, each with the blocks around it. A block is named by its way from the start of its list. */
function flat(
  items: readonly TaskItem[],
  around: Around,
  way: string,
): readonly { readonly item: Task | FlushItem; readonly around: Around }[] {
  return items.flatMap((item, at) => {
    if (item.kind !== 'block') return [{ item, around }]
    const block = `${way}/${at}`
    const inner = {
      keywords: [...around.keywords, item.keywords],
      vars: item.vars === undefined ? around.vars : [...around.vars, item.vars],
    }
    const part = (name: BlockPart['part'], tasks: readonly TaskItem[]) =>
      flat(tasks, { ...inner, within: [...around.within, { block, part: name, hasRescue: false }] }, `${block}/${name}`)
    return [...part('block', item.body), ...part('rescue', item.rescue), ...part('always', item.always)]
  })
}

/** A rescue whose tasks were not selected clears no failure. */
function withRescues(nodes: readonly Node[]): readonly Node[] {
  const rescues = new Set(nodes.flatMap(({ within }) => within.flatMap(({ block, part }) => (part === 'rescue' ? [block] : []))))
  const mark = (place: BlockPart): BlockPart => ({ ...place, hasRescue: rescues.has(place.block) })
  return nodes.map((node) => (node.within.length === 0 ? node : { ...node, within: node.within.map(mark) }))
}

/** Roles in the order they run. The same role with the same inputs and conditions runs once. */
function placedRoles(play: Play): readonly PlacedRole[] {
  const placed: PlacedRole[] = []
  const seen = new Set<string>()
  const uses = new Map<string, number>()
  const place = (use: RoleUse, caller: RoleContext | undefined, outer: readonly InheritedKeywords[]): void => {
    const key = callKey(use, caller, outer)
    if (seen.has(key)) return
    seen.add(key)
    const count = (uses.get(use.role.name) ?? 0) + 1
    uses.set(use.role.name, count)
    const context: RoleContext = {
      id: count === 1 ? use.role.name : `${use.role.name} (${count})`,
      role: use.role,
      use,
      inputs: use.inputs,
      caller,
    }
    const keywords = [...outer, use.keywords]
    for (const dependency of use.role.dependencies) place(dependency, context, keywords)
    placed.push({ context, keywords })
  }
  for (const use of play.roles) place(use, undefined, [play.keywords])
  return placed
}

/** Two calls are the same when nothing that can make a difference differs; templates read the caller's own inputs. */
function callKey(use: RoleUse, caller: RoleContext | undefined, outer: readonly InheritedKeywords[]): string {
  const inputs = use.inputs?.entries.map(({ key, value }) => [key, written(value)]).toSorted() ?? []
  const chain = [...outer, use.keywords]
  const environment = merged(chain.flatMap((keywords) => keywords.environment ?? []))
  const inherited = [
    innermost(chain.map(({ become }) => become?.value)),
    innermost(chain.map(({ becomeUser }) => becomeUser?.value)),
    chain.flatMap(({ when }) => when.map(({ value }) => value)),
    [...new Set(chain.flatMap(({ tags }) => tags))].toSorted(),
    environment === undefined ? [] : written(environment),
  ]
  const depends = use.inputs !== undefined && hasTemplate(use.inputs)
  return JSON.stringify([use.role.folder, inputs, inherited, depends ? (caller?.id ?? '') : ''])
}

function written(source: Source): unknown {
  switch (source.kind) {
    case 'scalar':
      // Two secrets are told apart by their text, which stays inside this comparison.
      return source.value instanceof Secret ? ['secret', source.value.reveal()] : source.value
    case 'list':
      return source.items.map(written)
    case 'map':
      return source.entries.map(({ key, value }) => [key, written(value)])
  }
}

function hasTemplate(source: Source): boolean {
  switch (source.kind) {
    case 'scalar':
      return typeof source.value === 'string' && isTemplate(source.value)
    case 'list':
      return source.items.some(hasTemplate)
    case 'map':
      return source.entries.some(({ value }) => hasTemplate(value))
  }
}

interface NodePlace {
  readonly id: string
  readonly section: Section
  readonly role: RoleContext | undefined
  readonly around: Around
}

function nodeOf(task: Task, { id, section, role, around }: NodePlace): TaskNode {
  const chain = [...around.keywords, task.keywords]
  const name = task.name ?? task.type
  return {
    kind: 'task',
    id,
    label: role === undefined ? name : `${role.role.name} : ${name}`,
    task,
    type: task.type,
    section,
    role,
    become: { enabled: innermost(chain.map(({ become }) => become)), user: innermost(chain.map(({ becomeUser }) => becomeUser)) },
    tags: [...new Set(chain.flatMap(({ tags }) => tags))],
    conditions: chain.flatMap(({ when }) => when),
    environment: merged(chain.flatMap(({ environment }) => environment ?? [])),
    blockVars: around.vars,
    within: around.within,
    notifies: [],
  }
}

function flushOf({ at, keywords }: FlushItem, { role, around }: NodePlace): FlushNode {
  const chain = [...around.keywords, keywords]
  return {
    kind: 'flush',
    within: around.within,
    guard: {
      at,
      role,
      conditions: chain.flatMap(({ when }) => when),
      blockVars: around.vars,
      tags: [...new Set(chain.flatMap(({ tags }) => tags))],
    },
  }
}

function isTask(node: Node): node is TaskNode {
  return node.kind === 'task'
}

function tagsOf(node: Node): readonly string[] {
  return node.kind === 'task' ? node.tags : (node.guard?.tags ?? [])
}

function innermost<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.findLast((value) => value !== undefined)
}

function merged(maps: readonly MapSource[]): MapSource | undefined {
  const last = maps.at(-1)
  if (last === undefined || maps.length === 1) return last
  const entries = new Map(maps.flatMap((map) => map.entries).map((entry) => [entry.key, entry]))
  return { kind: 'map', entries: [...entries.values()], at: last.at }
}
