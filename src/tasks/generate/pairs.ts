import { locate, refused, unsettled } from '../../lib/host-file.ts'
import { baseOf, linkTarget, parentOf } from '../../lib/paths.ts'
import { directoryFact } from '../../lib/predict-file.ts'
import { quote } from '../../lib/sh.ts'
import {
  absent,
  type Answer,
  type Fact,
  type FileFact,
  isAbsent,
  type Prediction,
  type Probe,
  type ProbeKindName,
  type Target,
} from '../../model/fact.ts'
import type { DirectoryStep, LinkStep, Step, StepAnswer } from '../../model/step.ts'
import type { Change, Decision, Diff, FieldDiff, HostView, ObservedView, PlanContext, TaskResult } from '../../model/task-type.ts'
import { Unknown, type ValueMap } from '../../model/value.ts'
import { applyDeed } from './apply.ts'
import type { GenerateDeed } from './deed.ts'
import { planWish } from './plan.ts'
import type { Wish } from './wish.ts'

/*
 * A service that opens key and certificate one after the other on every handshake can meet the new key with the old
 * certificate, whatever order they are renamed in: 4.5% of handshakes failed so, and some even where a link to a folder of both
 * was swapped (measured: reliability facts, F9). None failed where each pair lies in a folder of its own that never changes, and
 * the file of settings that names both is replaced by one rename. So a new pair goes into a new folder, `pair-2` behind `pair-1`;
 * the paths of the task become links into it for whoever needs no more, and `register` tells the settings where it lies.
 */

/** Makes a pair in a folder of its own. */
export interface PairDeed {
  readonly kind: 'pair'
  readonly inner: GenerateDeed
  readonly folder: DirectoryStep
  readonly links: readonly LinkStep[]
}

/** The folders of the pairs before and behind the one that is there, asked for as soon as the link to it is known. */
export function* observePair({ certificate }: Wish): Generator<readonly Probe[], void, ObservedView> {
  const view: ObservedView = yield [
    { kind: 'file', target: { path: certificate } },
    { kind: 'file', target: { path: folderOf(certificate, 1) } },
  ]
  const number = numberOf(certificate, view.get('file', { path: certificate }))
  if (number > 0) yield [number - 1, number + 1].map((at) => ({ kind: 'file', target: { path: folderOf(certificate, at) } }))
}

export function planPair(wish: Wish, context: PlanContext): Decision<GenerateDeed | PairDeed> {
  const decision = planWish(wish, context)
  const here = context.view.get('file', { path: wish.certificate })
  const number = here instanceof Unknown ? 0 : numberOf(wish.certificate, here)
  const [change] = decision.changes
  // Two folders were given for a reason, such as that others read the certificate: there both stay where they are.
  const apart = parentOf(wish.certificate) !== parentOf(wish.privateKey)
  if (change === undefined || apart || !replacesBoth(change.data))
    return { ...decision, result: { ...decision.result, ...placesOf(wish, number, context) } }

  const folder = folderOf(wish.certificate, number + 1)
  const taken = context.view.get('file', { path: folder })
  if (taken instanceof Unknown) return unsettled(context, folder, taken)
  if (!isAbsent(taken))
    return refused({
      code: 'PATH_REFUSED',
      message: `${folder}: the next pair goes there, and something is there already`,
      hint: `look at it on the host, and remove it if nothing needs it\nls -la ${quote(folder)}`,
    })
  const above = locate(parentOf(folder), context.view).fact
  if (isAbsent(above) || above instanceof Unknown) return decision
  const moved = { ...wish, certificate: `${folder}/${baseOf(wish.certificate)}`, privateKey: `${folder}/${baseOf(wish.privateKey)}` }
  const next = planWish(moved, { ...context, view: withFolder(context.view, folder, above) })
  const [inner] = next.changes
  if (inner === undefined) return next
  const { owner, group, mode } = above
  const names = [
    [wish.certificate, moved.certificate],
    [wish.privateKey, moved.privateKey],
  ] as const
  const pair: Change<PairDeed> = {
    ...change,
    target: wish.certificate,
    diffs: withField(change.diffs, { name: 'folder of both', before: pairFolder(wish, number), after: folder }),
    data: {
      kind: 'pair',
      inner: inner.data,
      folder: { kind: 'directory', path: folder, owner, group, mode },
      links: names.map(([path, to]) => ({ kind: 'link', path, to: to.slice(parentOf(path).length + 1) })),
    },
  }
  return {
    ...next,
    changes: [pair],
    reason: decision.reason,
    predicts: [
      { kind: 'file', target: { path: folder }, fact: directoryFact(above, mode) },
      ...next.predicts,
      ...names.flatMap(([path, to]) => throughLink(path, to, above, next.predicts)),
    ],
    result: {
      ...next.result,
      certificate_path: moved.certificate,
      private_key_path: moved.privateKey,
      replaced: pairFolder(wish, number) ?? '',
    },
  }
}

