import { writeFileSync } from 'node:fs'
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
  fleet = await startFleet({ hosts: ['h1', 'h2'].map((name) => ({ kind: 'node', name })) })
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
