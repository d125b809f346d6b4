import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { lintRules } from '../../src/diagnose/lint/index.ts'
import { sealVault } from '../../src/load/index.ts'
import { Secret } from '../../src/model/value.ts'
import { fakeIo } from '../cli/fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-lint-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function lay(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries({ hosts: 'h1\n', ...files })) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
}

async function lint(...words: readonly string[]) {
  const io = fakeIo(['lint', 'site.yml', '-i', 'hosts', ...words], { cwd, env: { HOME: cwd } })
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}

/** `RULE file:line` of each finding. */
async function found(): Promise<readonly string[]> {
  const { code, out, err } = await lint('--output', 'json')
  expect(err).toBe('')
  const { findings } = JSON.parse(out) as { findings: readonly { rule: string; file: string; line: number }[] }
  expect(code).toBe(findings.length === 0 ? 0 : 2)
  return findings.map(({ rule, file, line }) => `${rule} ${file}:${line}`)
}

const play = (task: string, more = ''): string =>
  `- name: p\n  hosts: all\n${more}  tasks:\n    - name: t\n      ${task.replaceAll('\n', '\n      ')}\n`
const role = {
  'site.yml': '- { name: p, hosts: all, roles: [r] }\n',
  'roles/r/role.yml': 'summary: a\nversion: 1.0.0\ninputs: { known: { description: d, type: string, default: x } }\n',
}

interface Case {
  readonly rule: string
  /** each is found, at the line after the bar */
  readonly bad: readonly (readonly [Readonly<Record<string, string>>, string])[]
  readonly good: readonly Readonly<Record<string, string>>[]
}

