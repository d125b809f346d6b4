import type { Probe } from '../model/fact.ts'
import type { ChannelStats } from '../ports/channel.ts'
import type { ActGroup, Answers, HostSession, Numbered, StageStep, Undone } from '../ports/host-session.ts'

/** A session that hands everything on to another one; whoever stands between overrides what it is there for. */
export class PassedOn implements HostSession {
  protected session: HostSession

  constructor(session: HostSession) {
    this.session = session
  }

  observe(probes: readonly Probe[], anew?: boolean): Promise<ReadonlyMap<string, unknown>> {
    return this.session.observe(probes, anew)
  }

  prepare(steps: readonly Numbered<StageStep>[]): Promise<Answers> {
    return this.session.prepare(steps)
  }

  act(groups: readonly ActGroup[]): Promise<Answers> {
    return this.session.act(groups)
  }

  get uncommitted(): boolean {
    return this.session.uncommitted
  }

  get unfinished(): boolean {
    return this.session.unfinished
  }

  commit(): Promise<void> {
    return this.session.commit()
  }

  rollback(why: string): Promise<Undone> {
    return this.session.rollback(why)
  }

  discard(): Promise<void> {
    return this.session.discard()
  }

  get stats(): ChannelStats {
    return this.session.stats
  }

  close(): Promise<void> {
    return this.session.close()
  }
}

/** Ends a session that may never have come to be. */
export async function closed(session: Promise<HostSession>): Promise<void> {
  await session.then(
    (open) => open.close(),
    () => undefined,
  )
}
