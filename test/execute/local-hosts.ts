import { remoteHosts } from '../../src/execute/remote-host.ts'
import type { Transport } from '../../src/ports/channel.ts'
import type { HostConnector, RunIdentity } from '../../src/ports/host-session.ts'
import { localTransport } from '../../src/transport/local.ts'
import { optionsWith } from '../ssh/rig.ts'

/** This machine in the place of hosts, for a run of alice's. `path`: where programs are looked for, and nowhere else. */
export function localHosts({
  path,
  transport,
  now = 0,
  run = {},
}: {
  readonly path?: string | undefined
  readonly transport?: Transport | undefined
  readonly now?: number
  readonly run?: Partial<RunIdentity>
} = {}): HostConnector {
  return remoteHosts({
    transport: transport ?? localTransport(optionsWith({}, path === undefined ? {} : { searchPath: path, environment: { PATH: path } })),
    dialer: { listen: () => Promise.reject(new Error('nothing is dialled here')) },
    random: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
    clock: { now: () => now },
    run: { id: 'aaaaaaaa', since: '2026-01-02T03:04:05.000Z', who: 'alice', from: 'desk', watchdogSeconds: 60, ...run },
  })
}
