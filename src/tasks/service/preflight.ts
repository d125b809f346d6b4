import { formatMode } from '../../lib/mode.ts'
import { quote } from '../../lib/sh.ts'
import { type Answer, type FileFact, isAbsent, type UnitFact, type UnitSandbox } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import type { Product } from '../../services/product.ts'
import { type Reader, readability } from '../../services/readability.ts'
import { type Version, versionText } from '../../services/version.ts'
import type { Wish } from './wish.ts'

export interface Preflight {
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

export type Readers =
  | { readonly kind: 'reader'; readonly reader: Reader }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** As whom the process of a unit opens files: User=, Group= in place of the user's own group, SupplementaryGroups=. */
export function readerOf(
  unit: Pick<UnitFact, 'user' | 'group' | 'supplementaryGroups'> & { readonly dynamicUser: boolean },
  who: string,
  context: PlanContext,
): Readers {
  const named = [unit.group, ...unit.supplementaryGroups].filter((name) => name !== '')
  const groups = named.map((name) => (/^[0-9]+$/.test(name) ? { gid: Number(name) } : context.view.get('group', { name })))
  if (groups.some((group) => group instanceof Unknown)) return { kind: 'unknown' }
  const missing = named.find((_, index) => isAbsent(groups[index]))
  if (missing !== undefined && !unit.dynamicUser) return { kind: 'problem', problem: nameUnknown('group', missing, who) }
  const gids = groups.flatMap((group) => (group !== undefined && 'gid' in group ? [group.gid] : []))
  // A dynamic user exists only while the service runs and owns no file beforehand.
  if (unit.dynamicUser)
    return { kind: 'reader', reader: { user: unit.user === '' ? 'the dynamic user' : unit.user, uid: -1, group: unit.group, gids } }
  if (unit.user === '' || unit.user === 'root' || unit.user === '0')
    return { kind: 'reader', reader: { user: 'root', uid: 0, group: 'root', gids: [0, ...gids] } }
  const user = context.view.get('user', { name: unit.user })
  if (user instanceof Unknown) return { kind: 'unknown' }
  if (isAbsent(user)) return { kind: 'problem', problem: nameUnknown('user', unit.user, who) }
  // Group= replaces the group of the passwd entry, which then counts no more. Debian's influxdb is such a case: its group there is nogroup.
  const own = unit.group === '' ? user.gids : user.gids.filter((gid) => gid !== user.gid)
  return {
    kind: 'reader',
    reader: {
      user: user.name,
      uid: user.uid,
      group: unit.group === '' ? user.group : unit.group,
      gids: unit.group === '' ? [user.gid, ...own, ...gids] : [...gids, ...own],
    },
  }
}

/** Whether the service can open each file it will be told to read, as the files will be after the tasks before this one. */
export function preflight(
  wish: Wish,
  reader: Reader,
  sandbox: UnitSandbox | undefined,
  product: Product | undefined,
  version: () => Version | undefined,
  context: PlanContext,
): Preflight {
  const look = (path: string): Answer<FileFact> => context.view.get('file', { path })
  const found = wish.reads.map((path) => ({ path, ...readability(path, reader, sandbox, look) }))
  const problems = found.flatMap(({ path, obstacles }) =>
    obstacles.map(
      ({ reason, remedy }): Problem => ({ code: 'NOT_READABLE', message: `${wish.name} cannot read ${path}: ${reason}`, hint: remedy }),
    ),
  )
  const key = wish.serves?.key
  const ofPair =
    wish.serves === undefined || key === undefined
      ? []
      : [keyTooOpen(key, product, version, context), keyMismatch(wish.serves.certificate, key, context)]
  return { problems: [...problems, ...ofPair.filter((problem) => problem !== undefined)], warnings: found.flatMap(({ notes }) => notes) }
}

/** A service that is given such a pair does not start, or starts and fails every handshake. */
function keyMismatch(certificate: string, path: string, context: PlanContext): Problem | undefined {
  const file = context.view.get('certificate', { path: certificate })
  const key = context.view.get('key', { path })
  if (!(key instanceof Unknown) && !isAbsent(key) && key.encrypted === true)
    return {
      code: 'CERTIFICATE_INVALID',
      message: `the private key ${path} is encrypted, and no service that serves TLS here can be given its passphrase`,
      hint: 'leave key_passphrase out: the key belongs to the user of the service alone',
    }
  if (file instanceof Unknown || isAbsent(file) || file.pending === true || key instanceof Unknown || isAbsent(key)) return undefined
  const leaf = file.chain[0]
  if (key.spki === undefined)
    return {
      code: 'CERTIFICATE_INVALID',
      message: `the private key ${path} ${key.broken ?? 'cannot be used'}`,
      hint: `look at it on the host\nopenssl pkey -noout -in ${quote(path)}`,
    }
  if (leaf === undefined || leaf.spki === key.spki) return undefined
  return {
    code: 'KEY_MISMATCH',
    message: `the private key ${path} does not belong to ${certificate}`,
    hint: `the two public keys differ: put the right key beside the certificate\nopenssl pkey -pubout -in ${quote(path)}\nopenssl x509 -noout -pubkey -in ${quote(certificate)}`,
  }
}

/** InfluxDB 1.12.3 and newer end at start with `file permissions are too open`. */
function keyTooOpen(
  path: string,
  product: Product | undefined,
  version: () => Version | undefined,
  context: PlanContext,
): Problem | undefined {
  const fact = context.view.get('file', { path })
  // No version refuses a key that only its owner reads and writes, so for such a one the version is not even asked for.
  if (product?.rulesByVersion !== true || fact instanceof Unknown || isAbsent(fact) || (fact.mode & 0o177) === 0) return undefined
  const known = version()
  const limit = known === undefined ? undefined : product.keyModeLimit(known)
  if (known === undefined || limit === undefined || (fact.mode & ~limit & 0o777) === 0) return undefined
  return {
    code: 'SETTING_ILLEGAL',
    message: `${product.name} ${versionText(known)} does not start with a private key that is open wider than ${formatMode(limit)}: ${path} has ${formatMode(fact.mode)}`,
    hint: `give the key to the user of the service with mode '0400'\nchmod 0400 ${quote(path)}`,
  }
}

function nameUnknown(kind: 'user' | 'group', name: string, who: string): Problem {
  return {
    code: 'USER_UNKNOWN',
    message: `${who} runs as ${kind} ${name}, which does not exist on the host`,
    hint: `create it\n${kind}add --system ${quote(name)}`,
  }
}
