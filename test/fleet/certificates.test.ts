import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requestFor } from '../fakes/request.ts'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { changed, tlsplay, tlsplayJson } from './support/program.ts'
import { changesDuring, prepared } from './support/snapshots.ts'

// One host with three daemons that each want the same certificate in another form.
let fleet: Fleet
let host: LabHost
let inventory: string

const at = (path: string) => join(fleet.folder, path)

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [{ kind: 'influxdb', name: 'h1', services: ['prometheus', 'telegraf'], prepare: 'install -d -m 0755 /etc/lab' }],
  })
  host = fleet.host('h1')
  inventory = await fleet.inventory({ extraVarsPerHost: { h1: { influxdb_port: host.port(8086), prometheus_port: host.port(9090) } } })
})
afterAll(() => fleet?.stop())

/** Runs these tasks on the host, as root. */
function run(tasks: string, ...words: readonly string[]) {
  writeFileSync(at('site.yml'), `- hosts: all\n  become: true\n  tasks:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}`)
  return tlsplayJson([words.includes('plan') ? 'plan' : 'run', at('site.yml'), '-i', inventory])
}

const clean = async (tasks: string): Promise<void> => {
  const told = await run(tasks)
  expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
  const again = await run(tasks)
  expect({ code: again.code, changed: changed(again) }).toEqual({ code: 0, changed: [] })
}

/** A certificate by an authority that openssl of this machine plays, for a request; an intermediate and its root beside it. */
function signedByOthers(request: string): { readonly chain: string; readonly root: string } {
  const folder = at('others')
  const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
  if (!existsSync(folder)) {
    mkdirSync(folder)
    const authority = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign']
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl('req', '-x509', ...key, '-subj', '/CN=others root', '-days', '30', ...authority, '-keyout', 'root.key', '-out', 'root.crt')
    openssl('req', ...key, '-subj', '/CN=others', ...authority, '-keyout', 'middle.key', '-out', 'middle.csr')
    openssl(
      'x509',
      '-req',
      '-in',
      'middle.csr',
      '-CA',
      'root.crt',
      '-CAkey',
      'root.key',
      '-days',
      '30',
      '-copy_extensions',
      'copy',
      '-out',
      'middle.crt',
    )
  }
  writeFileSync(join(folder, 'leaf.csr'), request)
  openssl(
    'x509',
    '-req',
    '-in',
    'leaf.csr',
    '-CA',
    'middle.crt',
    '-CAkey',
    'middle.key',
    '-days',
    '20',
    '-copy_extensions',
    'copy',
    '-out',
    'leaf.crt',
  )
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return { chain: read('leaf.crt') + read('middle.crt'), root: read('root.crt') }
}

describe('one certificate in several places and forms', () => {
  const tasks = `- generate:
    certificate: /etc/lab/h1.crt
    private_key: /etc/lab/h1.key
    names: [h1, 127.0.0.1]
    copies:
      - { path: /etc/influxdb/h1.pem, format: bundle, owner: influxdb, group: influxdb }
      - { path: /etc/prometheus/h1.crt, format: fullchain, owner: prometheus, group: prometheus, mode: '0444' }
      - { path: /etc/prometheus/h1.key, format: key, owner: prometheus, group: prometheus }
      - { path: /etc/lab/h1.p12, format: pkcs12, password: "it's a word" }
- config:
    path: /etc/influxdb/influxdb.conf
    set: { http.https-enabled: true, http.https-certificate: /etc/influxdb/h1.pem, http.https-private-key: /etc/influxdb/h1.pem, tls.min-version: tls1.2 }
- service: { name: influxdb, product: influxdb1, state: applied, settings_files: [/etc/influxdb/influxdb.conf], serves: { port: 8086, certificate: /etc/influxdb/h1.pem, key: /etc/influxdb/h1.pem, name: h1 } }
- verify: { port: 8086, certificate: /etc/influxdb/h1.pem, names: [h1], http_path: /ping, http_status: 204, controller_address: "127.0.0.1:{{ influxdb_port }}" }
`

  test('influxd serves from the one file that holds all, and a second run changes nothing', async () => {
    await clean(tasks)
    const listing = await prepared(
      host,
      `stat -c '%U:%G %a %n' /etc/influxdb/h1.pem /etc/prometheus/h1.crt /etc/prometheus/h1.key /etc/lab/h1.p12`,
    )
    expect(listing.trim().split('\n')).toEqual([
      'influxdb:influxdb 400 /etc/influxdb/h1.pem',
      'prometheus:prometheus 444 /etc/prometheus/h1.crt',
      'prometheus:prometheus 400 /etc/prometheus/h1.key',
      'root:root 400 /etc/lab/h1.p12',
    ])
    const opened = await prepared(
      host,
      `openssl pkcs12 -in /etc/lab/h1.p12 -passin "pass:it's a word" -nodes | openssl x509 -noout -fingerprint -sha256`,
    )
    expect(opened).toBe(await prepared(host, 'openssl x509 -in /etc/prometheus/h1.crt -noout -fingerprint -sha256'))
  })

  test('what was changed by hand is made anew, and nothing else', async () => {
    await prepared(host, 'cp /etc/ssl/certs/ca-certificates.crt /etc/prometheus/h1.crt && rm /etc/lab/h1.p12')
    const before = await prepared(host, 'sha256sum /etc/influxdb/h1.pem /etc/lab/h1.key')
    const told = await run(tasks)
    expect({ code: told.code, changed: changed(told) }).toEqual({ code: 0, changed: ['h1 generate'] })
    expect(told.plan.plays[0]?.hosts[0]?.tasks[0]?.reason).toBe(
      '/etc/prometheus/h1.crt holds another certificate; /etc/lab/h1.p12 is missing',
    )
    expect(await prepared(host, 'sha256sum /etc/influxdb/h1.pem /etc/lab/h1.key')).toBe(before)
  })

  test('a new certificate reaches every place in the same run', async () => {
    await clean(tasks.replace('names: [h1, 127.0.0.1]', 'names: [h1, 127.0.0.1, metrics.lab.test]'))
    const prints = await prepared(
      host,
      'for f in /etc/lab/h1.crt /etc/influxdb/h1.pem /etc/prometheus/h1.crt; do openssl x509 -in $f -noout -fingerprint; done',
    )
    expect(new Set(prints.trim().split('\n')).size).toBe(1)
  })
})

