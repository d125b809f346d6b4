import type { RunEvent } from '../model/event.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import type { HostConnector } from '../ports/host-session.ts'

/** Tells of each connection that is opened how it is made. */
export function toldConnections(connector: HostConnector, emit: (event: RunEvent) => void): HostConnector {
  return {
    async open(target) {
      const session = await connector.open(target)
      emit({ type: 'connected', host: target.name, how: howReached(target) })
      return session
    },
  }
}

/** Passwords and keys are left out: how somebody logs in is for ssh to say. */
export function howReached({ transport, address, port, user, sshName, jumps = [], become }: ConnectionTarget): string {
  const place = transport === 'local' ? 'on this machine' : `by ${transport} to ${sshName ?? `${user}@${address}:${port}`}`
  const way = jumps.map((jump) => jump.hop ?? `${jump.user}@${jump.address}:${jump.port}`)
  const through = way.length === 0 ? '' : ` through ${way.join(', ')}`
  return `${place}${through}${become === undefined ? '' : `, ${become.user} by ${become.method}`}`
}
