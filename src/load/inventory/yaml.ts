import { documents } from '../../generated/validators/index.js'
import type { Position, Problem } from '../../model/problem.ts'
import { entryOf } from '../../model/source.ts'
import type { MapEntry, MapSource, Source } from '../../model/source.ts'
import { literalSource } from '../plain.ts'
import type { NamedText } from '../reader.ts'
import { validated } from '../schema-problems.ts'
import { labelOf } from '../value-labels.ts'
import { parseYaml } from '../yaml.ts'
import { addChild, addGroup, addHost } from './draft.ts'
import type { Draft, DraftGroup } from './draft.ts'
import { addGroupVars } from './group-vars.ts'
import { checkHostName } from './host-name.ts'
import { expandHosts } from './ranges.ts'

/** Reads an inventory in Ansible's YAML form: groups at the top, each with hosts, vars and children. */
export function readYamlInventory(named: NamedText, draft: Draft, problems: Problem[]): void {
  const source = parseYaml(named, 'pyyaml', problems)
  if (source === undefined) return
  if (source.kind !== 'map') {
    problems.push({
      code: 'TYPE_WRONG',
      message: `an inventory is a map of groups, got ${labelOf(literalSource(source))}`,
      at: source.at,
      hint: 'start with all: and hosts: below it',
    })
    return
  }
  const plugin = entryOf(source, 'plugin')
  if (plugin !== undefined) {
    problems.push({
      code: 'NOT_SUPPORTED',
      message: 'inventory plugins cannot be used',
      at: plugin.keyAt,
      hint: 'save what the plugin finds:\nansible-inventory --list --yaml > inventory.yml',
    })
    return
  }
  problems.push(...validated(documents.inventory, literalSource(source), { what: 'an inventory', source }).map(withFormHint))
  for (const { key, keyAt, value } of source.entries) readGroup(key, keyAt, value, draft, problems)
}

/** What people write in place of a map, and what they mean by it. */
const formHints: readonly (readonly [message: RegExp, hint: string])[] = [
  [/\bvars: .*got a list$/, 'write one "name: value" per line'],
  [/got a list$/, 'write each name as a key with a colon: "h1:"'],
  [/\bhosts\..*: expected a map or nothing, got "/, 'write the variables of the host as a map: {ansible_host: 10.0.0.1}'],
  [/^[^.]+: expected a map or nothing, got "/, 'the hosts of a group stand under hosts:'],
  [/^"ansible_.*" is no key of /, 'put it under vars:'],
]

function withFormHint(problem: Problem): Problem {
  const hint = formHints.find(([message]) => message.test(problem.message))?.[1]
  return hint === undefined ? problem : { ...problem, hint }
}

function readGroup(name: string, at: Position, source: Source, draft: Draft, problems: Problem[]): DraftGroup {
  const group = addGroup(draft, name, at)
  if (source.kind !== 'map') return group
  for (const { key, keyAt, value } of namedEntries(source, 'hosts')) {
    const expanded = expandHosts(key, keyAt, problems)
    if (expanded === undefined || !expanded.names.every((host) => checkHostName(host, keyAt, problems))) continue
    const vars = hostVars(value, expanded.port, keyAt)
    for (const host of expanded.names) {
      const { layers } = addHost(draft, group, host, keyAt)
      if (vars !== undefined) layers.push({ from: 'inventory file host', at: keyAt, vars })
    }
  }
  const vars = entryOf(source, 'vars')?.value
  if (vars?.kind === 'map') addGroupVars(group, vars, vars.at, problems)
  for (const { key, keyAt, value } of namedEntries(source, 'children')) {
    readGroup(key, keyAt, value, draft, problems)
    addChild(group, key, keyAt)
  }
  return group
}

/** `hosts: h1` is short for a map with one name. */
function namedEntries(source: MapSource, key: 'hosts' | 'children'): readonly MapEntry[] {
  const value = entryOf(source, key)?.value
  if (value?.kind === 'map') return value.entries
  if (value?.kind === 'scalar' && typeof value.value === 'string') {
    return [{ key: value.value, keyAt: value.at, value: { kind: 'scalar', value: null, at: value.at } }]
  }
  return []
}

function hostVars(source: Source, port: number | undefined, at: Position): MapSource | undefined {
  const entries = source.kind === 'map' ? source.entries : []
  const withPort: readonly MapEntry[] =
    port === undefined || entries.some(({ key }) => key === 'ansible_port')
      ? entries
      : [{ key: 'ansible_port', keyAt: at, value: { kind: 'scalar', value: port, at } }, ...entries]
  return withPort.length === 0 ? undefined : { kind: 'map', entries: withPort, at: source.kind === 'map' ? source.at : at }
}
