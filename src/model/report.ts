import type { Problem } from './problem.ts'

/** How a run ended: a closed, versioned document without secrets. */
export interface Report {
  readonly formatVersion: 1
  readonly tlsplay: string
  readonly playbook: string
  readonly mode: 'plan' | 'run'
  /** design/language.md, decision 9 */
  readonly exitCode: number
  readonly recap: readonly HostRecap[]
  readonly problems: readonly Problem[]
  /** tasks whose effect nothing can prove by observing again: `host: label` */
  readonly notProvable: readonly string[]
  /** what people have to do before hosts can go on, when there is any: `host: what` */
  readonly waiting?: readonly string[]
  readonly stats: readonly HostStats[]
}

export interface HostRecap {
  readonly host: string
  readonly ok: number
  readonly changed: number
  readonly unreachable: number
  readonly failed: number
  readonly skipped: number
  readonly rescued: number
  readonly ignored: number
  /** after the run everything was observed and planned again and nothing was left to change */
  readonly converged: boolean | undefined
}

/** Counted by the transport. */
export interface HostStats {
  readonly host: string
  readonly connections: number
  readonly channels: number
  readonly exchanges: number
  readonly bytesSent: number
  readonly bytesReceived: number
}
