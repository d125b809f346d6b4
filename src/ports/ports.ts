import type { CertificateFact, Fact, Probe } from '../model/fact.ts'
import type { AcmeOrder, IssueStep, Ordered, StoredStep } from '../model/step.ts'
import type { RunEvent } from '../model/event.ts'
import type { Secret } from '../model/value.ts'

/** Milliseconds since 1970. */
export interface Clock {
  now(): number
}

/** Texts of the controller. Paths are absolute. */
export interface Files {
  /** undefined when there is no such file */
  read(path: string): Uint8Array | undefined
  /** names in a folder in ASCII order, undefined when there is no such folder */
  list(path: string): readonly string[] | undefined
  kind(path: string): 'file' | 'directory' | undefined
  /** whether whoever runs tlsplay may execute it; not there: nothing is executable */
  executable?(path: string): boolean
  /** of the path itself, links not followed; not there: nothing is a link */
  ownKind?(path: string): 'file' | 'directory' | 'link' | 'other' | undefined
  /** with every link resolved; undefined when it does not exist */
  realPath(path: string): string | undefined
}

export interface Issuer {
  /** the authority's own certificate; undefined when there is none of that name. Throws TlsplayError CA_MISSING when it is incomplete. */
  authority(name: string): CertificateFact | undefined
  /** Opens its key, which may ask a person. Throws TlsplayError CA_LOCKED, CA_MISSING, OPTION_INVALID where there is nobody to ask. */
  unlock(name: string): Promise<void>
  /** Signs a request. Resolves with PEM: the certificate, then intermediates, no root. Throws TlsplayError CA_LOCKED, CA_MISSING. */
  issue(step: IssueStep): Promise<string>
  /** not there: nobody speaks to ACME servers here */
  readonly acme?: Acme
  /** not there: nothing is kept here */
  readonly pairs?: Pairs
}

/** Keys and certificates that the controller makes and keeps, each under a name. */
export interface Pairs {
  /** The certificate and its intermediates; undefined when there is none of that name. Throws TlsplayError FILE_MISSING when half of it is gone. */
  chain(name: string): readonly CertificateFact[] | undefined
  /** Brings a pair, and makes it first where that is asked for. Throws TlsplayError CA_LOCKED and what signing it throws. */
  take(step: StoredStep): Promise<{ readonly chain: string; readonly key: Secret }>
}

/** Certificates of ACME servers. Each throws TlsplayError ACME_REFUSED, CA_LOCKED. */
export interface Acme {
  /** Orders; answers with what has to be shown over HTTP before it is finished. */
  order(order: AcmeOrder): Promise<Ordered>
  /** Shows what is shown from here, waits for the server, and resolves with PEM: the certificate, then intermediates. */
  finish(order: string, request: string): Promise<string>
}

/** Asks people. Throws when there is nobody to ask. */
export interface Prompt {
  /** `instead`: what to do where there is nobody to ask */
  secret(question: string, instead?: string): Promise<Secret>
}

/** What tasks do on the machine that tlsplay runs on, beside the hosts. Each throws TlsplayError when it cannot. */
export interface Desk {
  /** resolves when the time has passed, or the run is to end */
  rest(milliseconds: number, why: string): Promise<void>
  /** what a person types */
  answer(question: string, echo: boolean): Promise<string>
  /** writes a file `below` the folder `root`, which lies in that of the playbook unless it may lie `anywhere`; false when it holds these bytes already */
  keep(place: { readonly root: string; readonly below: string; readonly anywhere: boolean }, bytes: Uint8Array): Promise<boolean>
}

export interface Events {
  emit(event: RunEvent): void
}

/** Dials from the controller: the second witness of `verify`. */
export interface Dialer {
  listen(probe: Extract<Probe, { kind: 'listener' }>): Promise<Fact<'listener'>>
}

export interface Random {
  /** cryptographically strong */
  bytes(count: number): Uint8Array
}
