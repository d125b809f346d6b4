import type { Secret, Unknown } from './value.ts'

/** Nothing is there. */
export const absent = { kind: 'absent' } as const
export type Absent = typeof absent

export type Answer<T> = T | Absent | Unknown

/** Kinds of questions that open a file, and so are answered through symbolic links. */
const openingKinds = ['content', 'digest', 'certificate', 'key'] as const satisfies readonly ProbeKindName[]
export type OpeningKind = (typeof openingKinds)[number]

export function isOpening(kind: ProbeKindName): kind is OpeningKind {
  return openingKinds.some((one) => one === kind)
}

export function isAbsent(answer: unknown): answer is Absent {
  return answer === absent || (typeof answer === 'object' && answer !== null && (answer as { kind?: unknown }).kind === 'absent')
}

/** What lstat says of a path. */
export interface FileFact {
  readonly type: 'file' | 'directory' | 'link' | 'other'
  /** names, or the number as text where the host knows no name */
  readonly owner: string
  readonly group: string
  readonly uid: number
  readonly gid: number
  /** permission bits with setuid, setgid and sticky, e.g. 0o644 */
  readonly mode: number
  /** bytes; NaN for a file that this plan will make on the host */
  readonly size: number
  /** seconds since 1970; +Infinity for a file that this plan will write */
  readonly mtime: number
  /** hard links */
  readonly links: number
  /** text of a symbolic link */
  readonly link?: string
}

/** Content of a regular file; more than `contentLimitBytes` is not fetched. */
export interface ContentFact {
  readonly bytes: Uint8Array
  /** the same as a text, where a task of this run wrote a secret into it or found one in place */
  readonly secret?: Secret
}
export const contentLimitBytes = 1024 * 1024

export interface DigestFact {
  /** lower-case hex */
  readonly sha256: string
}

/** One certificate, decoded. Dates are milliseconds since 1970. */
export interface CertificateFact {
  readonly pem: string
  /** sha256 over DER, lower-case hex without colons */
  readonly fingerprint: string
  /** sha256 over the SubjectPublicKeyInfo in DER, lower-case hex */
  readonly spki: string
  readonly subject: DistinguishedName
  readonly issuer: DistinguishedName
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
  readonly dnsNames: readonly string[]
  /** canonical text, IPv6 compressed */
  readonly ipAddresses: readonly string[]
  readonly keyType: KeyType | 'other'
  readonly isAuthority: boolean
  readonly selfSigned: boolean
  /** names as in RFC 5280: digitalSignature, keyEncipherment, keyCertSign, cRLSign, ... ; undefined when the extension is missing */
  readonly keyUsage: readonly string[] | undefined
  /** serverAuth, clientAuth or dotted numbers; undefined when the extension is missing */
  readonly extendedKeyUsage: readonly string[] | undefined
  readonly subjectKeyId: string | undefined
  readonly authorityKeyId: string | undefined
  readonly signatureAlgorithm: string
  /** of an authority with name constraints: the only names it may sign, `lab.test` (with all below it) or `10.0.0.0/8` */
  readonly permittedNames?: readonly string[]
  /** of an authority: how many authorities may stand below it; undefined: any number */
  readonly pathLength?: number
  /** of an authority: whether the extension that says so is critical, as RFC 5280 wants it */
  readonly constraintsCritical?: boolean
  /** of an RSA key: length of the modulus */
  readonly rsaBits?: number
}

export const keyTypes = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ecdsa-p256', 'ecdsa-p384', 'ed25519'] as const
export type KeyType = (typeof keyTypes)[number]

export interface DistinguishedName {
  readonly C?: string
  readonly ST?: string
  readonly L?: string
  readonly O?: string
  readonly OU?: string
  readonly CN?: string
}

/** All certificates of a PEM file in file order. */
export interface CertificateFileFact {
  readonly chain: readonly CertificateFact[]
  /** set when the file is there but holds no readable certificate */
  readonly broken?: string
  /**
   * This plan will issue it. The chain is the one certificate to come: names, subject, dates, key type and profile are
   * known; pem, fingerprint, spki, serial and key identifiers are empty until it exists.
   */
  readonly pending?: true
}

