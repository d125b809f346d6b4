import type { VarOrigin } from '../model/inventory.ts'
import type { Role, RoleInput, Task } from '../model/playbook.ts'
import { isNonEmpty, TlsplayError } from '../model/problem.ts'
import type { MapSource, Source } from '../model/source.ts'
import type { Unknown, Value, ValueMap } from '../model/value.ts'
import { secretNames } from './connection-names.ts'
import { factAliases, factsMap, type FactReader } from './facts.ts'
import type { CompiledPlay, CompiledRun, RoleContext } from './compiled-run.ts'
import { groupsOf, membersOf } from './groups.ts'
import { inventoryVariables, variablesOf } from './inventory-variables.ts'
import { lazyMap } from './lazy-map.ts'
import { renderSource } from './render.ts'
import type { Scope } from './scope.ts'
import { hide } from './secrecy.ts'

export type { Scope } from './scope.ts'

/** What acts have set on a host; it stays for the rest of the run. */
export interface HostRuntime {
  /** from set_fact */
  readonly facts: ValueMap
  readonly registered: ValueMap
  /** from include_vars, later ones win */
  readonly includeVars: readonly MapSource[]
  /** roles that were included for all of the play (`public`), in the order of that */
  readonly shared?: readonly SharedRole[]
}

export interface SharedRole {
  /** index of the play */
  readonly play: number
  readonly role: Role
  /** whether it is included is not known */
  readonly unknown: Unknown | undefined
}

export const emptyRuntime: HostRuntime = { facts: {}, registered: {}, includeVars: [] }

/** What is set later wins. */
export function withRuntime(before: HostRuntime | undefined, { facts, registered, includeVars }: HostRuntime): HostRuntime {
  if (before === undefined) return { facts, registered, includeVars }
  return {
    ...before,
    facts: { ...before.facts, ...facts },
    registered: { ...before.registered, ...registered },
    includeVars: [...before.includeVars, ...includeVars],
  }
}

export interface ScopeInput {
  readonly run: CompiledRun
  readonly play: CompiledPlay | undefined
  readonly host: string
  readonly runtime: HostRuntime
  readonly role?: RoleContext | undefined
  readonly task?: Task | undefined
  /** of the blocks around the task, outermost first */
  readonly blockVars?: readonly MapSource[] | undefined
  /** `vars` of the includes around the task, outermost first */
  readonly includeVars?: readonly MapSource[] | undefined
  /** what each include around the task gives, outermost first: the item of its loop */
  readonly included?: readonly ValueMap[] | undefined
  /** loop variables and the like: above everything else */
  readonly loop?: ValueMap | undefined
  /** without it nothing can read a fact, as for connection options */
  readonly fact?: FactReader | undefined
  /** what acts have set on other hosts, for `hostvars` */
  runtimeOf?(host: string): HostRuntime | undefined
  /** told when something is asked that differs from group to group beside their variables */
  readsGroups?(): void
}

/** Variables as one task of one host sees them (design/language.md, decision 4 and A.1). Rendered when read, each once. */
export function hostScope(input: ScopeInput): Scope {
  return new HostScope(input, { scopes: new Map(), path: [] })
}

/** What the scopes of one reading share: the way that led here, to find circles, and the scopes of other hosts and callers. */
interface Reading {
  readonly scopes: Map<string, HostScope>
  readonly path: { readonly scope: HostScope; readonly name: string }[]
}

const none: ReadonlyMap<string, VarOrigin> = new Map()

type Binding =
  | { readonly kind: 'value'; readonly read: () => Value }
  | { readonly kind: 'source'; readonly origin: VarOrigin /** where its templates look names up */; readonly scope: () => HostScope }

/** References from variable to variable; more are a mistake, and would exhaust the stack. */
const pathLimit = 100

class HostScope implements Scope {
  readonly #input: ScopeInput
  readonly #reading: Reading
  readonly #known = new Map<string, Value>()
  #sources: readonly ReadonlyMap<string, VarOrigin>[] | undefined

  constructor(input: ScopeInput, reading: Reading) {
    this.#input = input
    this.#reading = reading
  }

  lookup(name: string): Value | undefined {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const binding = this.#binding(name)
    if (binding === undefined) return undefined
    const found = binding.kind === 'value' ? binding.read() : this.#rendered(name, binding)
    const value = secretNames.has(name) ? hide(typeof found === 'number' ? String(found) : found) : found
    this.#known.set(name, value)
    return value
  }

  has(name: string): boolean {
    return this.#binding(name) !== undefined
  }

