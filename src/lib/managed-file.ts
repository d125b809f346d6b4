import type { ContentFact, FileFact, Probe } from '../model/fact.ts'
import { contentLimitBytes, isAbsent } from '../model/fact.ts'
import type { AttributesStep, Step, StepAnswer, WriteStep } from '../model/step.ts'
import type { Change, Decision, Diff, FieldDiff, HostView, PlanContext, TaskResult } from '../model/task-type.ts'
import { Secret, type Text, Unknown, type ValueMap } from '../model/value.ts'
import { bytesOf, type Content, contentSummary, sha256Of, summaryOf, textIn, textOf } from './content.ts'
import { hideBefore } from './hide-before.ts'
import { circleProblem, type Located, locate, notRegular, observePath, refused, unsettled } from './host-file.ts'
import { formatMode } from './mode.ts'
import { attributeDifferences, type Ownership, type OwnershipWish, ownershipOf, ownershipOfNew, ownershipQuestions } from './ownership.ts'
import { parentOf } from './paths.ts'
import { forgetDecoded, predictFile, predictSecret, regularFile } from './predict-file.ts'
import { quote } from './sh.ts'

/** Mode of a file that is made without one being asked for: readable by all, as a config file is. */
export const newFileMode = 0o644

/** A regular file as a task wants it. A symbolic link at `path` stays and what it leads to is managed. */
export interface ManagedFile extends OwnershipWish {
  /** absolute */
  readonly path: string
  /** all of its bytes; undefined keeps what is there */
  readonly content: Content | undefined
  /** what the file holds already, where there are secrets in it and no content is wanted */
  readonly holds?: Secret | undefined
  /** false: that the file is missing is a refusal. Default true */
  readonly create?: boolean
  /** why the content is wanted, for the reason of a change: `line 3 is edited`. Default: what differs */
  readonly reason?: string
}

export type FileDeed = WriteStep | AttributesStep

/** Round by round, link by link: the file, its digest, the folder it lies in, and the names it shall belong to. */
export function* observeManagedFile(
  wish: { readonly path: string; readonly owner?: string | undefined; readonly group?: string | undefined },
  content: 'digest' | 'content' = 'digest',
): Generator<readonly Probe[], void, HostView> {
  const names = ownershipQuestions(wish)
  yield* observePath(wish.path, (path) => [
    { kind: 'digest', target: { path } },
    ...(content === 'content' ? [{ kind: 'content', target: { path } } as const] : []),
    { kind: 'file', target: { path: parentOf(path) } },
    ...names,
  ])
}

/** Compares the wish with the host and says what must change, what will be true then, and why. */
export function planManagedFile(wish: ManagedFile, context: PlanContext): Decision<FileDeed> {
  const place = locate(wish.path, context.view)
  if (place.circle) return refused(circleProblem(wish.path))
  const { fact } = place
  if (fact instanceof Unknown) return unsettled(context, place.path, fact)
  if (isAbsent(fact)) return planNew(wish, place, context)
  if (fact.type !== 'file') return refused(notRegular(wish.path, place.path, fact))
  return planPresent(wish, place, fact, context)
}

export function* applyManagedFile(change: Change<FileDeed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  yield [change.data]
  return { changed: true }
}

function planNew(wish: ManagedFile, place: Located, context: PlanContext): Decision<FileDeed> {
  if (wish.content === undefined || wish.create === false) {
    return refused({
      code: 'PATH_REFUSED',
      message: `${place.path}: does not exist on the host`,
      hint: 'make it in an earlier task, or set create: true where the task type has it',
    })
  }
  const folder = missingFolder(place.path, context)
  if (folder !== undefined) return folder
  const owned = ownershipOfNew(wish, context)
  if (owned.kind === 'unknown') return unsettled(context, place.path, owned.answer)
  if (owned.kind === 'problem') return refused(owned.problem)
  const mode = wish.mode ?? newFileMode
  const reason = 'the file is missing'
  return decided(wish, place, owned.value, mode, wish.content, {
    action: 'create',
    target: place.path,
    summary: `create ${place.path}`,
    diffs: [
      ...contentDiff(place.path, undefined, wish.content),
      fields([
        { name: 'owner', before: undefined, after: owned.value.owner },
        { name: 'group', before: undefined, after: owned.value.group },
        { name: 'mode', before: undefined, after: formatMode(mode) },
      ]),
    ],
    reason,
    data: {
      kind: 'write',
      path: place.path,
      content: wish.content,
      owner: owned.value.owner,
      group: owned.value.group,
      mode,
      expect: 'absent',
    },
  })
}

