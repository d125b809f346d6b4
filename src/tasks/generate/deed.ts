import type { DistinguishedName } from '../../model/fact.ts'
import type { AttributesStep, IssueProfile } from '../../model/step.ts'
import type { CertificateNames } from '../../pki/match.ts'
import type { CertificateRequest } from '../../pki/openssl-config.ts'

/** Where a file goes and who it belongs to. */
export interface Placement {
  readonly path: string
  readonly owner: string
  readonly group: string
  readonly mode: number
}

export interface AttributesDeed {
  readonly kind: 'attributes'
  readonly steps: readonly AttributesStep[]
  readonly current: IssuedFacts
}

export interface IssueDeed {
  readonly kind: 'issue'
  readonly request: CertificateRequest
  readonly certificate: Placement
  readonly key: Placement
  /** the key file that is there is used again */
  readonly keepKey: boolean
  /** attributes of a key that is kept */
  readonly keyAttributes: readonly AttributesStep[]
  readonly signer: SelfSigner | AuthoritySigner
}

export interface SelfSigner {
  readonly kind: 'self'
  readonly days: number
}

export interface AuthoritySigner {
  readonly kind: 'authority'
  readonly name: string
  readonly profile: IssueProfile
  /** digest of the certificate file that is replaced */
  readonly expect: 'absent' | { readonly sha256: string }
}

export type GenerateDeed = AttributesDeed | IssueDeed

/** What `register` keeps of a certificate. */
export interface IssuedFacts {
  readonly fingerprint: string
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
  readonly names: CertificateNames
  readonly subject: DistinguishedName
}
