import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { changed, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'

// Who judges the hashes that `bcrypt` makes is exporter-toolkit, which is asked with curl.
let fleet: Fleet
let inventory: string

const at = (path: string) => join(fleet.folder, path)
const password = "it's opensesame"

beforeAll(async () => {
  fleet = await startFleet({ hosts: ['h1', 'h2'].map((name) => ({ kind: 'node', name, ports: [9100] })) })
  inventory = await fleet.inventory({ extraVarsPerHost: {} })
  writeFileSync(at('web.yml.hbs'), 'basic_auth_users:\n  scraper: {{ bcrypt password inventory_hostname }}\n')
  writeFileSync(
    at('site.yml'),
    `- hosts: all
  become: true
  tasks:
    - template: { src: web.yml.hbs, dest: /etc/prometheus/web.yml, owner: root, group: prometheus, mode: "0640" }
      notify: restart
    - config: { service: prometheus-node-exporter, flags: { --web.config.file: /etc/prometheus/web.yml } }
      notify: restart
  handlers:
    - name: restart
      service: { name: prometheus-node-exporter, state: restarted }
`,
  )
})
afterAll(() => fleet?.stop())

const run = () => tlsplayJson(['run', at('site.yml'), '-i', inventory, '-e', JSON.stringify({ password })])

const asked = (host: string, user: string) =>
  prepared(fleet.host(host), `curl -s -o /dev/null -w '%{http_code}' --user "${user}" http://127.0.0.1:9100/metrics`)

test('a service takes the password of a hash and no other; hosts have different salts, and the hash stays', async () => {
  const first = await run()
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  for (const host of ['h1', 'h2']) {
    expect(await asked(host, `scraper:${password}`)).toBe('200')
    expect(await asked(host, 'scraper:opensesame')).toBe('401')
  }
  const [one, other] = await Promise.all(['h1', 'h2'].map((host) => prepared(fleet.host(host), 'cat /etc/prometheus/web.yml')))
  expect(one).toMatch(/^basic_auth_users:\n {2}scraper: \$2b\$10\$/)
  expect(other).not.toBe(one)
  const second = await run()
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })
})

test('the role asks for a login from then on, over TLS, takes the suites that are given, and proves that nobody reads without one', async () => {
  writeFileSync(
    at('role.yml'),
    `- hosts: h2
  become: true
  roles:
    - role: prometheus_tls
      inputs:
        service: prometheus-node-exporter
        product: node_exporter
        port: 9100
        controller_address: 127.0.0.1:${fleet.host('h2').port(9100)}
        cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
        basic_auth_users: { scraper: "{{ bcrypt password inventory_hostname }}", "o'neill": "{{ bcrypt other inventory_hostname }}" }
`,
  )
  const words = ['run', at('role.yml'), '-i', inventory, '-e', JSON.stringify({ password, other: 'swordfish' })]
  const first = await tlsplayJson(words)
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  const status = (more: string) =>
    prepared(
      fleet.host('h2'),
      `curl -s -o /dev/null -w '%{http_code}' --cacert /etc/prometheus/tls/server.crt --resolve h2:9100:127.0.0.1 ${more} https://h2:9100/metrics || :`,
    )
  expect(await status(`--user "scraper:${password}"`)).toBe('200')
  expect(await status(`--user "o'neill:swordfish"`)).toBe('200')
  expect(await status(`--user "scraper:swordfish"`)).toBe('401')
  expect(await status('')).toBe('401')
  const only = `--tls-max 1.2 --user "scraper:${password}" --ciphers`
  expect(await status(`${only} ECDHE-ECDSA-AES128-GCM-SHA256`)).toBe('200')
  expect(await status(`${only} ECDHE-ECDSA-AES256-GCM-SHA384`)).toBe('000')
  const second = await tlsplayJson(words)
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })

  const site = readFileSync(at('role.yml'), 'utf8').replace(/, "o'neill".*$/m, ' }\n        revoked_users: ["o\'neill"]')
  writeFileSync(at('role.yml'), site)
  expect(await tlsplayJson(words)).toMatchObject({ code: 0, report: { problems: [] } })
  expect(await status(`--user "o'neill:swordfish"`)).toBe('401')
  expect(await status(`--user "scraper:${password}"`)).toBe('200')
})
