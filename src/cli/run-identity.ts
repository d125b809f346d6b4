import { hostname } from 'node:os'
import type { RunIdentity } from '../ports/host-session.ts'
import type { Clock, Random } from '../ports/ports.ts'
import { userName } from './connection.ts'
import type { Io } from './io.ts'

/** Who this run is to others that want the same hosts. `force`: the run that hosts may be taken from. */
export function runIdentity(io: Pick<Io, 'env'>, clock: Clock, random: Random, force: string | undefined): RunIdentity {
  return {
    id: Buffer.from(random.bytes(4)).toString('hex'),
    since: new Date(clock.now()).toISOString(),
    who: oneWord(userName(io)).slice(0, 64),
    from: oneWord(hostname()).slice(0, 255),
    ...(force === undefined ? {} : { force }),
  }
}

function oneWord(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9@._-]/g, '_') || '_'
}
