import type { ConnectionTarget } from '../ports/channel.ts'
import { failure } from './failure.ts'
import type { TransportOptions } from './options.ts'

/** sshd drops connections beyond MaxStartups, and those of who is in a penalty, before it says anything (sshd_config(5)). */
const triesWhenDropped = 6

/** Tries again what was dropped, after waits that grow and differ: hosts that were dropped together do not come back together. Throws THROTTLED at the end. */
export async function againWhenDropped<T extends object>(
  attempt: () => Promise<T | 'dropped'>,
  target: ConnectionTarget,
  options: TransportOptions,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const result = await attempt()
    if (result !== 'dropped') return result
    if (tries === triesWhenDropped) {
      const hint =
        'the server lets in too few at a time: raise MaxStartups in sshd_config, look at PerSourcePenalties and fail2ban, or run fewer hosts in parallel'
      throw failure(target, 'THROTTLED', `the ssh server closed ${tries} connections before it said anything`, hint)
    }
    await options.sleep(100 * 2 ** tries * (0.5 + options.random()))
  }
}