const site = (task: string, more?: string) => ({ 'site.yml': play(task, more) })
const cases: readonly Case[] = [
  {
    rule: 'skip-verify',
    bad: [
      [site('config: { path: /etc/a.toml, set: { inputs.http.insecure_skip_verify: true } }'), 'site.yml:5'],
      [site('copy: { dest: /etc/a, content: "insecure_skip_verify: true" }'), 'site.yml:5'],
      [site('command: curl -sk https://a.test\nchanged_when: false'), 'site.yml:5'],
      [{ ...site('debug: { msg: x }'), 'group_vars/all.yml': 'telegraf: { insecure_skip_verify: yes }\n' }, 'group_vars/all.yml:1'],
    ],
    good: [site('config: { path: /etc/a.toml, set: { inputs.http.insecure_skip_verify: false } }')],
  },
  {
    rule: 'plain-http',
    bad: [
      [site('debug: { msg: "http://influx.test:8086" }'), 'site.yml:5'],
      [{ ...site('debug: { msg: x }'), 'group_vars/all.yml': 'url: http://influx.test\n' }, 'group_vars/all.yml:1'],
    ],
    good: [site('debug: { msg: "http://localhost:8086 http://127.0.0.1 https://a.test" }')],
  },
  {
    rule: 'key-mode',
    bad: [
      [site("copy: { dest: /etc/tls/a.key, src: k, mode: '0644' }"), 'site.yml:5'],
      [site('copy: { dest: /etc/tls/privkey.pem, src: k }'), 'site.yml:5'],
      [site("file: { path: /etc/tls/a-key.pem, mode: '0660' }"), 'site.yml:5'],
    ],
    good: [
      site("copy: { dest: /etc/tls/a.key, src: k, mode: '0400' }"),
      site("copy: { dest: /etc/tls/a.key, src: k, mode: '0640' }"),
      site("copy: { dest: /etc/tls/a.crt, src: k, mode: '0644' }"),
      site('file: { path: /etc/tls/a.key, state: absent }'),
    ],
  },
  {
    rule: 'open-mode',
    bad: [[site("file: { path: /etc/a, mode: '0666' }"), 'site.yml:5']],
    good: [site("file: { path: /var/tmp/a, state: directory, mode: '1777' }"), site("file: { path: /etc/a, mode: '0664' }")],
  },
  {
    rule: 'secret-in-clear',
    bad: [
      [{ ...site('debug: { msg: x }'), 'group_vars/all.yml': 'influx_token: hunter2\n' }, 'group_vars/all.yml:1'],
      [site('debug: { msg: x }', '  vars: { db_password: hunter2 }\n'), 'site.yml:3'],
    ],
    good: [
      site('debug: { msg: x }', '  vars: { db_password: "{{ other }}", password_file: /etc/p, other: x }\n'),
      { ...site('debug: { msg: x }'), 'group_vars/all.yml': `influx_token: !vault |\n  ${sealed('t').trim().replaceAll('\n', '\n  ')}\n` },
    ],
  },
  {
    rule: 'no-log-missing',
    bad: [[site('debug: { msg: "{{ api_token }}" }', '  vars: { api_token: "{{ x }}", x: y }\n'), 'site.yml:6']],
    good: [site('debug: { msg: "{{ api_token }}" }\nno_log: true', '  vars: { api_token: "{{ x }}", x: y }\n')],
  },
  {
    rule: 'failure-ignored',
    bad: [[site('fail: { msg: x }\nignore_errors: true'), 'site.yml:5']],
    good: [site('fail: { msg: x }\nignore_errors: true\nregister: r')],
  },
  {
    rule: 'verify-missing',
    bad: [[site('generate: { certificate: /t/a.crt, private_key: /t/a.key, names: [a.test], issuer: self }'), 'site.yml:1']],
    good: [
      {
        'site.yml': `${play('generate: { certificate: /t/a.crt, private_key: /t/a.key, names: [a.test], issuer: self }')}    - name: v\n      verify: { port: 443, certificate: /t/a.crt, names: [a.test] }\n`,
      },
    ],
  },
  {
    rule: 'name-missing',
    bad: [
      [{ 'site.yml': '- hosts: all\n' }, 'site.yml:1'],
      [{ 'site.yml': '- name: p\n  hosts: all\n  tasks:\n    - debug: { msg: x }\n' }, 'site.yml:4'],
    ],
    good: [site('debug: { msg: x }')],
  },
  {
    rule: 'fact-alias',
    bad: [
      [site('debug: { msg: "{{ ansible_hostname }}" }'), 'site.yml:5'],
      [site('debug: { msg: x }\nwhen: ansible_os_family == "Debian"'), 'site.yml:6'],
    ],
    good: [site('debug: { msg: "{{ facts.hostname }}" }')],
  },
  {
    rule: 'yaml-word',
    bad: [
      [site('debug: { msg: yes }'), 'site.yml:5'],
      [site('debug: { msg: 0644 }', '  vars: { a: off }\n'), 'site.yml:3'],
      [{ ...site('debug: { msg: x }'), 'group_vars/all.yml': 'a: no\n' }, 'group_vars/all.yml:1'],
      [{ ...site('debug: { msg: x }'), 'group_vars/all.yml': 'a: 0644\n' }, 'group_vars/all.yml:1'],
    ],
    good: [site('debug: { msg: "yes" }'), { ...site('debug: { msg: x }'), 'group_vars/all.yml': 'a: true\nb: "no"\nc: 420\n' }],
  },
  {
    rule: 'role-undeclared',
    bad: [
      [
        { ...role, 'group_vars/all.yml': 'stranger: 1\n', 'roles/r/tasks/main.yml': '- name: t\n  debug: { msg: "{{ stranger }}" }\n' },
        'roles/r/tasks/main.yml:2',
      ],
      [
        {
          ...role,
          'group_vars/all.yml': 'stranger: 1\n',
          'roles/r/tasks/main.yml': '- name: t\n  debug: { msg: x }\n  when: stranger == 1\n',
        },
        'roles/r/tasks/main.yml:3',
      ],
    ],
    good: [
      {
        ...role,
        'roles/r/tasks/main.yml':
          '- name: t\n  debug: { msg: "{{ known }} {{ inventory_hostname }} {{ facts.hostname }} {{ lower item }}" }\n  loop: [a]\n',
      },
      {
        ...role,
        'roles/r/tasks/main.yml':
          '- name: s\n  set_fact: { mine: 1 }\n- name: t\n  debug: { msg: "{{ mine }} {{ own }}" }\n  vars: { own: 1 }\n',
      },
      {
        ...role,
        'roles/r/tasks/main.yml': '- name: t\n  debug: { msg: "{{#each xs}}{{ name }}{{/each}}" }\n  vars: { xs: [{ name: a }] }\n',
      },
    ],
  },
  {
    rule: 'handler-unreachable',
    bad: [[{ 'site.yml': `${play('debug: { msg: x }')}  handlers:\n    - name: lonely\n      debug: { msg: x }\n` }, 'site.yml:7']],
    good: [
      {
        'site.yml': `${play('debug: { msg: x }\nnotify: heard')}  handlers:\n    - name: by topic\n      listen: heard\n      debug: { msg: x }\n`,
      },
    ],
  },
  {
    rule: 'command-instead',
    bad: [
      [site('command: systemctl restart prometheus\nchanged_when: false'), 'site.yml:5'],
      [site('command: { cmd: sudo chmod 600 /etc/a }\nchanged_when: false'), 'site.yml:5'],
      [site('command: { argv: [/bin/cp, a, b] }\nchanged_when: false'), 'site.yml:5'],
    ],
    good: [site('command: systemctl daemon-reload\nchanged_when: false')],
  },
  {
    rule: 'shell-unneeded',
    bad: [[site('shell: promtool check config /etc/p.yml\nchanged_when: false'), 'site.yml:5']],
    good: [site('shell: cat /etc/a | wc -l\nchanged_when: false')],
  },
  {
    rule: 'always-changed',
    bad: [[site('command: make-it'), 'site.yml:5']],
    good: [site('command: { cmd: make-it, creates: /made }'), site('command: make-it\nchanged_when: false')],
  },
  {
    rule: 'restart-task',
    bad: [[site('service: { name: a, state: restarted }'), 'site.yml:5']],
    good: [
      {
        'site.yml': `${play('debug: { msg: x }\nnotify: again')}  handlers:\n    - name: again\n      service: { name: a, state: restarted }\n`,
      },
      site('service: { name: a, state: started }'),
    ],
  },
]

