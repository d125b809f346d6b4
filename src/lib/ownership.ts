import type { FileFact, Probe } from '../model/fact.ts'
import { isAbsent } from '../model/fact.ts'
import type { Problem } from '../model/problem.ts'
import type { PlanContext } from '../model/task-type.ts'
import { Unknown } from '../model/value.ts'
import { formatMode } from './mode.ts'
import { quote } from './sh.ts'

export interface OwnershipWish {
  /** name, or number as text */
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number | undefined
}

/** Who a file belongs to, names and numbers. */
export interface Ownership {
  readonly owner: string
  readonly group: string
  readonly uid: number
  readonly gid: number
}

export type Resolved<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly answer: Unknown }
  | { readonly kind: 'problem'; readonly problem: Problem }

export function ownershipQuestions(wish: { readonly owner?: string | undefined; readonly group?: string | undefined }): readonly Probe[] {
  const probes: Probe[] = []
  if (wish.owner !== undefined && !isNumber(wish.owner)) probes.push({ kind: 'user', target: { name: wish.owner } })
  if (wish.group !== undefined && !isNumber(wish.group)) probes.push({ kind: 'group', target: { name: wish.group } })
  return probes
}

/** Who a file that is there shall belong to: what is not wished stays. */
export function ownershipOf(wish: OwnershipWish, present: Ownership, context: PlanContext): Resolved<Ownership> {
  return completed(wish, present, context)
}

/** Who a new file shall belong to: what is not wished is the acting user's. */
export function ownershipOfNew(wish: OwnershipWish, context: PlanContext): Resolved<Ownership> {
  if (wish.owner !== undefined && wish.group !== undefined) return completed(wish, { owner: '', group: '', uid: 0, gid: 0 }, context)
  if (context.user === 'root') return completed(wish, { owner: 'root', group: 'root', uid: 0, gid: 0 }, context)
  const actor = context.view.get('user', { name: context.user })
  if (actor instanceof Unknown) return { kind: 'unknown', answer: actor }
  if (isAbsent(actor)) return { kind: 'problem', problem: unknownName('user', context.user) }
  return completed(wish, { owner: actor.name, group: actor.group, uid: actor.uid, gid: actor.gid }, context)
}

function completed(wish: OwnershipWish, rest: Ownership, context: PlanContext): Resolved<Ownership> {
  let { owner, group, uid, gid } = rest
  if (wish.owner !== undefined) {
    owner = wish.owner
    if (isNumber(wish.owner)) uid = Number(wish.owner)
    else {
      const fact = context.view.get('user', { name: wish.owner })
      if (fact instanceof Unknown) return { kind: 'unknown', answer: fact }
      if (isAbsent(fact)) return { kind: 'problem', problem: unknownName('user', wish.owner) }
      uid = fact.uid
    }
    if (uid === rest.uid && rest.owner !== '') owner = rest.owner
  }
  if (wish.group !== undefined) {
    group = wish.group
    if (isNumber(wish.group)) gid = Number(wish.group)
    else {
      const fact = context.view.get('group', { name: wish.group })
      if (fact instanceof Unknown) return { kind: 'unknown', answer: fact }
      if (isAbsent(fact)) return { kind: 'problem', problem: unknownName('group', wish.group) }
      gid = fact.gid
    }
    if (gid === rest.gid && rest.group !== '') group = rest.group
  }
  return { kind: 'known', value: { owner, group, uid, gid } }
}

export interface AttributeDifference {
  readonly name: 'owner' | 'group' | 'mode'
  readonly before: string
  readonly after: string
}

export function attributeDifferences(fact: FileFact, wanted: Ownership, mode: number): readonly AttributeDifference[] {
  const differences: AttributeDifference[] = []
  if (fact.uid !== wanted.uid) differences.push({ name: 'owner', before: fact.owner, after: wanted.owner })
  if (fact.gid !== wanted.gid) differences.push({ name: 'group', before: fact.group, after: wanted.group })
  if (fact.mode !== mode) differences.push({ name: 'mode', before: formatMode(fact.mode), after: formatMode(mode) })
  return differences
}

function unknownName(kind: 'user' | 'group', name: string): Problem {
  return {
    code: 'USER_UNKNOWN',
    message: `${kind} ${name} does not exist on the host`,
    hint: `install what brings it first, or create it\n${kind === 'user' ? 'useradd --system' : 'groupadd --system'} ${quote(name)}`,
  }
}

function isNumber(name: string): boolean {
  return /^[0-9]+$/.test(name)
}
