import type { Probe } from '../model/fact.ts'
import type {
  InstallStep,
  MakeStep,
  RunStep,
  StepAnswer,
  WriteStep,
  DirectoryStep,
  LinkStep,
  AttributesStep,
  RemoveStep,
} from '../model/step.ts'
import type { ChannelStats, ConnectionTarget } from './channel.ts'

export interface Numbered<S> {
  /** number of the step in the run of this host, from 0 */
  readonly number: number
  readonly step: S
}

export type StageStep = WriteStep | MakeStep
export type ActStep = WriteStep | InstallStep | DirectoryStep | LinkStep | AttributesStep | RemoveStep | RunStep

export interface ActGroup {
  readonly steps: readonly Numbered<ActStep>[]
  /** a failure of this group does not keep the next group from running */
  readonly mayFail: boolean
}

/** Step number -> answer; a step that did not run has none. */
export type Answers = ReadonlyMap<number, StepAnswer>

/** The run that acts, as other runs on the same host learn of it. */
export interface RunIdentity {
  /** eight hex digits */
  readonly id: string
  /** when it began, as ISO 8601 */
  readonly since: string
  /** user and machine that tlsplay runs as and on: no white space */
  readonly who: string
  readonly from: string
  /** id of the run from which hosts may be taken */
  readonly force?: string
  /** a host that does not hear of the run for so long takes back what is not committed; 0: it never does by itself */
  readonly watchdogSeconds: number
}

/** How going back ended: whether there was anything to take back, and `left` names what could not be. */
export interface Undone {
  readonly any: boolean
  readonly left: readonly string[]
  /** ports that served a certificate before, asked once all is taken back: by the SHA-256 of what they serve now */
  readonly served: { readonly again: readonly string[]; readonly other: readonly string[] }
}

export const nothingUndone: Undone = { any: false, left: [], served: { again: [], other: [] } }

/** One host as the engine sees it: questions and deeds. Each call is one exchange, or none when there is nothing to do. */
export interface HostSession {
  /**
   * Answers by `probeKey`. `anew`: nothing that was answered before counts any more, so another run may have acted until now.
   * Throws TlsplayError: TOOL_MISSING and what the channel throws.
   */
  observe(probes: readonly Probe[], anew?: boolean): Promise<ReadonlyMap<string, unknown>>
  /**
   * Here and in `act` the host is taken for this run, if it has not been yet. Throws TlsplayError LOCKED, STATE_UNUSABLE; then
   * nothing of the call was done.
   *
   * Stages bytes and makes files; nothing visible changes. A failed write answers ok: false with the reason in stderr.
   */
  prepare(steps: readonly Numbered<StageStep>[]): Promise<Answers>
  /**
   * Acts in order and stops at the first failure outside a `mayFail` group, and behind such a group when a command of it
   * that may fail has failed. Only after every step before was prepared.
   */
  act(groups: readonly ActGroup[]): Promise<Answers>
  /** Something was changed that is not committed yet. */
  readonly uncommitted: boolean
  /** What was changed counts. Throws TlsplayError ROLLED_BACK when the host had taken it back already. */
  commit(): Promise<void>
  /** Takes back what is not committed: files first, then services. Staged files go as well. */
  rollback(why: string): Promise<Undone>
  /** Whether the last look found changes of a run that is gone, neither committed nor taken back; `rollback` takes them back. */
  readonly unfinished: boolean
  /** Removes what was staged and not put in place. */
  discard(): Promise<void>
  readonly stats: ChannelStats
  close(): Promise<void>
}

export interface HostConnector {
  open(target: ConnectionTarget): Promise<HostSession>
}