describe('files that somebody gave', () => {
  const given = (how: string): string =>
    `- generate: { certificate: /etc/lab/given.crt, private_key: /etc/lab/given.key, names: [h1], issuer: given, given: ${how} }\n`
  const pair = requestFor(['h1'])

  test('from the controller, with the intermediate first, come to the host in the order of a handshake', async () => {
    const { chain, root } = signedByOthers(pair.request)
    const [leaf = '', middle = ''] = chain.split(/(?<=-----END CERTIFICATE-----\n)/)
    writeFileSync(at('given.crt'), middle + leaf)
    writeFileSync(at('given.key'), pair.key)
    await clean(given('{ certificate: given.crt, private_key: given.key }'))
    await host.exec('cat > /etc/lab/root.crt', { stdin: root })
    expect(
      await prepared(host, 'openssl verify -CAfile /etc/lab/root.crt -untrusted /etc/lab/given.crt -verify_hostname h1 /etc/lab/given.crt'),
    ).toContain('OK')
    expect(await prepared(host, 'stat -c %a /etc/lab/given.key')).toBe('400\n')
  })

  test('with a foreign key are refused, and nothing changes', async () => {
    writeFileSync(at('foreign.key'), requestFor(['h1']).key)
    const { told, touched } = await changesDuring(fleet, () => run(given('{ certificate: given.crt, private_key: foreign.key }')))
    expect(told.report.problems).toMatchObject([
      { code: 'KEY_MISMATCH', message: expect.stringContaining('belongs to no certificate of given.crt') },
    ])
    expect(told.code).toBe(1)
    expect(touched).toEqual([])
  })

  test('as PKCS#12 of the old ciphers are opened on the host', async () => {
    await prepared(
      host,
      'openssl pkcs12 -export -legacy -in /etc/lab/given.crt -inkey /etc/lab/given.key -passout pass:old -out /etc/lab/old.p12 && rm /etc/lab/given.crt /etc/lab/given.key',
    )
    await clean(given('{ on: host, pkcs12: /etc/lab/old.p12, password: old }'))
    expect(
      await prepared(
        host,
        '[ "$(openssl x509 -noout -pubkey -in /etc/lab/given.crt)" = "$(openssl pkey -pubout -in /etc/lab/given.key)" ] && grep -c BEGIN.CERT /etc/lab/given.crt',
      ),
    ).toBe('2\n')
    const wrong = await run(given('{ on: host, pkcs12: /etc/lab/old.p12, password: new }'))
    expect(wrong.report.problems).toMatchObject([
      { code: 'CERTIFICATE_INVALID', message: expect.stringContaining('does not open with the password') },
    ])
  })
})

