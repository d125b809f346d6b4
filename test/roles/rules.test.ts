import { afterAll, beforeAll, expect, test } from 'vitest'
import { Machine, writeTexts } from '../sources/teams.ts'

// Inputs that are each allowed and do not go together, refused at the line of the caller before a host is asked.
let machine: Machine
beforeAll(() => {
  machine = new Machine()
})
afterAll(() => machine.remove())

async function told(role: string, inputs: string) {
  writeTexts(machine.project, { 'site.yml': `- hosts: all\n  roles:\n    - role: ${role}\n      inputs: ${inputs}\n` })
  return machine.run('run', 'site.yml', '-i', 'h1,', '--syntax-check')
}

const demand = 'client_auth_type: RequireAndVerifyClientCert'
const urls = "urls: ['https://h1:8086']"
const suite = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const pair = 'client_check: {certificate: /c, private_key: /k}'

test.each([
  ['prometheus_tls', `{${demand}}`, '4:16', 'verified against an authority, and none is given'],
  ['prometheus_tls', '{client_ca_source: ca.crt}', '4:16', 'counts for nothing with this client_auth_type'],
  ['prometheus_tls', `{client_auth_type: NoClientCert, client_ca: /ca.crt}`, '4:16', 'counts for nothing with this client_auth_type'],
  ['prometheus_tls', `{${pair}}`, '4:16', 'client_check is for a service that demands client certificates'],
  [
    'prometheus_tls',
    `{${demand}, client_ca: /ca.crt, client_check: {certificate: /c}}`,
    '4:82',
    'client_check needs certificate and private_key',
  ],
  ['prometheus_tls', '{headers: {X-Frame-Options: allow}}', '4:43', 'expected one of deny, sameorigin, got "allow"'],
  ['prometheus_tls', '{headers: {Server: none}}', '4:26', '"Server" is no key of headers'],
  ['telegraf_tls', `{${urls}, tls_cert: /c}`, '4:43', 'tls_cert and tls_key belong together'],
  ['telegraf_tls', `{${urls}, tls_key: /k}`, '4:43', 'tls_cert and tls_key belong together'],
  ['telegraf_tls', `{${urls}, tls_key_pwd: x}`, '4:43', 'a passphrase without a key opens nothing'],
  ['influxdb1_tls', `{ciphers: [${suite}], key_type: rsa-2048}`, '4:16', 'none of the ciphers goes with the key'],
  ['influxdb1_tls', `{ciphers: [${suite}], min_version: tls1.3}`, '4:68', 'with min_version tls1.3 nobody speaks that'],
  ['influxdb1_tls', '{ciphers: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]}', '4:26', 'ciphers[0]: expected one of'],
  ['prometheus_scrape_tls', '{ca_file: /ca.crt}', '3:13', 'nothing is chosen'],
  ['prometheus_scrape_tls', '{jobs: [node], cert_file: /c}', '4:30', 'cert_file and key_file belong together'],
  ['prometheus_scrape_tls', "{remote_write: ['http://h1/write']}", '4:31', 'is not allowed'],
])('%s with %s is refused at its place', async (role, inputs, place, message) => {
  const { code, err } = await told(role, inputs)
  expect(code).toBe(1)
  expect(err).toContain(`site.yml:${place}: error ROLE_INPUT: role ${role}: `)
  expect(err).toContain(message)
})

test.each([
  ['prometheus_tls', `{${demand}, client_ca_source: ca.crt, ${pair}, headers: {X-Frame-Options: deny}}`],
  ['prometheus_tls', '{client_auth_type: NoClientCert}'],
  ['telegraf_tls', `{${urls}, tls_cert: /c, tls_key: /k, tls_key_pwd: x}`],
  ['influxdb1_tls', `{ciphers: [${suite}]}`],
  ['influxdb1_tls', '{ciphers: [TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305], key_type: rsa-2048}'],
  ['prometheus_scrape_tls', "{remote_read: ['https://h1/read'], cert_file: /c, key_file: /k}"],
])('%s with %s is taken', async (role, inputs) => {
  const { code, err } = await told(role, inputs)
  expect({ code, err }).toEqual({ code: 0, err: '' })
})
