import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sealVault } from '../../../src/load/index.ts'
import { Secret } from '../../../src/model/value.ts'
import { problemCodesIn } from '../both.ts'
import { type Ended, type Scratch, scratch, type Tree } from '../scratch.ts'
import type { Differences, Sides } from './difference.ts'

const sealed = (text: string): string =>
  sealVault(Buffer.from(text), { label: 'default', password: Secret.of('word') }, randomBytes(32)).toString()
const value = (text: string): string => `!vault |\n${sealed(text).replaceAll(/^(?=.)/gm, '  ')}`
const withPassword = ['--vault-password-file', 'pass'] as const
const one = 'h1 ansible_connection=local\n'

/** Both sides in one folder each, and what is to be told of it. */
async function sideBySide(
  files: Tree,
  ours: (folder: Scratch) => Promise<Ended>,
  theirs: (folder: Scratch) => Promise<Ended>,
  told: (ended: Ended, folder: Scratch) => string,
  env: Readonly<Record<string, string>> = {},
): Promise<Sides> {
  const [here, there] = [scratch(files, env), scratch(files, env)]
  try {
    const line = async (folder: Scratch, ended: Ended) =>
      [`exit ${ended.code}`, ...problemCodesIn(ended.err), told(ended, folder)].filter(Boolean).join(' ')
    return { there: await line(there, await theirs(there)), here: await line(here, await ours(here)) }
  } finally {
    here.remove()
    there.remove()
  }
}

const shown = (secret: string) => (ended: Ended) =>
  ended.out.includes(secret)
    ? 'shown'
    : ended.out.includes('$ANSIBLE_VAULT')
      ? 'encrypted'
      : ended.out.includes('(secret)')
        ? '(secret)'
        : ''
const list = (...words: readonly string[]) => ['-i', 'hosts', '--list', ...words]

/** What is encrypted otherwise, or read otherwise. */
export const vaultDifferences: Differences = {
  'vault-locked': {
    there: 'exit 0 encrypted',
    here: 'exit 1 VAULT_LOCKED',
    look: () =>
      sideBySide(
        { hosts: 'h1\n', 'host_vars/h1.yml': `x: ${value('hunter2')}` },
        (folder) => folder.tlsplay('inventory', ...list()),
        (folder) => folder.ansible('ansible-inventory', list()),
        shown('hunter2'),
      ),
  },
  'vault-hidden': {
    there: 'exit 0 encrypted',
    here: 'exit 0 (secret)',
    look: () =>
      sideBySide(
        { hosts: 'h1\n', pass: 'word\n', 'host_vars/h1.yml': `x: ${value('hunter2')}` },
        (folder) => folder.tlsplay('inventory', ...list(...withPassword)),
        (folder) => folder.ansible('ansible-inventory', list(...withPassword)),
        shown('hunter2'),
      ),
  },
  'vault-is-data': {
    given: {
      hosts: one,
      files: { pass: 'word\n', 'host_vars/h1.yml': sealed("x: 'a {{ y }}'\n"), 'group_vars/all.yml': 'y: template\n', t: '{{ x }}\n' },
      args: [...withPassword],
      reads: ['f'],
      playbook: { hosts: 'all', tasks: [{ name: 'write', template: { src: 't', dest: '{{ playbook_dir }}/f' } }] },
    },
    there: 'exit 0; h1 write: changed; f: a template',
    here: 'exit 0; h1 write: changed; f: a {{ y }}',
  },
  'vault-tasks': {
    given: {
      hosts: one,
      files: { pass: 'word\n', 'more.yml': sealed('- {name: tell x, debug: {msg: \'{"x": 1 }\'}}\n') },
      args: [...withPassword],
      playbook: { hosts: 'all', tasks: [{ import_tasks: 'more.yml' }] },
    },
    there: 'exit 0; h1 tell x: ok {"x":1}',
    here: 'exit 0; h1 tell x: ok',
  },
  'vault-arguments': {
    there: 'exit 0 encrypted',
    here: 'exit 1 SECRET_EXPOSED',
    look: () =>
      sideBySide(
        { pass: 'word\n' },
        (folder) => folder.tlsplay('vault', 'encrypt-string', ...withPassword, 'hunter2'),
        (folder) => folder.ansible('ansible-vault', ['encrypt_string', ...withPassword, 'hunter2']),
        shown('hunter2'),
      ),
  },
  'vault-all-or-none': {
    there: 'exit 1 the first is decrypted',
    here: 'exit 1 VAULT_BROKEN the first is as it was',
    look: () => {
      const words = ['decrypt', ...withPassword, 'good', 'bad']
      return sideBySide(
        { pass: 'word\n', good: sealed('x\n'), bad: sealed('y\n').replace(/\d(?=\n$)/, '') },
        (folder) => folder.tlsplay('vault', ...words),
        (folder) => folder.ansible('ansible-vault', words),
        (_, folder) => (readFileSync(join(folder.path, 'good'), 'utf8') === 'x\n' ? 'the first is decrypted' : 'the first is as it was'),
      )
    },
  },
  'vault-variable': {
    there: 'exit 0 shown',
    here: 'exit 1 OPTION_INVALID',
    look: () =>
      sideBySide(
        { pass: 'word\n', f: sealed('hunter2\n') },
        (folder) => folder.tlsplay('vault', 'view', 'f'),
        (folder) => folder.ansible('ansible-vault', ['view', 'f']),
        shown('hunter2'),
        { ANSIBLE_VAULT_PASSWORD_FILE: 'pass' },
      ),
  },
}