/** The public half of a private key file; the key itself never leaves the host. */
export interface KeyFact {
  /** sha256 over the SubjectPublicKeyInfo in DER, or undefined when the file is no usable key */
  readonly spki: string | undefined
  readonly keyType?: KeyType | 'other'
  readonly broken?: string
  /** it can only be read with a passphrase; `spki` is known when the question brought the right one */
  readonly encrypted?: true
}

/** What a PKCS#12 file holds. The private key in it never leaves the host; `spki` is its public half. */
export interface Pkcs12Fact {
  readonly chain: readonly CertificateFact[]
  readonly spki: string | undefined
  /** set when it cannot be opened, or holds no certificate */
  readonly broken?: string
}

/** What `systemctl show` says of a unit that is loaded. */
export interface UnitFact {
  readonly name: string
  readonly activeState: string
  readonly subState: string
  readonly enabled: string
  readonly mainPid: number
  readonly restarts: number
  /** seconds since 1970 with fraction, 0 when it does not run; +Infinity for a process this plan will start */
  readonly startedAt: number
  /** '' = root */
  readonly user: string
  readonly group: string
  readonly supplementaryGroups: readonly string[]
  readonly fragmentPath: string
  readonly dropIns: readonly string[]
  readonly environmentFiles: readonly string[]
  /** argv of ExecStart joined by spaces, before variables are expanded */
  readonly execStart: string
  readonly canReload: boolean
  readonly type: string
  readonly sandbox: UnitSandbox
}

export interface UnitSandbox {
  /** ProtectHome: no, yes, read-only, tmpfs */
  readonly protectHome: string
  readonly privateTmp: boolean
  readonly privateUsers: boolean
  readonly protectSystem: string
  readonly dynamicUser: boolean
  readonly rootDirectory: string
  readonly inaccessiblePaths: readonly string[]
  readonly temporaryFileSystems: readonly string[]
}

export interface UserFact {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly group: string
  /** ids of every group, the primary one included */
  readonly gids: readonly number[]
}

export interface GroupFact {
  readonly gid: number
}

/** The accounts that a host keeps in its own files. */
export interface AccountsFact {
  readonly users: readonly Account[]
  readonly groups: readonly AccountGroup[]
}

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
}