function sealed(text: string): string {
  return sealVault(Buffer.from(text), { label: 'default', password: Secret.of('p') }, new Uint8Array(32))
}

test('every rule has its cases', () => {
  expect(cases.map(({ rule }) => rule)).toEqual(lintRules.map(({ id }) => id))
})

describe.each(cases)('$rule', ({ rule, bad, good }) => {
  test.each(bad.map(([files, at]) => ({ files, at })))('finds $at', async ({ files, at }) => {
    lay(files)
    expect(await found()).toContain(`${rule} ${at}`)
  })

  test.each(good.map((files) => ({ files })))('lets pass %#', async ({ files }) => {
    lay({ ...files, pass: 'p\n', hosts: 'h1\n' })
    const { out } = await lint('--output', 'json', '--vault-password-file', 'pass')
    const { findings } = JSON.parse(out) as { findings: readonly { rule: string }[] }
    expect(findings.filter((one) => one.rule === rule)).toEqual([])
  })
})

test('the text says what, why and what to do, why only once, and never the secret', async () => {
  lay({ ...site('command: make-it'), 'group_vars/all.yml': 'a_token: hunter2\nb_token: hunter3\n' })
  const { code, out } = await lint()
  expect(code).toBe(2)
  expect(out).not.toMatch(/hunter/)
  await expect(out).toMatchFileSnapshot('../golden/lint/findings.txt')
})

test('a clean playbook: exit 0', async () => {
  lay(site('debug: { msg: x }'))
  expect(await lint()).toEqual({ code: 0, out: 'nothing found\n', err: '' })
})

test.each([
  { case: 'a comment on the line', text: play('command: make-it # lint: allow always-changed') },
  { case: 'a comment above', text: play('# lint: allow plain-http, always-changed: it is meant\ncommand: make-it') },
])('a finding that is meant is allowed by $case', async ({ text }) => {
  lay({ 'site.yml': text })
  expect(await found()).toEqual([])
})

test('a comment that allows another rule allows nothing', async () => {
  lay({ 'site.yml': play('command: make-it # lint: allow plain-http') })
  expect(await found()).toEqual(['always-changed site.yml:5'])
})

test('a rule is left out by --skip-rule, and a rule that does not exist is refused', async () => {
  lay(site('command: make-it'))
  expect((await lint('--skip-rule', 'always-changed')).code).toBe(0)
  const wrong = await lint('--skip-rule', 'always-change')
  expect([wrong.code, wrong.out]).toEqual([1, ''])
  expect(wrong.err).toContain('did you mean "always-changed"?')
})

test('what cannot be read: exit 1, with the problem', async () => {
  lay({ 'site.yml': '- hosts: all\n  taks: []\n' })
  const { code, out, err } = await lint()
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain('error KEY_UNKNOWN')
})

test('a file that is encrypted is looked at, and its words are not shown', async () => {
  lay({ pass: 'p\n', 'site.yml': sealed(play('command: systemctl restart hunter2')) })
  const { out } = await lint('--vault-password-file', 'pass')
  expect(out).toContain('site.yml:5:7: command-instead: a command where a task type exists')
  expect(out).not.toContain('systemctl')
})

test('the playbooks and roles that come with tlsplay are clean', async () => {
  const root = join(import.meta.dirname, '../..')
  for (const name of readdirSync(join(root, 'playbooks'))) {
    const files = readdirSync(join(root, 'playbooks', name))
    if (!files.includes('inventory.yml')) continue
    const io = fakeIo(['lint', `playbooks/${name}/site.yml`, '-i', `playbooks/${name}/inventory.yml`], { cwd: root, env: { HOME: cwd } })
    await runProgram(io)
    expect(`${name}: ${io.out()}${io.err()}`).toBe(`${name}: nothing found\n`)
  }
})
