import { type CertificateFileFact, isAbsent, type ListenerFact } from '../../model/fact.ts'
import type { PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { findVersion, type Version, versionText } from '../../services/version.ts'
import type { Product } from '../../services/product.ts'
import type { Serves } from './wish.ts'

/** What a running process needs so that it runs with what is on disk. */
export interface Needs {
  readonly verb: 'nothing' | 'hangup' | 'restart'
  /** why, in words; also why nothing is needed */
  readonly reasons: readonly string[]
}

const nothing: Needs = { verb: 'nothing', reasons: [] }

/** A file the process loaded is newer than the process. Predicted files are newer than anything that runs. */
export function needsOfSettings(paths: readonly string[], startedAt: number, context: PlanContext): Needs {
  const reasons = [...new Set(paths)].flatMap((path) => {
    const fact = context.view.get('file', { path })
    if (fact instanceof Unknown || isAbsent(fact) || fact.mtime <= startedAt) return []
    return [fact.mtime === Number.POSITIVE_INFINITY ? `${path} changes in this run` : `${path} changed after the process started`]
  })
  return reasons.length === 0 ? nothing : { verb: 'restart', reasons }
}

/** What is served against what is on disk, or will be. */
export function needsOfCertificate(
  serves: Serves,
  product: Product | undefined,
  version: () => Version | undefined,
  context: PlanContext,
): Needs {
  const listener = context.view.get('listener', serves.listener)
  if (listener instanceof Unknown || isAbsent(listener)) return nothing
  if (listener.state !== 'tls') return { verb: 'restart', reasons: [notServing(serves.port, listener)] }
  const disk = context.view.get('certificate', { path: serves.certificate })
  const difference = isAbsent(disk) ? undefined : disk instanceof Unknown ? 'is replaced in this run' : differs(disk, listener)
  if (difference === undefined) return { verb: 'nothing', reasons: [`port ${serves.port} serves ${serves.certificate}`] }
  const found = product?.rulesByVersion === true ? version() : undefined
  const taken = product?.takesOver(found) ?? 'on restart'
  const known = product === undefined ? 'the service' : product.rulesByVersion ? `${product.name} ${versionWord(found)}` : product.name
  switch (taken) {
    case 'by itself':
      return { verb: 'nothing', reasons: [`${serves.certificate} ${difference}; ${known} reads it again on every handshake`] }
    case 'on SIGHUP':
      return { verb: 'hangup', reasons: [`${serves.certificate} ${difference}; ${known} reads it again on SIGHUP`] }
    case 'on restart':
      return { verb: 'restart', reasons: [`${serves.certificate} ${difference}; ${known} reads it at start only`] }
  }
}

function notServing(port: number, listener: ListenerFact): string {
  switch (listener.state) {
    case 'closed':
      return `nothing listens on port ${port}`
    case 'plain':
      return `port ${port} does not serve TLS yet`
    default:
      return `port ${port} fails to serve TLS${listener.error === undefined ? '' : `: ${listener.error}`}`
  }
}

function differs(disk: CertificateFileFact, listener: ListenerFact): string | undefined {
  if (disk.pending === true) return 'is replaced in this run'
  const [leaf] = disk.chain
  if (leaf === undefined) return undefined
  return leaf.fingerprint === listener.chain[0]?.fingerprint ? undefined : 'is not the certificate that is served'
}

export function together(parts: readonly Needs[]): Needs {
  const verb = parts.some((part) => part.verb === 'restart')
    ? 'restart'
    : parts.some((part) => part.verb === 'hangup')
      ? 'hangup'
      : 'nothing'
  const chosen = verb === 'nothing' ? parts : parts.filter((part) => part.verb !== 'nothing')
  return { verb, reasons: chosen.flatMap((part) => part.reasons) }
}

/** Asked only when a rule depends on it: starting a daemon's binary costs as much as all other questions together. */
export function versionOf(product: Product | undefined, binary: string, user: string, context: PlanContext): Version | undefined {
  if (product === undefined) return undefined
  const answer = context.view.get('command', {
    argv: product.versionArgv(binary),
    ...(user === '' || user === context.user ? {} : { as: user }),
  })
  return answer instanceof Unknown || isAbsent(answer) ? undefined : findVersion(`${answer.stdout}\n${answer.stderr}`)
}

export function versionWord(version: Version | undefined): string {
  return version === undefined ? '(version not known)' : versionText(version)
}
