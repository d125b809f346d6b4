import { sha256Hex } from '../lib/digest.ts'
import type { Answer, ContentFact, DigestFact, Probe, ProbeKindName } from '../model/fact.ts'
import { isAbsent, probeKey } from '../model/fact.ts'
import { Unknown } from '../model/value.ts'
import { closeSection, openSection, parseSections } from '../lib/sections.ts'
import type { ProbeKind } from '../probes/probe-kind.ts'

/** Every question by name. Which fact belongs to which kind is kept by the registry; here a kind is only called. */
export type ProbeKinds = { readonly [K in ProbeKindName]: ProbeKind<K> }
type AnyProbeKind = Pick<ProbeKind<ProbeKindName>, 'tools'> & {
  script(targets: readonly unknown[], nonce: string): string
  parse(stdout: Uint8Array, targets: readonly unknown[], nonce: string): readonly unknown[]
}

export interface ProbeProgram {
  readonly program: string
  readonly parse: (output: Uint8Array) => ReadonlyMap<string, unknown>
}

/**
 * Fuses all questions for one host into one program: one section per kind, whatever the number of tasks that ask.
 * Throws nothing; an answer that did not come back is missing from the result.
 */
export function probeProgram(probes: readonly Probe[], kinds: ProbeKinds, nonce: string): ProbeProgram {
  const contents = new Map(probes.flatMap((probe) => (probe.kind === 'content' ? [[probe.target.path, probeKey(probe)] as const] : [])))
  const derived = new Map<string, string>()
  const byKind = new Map<ProbeKindName, Map<string, Probe>>()
  for (const probe of probes) {
    // The digest of what is fetched anyway is computed here.
    const content = probe.kind === 'digest' ? contents.get(probe.target.path) : undefined
    if (content !== undefined) {
      derived.set(probeKey(probe), content)
      continue
    }
    const group = byKind.get(probe.kind) ?? new Map<string, Probe>()
    group.set(probeKey(probe), probe)
    byKind.set(probe.kind, group)
  }
  const groups = [...byKind].map(([kind, unique]) => ({ kind: kinds[kind] as unknown as AnyProbeKind, probes: [...unique.values()] }))
  // One subshell for all of them: each defines the functions it calls, and none of them is left in the shell that acts.
  const scripts = groups.map(({ kind, probes: asked }, index) =>
    [
      openSection(nonce, index),
      kind.script(
        asked.map((probe) => probe.target),
        nonce,
      ),
      closeSection(nonce, index, '$?'),
    ].join('\n'),
  )
  const program = ['(', ...scripts, ') </dev/null 2>/dev/null'].join('\n')
  const parse = (output: Uint8Array): ReadonlyMap<string, unknown> => {
    const facts = new Map<string, unknown>()
    for (const section of parseSections(output, nonce)) {
      const group = groups[section.index]
      if (group === undefined) continue
      const answers = group.kind.parse(
        section.stdout,
        group.probes.map((probe) => probe.target),
        nonce,
      )
      group.probes.forEach((probe, at) => facts.set(probeKey(probe), answers[at]))
    }
    for (const [digest, content] of derived) if (facts.has(content)) facts.set(digest, digestOf(facts.get(content) as Answer<ContentFact>))
    return facts
  }
  return { program, parse }
}

/** External programs the questions need. */
export function toolsOf(probes: readonly Probe[], kinds: ProbeKinds): readonly string[] {
  return [...new Set(probes.flatMap((probe) => kinds[probe.kind].tools))]
}

function digestOf(content: Answer<ContentFact>): Answer<DigestFact> {
  return content instanceof Unknown || isAbsent(content) ? content : { sha256: sha256Hex(content.bytes) }
}
