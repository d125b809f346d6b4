import type { TransportName } from '../ports/channel.ts'

/** Where passwords of Ansible Vault come from; a source is a file, a program, or `prompt`. */
export interface VaultOptions {
  readonly askVaultPass: boolean
  readonly vaultPasswordFile: readonly string[]
  /** `label@source` */
  readonly vaultId: readonly string[]
  /** files with keys of age */
  readonly ageIdentity?: readonly string[]
}

/** Options of `plan` and `run` as typed, before anything is read. Names follow ansible-playbook. */
export interface PlayOptions extends VaultOptions {
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly user?: string
  readonly privateKey?: string
  readonly jump?: string
  readonly askPass: boolean
  readonly become: boolean
  readonly becomeUser?: string
  readonly askBecomePass: boolean
  readonly extraVars: readonly string[]
  readonly forks: number
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly startAtTask?: string
  readonly listHosts?: boolean
  readonly listTasks?: boolean
  readonly listTags?: boolean
  readonly syntaxCheck?: boolean
  readonly step?: boolean
  readonly check: boolean
  readonly diff: boolean
  readonly verbose: number
  readonly output: 'text' | 'json'
  readonly stats: boolean
  readonly rolesPath: readonly string[]
  readonly knownHosts: readonly string[]
  readonly connectTimeout?: number
  readonly transport?: TransportName
  readonly detailedExitcode: boolean
  readonly caPassphraseFile?: string
  /** id of the run that hosts may be taken from */
  readonly forceUnlock?: string
  /** seconds after which a host that does not hear of the run goes back */
  readonly watchdog?: number
  /** file to keep the plan in, for `apply` */
  readonly save?: string
}

/** Options of the commands that look after hosts and need no playbook. */
export interface HostOptions
  extends VaultOptions,
    Pick<
      PlayOptions,
      | 'inventory'
      | 'limit'
      | 'user'
      | 'privateKey'
      | 'jump'
      | 'askPass'
      | 'become'
      | 'becomeUser'
      | 'askBecomePass'
      | 'extraVars'
      | 'forks'
      | 'knownHosts'
      | 'connectTimeout'
      | 'transport'
      | 'verbose'
      | 'forceUnlock'
    > {}

export type HostRequest =
  | { readonly kind: 'history' | 'clean'; readonly options: HostOptions }
  | { readonly kind: 'rollback'; readonly run: string; readonly options: HostOptions }

export const auditFormats = ['table', 'json', 'junit', 'csv', 'prometheus'] as const

export interface AuditRequest extends HostOptions {
  /** says what is intended */
  readonly playbook?: string
  readonly minDays: number
  readonly output: (typeof auditFormats)[number]
  /** file to write it to, for the textfile collector of the node exporter */
  readonly save?: string
}

export interface DoctorOptions extends HostOptions {
  /** says what it would mend */
  readonly playbook?: string
  /** files with further authorities that clients trust */
  readonly ca: readonly string[]
  /** minutes of logs that count */
  readonly since: number
  readonly output: 'text' | 'json'
}

export interface ShowOptions {
  readonly output: 'text' | 'json'
  readonly verbose: number
}

/** What a saved plan does not hold: secrets, and how to show the run. */
export interface ApplyOptions extends ShowOptions {
  readonly extraVars: readonly string[]
  readonly diff: boolean
  readonly stats: boolean
  readonly caPassphraseFile?: string
  readonly forceUnlock?: string
  readonly watchdog?: number
}

export interface InventoryOptions extends VaultOptions {
  readonly inventory: readonly string[]
  readonly list: boolean
  /** the group to start at */
  readonly graph?: string
  readonly host?: string
  readonly limit?: string
  readonly export: boolean
  readonly vars: boolean
  readonly playbookDir?: string
}

/** Where the authorities lie: beside an inventory, or in a folder. */
export interface AuthorityPlace {
  readonly inventory: readonly string[]
  readonly folder?: string
}

export interface CaRotateOptions extends AuthorityPlace {
  readonly caPassphraseFile?: string
}

export interface CaInitOptions extends AuthorityPlace {
  readonly days: number
  readonly permit: readonly string[]
  readonly caPassphraseFile?: string
}

/** `tlsplay role VERB`; the folder is that of the playbooks. */
export type RoleRequest = { readonly folder: string } & (
  | { readonly verb: 'init' | 'remove'; readonly name: string }
  | {
      readonly verb: 'add'
      readonly src: string
      readonly name: string | undefined
      readonly version: string | undefined
      readonly path: string | undefined
    }
  | { readonly verb: 'install' | 'list' | 'verify' | 'vendor' }
  | { readonly verb: 'test'; readonly names: readonly string[] }
  | { readonly verb: 'update'; readonly names: readonly string[]; readonly version: string | undefined }
)

export interface QuickstartOptions {
  readonly verbose: number
}

/** Spelled as Prometheus exporters spell theirs. */
export interface StandInOptions {
  readonly listenAddress: string
  readonly webConfigFile: string
}

export type VaultViewOptions = VaultOptions

export interface VaultDecryptOptions extends VaultOptions {
  /** `-`: stdout */
  readonly output?: string
}

export interface VaultSealOptions extends VaultDecryptOptions {
  /** the label of the password that encrypts */
  readonly encryptVaultId?: string
  /** public keys of age, which encrypt instead of a password */
  readonly ageRecipient?: readonly string[]
}

export interface VaultStringOptions extends VaultSealOptions {
  readonly name?: string
}

export interface VaultRekeyOptions extends VaultOptions {
  /** `label@source` */
  readonly newVaultId?: string
  readonly newVaultPasswordFile?: string
  readonly ageRecipient?: readonly string[]
}

/** What is read by commands that only look at texts. */
export interface LookOptions extends VaultOptions {
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
  readonly rolesPath: readonly string[]
}

export interface ExplainOptions extends LookOptions {
  readonly output?: 'text' | 'json'
  readonly playbook?: string
}

export interface ExplainVariableOptions extends ExplainOptions {
  readonly host: string
}

export interface LintOptions extends LookOptions {
  readonly skipRule: readonly string[]
  readonly output: 'text' | 'json'
}
