import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { makeAuthority } from './support/authority.ts'
import { changed, tlsplay, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'

// Who judges client certificates is exporter-toolkit, which is asked with curl.
let fleet: Fleet
let inventory: string

const at = (path: string) => join(fleet.folder, path)
const run = (site: string) => tlsplayJson(['run', at(site), '-i', inventory, '--ca-passphrase-file', at('passphrase')])

/** What curl is answered with, or `000` and curl's own exit code. */
const asked = (words: string) =>
  prepared(
    fleet.host('h1'),
    `curl -s -o /dev/null -w '%{http_code}' --cacert /etc/prometheus/tls/server.crt --resolve h1:9100:127.0.0.1 ${words} https://h1:9100/metrics || echo " $?"`,
  )
const shown = (name: string) => asked(`--cert /etc/ssl/${name}/server.crt --key /etc/ssl/${name}/server.key`)

beforeAll(async () => {
  fleet = await startFleet({ hosts: [{ kind: 'node', name: 'h1', ports: [9100] }] })
  inventory = await fleet.inventory({ extraVarsPerHost: {} })
  await makeAuthority(inventory, fleet.folder)
  writeFileSync(
    at('site.yml'),
    `- hosts: h1
  become: true
  roles:
    - { role: certificate, inputs: { tls_dir: /etc/ssl/scraper, names: [scraper.lab.test], issuer: ca, usage: client } }
    - { role: certificate, inputs: { tls_dir: /etc/ssl/stranger, names: [scraper.lab.test], usage: client } }
    - role: prometheus_tls
      inputs:
        service: prometheus-node-exporter
        product: node_exporter
        port: 9100
        controller_address: 127.0.0.1:${fleet.host('h1').port(9100)}
        client_auth_type: RequireAndVerifyClientCert
        client_ca_source: ca/default/ca.crt
        headers: { X-Frame-Options: deny, Strict-Transport-Security: max-age=31536000, Content-Security-Policy: "default-src 'self'" }
`,
  )
})
afterAll(() => fleet?.stop())

test('from then on only those are let in who show a certificate of the authority, and every answer has the headers', async () => {
  const first = await run('site.yml')
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await shown('scraper')).toBe('200')
  expect(await asked('')).toMatch(/^000 \d+\n$/)
  expect(await shown('stranger')).toMatch(/^000 \d+\n$/)
  const headers = await asked('--cert /etc/ssl/scraper/server.crt --key /etc/ssl/scraper/server.key -D /dev/stderr 2>&1')
  expect(headers.toLowerCase()).toContain('x-frame-options: deny')
  expect(headers.toLowerCase()).toContain('strict-transport-security: max-age=31536000')
  expect(headers.toLowerCase()).toContain("content-security-policy: default-src 'self'")
  const second = await run('site.yml')
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })
})

test('a run whose check shows a certificate proves that it is let in, and fails with one of a stranger', async () => {
  const site = readFileSync(at('site.yml'), 'utf8')
  const checking = (name: string) =>
    writeFileSync(
      at(`${name}.yml`),
      `${site}        client_check: { certificate: /etc/ssl/${name}/server.crt, private_key: /etc/ssl/${name}/server.key }\n`,
    )
  checking('scraper')
  const good = await run('scraper.yml')
  expect({ code: good.code, changed: changed(good) }).toEqual({ code: 0, changed: [] })
  checking('stranger')
  const bad = await tlsplay(['run', at('stranger.yml'), '-i', inventory, '--ca-passphrase-file', at('passphrase')])
  expect(bad.code).not.toBe(0)
  expect(bad.stdout + bad.stderr).toContain('who shows the client certificate /etc/ssl/stranger/server.crt is turned away')
})

test('an authority without a certificate in it would keep everybody out: the run takes everything back', async () => {
  const before = await prepared(fleet.host('h1'), 'cat /etc/prometheus/web.yml /etc/prometheus/tls/clients.crt')
  writeFileSync(at('empty.crt'), 'nothing\n')
  writeFileSync(at('empty.yml'), readFileSync(at('site.yml'), 'utf8').replace('ca/default/ca.crt', 'empty.crt'))
  const told = await tlsplay(['run', at('empty.yml'), '-i', inventory, '--ca-passphrase-file', at('passphrase')])
  expect(told.code).not.toBe(0)
  expect(await prepared(fleet.host('h1'), 'cat /etc/prometheus/web.yml /etc/prometheus/tls/clients.crt')).toBe(before)
  expect(await shown('scraper')).toBe('200')
})

test('NoClientCert lets everybody in again', async () => {
  const site = readFileSync(at('site.yml'), 'utf8')
  writeFileSync(at('open.yml'), site.replace('RequireAndVerifyClientCert', 'NoClientCert').replace(/^.*client_ca_source.*\n/m, ''))
  expect(await run('open.yml')).toMatchObject({ code: 0, report: { problems: [] } })
  expect(await asked('')).toBe('200')
})
