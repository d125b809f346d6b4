import type { CertificateFact } from '../../model/fact.ts'
import type { ValueMap } from '../../model/value.ts'
import { isListenerFact } from './judge.ts'

/** What `register` keeps: of the certificate intended, and the protocol that the first witness spoke. */
export function valuesOf(intended: CertificateFact, seen: readonly unknown[]): ValueMap {
  const protocol = seen.filter(isListenerFact).find((fact) => fact.protocol !== undefined)?.protocol
  return {
    fingerprint: intended.fingerprint,
    protocol: protocol ?? null,
    not_after: new Date(intended.notAfter).toISOString(),
  }
}
