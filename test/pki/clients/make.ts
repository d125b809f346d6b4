import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate as `openssl` makes it, extension by extension as wished, whatever a sound issuer would say. */
export interface OddCertificate {
  /** as for `openssl req -newkey`: `ec`, `rsa:1024`, `ed25519` */
  readonly key?: string
  readonly commonName: string
  readonly extensions: readonly string[]
  readonly digest?: string
  readonly days?: number
  /** undefined: self-signed */
  readonly by?: Made
}

export interface Made {
  readonly certificate: string
  readonly key: string
}

/** Makes key and certificate in `folder`. What OpenSSL adds by itself (key identifiers) is left out unless wished. */
export function makeOdd(
  folder: string,
  name: string,
  { key = 'ec', commonName, extensions, digest = 'sha256', days = 90, by }: OddCertificate,
): Made {
  const made = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  const [config, request] = [join(folder, `${name}.cnf`), join(folder, `${name}.csr`)]
  writeFileSync(
    config,
    ['[req]', 'distinguished_name = dn', 'prompt = no', '[dn]', `CN = ${commonName}`, '[ext]', ...extensions, ''].join('\n'),
  )
  const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  const curve = key === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:P-256'] : []
  openssl('req', '-new', '-config', config, '-newkey', key, ...curve, '-nodes', '-keyout', made.key, '-out', request)
  const signer = by === undefined ? ['-signkey', made.key] : ['-CA', by.certificate, '-CAkey', by.key, '-CAcreateserial']
  openssl(
    'x509',
    '-req',
    '-in',
    request,
    ...signer,
    '-days',
    String(days),
    ...(key === 'ed25519' ? [] : [`-${digest}`]),
    '-extfile',
    config,
    '-extensions',
    'ext',
    '-out',
    made.certificate,
  )
  return made
}

export function textOf(...files: readonly string[]): string {
  return files.map((file) => readFileSync(file, 'utf8')).join('')
}
