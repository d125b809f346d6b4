import type { Position } from '../model/problem.ts'
import type { Secret } from '../model/value.ts'

/** Programs by which a login user becomes another one. */
export const becomeMethods = ['sudo', 'doas', 'su'] as const
export type BecomeMethod = (typeof becomeMethods)[number]

export interface Becoming {
  readonly user: string
  /** of the login user for sudo, of the user it becomes for su */
  readonly password: Secret | undefined
  readonly method: BecomeMethod
}

/** ssh by a library, by the ssh program of this machine, or this machine itself. */
export const transportNames = ['ssh', 'openssh', 'local'] as const
export type TransportName = (typeof transportNames)[number]

/** Where and how to reach one host; made by compile from inventory and options, never from facts. */
export interface ConnectionTarget {
  readonly name: string
  /** where the inventory names the host */
  readonly at: Position
  readonly transport: TransportName
  /** openssh: the name by which the ssh program looks the host up in its own configuration */
  readonly sshName?: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly privateKeyFiles: readonly string[]
  readonly password: Secret | undefined
  readonly knownHostsFiles: readonly string[]
  readonly become: Becoming | undefined
  readonly connectTimeoutSeconds: number
  /** a run that acts there has it to itself; not so the controller, which only lends a hand */
  readonly exclusive: boolean
  /** where tlsplay keeps its state there; undefined: where it does so by itself */
  readonly stateFolder: string | undefined
  /** keys of ssh_config: tried behind those of an agent, and none of them has to be there */
  readonly identityFiles?: readonly string[]
  /** no other key of an agent */
  readonly identitiesOnly?: boolean
  /** the name under which known_hosts files have it, when it is not the address */
  readonly hostKeyAlias?: string
  /** hosts to go through, from here on; each is logged in to and its key checked like any other */
  readonly jumps?: readonly ConnectionTarget[]
  /** of a jump host: its name as it was written. `name` and `at` are those of the host that is reached through it. */
  readonly hop?: string
}

export interface ChannelStats {
  /** connections opened, channels opened, exchanges done */
  readonly connections: number
  readonly channels: number
  readonly exchanges: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

export interface ExchangeResult {
  /** everything the program printed, stdout and stderr in one stream */
  readonly output: Uint8Array
  readonly rc: number
}

/**
 * One shell on one host that lives as long as the channel; variables and functions of a program stay for the next one.
 * An exchange is a write after which the controller waits. Programs of one channel never overlap.
 */
export interface Channel {
  /**
   * Runs a sh program with empty stdin and answers when it has ended.
   * `program` may hold secrets: it goes to the wire and nowhere else.
   * Throws TlsplayError: CONNECTION_LOST, TIMED_OUT (no byte for `idleSeconds`), OUTPUT_LIMIT, PROTOCOL.
   */
  exchange(program: string, options: { readonly idleSeconds: number }): Promise<ExchangeResult>
  readonly stats: ChannelStats
  /** resolves when the connection is gone; never throws */
  close(): Promise<void>
}

export interface Transport {
  /** Throws TlsplayError with the reason it could not: HOST_UNREACHABLE, HOST_KEY_*, AUTH_FAILED, SHELL_REFUSED, SUDO_*, ... */
  open(target: ConnectionTarget): Promise<Channel>
}
