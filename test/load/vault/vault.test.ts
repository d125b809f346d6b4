import { expect, test } from 'vitest'
import { loadInventory, newVault, sealVault } from '../../../src/load/index.ts'
import { inventoryVariables } from '../../../src/compile/inventory-variables.ts'
import { Secret } from '../../../src/model/value.ts'
import { memoryFiles } from '../memory-files.ts'

const password = (label: string, text: string) => ({ label, password: Secret.of(text) })
const mine = password('default', 'right')
const salt = new Uint8Array(32).fill(7)
const sealed = (text: string, by = mine): string => sealVault(new TextEncoder().encode(text), by, salt)
const indented = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')

function load(files: Readonly<Record<string, string>>, ...passwords: readonly ReturnType<typeof password>[]) {
  const vault = passwords.length === 0 ? {} : { vault: newVault(passwords) }
  const { inventory, problems, texts } = loadInventory(['hosts'], {
    files: memoryFiles({ '/w/hosts': 'h1\n', ...files }),
    cwd: '/w',
    ...vault,
  })
  return { vars: inventoryVariables(inventory, 'h1'), problems, texts }
}

function valueOf(vars: ReturnType<typeof load>['vars'], name: string): unknown {
  const source = vars.get(name)?.source
  return source?.kind === 'scalar' ? source.value : source
}

test.each([0, 1, 15, 16, 17, 4096])('what was sealed opens again: %i bytes', (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => index % 251)
  for (const label of ['default', 'dev']) {
    const text = sealVault(bytes, password(label, 'pass'), salt)
    expect(text.split('\n')[0]).toBe(label === 'default' ? '$ANSIBLE_VAULT;1.1;AES256' : '$ANSIBLE_VAULT;1.2;AES256;dev')
    const opened = newVault([password('other', 'wrong'), password(label, 'pass')]).open(text)
    expect('bytes' in opened && Uint8Array.from(opened.bytes)).toEqual(bytes)
    expect(newVault([password(label, 'wrong')]).open(text)).toEqual({ refused: 'locked' })
  }
})

test('every bit of a file of 4 KB counts', { timeout: 120_000 }, () => {
  const vault = newVault([mine])
  const bytes = Buffer.from(sealed('x'.repeat(900)), 'latin1')
  expect(bytes.length).toBeGreaterThan(3900)
  expect(vault.open(bytes.toString('latin1'))).toHaveProperty('bytes')
  const passed: number[] = []
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if ('bytes' in vault.open(flipped.toString('latin1'))) passed.push(bit)
  }
  expect(passed).toEqual([])
})

test('an encrypted file of variables gives secrets, numbers stay numbers, and no text of it is kept for code frames', () => {
  const { vars, problems, texts } = load({ '/w/group_vars/all.yml': sealed('token: hunter2\nport: 9090\nmore: [hunter3]\n') }, mine)
  expect(problems).toEqual([])
  const token = valueOf(vars, 'token')
  expect(token).toBeInstanceOf(Secret)
  expect(token instanceof Secret && token.reveal()).toBe('hunter2')
  expect(valueOf(vars, 'port')).toBe(9090)
  expect(JSON.stringify([...vars])).not.toMatch(/hunter/)
  expect(JSON.stringify([...texts])).not.toMatch(/hunter/)
})

test('an encrypted value is a secret, whatever it looks like', () => {
  const { vars, problems } = load({ '/w/host_vars/h1.yml': `a: 1\nb: !vault |\n${indented(sealed('80'))}\n` }, mine)
  expect(problems).toEqual([])
  expect(valueOf(vars, 'a')).toBe(1)
  const secret = valueOf(vars, 'b')
  expect(secret instanceof Secret && secret.reveal()).toBe('80')
})

test.each([
  { case: 'no password', text: sealed('a: hunter2\n'), by: [], code: 'VAULT_LOCKED' },
  { case: 'a wrong password', text: sealed('a: hunter2\n'), by: [password('default', 'wrong')], code: 'VAULT_LOCKED' },
  {
    case: 'a value and a wrong password',
    text: `a: !vault |\n${indented(sealed('hunter2'))}\n`,
    by: [password('x', 'y')],
    code: 'VAULT_LOCKED',
  },
  { case: 'a format that is not known', text: '$ANSIBLE_VAULT;1.0;AES\n00\n', by: [mine], code: 'VAULT_BROKEN' },
  { case: 'half a file', text: sealed('a: hunter2\n').slice(0, 300), by: [mine], code: 'VAULT_BROKEN' },
  { case: 'no YAML inside', text: sealed('a: [hunter2\n'), by: [mine], code: 'YAML_SYNTAX' },
  { case: 'an unknown alias inside', text: sealed('a: *hunter2\n'), by: [mine], code: 'YAML_SYNTAX' },
  { case: 'a text inside where a map belongs', text: sealed('hunter2\n'), by: [mine], code: 'TYPE_WRONG' },
])('refused without a word of the content: $case', ({ text, by, code }) => {
  const { problems } = load({ '/w/group_vars/all.yml': text }, ...by)
  expect(problems.map((problem) => problem.code)).toEqual([code])
  expect(JSON.stringify(problems)).not.toMatch(/hunter/)
})

test('a secret where a port or an address is expected is not shown', () => {
  const { problems } = load({ '/w/host_vars/h1.yml': sealed('ansible_host: "-hunter2"\nansible_port: hunter2\n') }, mine)
  expect(JSON.stringify(problems)).not.toMatch(/hunter/)
})
