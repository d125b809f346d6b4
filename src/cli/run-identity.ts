import { hostname } from 'node:os'
import type { RunIdentity } from '../ports/host-session.ts'
import type { Clock, Random } from '../ports/ports.ts'
import { userName } from './connection.ts'
import type { Io } from './io.ts'
import type { PlayOptions } from './options.ts'

const defaultWatchdogSeconds = 60

/** Who this run is to others that want the same hosts. */
export function runIdentity(
  io: Pick<Io, 'env'>,
  clock: Clock,
  random: Random,
  { forceUnlock, watchdog }: Pick<PlayOptions, 'forceUnlock' | 'watchdog'>,
): RunIdentity {
  return {
    id: Buffer.from(random.bytes(4)).toString('hex'),
    since: new Date(clock.now()).toISOString(),
    who: oneWord(userName(io)).slice(0, 64),
    from: oneWord(hostname()).slice(0, 255),
    watchdogSeconds: watchdog ?? defaultWatchdogSeconds,
    ...(forceUnlock === undefined ? {} : { force: forceUnlock }),
  }
}

function oneWord(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9@._-]/g, '_') || '_'
}
