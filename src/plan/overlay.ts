import {
  type Answer,
  absent,
  type CertificateFileFact,
  type ContentFact,
  type Fact,
  type Invalidation,
  isAbsent,
  isOpening,
  type Prediction,
  type Probe,
  type ProbeKindName,
  probeKey,
  type Target,
} from '../model/fact.ts'
import type { HostView } from '../model/task-type.ts'
import { Secret, Unknown } from '../model/value.ts'
import { textIn } from '../lib/content.ts'
import { sha256Hex } from '../lib/digest.ts'
import { keepHidden } from '../lib/keep-hidden.ts'
import { parseCertificateFile } from '../pki/parse.ts'

/** Thrown by a view that was asked what nobody asked the host yet; the engine catches it, asks, and plans again. */
export class Unobserved extends Error {
  readonly probe: Probe
  constructor(probe: Probe) {
    super(`not observed yet: ${probeKey(probe)}`)
    this.probe = probe
  }
}

export type Observed = ReadonlyMap<string, unknown>

export const nothingObserved: Observed = new Map()

/** What the tasks planned so far will make true or unknown on one place. A new task makes a new overlay. */
export interface Overlay {
  readonly predicted: ReadonlyMap<string, unknown>
  readonly invalidated: readonly Invalidation[]
  /** what files with secrets were to hold, by question; unlike all else it counts when tasks have acted, too */
  readonly secrets: ReadonlyMap<string, Secret>
  /** some task planned so far changes the place */
  readonly dirty: boolean
}

export const emptyOverlay: Overlay = { predicted: new Map(), invalidated: [], secrets: new Map(), dirty: false }

export function extend(overlay: Overlay, predicts: readonly Prediction[], invalidates: readonly Invalidation[], changes: boolean): Overlay {
  if (predicts.length === 0 && invalidates.length === 0 && !changes) return overlay
  const predicted = new Map(overlay.predicted)
  const secrets = new Map(overlay.secrets)
  for (const prediction of predicts) {
    const key = probeKey(prediction as Probe)
    predicted.set(key, prediction.fact)
    if (prediction.kind !== 'content' || prediction.fact instanceof Unknown) continue
    if (!isAbsent(prediction.fact) && prediction.fact.secret !== undefined) secrets.set(key, prediction.fact.secret)
    else secrets.delete(key)
  }
  return { predicted, invalidated: [...overlay.invalidated, ...invalidates], secrets, dirty: overlay.dirty || changes }
}

/** What is left of an overlay once its tasks have acted and the place is looked at anew. */
export function settledOverlay({ secrets }: Overlay): Overlay {
  return { ...emptyOverlay, secrets }
}

/** Observed facts alone: what `observe` of a task type sees. */
export function observedView(observed: Observed): HostView {
  return {
    get<K extends ProbeKindName>(kind: K, target: Target<K>): Answer<Fact<K>> {
      const probe = { kind, target } as unknown as Probe
      const key = probeKey(probe)
      if (!observed.has(key)) throw new Unobserved(probe)
      return observed.get(key) as Answer<Fact<K>>
    },
  }
}

/** Observed facts under what earlier tasks predict. */
export function overlaidView(observed: Observed, overlay: Overlay): HostView {
  const below = observedView(observed)
  return {
    get<K extends ProbeKindName>(kind: K, target: Target<K>): Answer<Fact<K>> {
      const key = probeKey({ kind, target } as unknown as Probe)
      if (overlay.predicted.has(key)) return overlay.predicted.get(key) as Answer<Fact<K>>
      const derived = deriveFromContent(overlay, kind, target)
      if (derived !== undefined) return derived as Answer<Fact<K>>
      const cause = overlay.invalidated.find((entry) => entry.kind === kind && (entry.where?.(target as never) ?? true))
      if (cause !== undefined) return new Unknown(cause.why)
      const answer = below.get(kind, target)
      const secret = kind === 'content' ? overlay.secrets.get(key) : undefined
      return secret === undefined ? answer : (marked(answer as Answer<ContentFact>, secret) as Answer<Fact<K>>)
    },
  }
}

function marked(answer: Answer<ContentFact>, secret: Secret): Answer<ContentFact> {
  if (answer instanceof Unknown || isAbsent(answer)) return answer
  const text = textIn(answer.bytes)
  const shown = text === undefined ? undefined : keepHidden(secret, text)
  return shown instanceof Secret ? { ...answer, secret: shown } : answer
}

/** A predicted file answers for everything that is read from it: digest, content, certificates, key. */
function deriveFromContent(overlay: Overlay, kind: ProbeKindName, target: unknown): unknown {
  if (!isOpening(kind)) return undefined
  const path = (target as { readonly path: string }).path
  const file = overlay.predicted.get(probeKey({ kind: 'file', target: { path } }))
  if (file === undefined) return undefined
  if (isAbsent(file)) return absent
  const content = overlay.predicted.get(probeKey({ kind: 'content', target: { path } })) as Answer<Fact<'content'>> | undefined
  // Only attributes were predicted: what is in the file stays as observed.
  if (content === undefined) return undefined
  if (content instanceof Unknown || isAbsent(content)) return content
  switch (kind) {
    case 'content':
      return content
    case 'digest':
      return { sha256: sha256Hex(content.bytes) }
    case 'certificate':
      return parseCertificateFile(Buffer.from(content.bytes).toString('latin1')) satisfies CertificateFileFact
    case 'key':
      return new Unknown('the key is written by this run')
  }
}