export interface AccountGroup {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** A package as the manager of the host tells it. */
export interface PackageFact {
  readonly manager: 'apt' | 'apk' | 'dnf'
  /** undefined: not installed */
  readonly installed?: string
  /** what it would install; undefined: it knows none, or does not tell */
  readonly candidate?: string
}

/** What answers on a TCP port when asked from `from`. */
export interface ListenerFact {
  readonly state: 'closed' | 'plain' | 'tls' | 'failed'
  /** served chain, leaf first; empty unless `tls` */
  readonly chain: readonly CertificateFact[]
  /** TLSv1.2, TLSv1.3, ... */
  readonly protocol?: string
  /** whether the chain verifies against the CA file and name that the probe gave */
  readonly verified?: boolean
  readonly verifyError?: string
  /** whether a client that offers at most the protocol below the floor of the question is let in; undefined when that could not be tried */
  readonly acceptsOldProtocol?: boolean
  /** whether plain HTTP on this port is answered with a page, refused, or could not be asked */
  readonly plainHttp?: 'answered' | 'refused' | 'not asked'
  /** status of the HTTP request over TLS, when a path was given */
  readonly httpStatus?: number
  /** the server ended the connection in place of an answer to that request, as it does with a client that shows no certificate */
  readonly turnedAway?: true
  /** why the state is `failed` or `closed` */
  readonly error?: string
}

export interface ProcessFact {
  readonly pid: number
  readonly argv: readonly string[]
  readonly uid: number
  /** seconds since 1970 with fraction */
  readonly startedAt: number
}
export interface ProcessesFact {
  readonly processes: readonly ProcessFact[]
}

export interface SpaceFact {
  readonly mount: string
  readonly freeKiB: number
  readonly freeInodes: number | undefined
  readonly readOnly: boolean
}

export interface ToolFact {
  readonly path: string
}

export interface CommandFact {
  readonly rc: number
  readonly stdout: string
  readonly stderr: string
}

export interface SystemFact {
  readonly hostname: string
  readonly fqdn: string
  readonly addresses: readonly string[]
  readonly osFamily: string
  readonly osId: string
  readonly osVersion: string
  readonly init: string
  readonly user: string
  readonly uid: number
  readonly architecture: string
  readonly opensslVersion: string
  /** seconds since 1970 by the clock of the host */
  readonly now: number
}

export interface LogFact {
  readonly lines: readonly string[]
}

/** Question -> shape of its target and of its answer. The one table of what can be asked of a host. */
export interface Questions {
  file: { target: { readonly path: string }; fact: FileFact }
  content: { target: { readonly path: string }; fact: ContentFact }
  digest: { target: { readonly path: string }; fact: DigestFact }
  certificate: { target: { readonly path: string }; fact: CertificateFileFact }
  key: { target: { readonly path: string; readonly passphrase?: Secret }; fact: KeyFact }
  pkcs12: { target: { readonly path: string; readonly password: Secret }; fact: Pkcs12Fact }
  unit: { target: { readonly name: string }; fact: UnitFact }
  user: { target: { readonly name: string }; fact: UserFact }
  group: { target: { readonly name: string }; fact: GroupFact }
  accounts: { target: Record<string, never>; fact: AccountsFact }
  package: { target: { readonly name: string }; fact: PackageFact }
  listener: { target: ListenerTarget; fact: ListenerFact }
  process: { target: { /** absolute path of the binary */ readonly exe: string }; fact: ProcessesFact }
  space: { target: { readonly path: string }; fact: SpaceFact }
  tool: { target: { readonly name: string }; fact: ToolFact }
  command: { target: CommandTarget; fact: CommandFact }
  system: { target: Record<string, never>; fact: SystemFact }
  log: { target: LogTarget; fact: LogFact }
}

export interface ListenerTarget {
  /** who dials: the host itself or the machine tlsplay runs on */
  readonly from: 'host' | 'controller'
  readonly address: string
  readonly port: number
  /** name sent as SNI and checked against the certificate; '' sends none */
  readonly serverName: string
  /** PEM file on the host that dials (`host`), or the text itself (`controller`); without it the chain is not verified */
  readonly caFile?: string
  readonly caText?: string
  /** path of an HTTP GET over TLS */
  readonly httpPath?: string
  /** PEM files on the host that dials, shown to a server that asks for a certificate (`host` only) */
  readonly client?: { readonly certificate: string; readonly key: string }
  /** also try plain HTTP, and a client whose newest protocol is the one below `floor` */
  readonly probeWeakness: boolean
  /** oldest protocol that shall be let in; default TLSv1.2 */
  readonly floor?: 'TLSv1.2' | 'TLSv1.3'
}

export interface CommandTarget {
  readonly argv: readonly string[]
  readonly as?: string
  readonly chdir?: string
}

export interface LogTarget {
  readonly unit?: string
  readonly file?: string
  readonly lines: number
  /** of a unit: only lines from then on, in seconds since 1970 */
  readonly since?: number
}

export type ProbeKindName = keyof Questions
export type Target<K extends ProbeKindName> = Questions[K]['target']
export type Fact<K extends ProbeKindName> = Questions[K]['fact']

export type Probe = { readonly [K in ProbeKindName]: { readonly kind: K; readonly target: Target<K> } }[ProbeKindName]

/** Identity of a question: the same question is asked of a host once. */
export function probeKey(probe: Probe): string {
  const target = probe.target as Record<string, unknown>
  return `${probe.kind}:${JSON.stringify(
    Object.keys(target)
      .sort()
      .map((name) => [name, target[name]]),
  )}`
}

/** A fact that an earlier task of the plan will make true. */
export type Prediction = {
  readonly [K in ProbeKindName]: { readonly kind: K; readonly target: Target<K>; readonly fact: Answer<Fact<K>> }
}[ProbeKindName]

/** Facts that an earlier task of the plan will make unknown. */
export interface Invalidation {
  readonly kind: ProbeKindName
  readonly why: string
  readonly where?: (target: never) => boolean
}

/** The answer of a host to one question; undefined while it was not asked. */
export type Look = <K extends ProbeKindName>(kind: K, target: Target<K>) => Answer<Fact<K>> | undefined
