import { circleProblem, type Located, locate, notRegular, refused, unsettled } from '../../lib/host-file.ts'
import { attributeDifferences, type Ownership, type OwnershipWish, ownershipOf, ownershipOfNew } from '../../lib/ownership.ts'
import { formatMode } from '../../lib/mode.ts'
import { parentOf } from '../../lib/paths.ts'
import { isAbsent, type Prediction } from '../../model/fact.ts'
import type { AttributesStep } from '../../model/step.ts'
import type { Decision, FieldDiff, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import type { Placement } from './deed.ts'

/** One file: where it really lies, what is there and who it shall belong to. */
export interface Place {
  readonly located: Located
  readonly placement: Placement
  readonly owned: Ownership
  readonly present: boolean
  readonly differences: readonly FieldDiff[]
}

export function placeOf(
  path: string,
  asked: OwnershipWish & { readonly mode: number },
  context: PlanContext,
): Place | { readonly decision: Decision<never> } {
  const located = locate(path, context.view)
  const { fact } = located
  if (located.circle) return { decision: refused(circleProblem(path)) }
  if (fact instanceof Unknown) return { decision: unsettled(context, located.path, fact) }
  if (!isAbsent(fact) && fact.type !== 'file') return { decision: refused(notRegular(path, located.path, fact)) }
  if (isAbsent(fact)) {
    const folder = folderDecision(located.path, context)
    if (folder !== undefined) return { decision: folder }
  }
  const owned = isAbsent(fact) ? ownershipOfNew(asked, context) : ownershipOf(asked, fact, context)
  if (owned.kind === 'unknown') return { decision: unsettled(context, located.path, owned.answer) }
  if (owned.kind === 'problem') return { decision: refused(owned.problem) }
  return {
    located,
    owned: owned.value,
    placement: { path: located.path, owner: owned.value.owner, group: owned.value.group, mode: asked.mode },
    present: !isAbsent(fact),
    differences: isAbsent(fact) ? [] : attributeDifferences(fact, owned.value, asked.mode),
  }
}

function folderDecision(path: string, context: PlanContext): Decision<never> | undefined {
  const parent = parentOf(path)
  const { fact, circle, path: at } = locate(parent, context.view)
  if (circle) return refused(circleProblem(parent))
  if (fact instanceof Unknown) return unsettled(context, at, fact)
  if (!isAbsent(fact) && fact.type === 'directory') return undefined
  return refused({
    code: 'PATH_REFUSED',
    message: isAbsent(fact) ? `the folder ${parent} does not exist on the host` : `${parent} is no folder`,
    hint: `make it in an earlier task\nfile: { path: ${parent}, state: directory, mode: '0755' }`,
  })
}

export function attributeFields(place: Place, what: string): readonly FieldDiff[] {
  const { owner, group, mode, path } = place.placement
  if (place.present) return place.differences.map((field) => ({ ...field, name: `${what} ${field.name}` }))
  return [
    { name: `${what} file`, before: undefined, after: path },
    { name: `${what} owner`, before: undefined, after: `${owner}:${group}` },
    { name: `${what} mode`, before: undefined, after: formatMode(mode) },
  ]
}

export function attributesStep({ placement }: Place): AttributesStep {
  return { kind: 'attributes', ...placement }
}

export function predictAttributes({ located, owned, placement }: Place): readonly Prediction[] {
  const { fact } = located
  if (isAbsent(fact) || fact instanceof Unknown) return []
  return [{ kind: 'file', target: { path: placement.path }, fact: { ...fact, ...owned, mode: placement.mode } }]
}

export function pathsOf({ located, placement }: Place): readonly string[] {
  return [...new Set([placement.path, located.named])]
}

/** What is there must still be there when it is replaced. */
export function expectation(place: Place, context: PlanContext): 'absent' | { readonly sha256: string } | Unknown {
  if (!place.present) return 'absent'
  const digest = context.view.get('digest', { path: place.placement.path })
  return isAbsent(digest) ? 'absent' : digest
}
