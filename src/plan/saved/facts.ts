import { isAbsent, type Probe, type ProbeKindName, probeKey } from '../../model/fact.ts'
import { Unknown } from '../../model/value.ts'
import type { SavedFact } from './document.ts'
import type { Digest } from './seal.ts'

/**
 * Parts of an answer that change by themselves and decide nothing on their own: clocks, process numbers, free space, the
 * size of a log. What such a part does decide shows as another plan, and that is compared too.
 */
const passing: { readonly [K in ProbeKindName]?: readonly string[] } = {
  file: ['size', 'mtime', 'links'],
  unit: ['mainPid', 'restarts', 'startedAt', 'subState'],
  listener: ['error'],
  space: ['freeKiB', 'freeInodes'],
  system: ['now'],
  log: ['lines'],
}

/** An observation as a saved plan keeps it. */
export function savedFact(probe: Probe, answer: unknown, digest: Digest): SavedFact {
  return { what: inWords(probe), question: digest(probeKey(probe)), answer: sealedParts(probe.kind, answer, digest) }
}

function sealedParts(kind: ProbeKindName, answer: unknown, digest: Digest): Readonly<Record<string, string>> {
  if (isAbsent(answer)) return { existence: digest('absent') }
  if (answer instanceof Unknown || typeof answer !== 'object' || answer === null) return { answer: digest(String(answer)) }
  const skipped = passing[kind] ?? []
  const parts = Object.entries(answer).filter(([name, value]) => value !== undefined && !skipped.includes(name))
  return {
    existence: digest('there'),
    ...Object.fromEntries(parts.map(([name, value]) => [name, digest(canonical(kind === 'process' ? lasting(value) : value))])),
  }
}

/** Of the processes that run a binary: what they are, not which. */
function lasting(processes: unknown): unknown {
  if (!Array.isArray(processes)) return processes
  return processes.map(({ argv, uid }: Readonly<Record<string, unknown>>) => canonical({ argv, uid })).sort()
}

/** One text for equal values, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return { bytes: Buffer.from(part).toString('base64') }
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
  })
}

/** A question by what people call it. Long texts it may carry, such as an authority to trust, stay out. */
function inWords({ kind, target }: Probe): string {
  const { path, name, exe, address, port, from, argv, unit, file } = target as Readonly<Record<string, unknown>>
  if (kind === 'listener') return `listener ${String(address)}:${String(port)} seen from the ${String(from)}`
  if (Array.isArray(argv)) return `command ${argv.join(' ')}`
  const subject = path ?? name ?? exe ?? unit ?? file
  return subject === undefined ? kind : `${kind} ${String(subject)}`
}
