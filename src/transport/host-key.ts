import type { TlsplayError } from '../model/problem.ts'
import { quote } from '../lib/sh.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import type { Files } from '../ports/ports.ts'
import { failure } from './failure.ts'
import { fingerprint, judgeHostKey, keyType, knownHostName, knownTypes, parseKnownHosts, type KnownHost } from './known-hosts.ts'

/** Signature algorithms for the keys a host may show; ssh-rsa would sign with SHA-1. */
export const hostKeyAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const
export type HostKeyAlgorithm = (typeof hostKeyAlgorithms)[number]

/** Reads each known_hosts file once for all hosts of a run. */
export function knownHostsReader(files: Files): (paths: readonly string[]) => readonly KnownHost[] {
  const seen = new Map<string, readonly KnownHost[]>()
  const readOne = (path: string): readonly KnownHost[] => {
    const known = seen.get(path)
    if (known !== undefined) return known
    const bytes = files.read(path)
    const entries = bytes === undefined ? [] : parseKnownHosts(Buffer.from(bytes).toString('utf8'), path)
    seen.set(path, entries)
    return entries
  }
  return (paths) => paths.flatMap(readOne)
}

/** The algorithms to offer, those for which a key is on file first. */
export function orderedHostKeyAlgorithms(entries: readonly KnownHost[], target: ConnectionTarget): HostKeyAlgorithm[] {
  const known = knownTypes(entries, nameOnFile(target))
  const onFile = (algorithm: HostKeyAlgorithm): boolean => known.includes(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)
  return [...hostKeyAlgorithms.filter(onFile), ...hostKeyAlgorithms.filter((algorithm) => !onFile(algorithm))]
}

/** undefined when the key may be trusted; asked before any byte of authentication goes out. */
export function hostKeyProblem(entries: readonly KnownHost[], target: ConnectionTarget, blob: Buffer): TlsplayError | undefined {
  const name = nameOnFile(target)
  const verdict = judgeHostKey(entries, name, blob)
  const print = `${keyType(blob)} ${fingerprint(blob)}`
  switch (verdict.kind) {
    case 'known':
      return undefined
    case 'unknown':
      return failure(
        target,
        'HOST_KEY_UNKNOWN',
        `${name} shows the host key ${print}, which no known_hosts file has`,
        addHint(target, blob),
      )
    case 'other type':
      return failure(
        target,
        'HOST_KEY_UNKNOWN',
        `${name} shows the host key ${print}, but ${place(verdict.entry)} knows it by ${verdict.entry.type} only`,
        addHint(target, blob),
      )
    case 'authority only':
      return failure(
        target,
        'HOST_KEY_UNKNOWN',
        `${name} shows the host key ${print}; ${place(verdict.entry)} vouches for it by an authority (@cert-authority), which is not supported`,
        addHint(target, blob),
      )
    case 'changed':
      return failure(
        target,
        'HOST_KEY_CHANGED',
        `${name} shows the host key ${print}, but ${place(verdict.entry)} has ${fingerprint(verdict.entry.key)}`,
        `somebody may be listening in, or the host was installed again; only when you know why it changed, remove the old key\nssh-keygen -f ${quote(verdict.entry.file)} -R ${quote(name)}`,
      )
    case 'revoked':
      return failure(
        target,
        'HOST_KEY_REVOKED',
        `${name} shows the host key ${print}, which ${place(verdict.entry)} marks as revoked`,
        'the key is known to be stolen or lost: the host needs a new one',
      )
  }
}

function nameOnFile({ address, port, hostKeyAlias }: ConnectionTarget): string {
  return hostKeyAlias?.toLowerCase() ?? knownHostName(address, port)
}

function place(entry: KnownHost): string {
  return `${entry.file}:${entry.line}`
}

const shortTypes: Readonly<Record<string, string>> = { 'ssh-ed25519': 'ed25519', 'ssh-rsa': 'rsa' }

function addHint(target: ConnectionTarget, blob: Buffer): string {
  const type = shortTypes[keyType(blob) ?? ''] ?? 'ecdsa'
  const file = target.knownHostsFiles[0]
  const port = target.port === 22 ? '' : `-p ${target.port} `
  const hop = target.jumps?.at(-1)
  // What only a jump host reaches is asked for its key from there.
  const from = hop === undefined ? '' : `ssh -p ${hop.port} -l ${quote(hop.user)} ${quote(hop.address)} `
  const scan = `${from}ssh-keyscan -t ${type} ${port}${quote(target.address)}`
  const renamed = target.hostKeyAlias === undefined ? '' : ` | sed 's/^[^ ]*/${target.hostKeyAlias}/'`
  return [
    'compare the fingerprint with the one that the host itself shows on its console by',
    `ssh-keygen -lf /etc/ssh/ssh_host_${type}_key.pub`,
    'and only when they are equal add the key',
    `${scan}${renamed} >> ${file === undefined ? '~/.ssh/known_hosts' : quote(file)}`,
  ].join('\n')
}
