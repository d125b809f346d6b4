import type { DistinguishedName, KeyType, Probe } from './fact.ts'
import type { Secret, Text } from './value.ts'

/**
 * What an act does to a host, as data. Bytes of `write` and files made by a `make` are staged and checked before
 * anything visible changes; every other step runs in task order after all staging of the host has succeeded.
 */
export type Step =
  | WriteStep
  | MakeStep
  | InstallStep
  | DirectoryStep
  | LinkStep
  | AttributesStep
  | RemoveStep
  | RunStep
  | AskStep
  | IssueStep
  | OrderStep
  | FinishStep
  | StoredStep
  | DeskStep

/** Replaces a file in one rename; owner and mode are right from the first byte. */
export interface WriteStep {
  readonly kind: 'write'
  readonly path: string
  readonly content: Text | Uint8Array
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number
  /** digest of what must still be there when the rename comes, or that nothing is there */
  readonly expect: 'absent' | { readonly sha256: string }
}

/**
 * Runs during staging and changes nothing visible: makes files on the host that a later `install` puts in place.
 * `files` names each with the path it will have; the script finds the staged path in the variable of that name. `uses` names
 * files that an earlier `make` of this act staged, the same way.
 */
export interface MakeStep {
  readonly kind: 'make'
  readonly script: Text
  readonly files: Readonly<Record<string, string>>
  readonly uses?: Readonly<Record<string, string>>
  readonly tools: readonly string[]
}

/** Renames a file made by `make` into place. `name` is a key of its `files`. */
export interface InstallStep {
  readonly kind: 'install'
  readonly name: string
  readonly path: string
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number
}

export interface DirectoryStep {
  readonly kind: 'directory'
  readonly path: string
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number
}

export interface LinkStep {
  readonly kind: 'link'
  readonly path: string
  readonly to: string
}

export interface AttributesStep {
  readonly kind: 'attributes'
  readonly path: string
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number | undefined
}

export interface RemoveStep {
  readonly kind: 'remove'
  readonly path: string
  readonly recursive: boolean
}

/** Runs a program or a script. Its stdin is empty unless given; its answer is what `register` keeps. */
export interface RunStep {
  readonly kind: 'run'
  readonly command: { readonly argv: readonly string[] } | { readonly script: Text }
  readonly as?: string
  readonly chdir?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: Text
  readonly timeoutSeconds?: number
  /** true: a non-zero exit is an answer for the task to judge, not a failure of the step */
  readonly mayFail: boolean
  /** its task will judge what this started by a look; until then only tasks that ask may go on */
  readonly lookFollows?: boolean
  /**
   * such a look: it changes nothing, and tasks behind it that only ask may ask before it. What it prints says that what
   * they heard no longer holds.
   */
  readonly look?: { readonly stableMs: number }
  /** sh text that brings back what was before it, once the files are as they were; ends with 0 when it did */
  readonly undo?: string
}

/** Asks again, after what came before has acted, until `settled` or the deadline. */
export interface AskStep {
  readonly kind: 'ask'
  readonly probes: readonly Probe[]
  readonly settled: (facts: readonly unknown[]) => boolean
  readonly deadlineSeconds: number
}

/** Has a request signed by an authority of the controller, through the port Issuer. */
export interface IssueStep {
  readonly kind: 'issue'
  readonly authority: string
  /** PEM of the request that was made on the host */
  readonly request: string
  readonly profile: IssueProfile
}

/** Orders a certificate of an ACME server, through the port Acme. Its answer is what has to be shown before it is finished. */
export interface OrderStep {
  readonly kind: 'order'
  readonly order: AcmeOrder
}

/** Lets the server look at what is shown, and has the request signed. */
export interface FinishStep {
  readonly kind: 'finish'
  /** as the answer to the order named it */
  readonly order: string
  /** PEM of the request that was made on the host */
  readonly request: string
}

