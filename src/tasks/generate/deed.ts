import type { DistinguishedName } from '../../model/fact.ts'
import type { AcmeOrder, AttributesStep, IssueProfile, KeepStep, StoredStep } from '../../model/step.ts'
import type { CertificateNames } from '../../pki/match.ts'
import type { Secret } from '../../model/value.ts'
import type { CertificateRequest } from '../../pki/openssl-config.ts'
import type { CopyFormat } from './formats.ts'

/** Where a file goes and who it belongs to. */
export interface Placement {
  readonly path: string
  readonly owner: string
  readonly group: string
  readonly mode: number
}

/** A further file, made of key and certificate. */
export interface CopyDeed extends Placement {
  readonly format: CopyFormat
  /** of a PKCS#12 file */
  readonly password?: Secret
  readonly alias: string
}

/** Key and certificate stay; only copies of them are made, and attributes set. */
export interface CopiesDeed {
  readonly kind: 'copies'
  readonly certificate: string
  readonly key: string
  readonly passphrase: Secret | undefined
  readonly copies: readonly CopyDeed[]
  readonly steps: readonly AttributesStep[]
  readonly current: IssuedFacts
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
  /** the key is encrypted with it */
  readonly passphrase: Secret | undefined
  readonly copies: readonly CopyDeed[]
  readonly signer: SelfSigner | AuthoritySigner | AcmeSigner | NobodyYet
}

/** The key is put in place, the request brought home, and the certificate comes another time. */
export interface NobodyYet {
  readonly kind: 'nobody'
  readonly keep: Pick<KeepStep, 'root' | 'below' | 'anywhere'>
}

export interface AcmeSigner {
  readonly kind: 'acme'
  readonly order: AcmeOrder
  /** digest of the certificate file that is replaced */
  readonly expect: 'absent' | { readonly sha256: string }
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

/** Files that were given are put in place. */
export interface GiveDeed {
  readonly kind: 'give'
  /** undefined: it is there already */
  readonly certificate: (Placement & { readonly pem: string; readonly expect: 'absent' | { readonly sha256: string } }) | undefined
  /** undefined: it is there already */
  readonly key: (Placement & { readonly from: KeySource | StoredKey }) | undefined
  /** where both are afterwards, and of what the copies are made */
  readonly paths: { readonly certificate: string; readonly key: string }
  readonly chain: string
  readonly passphrase: Secret | undefined
  readonly copies: readonly CopyDeed[]
  readonly steps: readonly AttributesStep[]
  /** paths that have served their purpose then */
  readonly removes: readonly string[]
  readonly current: IssuedFacts
}

/** Where the key that was given is read from. */
export type KeySource =
  /** in clear */
  | { readonly kind: 'text'; readonly pem: Secret }
  | { readonly kind: 'file'; readonly path: string; readonly passphrase: Secret | undefined }
  | { readonly kind: 'pkcs12'; readonly path: string; readonly password: Secret }

/** The key of a pair that the controller keeps; nobody opens it before it is needed. */
export interface StoredKey {
  readonly kind: 'stored'
  readonly name: string
}

/** A pair that the controller keeps is made by the first host that asks, and put in place. */
export interface StoredDeed {
  readonly kind: 'stored'
  readonly step: StoredStep
  readonly request: CertificateRequest
  readonly certificate: Placement & { readonly expect: 'absent' | { readonly sha256: string } }
  readonly key: Placement
  readonly passphrase: Secret | undefined
  readonly copies: readonly CopyDeed[]
}

export type GenerateDeed = AttributesDeed | CopiesDeed | IssueDeed | GiveDeed | StoredDeed

/** What `register` keeps of a certificate. */
export interface IssuedFacts {
  readonly fingerprint: string
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
  readonly names: CertificateNames
  readonly subject: DistinguishedName
}