describe('signed elsewhere', () => {
  const tasks = `- file: { path: /etc/prometheus/tls, state: directory, group: prometheus, mode: '0750' }
- name: certificate
  generate:
    certificate: /etc/prometheus/tls/h1.crt
    private_key: /etc/prometheus/tls/h1.key
    names: [h1]
    owner: prometheus
    group: prometheus
    issuer: elsewhere
    elsewhere: { request: "requests/{{ inventory_hostname }}.csr", signed: "requests/{{ inventory_hostname }}.crt" }
- config: { path: /etc/prometheus/web.yml, create: true, set: { tls_server_config.cert_file: /etc/prometheus/tls/h1.crt, tls_server_config.key_file: /etc/prometheus/tls/h1.key } }
- config: { service: prometheus, flags: { --web.config.file: /etc/prometheus/web.yml } }
- service: { name: prometheus, product: prometheus, state: applied, serves: { port: 9090, certificate: /etc/prometheus/tls/h1.crt, key: /etc/prometheus/tls/h1.key, name: h1 } }
`
  const waiting = [expect.stringMatching(/^h1: have requests\/h1\.csr signed/)]

  test('the first run writes the request and stops there with exit code 3', async () => {
    const told = await run(tasks)
    expect({ code: told.code, problems: told.report.problems, waiting: told.report.waiting }).toEqual({ code: 3, problems: [], waiting })
    expect(changed(told)).toEqual(['h1 certificate', 'h1 file'])
    expect(readFileSync(at('requests/h1.csr'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/)
    expect(await prepared(host, 'ls /etc/prometheus/tls; ls /etc/prometheus/web.yml 2>/dev/null || true')).toBe('h1.key.next\n')
    const text = await tlsplay(['run', at('site.yml'), '-i', inventory])
    expect(text.stdout).toContain('waiting for a signature:\n  - h1: have requests/h1.csr signed')
  })

  test('a run meanwhile changes nothing and waits on', async () => {
    const { told, touched } = await changesDuring(fleet, () => run(tasks))
    expect({ code: told.code, changed: changed(told), touched }).toEqual({ code: 3, changed: [], touched: [] })
  })

  test('a certificate for another key is refused', async () => {
    writeFileSync(at('requests/h1.crt'), signedByOthers(requestFor(['h1']).request).chain)
    const told = await run(tasks)
    expect(told.code).toBe(1)
    expect(told.report.problems[0]).toMatchObject({ code: 'KEY_MISMATCH', message: expect.stringContaining('is not for the key') })
  })

  test('the signed certificate is picked up, and Prometheus serves it', async () => {
    const { chain, root } = signedByOthers(readFileSync(at('requests/h1.csr'), 'utf8'))
    writeFileSync(at('requests/h1.crt'), chain)
    await clean(tasks)
    expect(await prepared(host, 'ls /etc/prometheus/tls')).toBe('h1.crt\nh1.key\n')
    await host.exec('cat > /etc/lab/root.crt', { stdin: root })
    expect(await prepared(host, 'curl -sS --cacert /etc/lab/root.crt https://h1:9090/-/ready')).toContain('Ready')
  })
})

describe('an encrypted key', () => {
  const client = `- generate: { certificate: /etc/telegraf/client.crt, private_key: /etc/telegraf/client.key, names: [h1], usage: client, key_type: rsa-2048, owner: telegraf, group: telegraf, key_passphrase: horse battery }
`
  const output = (word: string) => `[[inputs.internal]]
[[outputs.influxdb]]
  urls = ["https://h1:8086"]
  tls_ca = "/etc/lab/h1.crt"
  tls_cert = "/etc/telegraf/client.crt"
  tls_key = "/etc/telegraf/client.key"
  tls_key_pwd = "${word}"
`
  const check = async (word: string): Promise<string> => {
    await host.exec('cat > /tmp/client.conf && chmod 0644 /tmp/client.conf', { stdin: output(word) })
    const { code, stdout, stderr } = await host.exec('runuser -u telegraf -- telegraf config check --config /tmp/client.conf 2>&1')
    return `${code} ${stdout}${stderr}`
  }

  test('is read by Telegraf with its passphrase, and not with another', async () => {
    await clean(client)
    expect(await prepared(host, 'head -1 /etc/telegraf/client.key')).toBe('-----BEGIN ENCRYPTED PRIVATE KEY-----\n')
    expect(await check('horse battery')).toMatch(/^0 /)
    expect(await check('wrong')).toMatch(/^1 [\s\S]*password/)
  })

  test.each([
    ['prometheus', 9090],
    ['influxdb', 8086],
  ])('is refused for %s with the reason, before anything changes', async (unit, port) => {
    const files = 'certificate: /etc/lab/sealed.crt, private_key: /etc/lab/sealed.key'
    const { told, touched } = await changesDuring(fleet, () =>
      run(`- generate: { ${files}, names: [h1], key_type: rsa-2048, owner: ${unit}, key_passphrase: horse battery }
- service: { name: ${unit}, state: applied, serves: { port: ${port}, certificate: /etc/lab/sealed.crt, key: /etc/lab/sealed.key, name: h1 } }
`),
    )
    expect(told.report.problems).toMatchObject([
      {
        code: 'CERTIFICATE_INVALID',
        message: expect.stringContaining('is encrypted, and no service that serves TLS here can be given its passphrase'),
      },
    ])
    expect({ code: told.code, touched }).toEqual({ code: 1, touched: [] })
  })
})
