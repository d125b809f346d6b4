import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { readWebConfig, type WebConfig } from './web-config.ts'

export interface ExporterOptions {
  /** `127.0.0.1:9100`, `[::1]:9100`, `:9100`; port 0 lets the system choose */
  readonly listenAddress: string
  /** '' serves plain HTTP */
  readonly webConfigFile: string
  /** one line a time */
  readonly log: (line: string) => void
}

export interface Exporter {
  readonly scheme: 'http' | 'https'
  readonly port: number
  close(): Promise<void>
}

/**
 * The stand-in of the quickstart: a metrics service that treats its web-config file as Prometheus exporters do.
 * Whether it speaks TLS is settled when it starts; certificate, key and floor are read again at every handshake, so a
 * renewed certificate needs no restart. Throws when the file is wrong, as exporters refuse to start.
 */
export async function startExporter(options: ExporterOptions): Promise<Exporter> {
  const file = options.webConfigFile === '' ? undefined : resolve(options.webConfigFile)
  const config = file === undefined ? undefined : readWebConfig(file)
  if (config !== undefined) secureContext(config)
  const startedAt = Date.now() / 1000
  const pages = createHttpServer((request, response) => answer(request, response, startedAt))
  const open = new Set<Socket>()
  const tcp = createTcpServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    if (file === undefined || config === undefined) pages.emit('connection', socket)
    else acceptTls(socket, file, pages, options.log)
  })
  const { host, port } = parseAddress(options.listenAddress)
  await new Promise<void>((done, fail) => {
    tcp.once('error', fail)
    tcp.listen(port, host, done)
  })
  const scheme = config === undefined ? 'http' : 'https'
  const chosen = (tcp.address() as AddressInfo).port
  options.log(`listening on ${scheme}://${host ?? 'localhost'}:${chosen}`)
  return {
    scheme,
    port: chosen,
    close: () =>
      new Promise((done) => {
        tcp.close(() => done())
        for (const socket of open) socket.destroy()
      }),
  }
}

/** One handshake with what the files say now, also for clients that send no server name (no SNICallback would run). */
function acceptTls(socket: Socket, file: string, pages: ReturnType<typeof createHttpServer>, log: (line: string) => void): void {
  try {
    const config = readWebConfig(file)
    if (config === undefined) throw new Error(`${file}: no tls_server_config any more`)
    const secure = new TLSSocket(socket, { isServer: true, secureContext: secureContext(config) })
    secure.on('error', (error) => {
      log(`TLS handshake error: ${error.message}`)
      socket.destroy()
    })
    pages.emit('connection', secure)
  } catch (error) {
    log(`TLS handshake error: ${(error as Error).message}`)
    socket.destroy()
  }
}

function secureContext(config: WebConfig): SecureContext {
  return createSecureContext({ cert: readFileSync(config.certFile), key: readFileSync(config.keyFile), minVersion: config.minVersion })
}

function answer(request: IncomingMessage, response: ServerResponse, startedAt: number): void {
  const path = (request.url ?? '/').split('?')[0]
  const page = path === '/metrics' ? metrics(startedAt) : path === '/-/healthy' ? 'Healthy\n' : undefined
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  response.end(page ?? 'not found, try /metrics\n')
}

function metrics(startedAt: number): string {
  return [
    '# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.',
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${startedAt}`,
    '',
  ].join('\n')
}

function parseAddress(address: string): { readonly host: string | undefined; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(address)
  if (match === null || Number(match[3]) > 65535) throw new Error(`cannot listen on ${address}: expected address:port`)
  const host = match[1] ?? match[2]
  return { host: host === '' ? undefined : host, port: Number(match[3]) }
}
