import type { Answer, FileFact } from '../../src/model/fact.ts'
import { absent, type Probe, probeKey } from '../../src/model/fact.ts'
import type { Change, Decision, PlanContext, TaskType } from '../../src/model/task-type.ts'
import { emptyOverlay, extend, overlaidView } from '../../src/plan/overlay.ts'
import type { Told } from '../fakes/view.ts'
import { viewOf } from '../fakes/view.ts'
import { sha256Hex } from '../../src/lib/digest.ts'

/** Noon of a day on which nothing happens. */
export const now = Date.UTC(2026, 0, 2, 12)

export function contextOf(facts: readonly Told[], more: Partial<PlanContext> = {}): PlanContext {
  return {
    view: viewOf(facts),
    now,
    assets: [],
    dirty: false,
    authority: () => undefined,
    stored: () => undefined,
    host: { name: 'h1', address: '192.0.2.1' },
    user: 'root',
    ...more,
  }
}

const rootFile: FileFact = {
  type: 'file',
  owner: 'root',
  group: 'root',
  uid: 0,
  gid: 0,
  mode: 0o644,
  size: 0,
  mtime: 1_767_000_000,
  links: 1,
}

export function fileFact(more: Partial<FileFact> = {}): FileFact {
  return { ...rootFile, ...more }
}

export const directoryFact = (more: Partial<FileFact> = {}): FileFact => fileFact({ type: 'directory', mode: 0o755, links: 2, ...more })
export const linkFact = (link: string): FileFact => fileFact({ type: 'link', mode: 0o777, link, size: link.length })

/** A file with this content, as three probes tell it. */
export function holding(path: string, text: string | Uint8Array, more: Partial<FileFact> = {}): readonly Told[] {
  const bytes = typeof text === 'string' ? new Uint8Array(Buffer.from(text)) : text
  return [
    ['file', { path }, fileFact({ size: bytes.length, ...more })],
    ['content', { path }, { bytes }],
    ['digest', { path }, { sha256: sha256Hex(bytes) }],
  ]
}

export function nothingAt(path: string): readonly Told[] {
  return [
    ['file', { path }, absent],
    ['content', { path }, absent],
    ['digest', { path }, absent],
  ]
}

export const there = (path: string, fact: Answer<FileFact> = directoryFact()): Told => ['file', { path }, fact]
export const prometheus: readonly Told[] = [
  ['user', { name: 'prometheus' }, { name: 'prometheus', uid: 110, gid: 115, group: 'prometheus', gids: [115] }],
  ['group', { name: 'prometheus' }, { gid: 115 }],
]

/** What a task sees behind one that decided this: the host as the decision says it will be. */
export function contextAfter(facts: readonly Told[], decision: Decision, more: Partial<PlanContext> = {}): PlanContext {
  const observed = new Map(facts.map(([kind, target, answer]) => [probeKey({ kind, target } as Probe), answer]))
  const overlay = extend(emptyOverlay, decision.predicts, decision.invalidates ?? [], decision.changes.length > 0)
  return contextOf(facts, { ...more, view: overlaidView(observed, overlay), dirty: true })
}

/** Plans again on the host as the decision says it will be. */
export function planAfter<P, C>(
  type: TaskType<P, C>,
  params: P,
  facts: readonly Told[],
  decision: Decision<C>,
  more: Partial<PlanContext> = {},
): Decision<C> {
  return type.plan(params, contextAfter(facts, decision, more))
}

/** Every question that `observe` asks of a host that answers like this. */
export function questionsOf<P, C>(type: TaskType<P, C>, params: P, facts: readonly Told[]): readonly (readonly string[])[] {
  const view = viewOf(facts)
  const rounds: string[][] = []
  const asking = type.observe(params)
  for (let step = asking.next(view); step.done !== true; step = asking.next(view)) {
    rounds.push(step.value.map((probe) => `${probe.kind} ${Object.values(probe.target).join(' ')}`))
  }
  return rounds
}

/** The steps of the first round, and the result when every step answers like this. */
export function deedOf<P, C>(
  type: TaskType<P, C>,
  change: Change<C>,
  answers: readonly object[] = [{ ok: true, rc: 0, stdout: '', stderr: '' }],
) {
  const deeds = type.apply(change)
  const first = deeds.next()
  if (first.done === true) return { steps: [], result: first.value }
  const last = deeds.next(answers as never)
  return { steps: first.value, result: last.done === true ? last.value : undefined }
}
