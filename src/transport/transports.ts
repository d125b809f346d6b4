import type { Transport } from '../ports/channel.ts'
import { localTransport } from './local.ts'
import { opensshTransport } from './openssh.ts'
import type { TransportOptions } from './options.ts'
import { sshTransport } from './ssh.ts'

/** Every transport; the target says which one. */
export function transports(options: TransportOptions): Transport {
  const byName = { ssh: sshTransport(options), openssh: opensshTransport(options), local: localTransport(options) }
  return { open: (target) => byName[target.transport].open(target) }
}