/** The steps of the pair itself, with its folder before them and the links behind them. */
export function* applyPair({ data, ...change }: Change<PairDeed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const deeds = applyDeed({ ...change, data: data.inner })
  let turn = deeds.next()
  while (turn.done !== true) {
    const steps = turn.value
    if (steps.some(({ kind }) => kind === 'install' || kind === 'write')) {
      const answers = yield [data.folder, ...steps, ...data.links]
      turn = deeds.next(answers.slice(1, steps.length + 1))
    } else turn = deeds.next(yield steps)
  }
  return turn.value
}

/** A certificate alone is replaced in one rename, and so is no pair. */
function replacesBoth(deed: GenerateDeed): boolean {
  if (deed.kind === 'give') return deed.certificate !== undefined && deed.key !== undefined
  return deed.kind === 'stored' || (deed.kind === 'issue' && !deed.keepKey && deed.signer.kind !== 'nobody')
}

/** Where both are now; what a link leads to is what a service is told. */
function placesOf(wish: Wish, number: number, { view }: PlanContext): ValueMap {
  return {
    certificate_path: locate(wish.certificate, view).path,
    private_key_path: locate(wish.privateKey, view).path,
    replaced: pairFolder(wish, number - 1) ?? '',
  }
}

function pairFolder({ certificate }: Wish, number: number): string | undefined {
  return number < 1 ? undefined : folderOf(certificate, number)
}

function folderOf(certificate: string, number: number): string {
  return `${parentOf(certificate)}/pair-${number}`
}

/** The number of the pair to which the path of the certificate leads; 0: it lies there itself, or is not there. */
function numberOf(certificate: string, fact: Answer<FileFact>): number {
  if (isAbsent(fact) || fact instanceof Unknown || fact.link === undefined) return 0
  const [, number] = /^pair-(\d{1,9})$/.exec(baseOf(parentOf(linkTarget(certificate, fact.link)))) ?? []
  return Number(number ?? 0)
}

/** The host as it is once the folder has been made: there is nothing in it. */
function withFolder(view: HostView, folder: string, above: FileFact): HostView {
  return {
    get<K extends ProbeKindName>(kind: K, target: Target<K>): Answer<Fact<K>> {
      const path = 'path' in target ? target.path : ''
      if (path.startsWith(`${folder}/`)) return absent
      if (path === folder && kind === 'file') return directoryFact(above, above.mode) as Answer<Fact<K>>
      return view.get(kind, target)
    },
  }
}

/** What the path of the task answers once it is a link. */
function throughLink(path: string, to: string, owned: FileFact, predicts: readonly Prediction[]): readonly Prediction[] {
  const link = to.slice(parentOf(path).length + 1)
  const { owner, group, uid, gid } = owned
  return [
    {
      kind: 'file',
      target: { path },
      fact: { type: 'link', owner, group, uid, gid, mode: 0o777, size: link.length, mtime: Number.POSITIVE_INFINITY, links: 1, link },
    },
    ...predicts.flatMap((one): readonly Prediction[] =>
      one.kind !== 'file' && 'path' in one.target && one.target.path === to
        ? [{ ...one, target: { ...one.target, path } } as Prediction]
        : [],
    ),
  ]
}

/** With one field more in the block of fields that is there. */
function withField(diffs: readonly Diff[], field: FieldDiff): readonly Diff[] {
  const at = diffs.findLastIndex(({ kind }) => kind === 'fields')
  return diffs.map((diff, index) => (index === at && diff.kind === 'fields' ? { ...diff, fields: [...diff.fields, field] } : diff))
}
