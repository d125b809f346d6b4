import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { nameServer } from '../fakes/name-server.ts'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { changed, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

// `ca` plays Let's Encrypt: pebble, and a name server that says what it is told; every name leads to h1.
let fleet: Fleet
let host: LabHost
let inventory: string

const at = (path: string) => join(fleet.folder, path)

const pebbleCertificate = `install -d /etc/pebble
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=pebble -addext subjectAltName=DNS:ca,IP:127.0.0.1 -days 9 -keyout /etc/pebble/key.pem -out /etc/pebble/cert.pem 2>/dev/null
cat > /etc/pebble/config.json <<'END'
{"pebble": {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "0.0.0.0:15000", "certificate": "/etc/pebble/cert.pem", "privateKey": "/etc/pebble/key.pem", "httpPort": 80, "tlsPort": 443}}
END`

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      { kind: 'plain', name: 'ca', ports: [14000, 8055], prepare: pebbleCertificate },
      { kind: 'prometheus', name: 'h1', prepare: 'install -d /srv/www /etc/lab' },
    ],
  })
  host = fleet.host('h1')
  const ca = fleet.host('ca')
  const address = (await prepared(host, 'hostname -i')).trim().split(' ')[0] ?? ''
  await prepared(host, 'systemd-run --quiet --unit=www python3 -m http.server 80 --directory /srv/www')
  await prepared(
    ca,
    `systemd-run --quiet --unit=names pebble-challtestsrv -defaultIPv4 ${address} -defaultIPv6 '' -dns01 :8053 -http01 '' -https01 '' -tlsalpn01 '' -management :8055
systemd-run --quiet --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_AUTHZREUSE=0 pebble -config /etc/pebble/config.json -dnsserver 127.0.0.1:8053`,
  )
  writeFileSync(at('pebble.pem'), await prepared(ca, 'cat /etc/pebble/cert.pem'))
  await until(
    () => 'pebble answers',
    async () => ((await ca.exec('curl -sf --cacert /etc/pebble/cert.pem https://ca:14000/dir')).code === 0 ? true : undefined),
  )
  await host.exec('cat > /etc/lab/pebble.pem', { stdin: readFileSync(at('pebble.pem'), 'utf8') })
  writeFileSync(at('passphrase'), 'correct horse battery staple\n', { mode: 0o600 })
  // What guides tell people to write: it changes the zone and ends when the change is there.
  writeFileSync(
    at('zone.sh'),
    `#!/bin/sh
case $1 in
present) exec curl -sSf -d "{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" http://127.0.0.1:${ca.port(8055)}/set-txt ;;
cleanup) echo "$2" >> cleaned; exec curl -sSf -d "{\\"host\\":\\"$2.\\"}" http://127.0.0.1:${ca.port(8055)}/clear-txt ;;
esac
`,
  )
  chmodSync(at('zone.sh'), 0o755)
  inventory = await fleet.inventory({
    extraVarsPerHost: { h1: { directory: `https://127.0.0.1:${ca.port(14000)}/dir`, published: host.port(9090) } },
  })
})
afterAll(() => fleet?.stop())

function run(tasks: string, kind: 'tasks' | 'roles' = 'tasks') {
  writeFileSync(at('site.yml'), `- hosts: h1\n  become: true\n  ${kind}:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}`)
  return tlsplayJson(['run', at('site.yml'), '-i', inventory, '--ca-passphrase-file', at('passphrase')])
}

async function clean(tasks: string, kind: 'tasks' | 'roles' = 'tasks'): Promise<void> {
  const told = await run(tasks, kind)
  expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
  const again = await run(tasks, kind)
  expect({ code: again.code, changed: changed(again) }).toEqual({ code: 0, changed: [] })
}

const leaf = (path: string) => prepared(host, `openssl x509 -in ${path} -noout -issuer -ext subjectAltName`)

