import { dirname, extname, join, resolve } from 'node:path'
import type { Inventory, VarLayer } from '../../model/inventory.ts'
import type { Problem } from '../../model/problem.ts'
import type { MapSource } from '../../model/source.ts'
import type { Files } from '../../ports/ports.ts'
import { newReader, readText, shownPath, startOf } from '../reader.ts'
import type { NamedText, Reader } from '../reader.ts'
import { isSealed, type Vault } from '../vault/index.ts'
import { discreet, quietTexts } from '../vault/quiet.ts'
import { openText } from '../vault/source.ts'
import { addHost, newDraft } from './draft.ts'
import type { Draft } from './draft.ts'
import { checkConnectionVars, checkHostName } from './host-name.ts'
import { readIni } from './ini.ts'
import { finishInventory } from './merge.ts'
import { readProgram, type RunInventory } from './program.ts'
import { expandHosts } from './ranges.ts'
import { varsFolder } from './vars-files.ts'
import { readYamlInventory } from './yaml.ts'

export interface InventoryOptions {
  readonly files: Files
  /** absolute */
  readonly cwd: string
  /** absolute folder of the playbook, whose group_vars and host_vars count as well */
  readonly playbookFolder?: string
  readonly vault?: Vault
  readonly run?: RunInventory
}

export interface LoadedInventory {
  readonly inventory: Inventory
  readonly problems: readonly Problem[]
  /** shown file name -> text, for code frames */
  readonly texts: ReadonlyMap<string, string>
}

/** Reads inventories: files, folders and lists like "h1,h2". Later ones add to earlier ones. */
export function loadInventory(sources: readonly string[], options: InventoryOptions): LoadedInventory {
  const reader = newReader(options.files, options.cwd, options.vault, options.run)
  const inventory = readInventory(sources, reader, options.playbookFolder === undefined ? [] : [options.playbookFolder])
  return { inventory, problems: reader.problems.map((problem) => discreet(problem, reader.sealed)), texts: reader.texts }
}

/** `playbookFolders`: of the playbook that was named, then of those that it imports. */
export function readInventory(sources: readonly string[], reader: Reader, playbookFolders: readonly string[]): Inventory {
  const bases: string[] = []
  const draft = newDraft(startOf(sources[0] ?? 'inventory'))
  for (const source of sources) {
    const path = resolve(reader.cwd, source)
    const kind = reader.files.kind(path)
    if (kind === undefined && source.includes(',')) readList(source, draft, reader)
    else if (kind === undefined) {
      reader.problems.push({
        code: 'FILE_MISSING',
        message: `there is no inventory ${shownPath(reader.cwd, path)}`,
        hint: 'give a file or a folder, or names with a comma: -i "h1,h2"',
      })
    } else {
      bases.push(kind === 'directory' ? path : dirname(path))
      if (kind === 'file') readFile(path, draft, reader)
      else readFolder(path, draft, reader)
    }
  }
  const outside = outsideLayers(reader, [...new Set(bases)], playbookFolders)
  const inventory = { ...finishInventory(draft, bases[0] ?? reader.cwd, outside, reader.problems), playbookFolder: playbookFolders[0] }
  checkConnections(inventory, reader.problems)
  return inventory
}

/** Names given on the command line: the list itself is the text that problems point into. */
function readList(list: string, draft: Draft, reader: Reader): void {
  const file = `-i ${list}`
  reader.texts.set(file, list)
  let column = 1
  for (const part of list.split(',')) {
    const pattern = part.trim()
    const start = column + part.length - part.trimStart().length
    const at = { file, line: 1, column: start, endLine: 1, endColumn: start + pattern.length }
    column += part.length + 1
    if (pattern === '') continue
    const expanded = expandHosts(pattern, at, reader.problems)
    const group = draft.groups.get('ungrouped')
    if (expanded === undefined || group === undefined) continue
    for (const name of expanded.names) {
      if (!checkHostName(name, at, reader.problems)) break
      const host = addHost(draft, group, name, at)
      if (expanded.port === undefined) continue
      const vars: MapSource = {
        kind: 'map',
        entries: [{ key: 'ansible_port', keyAt: at, value: { kind: 'scalar', value: expanded.port, at } }],
        at,
      }
      host.layers.push({ from: 'inventory file host', at, vars })
    }
  }
}

// What ansible-core 2.19 passes over in a folder of inventories (constants.py REJECT_EXTS, base.yml INVENTORY_IGNORE_EXTS).
const ignoredEndings = ['.pyc', '.pyo', '.swp', '.bak', '~', '.rpm', '.md', '.txt', '.rst', '.orig', '.cfg', '.retry']

