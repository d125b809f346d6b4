/** What ssh_config(5) says of one host; what it leaves to its defaults is not there. */
export interface SshSettings {
  readonly hostName?: string
  readonly user?: string
  readonly port?: number
  /** absolute, in order */
  readonly identityFiles?: readonly string[]
  /** only these keys, also when an agent holds others */
  readonly identitiesOnly?: boolean
  /** absolute */
  readonly knownHostsFiles?: readonly string[]
  /** the name under which known_hosts files have the host */
  readonly hostKeyAlias?: string
  readonly proxyJump?: string
  readonly proxyCommand?: string
  readonly connectTimeoutSeconds?: number
}

/** By the name that is given to ssh. */
export type SshConfig = ReadonlyMap<string, SshSettings>
