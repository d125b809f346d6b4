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
])('%s with %s is refused at its place', async (role, inputs, place, message) => {
  const { code, err } = await told(role, inputs)
  expect(code).toBe(1)
  expect(err).toContain(`site.yml:${place}: error ROLE_INPUT: role ${role}: `)
  expect(err).toContain(message)
})

test.each([
  ['prometheus_tls', `{${demand}, client_ca_source: ca.crt, ${pair}, headers: {X-Frame-Options: deny}}`],
  ['prometheus_tls', '{client_auth_type: NoClientCert}'],
])('%s with %s is taken', async (role, inputs) => {
  const { code, err } = await told(role, inputs)
  expect({ code, err }).toEqual({ code: 0, err: '' })
})