function readFolder(path: string, draft: Draft, reader: Reader): void {
  const names = (reader.files.list(path) ?? []).filter(
    (name) =>
      !name.startsWith('.') &&
      !['group_vars', 'host_vars', 'vars_plugins'].includes(name) &&
      !ignoredEndings.some((ending) => name.endsWith(ending)),
  )
  if (names.length === 0) {
    reader.problems.push({
      code: 'FILE_MISSING',
      message: `the folder ${shownPath(reader.cwd, path)} holds no inventory`,
      hint: `these endings are passed over: ${ignoredEndings.join(' ')}`,
    })
  }
  for (const name of names) {
    const inner = join(path, name)
    if (reader.files.kind(inner) === 'directory') readFolder(inner, draft, reader)
    else readFile(inner, draft, reader)
  }
}

function readFile(path: string, draft: Draft, reader: Reader): void {
  const named = readText(reader, path)
  if (named === undefined) return
  const at = startOf(named.file)
  if (named.text.startsWith('#!')) {
    if (reader.run !== undefined && reader.files.executable?.(path) === true)
      return readProgram(path, at, reader.run, draft, reader.problems)
    reader.problems.push({
      code: 'INVENTORY_PROGRAM',
      message: 'this inventory is a program, and nobody may execute it',
      at,
      hint: `make it executable\nchmod u+x ${named.file}`,
    })
    return
  }
  switch (formOf(path, named)) {
    case 'toml':
      reader.problems.push({ code: 'NOT_SUPPORTED', message: 'inventories in TOML cannot be read', at, hint: 'write it as YAML or INI' })
      return
    case 'yaml':
      return readYamlInventory(named, draft, reader.problems)
    case 'ini':
      return readIniFile(named, draft, reader)
  }
}

/** One that is encrypted gives secrets, as encrypted variables do; names of hosts and groups are told. */
function readIniFile(named: NamedText, draft: Draft, { vault, problems }: Reader): void {
  if (!isSealed(named.text)) return readIni(named, draft, problems)
  named.onSealed?.()
  const opened = openText(named.text, vault, 'this inventory', startOf(named.file))
  if ('problem' in opened) problems.push(opened.problem)
  else readIni({ file: named.file, text: opened.text }, draft, problems, quietTexts)
}

/** By the ending; a file without one is YAML when its first line says so. */
function formOf(path: string, { text }: NamedText): 'yaml' | 'ini' | 'toml' {
  const ending = extname(path).toLowerCase()
  if (ending === '.toml') return 'toml'
  if (['.yml', '.yaml', '.json'].includes(ending)) return 'yaml'
  if (ending !== '') return 'ini'
  const first = text.split('\n').find((line) => line.trim() !== '' && !line.trimStart().startsWith('#')) ?? ''
  return /^(?:---|\{|["']?[\w.-]+["']?\s*:(?:\s|$))/.test(first.trimStart()) ? 'yaml' : 'ini'
}

/**
 * What stands beside inventories is for all plays. What stands beside a playbook is for its own plays: those of an imported one
 * have what stands beside that one in its place (executor/playbook_executor.py of ansible-core 2.19 moves the base folder).
 */
function outsideLayers(reader: Reader, bases: readonly string[], playbookFolders: readonly string[]) {
  // the same folder is read once, as the inventory's
  const places = [
    ...bases.map((base) => ({ base, owner: 'inventory' as const, only: {} })),
    ...playbookFolders
      .filter((base) => !bases.includes(base))
      .map((base) => ({ base, owner: 'playbook' as const, only: { folder: base } })),
  ].map(({ base, owner, only }) => {
    const groups = varsFolder(reader, join(base, 'group_vars'))
    const hosts = varsFolder(reader, join(base, 'host_vars'))
    const marked = (layers: readonly VarLayer[]): readonly VarLayer[] => layers.map((layer) => ({ ...layer, ...only }))
    return {
      group: (name: string) => marked(groups.layersOf(name, name === 'all' ? `${owner} group_vars/all` : `${owner} group_vars`)),
      host: (name: string) => marked(hosts.layersOf(name, `${owner} host_vars`)),
    }
  })
  return {
    group: (name: string): readonly VarLayer[] => places.flatMap(({ group }) => group(name)),
    host: (name: string): readonly VarLayer[] => places.flatMap(({ host }) => host(name)),
  }
}

function checkConnections(inventory: Inventory, problems: Problem[]): void {
  const seen = new Set<MapSource>()
  for (const { layers } of [...inventory.groups.values(), ...inventory.hosts.values()]) {
    for (const { vars } of layers) {
      // the hosts of a range share one map
      if (!seen.has(vars)) checkConnectionVars(vars, problems)
      seen.add(vars)
    }
  }
}