  names(): readonly string[] {
    const { loop, run, role, runtime, fact, included, includeVars } = this.#input
    const names = new Set([...Object.keys(loop ?? {}), ...magicNames, ...run.extraVars.keys()])
    for (const values of included ?? []) for (const name of Object.keys(values)) names.add(name)
    for (const map of [...(includeVars ?? []), ...runtime.includeVars]) for (const { key } of map.entries) names.add(key)
    for (const { key } of role?.inputs?.entries ?? []) names.add(key)
    for (const values of [runtime.registered, runtime.facts]) for (const name of Object.keys(values)) names.add(name)
    for (const layer of this.#layers()) for (const name of layer.keys()) names.add(name)
    for (const { name, fallback } of [role?.role, ...this.#shared().map((shared) => shared.role)].flatMap((one) => one?.inputs ?? []))
      if (fallback !== undefined) names.add(name)
    if (fact !== undefined) names.add('facts')
    return [...names]
  }

  origin(name: string): VarOrigin | undefined {
    const binding = this.#binding(name)
    return binding?.kind === 'source' ? binding.origin : undefined
  }

  env(name: string): string | undefined {
    const { environment } = this.#input.run.options
    return Object.hasOwn(environment, name) ? environment[name] : undefined
  }

  with(values: ValueMap): Scope {
    return new HostScope({ ...this.#input, loop: { ...this.#input.loop, ...values } }, { scopes: new Map(), path: [] })
  }

  /** Who wins, from the highest layer down. */
  #binding(name: string): Binding | undefined {
    const { loop, run, role, runtime, included, includeVars } = this.#input
    for (const values of [loop, ...(included ?? []).toReversed()]) {
      const given = own(values, name)
      if (given !== undefined) return given
    }
    const magic = this.#magic(name)
    if (magic !== undefined) return { kind: 'value', read: magic }
    const extra = run.extraVars.get(name)
    if (extra !== undefined) return this.#here(extra)
    const param = lastOf(includeVars, 'include params', name)
    if (param !== undefined) return this.#here(param)
    const input = role === undefined ? undefined : variablesOf(role.inputs, 'role input').get(name)
    if (input !== undefined) return { kind: 'source', origin: input, scope: () => this.#caller() }
    const set = own(runtime.registered, name) ?? own(runtime.facts, name)
    if (set !== undefined) return set
    const read = lastOf(runtime.includeVars, 'include_vars', name)
    if (read !== undefined) return this.#here(read)
    for (const layer of this.#layers()) {
      const origin = layer.get(name)
      if (origin !== undefined) return this.#here(origin)
    }
    const fallback = role?.role.inputs.find((declared: RoleInput) => declared.name === name)?.fallback
    if (fallback !== undefined) return this.#here({ source: fallback, layer: 'role default' })
    for (const shared of this.#shared()) {
      const given = shared.role.inputs.find((declared) => declared.name === name)?.fallback
      if (given !== undefined) return this.#here(originOf(shared, given, 'role default'))
    }
    return this.#alias(name)
  }

  /** The last one first. */
  #shared(): readonly SharedRole[] {
    const { runtime, play } = this.#input
    return (runtime.shared ?? []).filter((shared) => shared.play === play?.index).toReversed()
  }

  #here(origin: VarOrigin): Binding {
    return { kind: 'source', origin, scope: () => this }
  }

  /** Written layers between include_vars and role defaults, high to low. */
  #layers(): readonly ReadonlyMap<string, VarOrigin>[] {
    const { run, play, host, role, task, blockVars } = this.#input
    this.#sources ??= [
      variablesOf(task?.vars, 'task vars'),
      ...(blockVars ?? []).toReversed().map((vars) => variablesOf(vars, 'block vars')),
      variablesOf(role?.role.vars, 'role vars'),
      ...this.#shared().map((shared) => givenBy(shared, shared.role.vars, 'role vars')),
      ...(play?.varsFiles ?? []).toReversed().map((file) => variablesOf(file, 'vars_files')),
      play?.answers ?? none,
      variablesOf(play?.play.vars, 'play vars'),
      inventoryVariables(run.inventory, host, play?.play.folder),
    ]
    return this.#sources
  }

  #rendered(name: string, { origin, scope }: Extract<Binding, { kind: 'source' }>): Value {
    if (origin.unknown !== undefined) return origin.unknown
    const { path } = this.#reading
    const at = path.findIndex((step) => step.scope === this && step.name === name)
    if (at >= 0 || path.length >= pathLimit) {
      const circle = [...path.slice(Math.max(0, at)), { scope: this as HostScope, name }]
      const severalHosts = circle.some((step) => step.scope.#input.host !== this.#input.host)
      const chain = circle.map((step) => (severalHosts ? `hostvars.${step.scope.#input.host}.${step.name}` : step.name))
      const message =
        at >= 0
          ? `variables refer to each other in a circle: ${chain.join(' -> ')}`
          : `variables refer to each other more than ${pathLimit} times in a row`
      throw new TlsplayError([
        {
          code: 'VARIABLE_CYCLE',
          message,
          at: origin.source.at,
          hint: 'a variable cannot be made of itself; give one of them another name',
        },
      ])
    }
    path.push({ scope: this, name })
    try {
      const { value, problems } = renderSource(origin.source, scope())
      if (isNonEmpty(problems)) throw new TlsplayError(problems)
      return value
    } finally {
      path.pop()
    }
  }

  /** The scope of the line that calls the role: a role sees its inputs, the caller's line does not. */
  #caller(): HostScope {
    const { role } = this.#input
    return this.#sibling(`caller ${role?.id ?? ''}`, {
      ...this.#input,
      role: role?.caller,
      task: undefined,
      blockVars: role?.blockVars,
      includeVars: role?.includeVars,
      included: this.#input.included?.slice(0, role?.includes.length ?? 0),
      loop: undefined,
    })
  }

  #sibling(key: string, input: ScopeInput): HostScope {
    const { scopes } = this.#reading
    const known = scopes.get(key)
    if (known !== undefined) return known
    const made = new HostScope(input, this.#reading)
    scopes.set(key, made)
    return made
  }

  #alias(name: string): Binding | undefined {
    const { fact } = this.#input
    const path = factAliases.get(name)
    if (fact === undefined || path === undefined) return undefined
    return { kind: 'value', read: () => fact(path) ?? null }
  }

  /** Names that tlsplay itself gives; nothing can override them. */
  #magic(name: string): (() => Value) | undefined {
    const { run, play, host, role, fact } = this.#input
    if (name === 'group_names' || name === 'groups' || name === 'hostvars') this.#input.readsGroups?.()
    switch (name) {
      case 'inventory_hostname':
        return () => host
      case 'inventory_hostname_short':
        return () => host.split('.')[0] ?? host
      case 'group_names':
        return () =>
          groupsOf(run.inventory, host)
            .map((group) => group.name)
            .filter((group) => group !== 'all')
            .toSorted()
      case 'groups':
        return () =>
          lazyMap({
            keys: () => [...run.inventory.groups.keys()],
            has: (group) => run.inventory.groups.has(group),
            read: (group) => membersOf(run.inventory, group),
          })
      case 'hostvars':
        return () =>
          lazyMap({
            keys: () => [...run.inventory.hosts.keys()],
            has: (other) => run.inventory.hosts.has(other) || this.#input.runtimeOf?.(other) !== undefined,
            read: (other) => this.#variablesOf(other),
          })
      case 'play_hosts':
      case 'ansible_play_hosts':
      case 'ansible_play_hosts_all':
        return play === undefined ? undefined : () => play.hosts
      case 'ansible_play_batch':
        return play === undefined ? undefined : () => play.batches.find((batch) => batch.includes(host)) ?? []
      case 'ansible_check_mode':
        return () => run.options.checkMode
      case 'ansible_diff_mode':
        return () => run.options.diff
      case 'playbook_dir':
        return () => play?.play.folder ?? run.options.playbookFolder
      case 'inventory_dir':
        return () => run.inventory.folder
      case 'role_name':
        return role === undefined ? undefined : () => role.role.name
      case 'role_path':
        return role === undefined ? undefined : () => role.role.folder
      case 'facts':
        return fact === undefined ? undefined : () => factsMap(fact)
      default:
        return undefined
    }
  }

  /** Variables of another host: inventory, play and what acts have set there; no role, no task, no facts of it. */
  #variablesOf(other: string): Value {
    const { run, play, host, runtime, runtimeOf, fact } = this.#input
    const same = other === host
    const scope = this.#sibling(`host ${other}`, {
      run,
      play,
      host: other,
      runtime: (same ? runtime : runtimeOf?.(other)) ?? emptyRuntime,
      fact: same ? fact : undefined,
      ...(runtimeOf === undefined ? {} : { runtimeOf }),
    })
    return lazyMap({
      keys: () => scope.names().filter((name) => name !== 'hostvars'),
      has: (name) => name !== 'hostvars' && scope.has(name),
      read: (name) => scope.lookup(name),
    })
  }
}

