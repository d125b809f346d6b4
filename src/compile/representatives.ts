import type { VarOrigin } from '../model/inventory.ts'
import type { Source } from '../model/source.ts'
import { Secret } from '../model/value.ts'
import type { CompiledPlay, CompiledRun } from './compiled-run.ts'
import { groupsOf } from './groups.ts'
import { inventoryVariables } from './inventory-variables.ts'

/** Hosts that stand for all of a play when it is checked before anything is asked. */
export interface Representatives {
  /** one for each set of groups and of names that hosts have of their own */
  readonly byGroups: readonly string[]
  /** fewer: one for each set of values that groups give; enough for a task that reads nothing of the groups themselves */
  readonly byValues: readonly string[]
}

const found = new WeakMap<CompiledPlay, { readonly run: CompiledRun; readonly hosts: Representatives }>()

/** Remembered per play: whoever asks about each task asks this as often. */
export function representatives(run: CompiledRun, play: CompiledPlay): Representatives {
  const known = found.get(play)
  if (known !== undefined && known.run === run) return known.hosts
  const hosts = chosen(run, play)
  found.set(play, { run, hosts })
  return hosts
}

function chosen(run: CompiledRun, play: CompiledPlay): Representatives {
  const byGroups = new Map<string, string>()
  for (const host of play.hosts) {
    const own = (run.inventory.hosts.get(host)?.layers ?? []).flatMap((layer) => layer.vars.entries.map(({ key }) => key)).toSorted()
    const kind = JSON.stringify([groupsOf(run.inventory, host).map(({ name }) => name), own])
    if (!byGroups.has(kind)) byGroups.set(kind, host)
  }
  const byValues = new Map<string, string>()
  for (const host of byGroups.values()) {
    const kind = JSON.stringify(
      [...inventoryVariables(run.inventory, host, play.play.folder)].map(([name, origin]) => [name, given(origin)]).toSorted(),
    )
    if (!byValues.has(kind)) byValues.set(kind, host)
  }
  return { byGroups: [...byGroups.values()], byValues: [...byValues.values()] }
}

/** Values that hosts have of their own count by their name only. */
function given({ source, layer }: VarOrigin): string {
  return layer.endsWith('group_vars') || layer.endsWith('group_vars/all') || layer === 'inventory file group' ? textOf(source) : ''
}

const remembered = new WeakMap<Source, string>()
let templates = 0

/** Two values of one text are one, but a template keeps its place: what is wrong with it is told where it stands. */
function textOf(source: Source): string {
  const known = remembered.get(source)
  if (known !== undefined) return known
  const made = isLiteral(source)
    ? JSON.stringify(source, (key, value: unknown) => (key === 'at' || key === 'keyAt' ? undefined : value))
    : `template ${++templates}`
  remembered.set(source, made)
  return made
}

function isLiteral(source: Source): boolean {
  switch (source.kind) {
    case 'scalar':
      return !(source.value instanceof Secret) && !(typeof source.value === 'string' && source.value.includes('{{'))
    case 'list':
      return source.items.every(isLiteral)
    case 'map':
      return source.entries.every(({ value }) => isLiteral(value))
  }
}
