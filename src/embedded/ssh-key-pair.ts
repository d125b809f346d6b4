import ssh2 from 'ssh2'

export interface SshKeyPair {
  /** OpenSSH's own format, not encrypted */
  readonly private: string
  /** one line as in authorized_keys */
  readonly public: string
}

/**
 * A new Ed25519 pair. ssh2 1.17 strips leading zero bytes from the public key, so that one pair in 256 is broken
 * (mscdex/ssh2 issues 1390 and 1513): such a pair is thrown away.
 */
export function newKeyPair(generate: () => SshKeyPair = () => ssh2.utils.generateKeyPairSync('ed25519')): SshKeyPair {
  for (;;) {
    const pair = generate()
    const halves = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)]
    if (halves.every((half) => !(half instanceof Error))) return pair
  }
}
