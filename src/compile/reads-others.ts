import type { Located } from '../model/playbook.ts'
import type { MapSource, Source } from '../model/source.ts'
import { type CompiledPlay, type CompiledRun, type TaskNode, tasksOf } from './compiled-run.ts'
import { factNames } from './fact-names.ts'
import { isTemplate } from './template.ts'

/** What the raw text of a file says that a task renders; undefined when it is not known which file that is. */
export type AssetText = (node: TaskNode) => string | undefined

/**
 * Tells of a task whether it may read what tasks set on another host: then all hosts have to come to it first, as each task
 * begins on all hosts at once in Ansible. A text is believed to read whatever name stands in it: to wait in vain costs an exchange.
 */
export function readsOthers(run: CompiledRun, assetText: AssetText): (node: TaskNode) => boolean {
  const set = namesSet(run)
  if (set.size === 0) return () => false
  const written = [...mapsOfHosts(run), ...run.plays.flatMap(mapsOfPlay)].flatMap((map) => map.entries.flatMap(textOfEntry))
  const through = new Set(['hostvars'])
  let size = 0
  while (size < through.size) {
    size = through.size
    for (const { key, text } of written) if (mentions(text, through)) through.add(key)
  }
  const readsName = (text: string): boolean => choosesName(text) || mentions(text, set)
  const readsAnyway = written.some(({ key, text }) => through.has(key) && readsName(text))
  // Asked twice of a task that begins a stretch, and each answer may read a file.
  const known = new Map<TaskNode, boolean>()
  return (node) => {
    const before = known.get(node)
    if (before !== undefined) return before
    const texts = [...textsOf(node), ...assetOf(node, assetText)]
    const reads = texts.some((text) => mentions(text, through)) && (readsAnyway || texts.some(readsName))
    known.set(node, reads)
    return reads
  }
}

/** Names that tasks of the run give to hosts. */
function namesSet(run: CompiledRun): ReadonlySet<string> {
  return new Set(
    run.plays
      .flatMap(tasksOf)
      .flatMap(({ task }) => [
        ...(task.register === undefined ? [] : [task.register.value]),
        ...factNames(task),
        ...(task.include?.branches ?? []).flatMap(({ vars }) => vars?.entries.map(({ key }) => key) ?? []),
      ]),
  )
}

/** The name that is read of another host is itself a value. */
function choosesName(text: string): boolean {
  return /hostvars\s*(?:\[[^\]]*\]|\.\w+)\s*\[\s*[A-Za-z_]/.test(text) || /\(\s*lookup\b[^)]*hostvars/.test(text)
}

function mentions(text: string, names: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) if (names.has(word)) return true
  return false
}

function mapsOfHosts({ inventory, options }: CompiledRun): readonly MapSource[] {
  const layers = [...inventory.groups.values(), ...inventory.hosts.values()].flatMap((one) => one.layers.map(({ vars }) => vars))
  return options.extraVars === undefined ? layers : [...layers, options.extraVars]
}

function mapsOfPlay(compiled: CompiledPlay): readonly MapSource[] {
  const { play, varsFiles } = compiled
  const nodes = tasksOf(compiled)
  const roles = new Set(nodes.flatMap(({ role }) => role ?? []))
  const maps = [
    play.vars,
    ...varsFiles,
    ...[...roles].flatMap(({ role, inputs }) => [role.vars, inputs, ...defaultsOf(role.inputs)]),
    ...nodes.flatMap(({ task, blockVars, includeVars }) => [...blockVars, ...includeVars, task.vars]),
    ...nodes.flatMap(({ task }) => (task.type === 'set_fact' && task.params.kind === 'map' ? [task.params] : [])),
  ]
  return [...new Set(maps)].flatMap((map) => map ?? [])
}

function defaultsOf(inputs: readonly { readonly name: string; readonly fallback: Source | undefined }[]): readonly MapSource[] {
  return inputs.flatMap(({ name, fallback }) =>
    fallback === undefined ? [] : [{ kind: 'map', at: fallback.at, entries: [{ key: name, keyAt: fallback.at, value: fallback }] }],
  )
}

function textOfEntry({ key, value }: MapSource['entries'][number]): readonly { readonly key: string; readonly text: string }[] {
  return templatesOf(value).map((text) => ({ key, text }))
}

const remembered = new WeakMap<Source, readonly string[]>()

function templatesOf(source: Source | undefined): readonly string[] {
  if (source === undefined) return []
  const known = remembered.get(source)
  if (known !== undefined) return known
  const made =
    source.kind === 'scalar'
      ? typeof source.value === 'string' && source.unsafe !== true && isTemplate(source.value)
        ? [source.value]
        : []
      : source.kind === 'list'
        ? source.items.flatMap(templatesOf)
        : source.entries.flatMap(({ value }) => templatesOf(value))
  remembered.set(source, made)
  return made
}

function textsOf({ task, conditions, environment, become }: TaskNode): readonly string[] {
  const { attempts, loopControl } = task
  const said = (list: readonly Located<string | boolean>[] | undefined): readonly string[] =>
    (list ?? []).flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
  return [
    ...[conditions, attempts?.until, loopControl.breakWhen, task.changedWhen, task.failedWhen].flatMap(said),
    ...[task.loop, task.vars, environment, attempts?.retries, attempts?.delay, loopControl.pause].flatMap(templatesOf),
    // parameters may be conditions, as in assert
    ...scalarsOf(task.params),
    ...[task.delegateTo, loopControl.label, become.user].flatMap((text) => (text === undefined ? [] : [text.value])),
  ]
}

function scalarsOf(source: Source): readonly string[] {
  switch (source.kind) {
    case 'scalar':
      return typeof source.value === 'string' ? [source.value] : []
    case 'list':
      return source.items.flatMap(scalarsOf)
    case 'map':
      return source.entries.flatMap(({ value }) => scalarsOf(value))
  }
}

function assetOf(node: TaskNode, assetText: AssetText): readonly string[] {
  const text = assetText(node)
  return text === undefined ? [] : [text]
}
