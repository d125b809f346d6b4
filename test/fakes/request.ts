import { execFileSync } from 'node:child_process'
import type { KeyType } from '../../src/model/fact.ts'
import { splitNames } from '../../src/pki/names.ts'
import { newKeyArguments, opensslConfig } from '../../src/pki/openssl-config.ts'
import { leafProfile } from '../../src/pki/profile.ts'

export interface Requested {
  readonly request: string
  readonly key: string
}

/** A request and its key as openssl of this machine makes them. */
export function requestFor(names: readonly string[], keyType: KeyType = 'ecdsa-p256'): Requested {
  const config = opensslConfig(
    { subject: { CN: names[0] ?? '' }, names: splitNames(names), keyType, profile: leafProfile(keyType, 'server') },
    'request',
  )
  // What node gives a child as stdin is a socket, which /dev/stdin cannot open.
  const words = ['req', '-new', '-config', '/dev/stdin', ...newKeyArguments(keyType), '-nodes', '-keyout', '-']
  const text = execFileSync('sh', ['-c', 'cat | openssl "$@"', 'sh', ...words], {
    input: config,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const end = '-----END PRIVATE KEY-----\n'
  const at = text.indexOf(end) + end.length
  return { key: text.slice(0, at), request: text.slice(at) }
}