/** Names that tlsplay itself gives in every place; nothing can override them. */
export const magicNames: readonly string[] = [
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'groups',
  'hostvars',
  'play_hosts',
  'ansible_play_hosts',
  'ansible_play_batch',
  'ansible_check_mode',
  'ansible_diff_mode',
  'playbook_dir',
  'inventory_dir',
]

function originOf({ unknown }: SharedRole, source: Source, layer: string): VarOrigin {
  return { source, layer, ...(unknown === undefined ? {} : { unknown }) }
}

function givenBy(shared: SharedRole, vars: MapSource | undefined, layer: string): ReadonlyMap<string, VarOrigin> {
  const given = variablesOf(vars, layer)
  if (shared.unknown === undefined) return given
  return new Map([...given].map(([name, { source }]) => [name, originOf(shared, source, layer)]))
}

function lastOf(maps: readonly MapSource[] | undefined, layer: string, name: string): VarOrigin | undefined {
  const last = maps?.findLast(({ entries }) => entries.some(({ key }) => key === name))
  return variablesOf(last, layer).get(name)
}

function own(values: ValueMap | undefined, name: string): Binding | undefined {
  if (values === undefined || !Object.hasOwn(values, name)) return undefined
  const value = values[name]
  return value === undefined ? undefined : { kind: 'value', read: () => value }
}
