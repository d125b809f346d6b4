import { execFileSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'

export interface Pair {
  readonly key: string
  readonly cert: string
}

export type ServerName = 'good' | 'only13' | 'old' | 'other' | 'chain' | 'mutual' | 'plain' | 'silent' | 'hangup'

export interface TlsServers {
  readonly ports: Readonly<Record<ServerName, number>>
  close(): Promise<void>
}

/** A key and a self-signed certificate for the names, as `openssl` writes them. */
export function selfSigned(folder: string, names: string, days = 90): Pair {
  const printed = execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      String(days),
      '-subj',
      '/CN=lab',
      '-addext',
      `subjectAltName=${names}`,
      '-addext',
      'basicConstraints=critical,CA:FALSE',
      '-keyout',
      '-',
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: folder },
  )
  const at = printed.indexOf('-----BEGIN CERTIFICATE')
  return { key: printed.slice(0, at), cert: printed.slice(at) }
}

export async function startTlsServers(pair: Pair, other: Pair): Promise<TlsServers> {
  const worker = new Worker(new URL('./tls-servers.mjs', import.meta.url), { workerData: { ...pair, other } })
  const ports = await new Promise<TlsServers['ports']>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    ports,
    async close() {
      await worker.terminate()
    },
  }
}
