import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Io } from './io.ts'

/** Where roles of locks lie for all projects of this user, each under the digest of its files; as the XDG base directories have it. */
export function roleCache({ env }: Pick<Io, 'env'>): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] ?? homedir(), '.cache'), 'tlsplay/roles')
}
