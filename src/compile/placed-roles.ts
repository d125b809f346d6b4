import type { InheritedKeywords, Play, RoleUse } from '../model/playbook.ts'
import type { Source } from '../model/source.ts'
import { Secret } from '../model/value.ts'
import type { RoleContext } from './compiled-run.ts'
import { innermost, merged } from './keyword-chain.ts'
import { isTemplate } from './template.ts'

export interface PlacedRole {
  readonly context: RoleContext
  /** of the play and of everything that leads here, outermost first */
  readonly keywords: readonly InheritedKeywords[]
}

const nothingAround = { blockVars: [], includeVars: [], includes: [] } as const

/** Tells the uses of one role in a play apart. */
export function contextNames(): (use: RoleUse) => string {
  const uses = new Map<string, number>()
  return ({ role }) => {
    const count = (uses.get(role.name) ?? 0) + 1
    uses.set(role.name, count)
    return count === 1 ? role.name : `${role.name} (${count})`
  }
}

/** Roles in the order they run. The same role with the same inputs and conditions runs once. */
export function placedRoles(play: Play, naming: (use: RoleUse) => string): readonly PlacedRole[] {
  const placed: PlacedRole[] = []
  const seen = new Set<string>()
  const place = (use: RoleUse, caller: RoleContext | undefined, outer: readonly InheritedKeywords[]): void => {
    const key = callKey(use, caller, outer)
    if (seen.has(key)) return
    seen.add(key)
    const keywords = [...outer, use.keywords]
    const conditions = keywords.flatMap(({ when }) => when)
    const context: RoleContext = { id: naming(use), role: use.role, use, inputs: use.inputs, caller, conditions, ...nothingAround }
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
    innermost(chain.map(({ becomeMethod }) => becomeMethod?.value)),
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
