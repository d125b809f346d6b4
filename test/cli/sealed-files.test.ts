import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { sealVault } from '../../src/load/index.ts'
import { Secret } from '../../src/model/value.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-sealed-'))
  write('pass', 'the right password\n')
  write('other', 'some other password\n')
  write('hosts.yml', 'all: { hosts: { here: { ansible_connection: local } } }\n')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function write(name: string, content: string): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true })
  writeFileSync(join(cwd, name), content)
}

function seal(name: string, content: string | Uint8Array): void {
  const password = { label: 'default', password: Secret.of('the right password') }
  write(name, sealVault(typeof content === 'string' ? Buffer.from(content) : content, password, new Uint8Array(32).fill(3)))
}

async function tlsplay(...words: readonly string[]) {
  const io = fakeIo(words, { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } })
  const code = await runProgram(io)
  return { code, text: io.out() + io.err() }
}

const right = ['--vault-password-file', 'pass']
const site = (command: string, ...words: readonly string[]) => tlsplay(command, 'site.yml', '-i', 'hosts.yml', ...words)
const made = (): string => readFileSync(join(cwd, 'made'), 'utf8')
const task = (body: string): string => `- hosts: all\n  tasks:\n    - ${body}\n`
const copying = (source: string) => task(`copy: { ${source}, dest: "${cwd}/made", mode: '0600' }`)

/** Each holds `canary-7731` in a file that is encrypted as a whole, and puts it on the host. */
const sealed: readonly { readonly case: string; readonly lay: () => void }[] = [
  { case: 'a playbook', lay: () => seal('site.yml', copying('content: canary-7731')) },
  {
    case: 'a playbook, in its variables',
    lay: () =>
      seal(
        'site.yml',
        task(`template: { src: t.hbs, dest: "${cwd}/made" }\n      no_log: false`).replace(
          '  tasks',
          '  vars: { v: canary-7731 }\n  tasks',
        ),
      ),
  },
  {
    case: 'tasks that are imported',
    lay: () => {
      write('site.yml', task('import_tasks: more.yml'))
      seal('more.yml', `- block:\n    - copy: { content: canary-7731, dest: "${cwd}/made" }\n    - meta: flush_handlers\n`)
    },
  },
  {
    case: 'tasks of a role',
    lay: () => {
      write('site.yml', '- hosts: all\n  roles: [secretive]\n')
      write('roles/secretive/role.yml', 'summary: a\nversion: 1.0.0\n')
      seal('roles/secretive/tasks/main.yml', `- copy: { content: canary-7731, dest: "${cwd}/made" }\n`)
    },
  },
  {
    case: 'variables of a role',
    lay: () => {
      write('site.yml', '- hosts: all\n  roles: [secretive]\n')
      seal('roles/secretive/role.yml', 'summary: a\nversion: 1.0.0\nvars: { v: canary-7731 }\n')
      write('roles/secretive/tasks/main.yml', `- template: { src: t.hbs, dest: "${cwd}/made" }\n`)
    },
  },
  {
    case: 'the default of an input of a role',
    lay: () => {
      write('site.yml', '- hosts: all\n  roles: [secretive]\n')
      seal(
        'roles/secretive/role.yml',
        'summary: a\nversion: 1.0.0\ninputs: { v: { description: d, type: string, default: canary-7731 } }\n',
      )
      write('roles/secretive/tasks/main.yml', `- template: { src: t.hbs, dest: "${cwd}/made" }\n`)
    },
  },
  {
    case: 'an inventory in INI',
    lay: () => {
      write('site.yml', task(`template: { src: t.hbs, dest: "${cwd}/made" }`))
      rmSync(join(cwd, 'hosts.yml'))
      seal('hosts.yml/inventory.ini', 'here ansible_connection=local\n[web]\nhere\n[web:vars]\nv=canary-7731\n')
    },
  },
  { case: 'a file for copy', lay: () => (write('site.yml', copying('src: secret.txt')), seal('files/secret.txt', 'canary-7731')) },
  {
    case: 'a template',
    lay: () => {
      write('site.yml', task(`template: { src: secret.hbs, dest: "${cwd}/made" }`))
      seal('templates/secret.hbs', 'canary-{{ default undefined_one "7731" }}')
    },
  },
]

