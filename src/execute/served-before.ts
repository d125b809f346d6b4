import { quote } from '../lib/sh.ts'
import type { Fact, Probe } from '../model/fact.ts'
import { probeKey } from '../model/fact.ts'
import { canonicalIp } from '../pki/ip.ts'

/**
 * What a host served before a transaction, as calls of `tls_serves` (lib/transaction-script.ts). A service that had not read
 * its file again serves that file once it is started by going back, so the certificates of files count as well.
 */
export class ServedBefore {
  readonly #listeners = new Map<string, { readonly target: string; readonly name: string; readonly fingerprint: string }>()
  readonly #files = new Set<string>()

  learn(probes: readonly Probe[], facts: ReadonlyMap<string, unknown>): void {
    for (const probe of probes) {
      const fact = facts.get(probeKey(probe))
      if (probe.kind === 'listener') this.#hear(probe.target, fact as Fact<'listener'>)
      if (probe.kind === 'certificate')
        for (const { fingerprint } of (fact as Partial<Fact<'certificate'>>).chain?.slice(0, 1) ?? []) this.#files.add(fingerprint)
    }
  }

  #hear({ address, port, serverName }: Extract<Probe, { kind: 'listener' }>['target'], { chain }: Fact<'listener'>): void {
    const target = `${address.includes(':') ? `[${address}]` : address}:${port}`
    const [leaf] = chain ?? []
    if (leaf === undefined) this.#listeners.delete(target)
    else
      this.#listeners.set(target, { target, name: canonicalIp(serverName) === undefined ? serverName : '', fingerprint: leaf.fingerprint })
  }

  get calls(): readonly string[] {
    return [...this.#listeners.values()].map(({ target, name, fingerprint }) =>
      ['tls_serves', quote(target), quote(name), quote([fingerprint, ...this.#files].join(' '))].join(' '),
    )
  }
}
