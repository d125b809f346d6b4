import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { sealVault } from '../../src/load/index.ts'
import { Secret } from '../../src/model/value.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-explain-'))
  const sealed = sealVault(Buffer.from('token: hunter2-hunter2\n'), { label: 'default', password: Secret.of('p') }, new Uint8Array(32))
  const files = {
    pass: 'p\n',
    hosts: '[web]\nh1 days=8 ansible_password=hunter3\nh2\n[web:vars]\ndays=3\n',
    'group_vars/all.yml': 'days: 4\n',
    'group_vars/web.yml': 'days: 6\nshown: "{{ days }} days"\n',
    'host_vars/h1.yml': 'days: 9\n',
    'host_vars/h2.yml': sealed,
    'more.yml': 'days: 14\n',
    'site.yml': [
      '- name: the play',
      '  hosts: web',
      '  become: true',
      '  vars: { days: 12 }',
      '  vars_files: [more.yml]',
      '  roles: [{ role: keeper, inputs: { days: 20 } }]',
      '  tasks:',
      '    - name: with its own',
      '      debug: { msg: "{{ days }}" }',
      '      vars: { days: 17 }',
      '      when: inventory_hostname == "h1"',
      '      tags: [x, y]',
      '      notify: tell',
      '    - name: sets it',
      '      set_fact: { days: 19 }',
      '    - name: brings in',
      '      include_tasks: more_tasks.yml',
      '      vars: { days: 21 }',
      '      when: [days > 1]',
      '    - name: reads',
      '      include_vars: more.yml',
      '  handlers:',
      '    - name: tell',
      '      debug: { msg: told }',
      '',
    ].join('\n'),
    'more_tasks.yml': '- name: brought in\n  debug: { msg: "{{ days }}" }\n',
    'roles/keeper/role.yml':
      'summary: a\nversion: 1.0.0\ninputs: { days: { description: d, type: integer, default: 2 } }\nvars: { kept: 15 }\n',
    'roles/keeper/tasks/main.yml': '- name: keeps\n  debug: { msg: "{{ days }} {{ kept }}" }\n',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

async function explain(...words: readonly string[]) {
  const io = fakeIo(['explain', ...words, '-i', 'hosts', '--vault-password-file', 'pass'], { cwd, env: { HOME: cwd } })
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}

test.each([
  { golden: 'var-inventory', words: ['var', 'days', '--host', 'h1'] },
  { golden: 'var-play', words: ['var', 'days', '--host', 'h1', '-p', 'site.yml'] },
  { golden: 'var-extra', words: ['var', 'days', '--host', 'h1', '-p', 'site.yml', '-e', '{"days": 22}'] },
  { golden: 'var-template', words: ['var', 'shown', '--host', 'h1'] },
  { golden: 'var-password', words: ['var', 'ansible_password', '--host', 'h1'] },
  { golden: 'var-vault', words: ['var', 'token', '--host', 'h2'] },
  { golden: 'var-magic', words: ['var', 'inventory_hostname', '--host', 'h1', '-p', 'site.yml'] },
  { golden: 'task-included', words: ['task', 'brought in', '-p', 'site.yml'] },
  { golden: 'task-json', words: ['task', 'brought in', '-p', 'site.yml', '--output', 'json'] },
  { golden: 'var-json', words: ['var', 'token', '--host', 'h2', '--output', 'json'] },
  { golden: 'host-json', words: ['host', 'h1', '-p', 'site.yml', '--output', 'json'] },
  { golden: 'host', words: ['host', 'h1', '-p', 'site.yml'] },
  { golden: 'task', words: ['task', 'with its own', '-p', 'site.yml'] },
  { golden: 'task-glob', words: ['task', '*ke*', '-p', 'site.yml'] },
  { golden: 'task-handler', words: ['task', 'tell', '-p', 'site.yml'] },
])('explain $words', async ({ golden, words }) => {
  const { code, out, err } = await explain(...words)
  expect([code, err]).toEqual([0, ''])
  expect(out).not.toMatch(/hunter/)
  await expect(out).toMatchFileSnapshot(`../golden/explain/${golden}.txt`)
})

test.each([
  { case: 'a variable nothing gives', words: ['var', 'dyas', '--host', 'h1'], says: 'did you mean "days"?' },
  { case: 'a host nobody knows', words: ['var', 'days', '--host', 'h9'], says: 'no host is called h9' },
  { case: 'a host nobody knows', words: ['host', 'h11'], says: 'did you mean "h1"?' },
  { case: 'a task nobody knows', words: ['task', 'tel', '-p', 'site.yml'], says: 'did you mean "tell"?' },
  { case: 'a task of no playbook', words: ['task', 'tell'], says: 'which playbook has the task?' },
  { case: 'a playbook that is not there', words: ['host', 'h1', '-p', 'none.yml'], says: 'there is no playbook none.yml' },
])('refused with exit 1: $case', async ({ words, says }) => {
  const { code, out, err } = await explain(...words)
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain(says)
})