test.each(sealed)('$case: what it says is done and shown nowhere', async ({ lay }) => {
  write('templates/t.hbs', '{{ v }}')
  lay()
  const plan = await site('plan', ...right, '-vv')
  expect(plan.text).not.toContain('7731')
  expect(plan.code, plan.text).toBe(0)
  const run = await site('run', ...right, '-D', '-vv')
  expect(run.text).not.toContain('7731')
  expect(run.code).toBe(0)
  expect(made()).toBe('canary-7731')
  expect((await site('run', ...right)).text).toContain('changed=0')
})

test.each(sealed)('$case: another password, and none, are refused without a word of it', async ({ lay }) => {
  write('templates/t.hbs', '{{ v }}')
  lay()
  const wrong = await site('plan', '--vault-password-file', 'other')
  expect(wrong.code).toBe(1)
  expect(wrong.text).toContain('VAULT_LOCKED')
  const none = await site('plan')
  expect(none.code).toBe(1)
  expect(none.text).toContain('is encrypted with Ansible Vault, and no password was given')
  expect(wrong.text + none.text).not.toMatch(/canary|7731/)
})

test.each([
  { case: 'a value of a wrong type', inside: task('copy: { dest: [canary-7731] }'), code: 'TYPE_WRONG', at: 'site.yml:3:21' },
  { case: 'a word that is no task type', inside: task('canary-7731: {}'), code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:3:7' },
  { case: 'an undefined variable', inside: task('debug: { msg: "{{ canary_7731 }}" }'), code: 'VARIABLE_UNDEFINED', at: 'site.yml:3:25' },
  { case: 'no YAML', inside: '- canary-7731: [', code: 'YAML_SYNTAX', at: 'site.yml:1:' },
  { case: 'a bomb of brackets', inside: '['.repeat(100), code: 'YAML_LIMIT', at: 'site.yml:1:' },
])('what is wrong inside is told by its place: $case', async ({ inside, code, at }) => {
  seal('site.yml', inside)
  const ended = await site('plan', ...right)
  expect(ended.code).toBe(1)
  expect(ended.text).toContain(`${at}`)
  expect(ended.text).toContain(`error ${code}`)
  expect(ended.text).toContain('tlsplay vault view site.yml')
  expect(ended.text).not.toMatch(/canary|7731/)
})

test('the same mistake in a file in clear is told in full', async () => {
  write('site.yml', task('canary-7731: {}'))
  expect((await site('plan')).text).toContain('canary-7731')
})

test('an inventory in INI that cannot be read shows nothing of it', async () => {
  write('site.yml', task('debug: { msg: x }'))
  seal('inventory.ini', 'here canary-7731\n')
  const ended = await tlsplay('plan', 'site.yml', '-i', 'inventory.ini', ...right)
  expect(ended.text).toContain('inventory.ini:1:6: error INVENTORY_SYNTAX')
  expect(ended.text).not.toMatch(/canary|7731/)
})

test('copy with decrypt: false takes the file as it is', async () => {
  write('site.yml', copying('src: secret.txt, decrypt: false'))
  seal('files/secret.txt', 'canary-7731')
  expect((await site('run')).code).toBe(0)
  expect(made()).toBe(readFileSync(join(cwd, 'files/secret.txt'), 'utf8'))
})

test('bytes that are no text cannot be kept secret on their way, and are refused', async () => {
  write('site.yml', copying('src: secret.bin'))
  seal('files/secret.bin', new Uint8Array([0xff, 0xfe, 0]))
  const ended = await site('plan', ...right)
  expect(ended.code).toBe(1)
  expect(ended.text).toContain('secret.bin holds no UTF-8 text')
})

test('how to connect may stand in a vault, and a value that cannot be is not quoted', async () => {
  write('site.yml', task('debug: { msg: x }'))
  rmSync(join(cwd, 'hosts.yml'))
  write('hosts.yml', 'all: { hosts: { here: } }\n')
  seal('host_vars/here.yml', 'ansible_connection: local\nansible_become: "false"\n')
  expect((await site('run', ...right)).code).toBe(0)
  seal('host_vars/here.yml', 'ansible_connection: canary\n')
  const ended = await site('run', ...right)
  expect(ended.code).toBe(1)
  expect(ended.text).toContain('ansible_connection')
  expect(ended.text).not.toContain('canary')
})

test('a file in clear that an encrypted one imports is shown as ever', async () => {
  seal('site.yml', task('import_tasks: more.yml'))
  write('more.yml', `- copy: { content: in the open, dest: "${cwd}/made" }\n`)
  expect((await site('plan', ...right)).text).toContain('+in the open')
})
