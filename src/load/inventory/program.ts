import type { Position, Problem } from '../../model/problem.ts'
import { entryOf, type MapSource, type Source } from '../../model/source.ts'
import { literalSource } from '../plain.ts'
import { labelOf } from '../value-labels.ts'
import { parseYaml } from '../yaml.ts'
import { addChild, addGroup, addHost, type Draft, type DraftGroup } from './draft.ts'
import { addGroupVars } from './group-vars.ts'
import { checkHostName } from './host-name.ts'

/** Runs an inventory that is a program: what it printed, or why it is not used. */
export type RunInventory = (path: string, words: readonly string[]) => { readonly out: string } | { readonly problem: Omit<Problem, 'at'> }

interface Reading {
  readonly draft: Draft
  readonly problems: Problem[]
  /** the program itself: what it prints has no other place */
  readonly at: Position
  readonly ask: (words: readonly string[]) => MapSource | undefined
}

/**
 * Reads what a program prints for `--list`: groups, and the variables of hosts under `_meta.hostvars`. Without that it is
 * asked for each host with `--host`, as in Ansible (plugins/inventory/script.py, 2.19).
 */
export function readProgram(path: string, at: Position, run: RunInventory, draft: Draft, problems: Problem[]): void {
  const ask = (words: readonly string[]): MapSource | undefined => {
    const ran = run(path, words)
    if ('out' in ran) return parsed(ran.out, [path, ...words], at, problems)
    problems.push({ ...ran.problem, at })
    return undefined
  }
  const reading: Reading = { draft, problems, at, ask }
  const list = ask(['--list'])
  if (list === undefined) return
  const meta = entryOf(list, '_meta')?.value
  const known = meta?.kind === 'map' ? entryOf(meta, 'hostvars')?.value : undefined
  const hosts = new Set<string>()
  for (const { key, value } of list.entries) if (key !== '_meta') for (const host of readGroup(key, value, reading)) hosts.add(host)
  for (const host of hosts) {
    const vars = meta === undefined ? ask(['--host', host]) : known?.kind === 'map' ? entryOf(known, host)?.value : undefined
    if (vars?.kind === 'map' && vars.entries.length > 0) draft.hosts.get(host)?.layers.push({ from: 'inventory file host', at, vars })
  }
}

/** JSON is read by the reader of YAML, whose limits hold; what is wrong points at the program. */
function parsed(text: string, [path, ...words]: readonly string[], at: Position, problems: Problem[]): MapSource | undefined {
  const what = `${at.file} ${words.join(' ')}`
  if (text.trim() === '') return { kind: 'map', entries: [], at }
  const found: Problem[] = []
  const source = parseYaml({ file: what, text }, 'core', found)
  if (source?.kind === 'map' && text.trimStart().startsWith('{')) return source
  problems.push({
    code: 'INVENTORY_SYNTAX',
    message: `${what} printed no JSON object`,
    at,
    // a shell looks for a bare name in PATH alone
    hint: `look at what it prints\n${path} ${words.join(' ')}`,
  })
  return undefined
}

/** A group is a map with hosts, vars and children, a list of hosts, or the variables of a host of that name. Gives its hosts. */
function readGroup(name: string, source: Source, reading: Reading): readonly string[] {
  const { draft, problems, at } = reading
  const group = addGroup(draft, name, at)
  if (source.kind === 'list') return members(source, group, reading)
  if (source.kind !== 'map') {
    wrong(`the group ${name}: expected a map or a list of hosts`, source, reading)
    return []
  }
  const [hosts, vars, children] = ['hosts', 'vars', 'children'].map((key) => entryOf(source, key)?.value)
  if (hosts === undefined && vars === undefined && children === undefined) {
    addGroupVars(group, source, at, problems)
    return checkHostName(name, at, problems) ? [addHost(draft, group, name, at).name] : []
  }
  if (vars?.kind === 'map') addGroupVars(group, vars, at, problems)
  else if (vars !== undefined) wrong(`the group ${name}: vars are a map`, vars, reading)
  for (const child of texts(children, `the group ${name}: children`, reading)) {
    addGroup(draft, child, at)
    addChild(group, child, at)
  }
  return hosts === undefined ? [] : members(hosts, group, reading)
}

function members(source: Source, group: DraftGroup, reading: Reading): readonly string[] {
  const { draft, problems, at } = reading
  const names = texts(source, `the group ${group.name}: hosts`, reading).filter((name) => checkHostName(name, at, problems))
  for (const name of names) addHost(draft, group, name, at)
  return names
}

function texts(source: Source | undefined, what: string, reading: Reading): readonly string[] {
  if (source === undefined) return []
  const items = source.kind === 'list' ? source.items : undefined
  const names = items?.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []))
  if (names !== undefined && names.length === items?.length) return names
  wrong(`${what} are a list of names`, source, reading)
  return []
}

function wrong(message: string, source: Source, { problems, at }: Reading): void {
  problems.push({
    code: 'INVENTORY_SYNTAX',
    message: `${message}, got ${labelOf(literalSource(source))}`,
    at,
    hint: 'correct what the program prints',
  })
}
