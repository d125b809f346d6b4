import { execFile, spawn } from 'node:child_process'
import type { ClientClass } from '../../../src/pki/verdicts.ts'

/** What a client dials, and the PEM file with what it trusts. */
export interface Dialled {
  readonly port: number
  readonly name: string
  readonly trusted: string
}

/** What it says against the certificate; undefined when it accepts it. */
export type Answer = string | undefined

/**
 * Serves a chain while `dial` runs. By a server written in Go, because it serves what it is given: OpenSSL keeps certificates
 * to itself whose usages do not fit.
 */
export async function serving<T>(
  go: string,
  chain: string,
  key: string,
  version: '1.2' | '1.3',
  dial: (port: number) => Promise<T>,
): Promise<T> {
  const server = spawn(go, ['serve', chain, key, version], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const first = await server.stdout[Symbol.asyncIterator]().next()
    return await dial(Number(String(first.value)))
  } finally {
    server.stdin.end()
  }
}

const sClient = ({ port, name, trusted }: Dialled) =>
  [
    's_client',
    '-connect',
    `127.0.0.1:${port}`,
    '-servername',
    name,
    '-verify_hostname',
    name,
    '-CAfile',
    trusted,
    '-verify_return_error',
  ] as const

/** The programs that stand for a class of clients. `go` is the path of the built tls.go. */
export function programs(
  go: string,
): Readonly<Record<Exclude<ClientClass, 'chrome' | 'apple'>, readonly ((dialled: Dialled) => Promise<Answer>)[]>> {
  return {
    go: [({ port, name, trusted }) => run(go, ['dial', String(port), name, trusted])],
    openssl: [
      ({ port, name, trusted }) =>
        run('curl', ['-sS', '-m', '10', '--cacert', trusted, '--resolve', `${name}:${port}:127.0.0.1`, `https://${name}:${port}/`]),
      (dialled) => run('openssl', sClient(dialled)),
    ],
    'openssl-strict': [(dialled) => run('openssl', [...sClient(dialled), '-x509_strict'])],
    gnutls: [
      ({ port, name, trusted }) =>
        run('gnutls-cli', ['--x509cafile', trusted, '--sni-hostname', name, '--verify-hostname', name, '-p', String(port), '127.0.0.1']),
    ],
    node: [({ port, name, trusted }) => run(process.execPath, ['-e', nodeClient, String(port), name, trusted])],
  }
}

// At the security level of Node 24, whatever the Node is that runs this.
const nodeClient = `
const [port, servername, trusted] = process.argv.slice(1)
const ca = require('node:fs').readFileSync(trusted)
const options = { host: '127.0.0.1', port, servername, ca, ciphers: 'DEFAULT@SECLEVEL=2' }
require('node:tls').connect(options, () => process.exit(0)).on('error', ({ message }) => {
  console.error(message)
  process.exit(1)
})
`

function run(command: string, words: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, words, { timeout: 15_000 }, (error, stdout, stderr) => {
      // A program that is not there, or hangs, has no opinion.
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve(error === null ? undefined : `${stdout}\n${stderr}`.trim() || `exit code ${error.code}`)
    })
    child.stdin?.end()
  })
}