describe('the client of the controller', () => {
  const order = (more: string, names = '[h1.lab.test, www.h1.lab.test]', name = 'http') => `- name: certificate
  generate:
    certificate: /etc/lab/${name}.crt
    private_key: /etc/lab/${name}.key
    names: ${names}
    issuer: acme
    acme: { directory: "{{ directory }}", ca: pebble.pem, agree_terms: true, contact: [ops@lab.test], ${more} }
`
  const http = order('webroot: /srv/www')

  test('proves names over HTTP by files of the host, and leaves none of them behind', async () => {
    await clean(http)
    expect(await leaf('/etc/lab/http.crt')).toMatch(/issuer=CN = Pebble Intermediate CA [\s\S]*DNS:h1\.lab\.test, DNS:www\.h1\.lab\.test/)
    expect(await prepared(host, 'grep -c BEGIN.CERT /etc/lab/http.crt; ls /srv/www/.well-known/acme-challenge')).toBe('2\n')
    expect(
      await prepared(host, '[ "$(openssl x509 -noout -pubkey -in /etc/lab/http.crt)" = "$(openssl pkey -pubout -in /etc/lab/http.key)" ]'),
    ).toBe('')
    expect(readFileSync(at('acme/default/account.key'), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
  })

  test('orders anew when the names change, with the account that is there', async () => {
    const account = readFileSync(at('acme/default/account.key'), 'utf8')
    const print = await prepared(host, 'sha256sum /etc/lab/http.crt')
    await clean(order('webroot: /srv/www', '[h1.lab.test, api.h1.lab.test]'))
    expect(await prepared(host, 'sha256sum /etc/lab/http.crt')).not.toBe(print)
    expect(readFileSync(at('acme/default/account.key'), 'utf8')).toBe(account)
  })

  test('proves a wildcard by DNS records that its hook makes and takes away', async () => {
    await clean(order('challenge: dns-01, hook: [./zone.sh]', "[h1.lab.test, '*.apps.lab.test']", 'dns'))
    expect(await leaf('/etc/lab/dns.crt')).toContain('DNS:h1.lab.test, DNS:*.apps.lab.test')
    expect(readFileSync(at('cleaned'), 'utf8').trim().split('\n').sort()).toEqual([
      '_acme-challenge.apps.lab.test',
      '_acme-challenge.h1.lab.test',
    ])
  })

  test('proves a wildcard by signed updates of a name server, with the role', async () => {
    const management = `http://127.0.0.1:${fleet.host('ca').port(8055)}`
    const tell = (path: string, body: object) => fetch(`${management}/${path}`, { method: 'POST', body: JSON.stringify(body) })
    const secret = randomBytes(32).toString('base64')
    const server = await nameServer(
      'lab.test',
      { name: 'acme-key', digest: 'sha512', secret },
      {
        // pebble asks the server that it was started with, which gets what this one was told.
        taken: async (record, values) => {
          await tell('clear-txt', { host: `${record}.` })
          for (const value of values) await tell('set-txt', { host: `${record}.`, value })
        },
      },
    )
    onTestFinished(() => server.close())
    const acme = (used: string) =>
      `{ directory: "{{ directory }}", ca: pebble.pem, agree_terms: true, challenge: dns-01, nsupdate: { server: 127.0.0.1, port: ${server.port}, zone: lab.test, key: acme-key, algorithm: hmac-sha512, secret: ${used} } }`
    const role = (used: string, folder: string) => `- role: certificate
  inputs:
    tls_dir: ${folder}
    names: ['*.zone.lab.test', zone.lab.test]
    issuer: acme
    acme: ${acme(used)}
`
    await clean(role(secret, '/etc/lab/zone'), 'roles')
    expect(await leaf('/etc/lab/zone/server.crt')).toContain('DNS:*.zone.lab.test, DNS:zone.lab.test')
    const actions = server.heard.map((line) => line.replace(/ [\w-]{43}$/, ''))
    // Both names have one record, with a value for each.
    const name = '_acme-challenge.zone.lab.test'
    expect(actions).toEqual([`present ${name}`, `present ${name}`, `cleanup ${name}`, `cleanup ${name}`])
    expect(server.records.get(name)).toEqual([])

    const told = await run(role(randomBytes(32).toString('base64'), '/etc/lab/wrong'), 'roles')
    expect(told.code).toBe(2)
    expect(told.report.problems[0]?.message).toContain(
      `127.0.0.1:${server.port} did not take the record ${name}: it has another secret for the key (BADSIG)`,
    )
    expect(await prepared(host, 'ls /etc/lab/wrong 2>/dev/null || true')).toBe('')
    expect(server.heard).toHaveLength(4)
  })

  test('a name that leads elsewhere is told as the server tells it, and nothing stays behind', async () => {
    await prepared(host, 'systemctl stop www')
    const told = await run(order('webroot: /srv/www', '[lost.lab.test]', 'lost'))
    await prepared(host, 'systemd-run --quiet --unit=www python3 -m http.server 80 --directory /srv/www')
    expect(told.code).toBe(2)
    expect(told.report.problems[0]?.message).toMatch(
      /issued nothing: lost\.lab\.test could not be proved by http-01: .*(refused|connection)/i,
    )
    expect(await prepared(host, 'ls /etc/lab/lost.* /srv/www/.well-known/acme-challenge/* 2>/dev/null || true')).toBe('')
  })

  test('a hook that fails is told with what it said, and its record is taken away', async () => {
    writeFileSync(at('broken.sh'), '#!/bin/sh\necho "$1" >> broken.log\n[ "$1" = cleanup ] || { echo "the zone is locked"; exit 4; }\n')
    chmodSync(at('broken.sh'), 0o755)
    const told = await run(order('challenge: dns-01, hook: [./broken.sh]', '[h9.lab.test]', 'lost'))
    expect(told.report.problems[0]?.message).toContain('./broken.sh present _acme-challenge.h9.lab.test ended with 4: the zone is locked')
    expect(readFileSync(at('broken.log'), 'utf8')).toBe('present\ncleanup\n')
  })
})

describe('certbot on the host', () => {
  const role = `- role: certbot_certificate
  inputs:
    tls_dir: /etc/prometheus/tls
    owner: prometheus
    names: [prom.lab.test]
    agree_terms: true
    webroot: /srv/www
    server: https://ca:14000/dir
    server_ca: /etc/lab/pebble.pem
    after_renewal: date +%s >> /srv/renewed
`
  const web = `- config: { path: /etc/prometheus/web.yml, create: true, set: { tls_server_config.cert_file: /etc/prometheus/tls/server.crt, tls_server_config.key_file: /etc/prometheus/tls/server.key } }
- config: { service: prometheus, flags: { --web.config.file: /etc/prometheus/web.yml } }
- service: { name: prometheus, product: prometheus, state: applied, serves: { port: 9090, certificate: /etc/prometheus/tls/server.crt, key: /etc/prometheus/tls/server.key, name: prom.lab.test } }
`
  const served = () =>
    prepared(
      host,
      'openssl s_client -connect 127.0.0.1:9090 -servername prom.lab.test </dev/null 2>/dev/null | openssl x509 -noout -fingerprint',
    )

  test('orders once, and the pair goes to where its service reads it', async () => {
    await clean(role, 'roles')
    expect(await leaf('/etc/prometheus/tls/server.crt')).toMatch(/issuer=CN = Pebble Intermediate CA [\s\S]*DNS:prom\.lab\.test/)
    expect(await prepared(host, "stat -c '%U:%G %a' /etc/prometheus/tls/server.key /etc/prometheus/tls/server.crt")).toBe(
      'prometheus:prometheus 400\nprometheus:prometheus 644\n',
    )
    await clean(web)
  })

  test('renews without tlsplay: the service serves the new certificate, and the next run has nothing to do', async () => {
    const before = await served()
    await prepared(host, 'REQUESTS_CA_BUNDLE=/etc/lab/pebble.pem certbot renew --force-renewal --no-random-sleep-on-renew 2>&1')
    const after = await served()
    expect(after).not.toBe(before)
    expect(after).toBe(await prepared(host, 'openssl x509 -in /etc/letsencrypt/live/prom.lab.test/cert.pem -noout -fingerprint'))
    expect(await prepared(host, "stat -c '%U:%G %a' /etc/prometheus/tls/server.key; ls /etc/prometheus/tls; wc -l < /srv/renewed")).toBe(
      'prometheus:prometheus 400\nserver.crt\nserver.key\n1\n',
    )
    const told = await run(role, 'roles')
    expect({ code: told.code, changed: changed(told) }).toEqual({ code: 0, changed: [] })
    expect(existsSync(at('acme/prom.lab.test'))).toBe(false)
  })
})
