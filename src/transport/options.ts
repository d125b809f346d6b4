import type { Files } from '../ports/ports.ts'

/** What a transport takes from the outside, so that it never looks at the process it runs in. */
export interface TransportOptions {
  readonly files: Files
  /** socket of ssh-agent (SSH_AUTH_SOCK of the caller) */
  readonly agentSocket: string | undefined
  /** private keys tried when the target names none, absolute paths in order */
  readonly defaultKeyFiles: readonly string[]
  /** environment of shells on this machine */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly sleep: (milliseconds: number) => Promise<void>
  /** 0 <= n < 1, for the jitter of retries */
  readonly random: () => number
  /** folders searched first on every host; the default is what Debian gives root */
  readonly searchPath?: string
  /** how long the login shell and sudo may take, apart from connecting; default 60 */
  readonly loginTimeoutSeconds?: number
  /** a host that answers neither of two questions, this far apart, is gone when a third is due; default 4 */
  readonly keepaliveSeconds?: number
  /** output of one program; default 16 MiB */
  readonly outputLimitBytes?: number
}

export const defaultLoginTimeoutSeconds = 60
export const defaultKeepaliveSeconds = 4
export const defaultOutputLimitBytes = 16 * 1024 * 1024
