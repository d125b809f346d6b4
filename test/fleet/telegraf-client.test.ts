import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { makeAuthority } from './support/authority.ts'
import { changed, tlsplay, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

// The server that demands a client certificate is `openssl s_server`, which says whom it was shown.
let fleet: Fleet
let host: LabHost
let inventory: string

const at = (path: string) => join(fleet.folder, path)
const password = 'horse battery'
const dropIn = '/etc/telegraf/telegraf.d/sink.conf'
const dropInText = `# by hand
[[outputs.influxdb]]
  urls = ["http://h1:9443"] # the sink
  skip_database_creation = true
`
const conf = `[agent]
  flush_interval = "1s"
  interval = "1s"
[[inputs.internal]]
# urls = ["http://h1:9443"]
[[outputs.file]]
  files = ["/dev/null"]
`

function site(name: string, certificates = ''): string {
  writeFileSync(
    at(`${name}.yml`),
    `- hosts: h1
  become: true
  roles:
${certificates}    - role: telegraf_tls
      inputs:
        plugin: influxdb
        urls: ['https://h1:9443']
        ca_source: ca/default/ca.crt
        tls_cert: /etc/telegraf/${name}/server.crt
        tls_key: /etc/telegraf/${name}/server.key
        tls_key_pwd: "{{ password }}"
`,
  )
  return at(`${name}.yml`)
}

const certificates = `    - { role: certificate, inputs: { tls_dir: /etc/ssl/sink, names: [h1], issuer: ca } }
    - role: certificate
      inputs:
        tls_dir: /etc/telegraf/rsa
        names: [telegraf.lab.test]
        issuer: ca
        usage: client
        owner: telegraf
        key_type: rsa-2048
        key_passphrase: "{{ password }}"
`

const words = (path: string) => [
  ...['run', path, '-i', inventory, '--ca-passphrase-file', at('passphrase')],
  ...['-e', JSON.stringify({ password })],
]

beforeAll(async () => {
  fleet = await startFleet({ hosts: [{ kind: 'plain', name: 'h1', services: ['telegraf'] }] })
  host = fleet.host('h1')
  inventory = await fleet.inventory({ extraVarsPerHost: {} })
  await makeAuthority(inventory, fleet.folder)
  await host.exec(`install -d /etc/telegraf/telegraf.d && cat > ${dropIn}`, { stdin: dropInText })
  await host.exec('cat > /etc/telegraf/telegraf.conf && systemctl restart telegraf', { stdin: conf })
})
afterAll(() => fleet?.stop())

test('a key that Telegraf cannot decrypt is found before the reload, and the run takes everything back', async () => {
  await prepared(
    host,
    `install -d -g telegraf -m 0750 /etc/telegraf/ec && cd /etc/telegraf/ec && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -passout 'pass:${password}' -subj /CN=telegraf.lab.test -keyout server.key -out server.crt && chown telegraf: server.key`,
  )
  const told = await tlsplay(words(site('ec')))
  expect(told.code).not.toBe(0)
  expect(told.stdout + told.stderr).toContain('not a RSA private key')
  expect(await prepared(host, `cat ${dropIn}`)).toBe(dropInText)
  expect((await prepared(host, 'systemctl is-active telegraf')).trim()).toBe('active')
})

test('the output of the drop-in shows its certificate, with a key under a passphrase; a second run changes nothing', async () => {
  const rsa = site('rsa', certificates)
  const first = await tlsplayJson(words(rsa))
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(JSON.stringify(first.plan)).not.toContain(password)
  expect(await prepared(host, 'cat /etc/telegraf/telegraf.conf')).toBe(conf)
  expect(await prepared(host, `cat ${dropIn}`)).toContain('urls = ["https://h1:9443"] # the sink')
  expect(await prepared(host, `stat -c '%a %G' ${dropIn}`)).toBe('640 telegraf\n')
  await prepared(
    host,
    'nohup openssl s_server -accept 9443 -www -Verify 1 -verify_return_error -CAfile /etc/telegraf/tls/ca.crt -cert /etc/ssl/sink/server.crt -key /etc/ssl/sink/server.key >/var/log/sink.log 2>&1 </dev/null &',
  )
  const seen = await until(
    () => 'the server was shown a certificate of Telegraf',
    async () => {
      const { stdout } = await host.exec('cat /var/log/sink.log')
      return stdout.includes('CN = telegraf.lab.test') ? stdout : undefined
    },
  )
  expect(seen).toContain('verify return:1')
  const second = await tlsplayJson(words(rsa))
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })
})
