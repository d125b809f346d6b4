import type { Client, ParsedKey } from 'ssh2'

/** The part of ssh2 1.17 (lib/protocol/Protocol.js) that a login can be shortened by; the tests tell when it moves. */
interface Protocol {
  authPK(user: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign): void
  openssh_hostKeysProve(keys: unknown): void
  ping(): void
}
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void

/**
 * Saves work that ssh2 has no option for. Called when the key exchange is done, before the login.
 *
 * A key of ours is offered with its signature at once instead of being asked about first: one round trip less, and sshd
 * looks it up once instead of twice. Keys of an agent are still asked about, as their owner may have to confirm each use.
 *
 * sshd lists its host keys after the login, and ssh2 has it sign with every one of them to learn new ones, which we never do.
 * Something must answer the list all the same: sshd still has Nagle's algorithm on at that moment, and its next packet
 * would wait for our delayed acknowledgement (40 ms measured against OpenSSH 9.2). A ping does.
 */
export function shortenLogin(client: Client): void {
  const protocol = (client as unknown as { readonly _protocol: Protocol })._protocol
  const offer = protocol.authPK.bind(protocol)
  protocol.authPK = (user, key, algorithm, sign) => {
    // Where the server names no algorithms ssh2 falls back to SHA-1.
    const safe = key.type === 'ssh-rsa' && (algorithm === undefined || algorithm === 'ssh-rsa') ? 'rsa-sha2-256' : algorithm
    offer(user, key, safe, sign ?? (key.isPrivateKey() ? (data, done) => done(key.sign(data, hashOf(safe))) : undefined))
  }
  protocol.openssh_hostKeysProve = () => protocol.ping()
}

function hashOf(algorithm: string | undefined): string | undefined {
  if (algorithm === 'rsa-sha2-256') return 'sha256'
  return algorithm === 'rsa-sha2-512' ? 'sha512' : undefined
}
