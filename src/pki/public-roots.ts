import { rootCertificates } from 'node:tls'
import type { CertificateFact } from '../model/fact.ts'
import { isIssuedBy } from './chain.ts'
import { sameName } from './distinguished-name.ts'
import { parseCertificates } from './parse.ts'

/** The authorities of Mozilla's list that this Node was built with; Chrome and Apple ship nearly the same. Read when first asked for. */
function publicRoots(): readonly CertificateFact[] {
  roots ??= parseCertificates(rootCertificates.join('\n'))
  return roots
}
let roots: readonly CertificateFact[] | undefined

/** Whether the path ends below, or with, an authority that browsers ship. `issuers`: from that of the leaf upwards, as far as they are known. */
export function isPubliclyTrusted(
  leaf: CertificateFact,
  issuers: readonly CertificateFact[],
  shipped: () => readonly CertificateFact[] = publicRoots,
): boolean {
  const top = issuers.at(-1) ?? leaf
  // A certificate to come, of an authority of one's own: nothing is signed yet, and nobody ships that authority.
  if (top.pem === '') return false
  return shipped().some((root) => root.fingerprint === top.fingerprint || (sameName(root.subject, top.issuer) && isIssuedBy(top, root)))
}