function planPresent(wish: ManagedFile, place: Located, fact: FileFact, context: PlanContext): Decision<FileDeed> {
  const owned = ownershipOf(wish, fact, context)
  if (owned.kind === 'unknown') return unsettled(context, place.path, owned.answer)
  if (owned.kind === 'problem') return refused(owned.problem)
  const mode = wish.mode ?? fact.mode
  const attributes = attributeDifferences(fact, owned.value, mode)
  const attributeReason = attributes.map(({ name, before, after }) => `${name} is ${before}, wanted ${after}`).join('; ')
  const held = wish.content === undefined ? undefined : context.view.get('digest', { path: place.path })
  if (held instanceof Unknown) return unsettled(context, place.path, held)
  // A file that vanished between two questions: the next plan sees it missing.
  if (held !== undefined && isAbsent(held)) return unsettled(context, place.path, new Unknown('it changes while it is looked at'))

  if (wish.content === undefined || held === undefined || held.sha256 === sha256Of(wish.content)) {
    const result = resultOf(wish, place, owned.value, mode)
    const marked = wish.content ?? wish.holds
    const secrets = marked instanceof Secret ? predictSecret(place, marked) : []
    if (attributes.length === 0) {
      return {
        changes: [],
        predicts: secrets,
        reason: held === undefined ? 'owner, group and mode are as wanted' : 'content, owner, group and mode are as wanted',
        result,
      }
    }
    return {
      changes: [
        {
          action: 'update',
          target: place.path,
          summary: `set ${attributes.map(({ name }) => name).join(', ')} of ${place.path}`,
          diffs: [fields(attributes)],
          reason: attributeReason,
          data: { kind: 'attributes', path: place.path, owner: owned.value.owner, group: owned.value.group, mode },
        },
      ],
      predicts: [{ kind: 'file', target: { path: place.path }, fact: { ...fact, ...owned.value, mode } }, ...secrets],
      reason: attributeReason,
      result,
    }
  }

  if (fact.links > 1) {
    return refused({
      code: 'PATH_REFUSED',
      message: `${place.path}: has ${fact.links} hard links, and replacing it would leave the other names with the old content`,
      hint: `find the other names\nfind / -xdev -samefile ${quote(place.path)}`,
    })
  }
  const before = fact.size > contentLimitBytes ? undefined : context.view.get('content', { path: place.path })
  const known = before === undefined || before instanceof Unknown || isAbsent(before) ? undefined : before
  const contentReason = wish.reason ?? (onlySecretsDiffer(known, wish.content) ? 'a secret in it differs' : 'content differs')
  return decided(wish, place, owned.value, mode, wish.content, {
    action: 'update',
    target: place.path,
    summary: `update ${place.path}`,
    diffs: [
      ...contentDiff(place.path, known ?? { size: fact.size, sha256: held.sha256 }, wish.content),
      ...(attributes.length === 0 ? [] : [fields(attributes)]),
    ],
    reason: [contentReason, attributeReason].filter((text) => text !== '').join('; '),
    data: {
      kind: 'write',
      path: place.path,
      content: wish.content,
      owner: owned.value.owner,
      group: owned.value.group,
      mode,
      expect: { sha256: held.sha256 },
    },
  })
}

function decided(
  wish: ManagedFile,
  place: Located,
  owned: Ownership,
  mode: number,
  content: Content,
  change: Change<FileDeed>,
): Decision<FileDeed> {
  return {
    changes: [change],
    predicts: predictFile(place.path, regularFile(owned, mode, bytesOf(content).length), content, place.named),
    invalidates: forgetDecoded([place.path, place.named], `${place.path} is written by an earlier task`),
    reason: change.reason,
    result: resultOf(wish, place, owned, mode),
  }
}

/** A file or link can only be put into a folder that is there, or that an earlier task will make; undefined when it can. */
export function missingFolder(path: string, context: PlanContext): Decision<never> | undefined {
  const parent = parentOf(path)
  const { fact, path: at, circle } = locate(parent, context.view)
  if (circle) return refused(circleProblem(parent))
  if (fact instanceof Unknown) return unsettled(context, at, fact)
  if (!isAbsent(fact) && fact.type === 'directory') return undefined
  return refused({
    code: 'PATH_REFUSED',
    message: isAbsent(fact) ? `${path}: the folder ${parent} does not exist on the host` : `${path}: ${parent} is no folder`,
    hint: `make it in an earlier task\nfile: { path: ${parent}, state: directory, mode: '0755' }`,
  })
}

function contentDiff(
  path: string,
  before: ContentFact | { readonly size: number; readonly sha256: string } | undefined,
  after: Content,
): readonly Diff[] {
  const old = before === undefined ? '' : 'bytes' in before ? textHeld(before) : undefined
  const fresh = bytesOf(after).length > contentLimitBytes ? undefined : textOf(after)
  if (old !== undefined && fresh !== undefined) return [{ kind: 'text', path, before: hideBefore(old, fresh), after: fresh }]
  const was =
    before === undefined
      ? undefined
      : after instanceof Secret || ('bytes' in before && before.secret !== undefined)
        ? 'other bytes'
        : 'bytes' in before
          ? contentSummary(before.bytes)
          : summaryOf(before.size, before.sha256)
  return [fields([{ name: 'content', before: was, after: contentSummary(after) }])]
}

function textHeld({ bytes, secret }: ContentFact): Text | undefined {
  return secret ?? textIn(bytes)
}

function onlySecretsDiffer(before: ContentFact | undefined, after: Content): boolean {
  const old = before === undefined ? undefined : textHeld(before)
  return old !== undefined && after instanceof Secret && String(hideBefore(old, after)) === String(after)
}

function fields(list: readonly FieldDiff[]): Diff {
  return { kind: 'fields', fields: list }
}

function resultOf(wish: ManagedFile, place: Located, owned: Ownership, mode: number): ValueMap {
  return {
    path: place.named,
    owner: owned.owner,
    group: owned.group,
    uid: owned.uid,
    gid: owned.gid,
    mode: formatMode(mode),
    state: 'file',
    ...(wish.content === undefined ? {} : { size: bytesOf(wish.content).length }),
  }
}
