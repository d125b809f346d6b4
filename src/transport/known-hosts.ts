import { createHash, createHmac } from 'node:crypto'

/** One usable line of a known_hosts file; sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export interface KnownHost {
  readonly file: string
  readonly line: number
  readonly marker: 'revoked' | 'cert-authority' | undefined
  readonly hosts: string
  readonly type: string
  readonly key: Buffer
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  /** no line names this host */
  | { readonly kind: 'unknown' }
  /** the host is named, but only with keys of other types */
  | { readonly kind: 'other type'; readonly entry: KnownHost }
  /** the host is named, but only by an authority for host certificates, which ssh2 cannot ask for */
  | { readonly kind: 'authority only'; readonly entry: KnownHost }
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  | { readonly kind: 'revoked'; readonly entry: KnownHost }

/** Lines that cannot be read are left out, as ssh does: they can only make a host unknown. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((raw, index) => {
    const words = raw.trim().split(/[ \t]+/)
    if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return []
    const marker = words[0].startsWith('@') ? words.shift()?.slice(1) : undefined
    if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return []
    const [hosts, type, base64] = words
    if (hosts === undefined || type === undefined || base64 === undefined) return []
    const key = Buffer.from(base64, 'base64')
    if (keyType(key) !== type) return []
    return [{ file, line: index + 1, marker, hosts, type, key }]
  })
}

/** The type that an SSH key blob names first, undefined when it is no blob. */
export function keyType(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined
  const length = blob.readUInt32BE(0)
  return length > 0 && length <= 64 && blob.length > 4 + length ? blob.toString('latin1', 4, 4 + length) : undefined
}

/** The name under which ssh files a host. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase()
  return port === 22 ? name : `[${name}]:${port}`
}

export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** Types of the keys on file for a host, in file order: asked for first, or a host with several keys would look changed. */
export function knownTypes(entries: readonly KnownHost[], name: string): readonly string[] {
  const types = entries.filter((entry) => entry.marker === undefined && names(entry.hosts, name)).map((entry) => entry.type)
  return [...new Set(types)]
}

export function judgeHostKey(entries: readonly KnownHost[], name: string, blob: Buffer): HostKeyVerdict {
  const type = keyType(blob)
  const ours = entries.filter((entry) => names(entry.hosts, name))
  const revoked = ours.find((entry) => entry.marker === 'revoked' && entry.key.equals(blob))
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked }
  const plain = ours.filter((entry) => entry.marker === undefined)
  if (plain.some((entry) => entry.key.equals(blob))) return { kind: 'known' }
  const changed = plain.find((entry) => entry.type === type)
  if (changed !== undefined) return { kind: 'changed', entry: changed }
  if (plain[0] !== undefined) return { kind: 'other type', entry: plain[0] }
  const authority = ours.find((entry) => entry.marker === 'cert-authority')
  return authority === undefined ? { kind: 'unknown' } : { kind: 'authority only', entry: authority }
}

/** Whether the first field of a line names the host: one hash, or patterns of which a negated one vetoes. */
function names(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return namesHashed(hosts, name)
  let named = false
  for (const raw of hosts.split(',')) {
    const negated = raw.startsWith('!')
    if (!matches((negated ? raw.slice(1) : raw).toLowerCase(), name)) continue
    if (negated) return false
    named = true
  }
  return named
}

function namesHashed(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64')
  // SHA-1 is what the file format has; it hides names here and vouches for nothing.
  return expected.length === 20 && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest().equals(expected)
}

/** `*` and `?` only, in linear space and at most quadratic time: patterns come from files, names from inventories. */
function matches(pattern: string, name: string): boolean {
  let star = -1
  let retry = 0
  let at = 0
  let index = 0
  while (index < name.length) {
    if (pattern[at] === '*') {
      star = at++
      retry = index
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at++
      index++
    } else if (star >= 0) {
      at = star + 1
      index = ++retry
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
