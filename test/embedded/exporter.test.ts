import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type SecureVersion } from 'node:tls'
import { afterEach, beforeAll, afterAll, expect, test } from 'vitest'
import { type Exporter, startExporter } from '../../src/embedded/exporter.ts'

let folder = ''
const running: Exporter[] = []

function makeCertificate(name: string): void {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)]
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...files, ...names],
    { stdio: 'ignore' },
  )
}

function install(name: string): void {
  copyFileSync(join(folder, `${name}.crt`), join(folder, 'tls/server.crt'))
  copyFileSync(join(folder, `${name}.key`), join(folder, 'tls/server.key'))
}

function webConfig(text: string): string {
  const file = join(folder, 'web.yml')
  writeFileSync(file, text)
  return file
}

const withTls = 'tls_server_config:\n  cert_file: tls/server.crt\n  key_file: tls/server.key\n'

async function start(webConfigFile: string, log: (line: string) => void = () => {}): Promise<Exporter> {
  const exporter = await startExporter({ listenAddress: '127.0.0.1:0', webConfigFile, log })
  running.push(exporter)
  return exporter
}

/** The name in the certificate that one fresh handshake is given. */
function served(port: number, versions?: { readonly maxVersion: SecureVersion }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...versions }, () => {
      const certificate = socket.getPeerX509Certificate()
      socket.destroy()
      resolve(certificate?.subject ?? '')
    })
    socket.on('error', reject)
  })
}

function page(url: string, ca?: Buffer): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? httpsGet : httpGet
    get(url, { ...(ca === undefined ? {} : { ca }), agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    }).on('error', reject)
  })
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-exporter-'))
  mkdirSync(join(folder, 'tls'))
  makeCertificate('first')
  makeCertificate('second')
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((exporter) => exporter.close()))
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  { case: 'no file is named', file: () => '' },
  { case: 'the file is absent', file: () => join(folder, 'none.yml') },
  { case: 'the file is empty', file: () => webConfig('') },
])('it serves plain HTTP when $case', async ({ file }) => {
  const exporter = await start(file())
  expect(exporter.scheme).toBe('http')
  expect(await page(`http://127.0.0.1:${exporter.port}/-/healthy`)).toEqual({ status: 200, body: 'Healthy\n' })
  expect((await page(`http://127.0.0.1:${exporter.port}/metrics`)).body).toContain('process_start_time_seconds')
  expect((await page(`http://127.0.0.1:${exporter.port}/x`)).status).toBe(404)
})

test('with a certificate it serves HTTPS to a client that checks, and refuses plain HTTP', async () => {
  install('first')
  const exporter = await start(webConfig(withTls))
  expect(exporter.scheme).toBe('https')
  const trusted = readFileSync(join(folder, 'first.crt'))
  expect((await page(`https://127.0.0.1:${exporter.port}/metrics`, trusted)).status).toBe(200)
  await expect(page(`http://127.0.0.1:${exporter.port}/metrics`)).rejects.toThrow()
})

test('the next handshake serves a certificate that was swapped, without a restart', async () => {
  install('first')
  const exporter = await start(webConfig(withTls))
  expect(await served(exporter.port)).toBe('CN=first')
  install('second')
  expect(await served(exporter.port)).toBe('CN=second')
  expect(new X509Certificate(readFileSync(join(folder, 'tls/server.crt'))).subject).toBe('CN=second')
})

test('the floor of the file is kept, and read again as well', async () => {
  install('first')
  const exporter = await start(webConfig(`${withTls}  min_version: TLS13\n`))
  await expect(served(exporter.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/)
  webConfig(withTls)
  expect(await served(exporter.port, { maxVersion: 'TLSv1.2' })).toBe('CN=first')
})

test('plain HTTP stays plain until it is started again', async () => {
  install('first')
  const before = await start(webConfig(''))
  webConfig(withTls)
  expect((await page(`http://127.0.0.1:${before.port}/-/healthy`)).status).toBe(200)
})

test('a handshake that fails is logged and the next one works', async () => {
  install('first')
  const lines: string[] = []
  const exporter = await start(webConfig(withTls), (line) => lines.push(line))
  writeFileSync(join(folder, 'tls/server.crt'), 'broken')
  await expect(served(exporter.port)).rejects.toThrow()
  expect(lines.at(-1)).toMatch(/^TLS handshake error: /)
  install('first')
  expect(await served(exporter.port)).toBe('CN=first')
})

test.each([
  { case: 'an unknown field', text: `${withTls}  cert: x\n`, message: /field cert not found/ },
  { case: 'an unknown section', text: 'tls_server_confg: {}\n', message: /field tls_server_confg not found/ },
  { case: 'no key', text: 'tls_server_config:\n  cert_file: tls/server.crt\n', message: /missing key_file/ },
  { case: 'an unknown floor', text: `${withTls}  min_version: TLS9\n`, message: /unknown min_version TLS9/ },
  { case: 'a certificate that is not there', text: 'tls_server_config: {cert_file: no.crt, key_file: no.key}\n', message: /ENOENT/ },
  { case: 'no mapping', text: '- a\n', message: /expected a mapping/ },
])('it refuses to start with $case', async ({ text, message }) => {
  await expect(start(webConfig(text))).rejects.toThrow(message)
})

test.each(['127.0.0.1', 'x:99999', '::1:80', ''])('it refuses to listen on %j', async (listenAddress) => {
  await expect(startExporter({ listenAddress, webConfigFile: '', log: () => {} })).rejects.toThrow(/cannot listen/)
})