/** Brings the pair that the controller keeps under a name, through the port Pairs. Several hosts may ask for one and the same. */
export interface StoredStep {
  readonly kind: 'stored'
  readonly name: string
  /** undefined: the one that is there */
  readonly make: PairWish | undefined
}

/** A pair to make, unless the one that it replaces has been replaced meanwhile: for another host of the run. */
export interface PairWish {
  /** SHA-256 of the certificate that is there now */
  readonly replaces: string | undefined
  /** the key that is there is used again */
  readonly keepKey: boolean
  readonly keyType: KeyType
  readonly subject: DistinguishedName
  readonly profile: IssueProfile
  readonly signer:
    | { readonly kind: 'self' }
    | { readonly kind: 'authority'; readonly name: string }
    | { readonly kind: 'acme'; readonly order: AcmeOrder }
}

/** What the issuer of the controller does. */
export type IssuerStep = IssueStep | OrderStep | FinishStep | StoredStep

export interface AcmeOrder {
  readonly directory: string
  /** name of the account, whose key lies beside the inventory */
  readonly account: string
  readonly contact: readonly string[]
  /** PEM of what vouches for the server itself; undefined: what the controller trusts */
  readonly ca: string | undefined
  readonly profile: string | undefined
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly challenge:
    | { readonly kind: 'http-01'; readonly webroot: string }
    | { readonly kind: 'dns-01'; readonly hook: readonly string[] }
    | { readonly kind: 'dns-01'; readonly update: DnsUpdate }
}

export const tsigAlgorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const
export type TsigAlgorithm = (typeof tsigAlgorithms)[number]

/** A name server that takes signed updates of a zone (RFC 2136, RFC 8945). */
export interface DnsUpdate {
  /** name or address of the primary server */
  readonly server: string
  readonly port: number
  readonly zone: string
  readonly key: { readonly name: string; readonly algorithm: TsigAlgorithm; readonly secret: Secret }
  /** seconds until the other servers of the zone have it, too */
  readonly wait: number
}

/** A file that an ACME server looks for below `/.well-known/acme-challenge/`. */
export interface AcmeToken {
  readonly token: string
  readonly content: string
}

/** What happens beside the hosts, where tlsplay runs: a rest, a question to a person, a file that is brought home. */
export type DeskStep = RestStep | AnswerStep | KeepStep

/** Time that has to pass. */
export interface RestStep {
  readonly kind: 'rest'
  readonly milliseconds: number
  /** what it is for */
  readonly why: string
}

/** What a person types is its stdout. */
export interface AnswerStep {
  readonly kind: 'answer'
  readonly question: string
  /** whether what is typed is shown */
  readonly echo: boolean
}

/** Writes a file of the controller; ends with 0 when it was written, and with 1 when it held these bytes already. */
export interface KeepStep {
  readonly kind: 'keep'
  /** a folder, absolute or from the playbook on; nothing is ever written outside of it, links resolved */
  readonly root: string
  /** path below it */
  readonly below: string
  /** false: the folder lies in that of the playbook */
  readonly anywhere: boolean
  readonly bytes: Uint8Array
}

export interface IssueProfile {
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly usage: 'server' | 'client' | 'peer'
  /** milliseconds since 1970 */
  readonly notBefore: number
  readonly notAfter: number
}

export interface Ordered {
  readonly order: string
  readonly tokens: readonly AcmeToken[]
}

export interface StepAnswer {
  readonly ok: boolean
  readonly rc: number
  readonly stdout: string
  readonly stderr: string
  /** answers of an `ask`, in the order of its probes */
  readonly facts?: readonly unknown[]
  /** where a filesystem has no room left, when that is why a staged file is not there: words for a message, and its mount point */
  readonly full?: { readonly said: string; readonly mount: string }
  /** PEM of the certificate followed by its intermediates, for `issue`, `finish` and `stored` */
  readonly chain?: string
  /** PEM of the private key, for `stored` */
  readonly key?: Secret
  /** of an `order` */
  readonly ordered?: Ordered
}
