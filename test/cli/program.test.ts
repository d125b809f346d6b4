import { expect, test } from 'vitest'
import type { Commands } from '../../src/cli/commands.ts'
import { runProgram } from '../../src/cli/program.ts'
import { version } from '../../src/cli/version.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import { fakeIo } from './fake-io.ts'

interface Call {
  readonly command: string
  readonly name?: string | readonly string[] | undefined
  readonly options: object
}

/** Commands that do nothing but remember what they were asked. */
function recorder(code = 0): { readonly calls: Call[]; readonly commands: Commands } {
  const calls: Call[] = []
  const named = (command: string) => async (name: Call['name'], options: object) => {
    calls.push({ command, name, options })
    return code
  }
  const unnamed = (command: string) => async (options: object) => {
    calls.push({ command, options })
    return code
  }
  const commands = {
    plan: named('plan'),
    run: named('run'),
    show: named('show'),
    apply: named('apply'),
    inventory: unnamed('inventory'),
    caInit: named('ca init'),
    caRotate: named('ca rotate'),
    caShow: named('ca show'),
    caExport: named('ca export'),
    vaultEncrypt: named('vault encrypt'),
    vaultDecrypt: named('vault decrypt'),
    vaultView: named('vault view'),
    vaultRekey: named('vault rekey'),
    vaultString: named('vault encrypt-string'),
    role: unnamed('role'),
    lint: named('lint'),
    explainVariable: named('explain var'),
    explainHost: named('explain host'),
    explainTask: named('explain task'),
    audit: unnamed('audit'),
    doctor: unnamed('doctor'),
    hosts: unnamed('hosts'),
    quickstart: unnamed('quickstart'),
    standIn: unnamed('stand-in'),
  }
  return { calls, commands }
}

async function parsed(...argv: readonly string[]): Promise<Call | undefined> {
  const { calls, commands } = recorder()
  const io = fakeIo(argv)
  const code = await runProgram(io, commands)
  if (code !== 0) throw new Error(io.err())
  return calls[0]
}

const noVault = { askVaultPass: false, vaultPasswordFile: [], vaultId: [] }

const looking = { ...noVault, inventory: ['hosts'], extraVars: [], rolesPath: [] }

const bare = {
  ...{
    inventory: ['hosts'],
    askPass: false,
    become: false,
    askBecomePass: false,
    extraVars: [],
    forks: 10,
    tags: [],
    skipTags: [],
    check: false,
  },
  ...{ diff: false, verbose: 0, output: 'text', stats: false, rolesPath: [], knownHosts: [], detailedExitcode: false },
  ...noVault,
}

test.each([
  { words: [], changed: {} },
  { words: ['-i', 'more', '--inventory', 'h1,'], changed: { inventory: ['hosts', 'more', 'h1,'] } },
  { words: ['-l', 'web:!h3'], changed: { limit: 'web:!h3' } },
  { words: ['--limit=web'], changed: { limit: 'web' } },
  { words: ['-u', 'ops'], changed: { user: 'ops' } },
  { words: ['--private-key', 'id'], changed: { privateKey: 'id' } },
  { words: ['-k'], changed: { askPass: true } },
  { words: ['-b'], changed: { become: true } },
  { words: ['--become-user', 'prometheus'], changed: { becomeUser: 'prometheus' } },
  { words: ['-K'], changed: { askBecomePass: true } },
  { words: ['-bKk'], changed: { become: true, askBecomePass: true, askPass: true } },
  { words: ['-e', 'a=1', '-e@f', '--extra-vars', '{"b": 2}'], changed: { extraVars: ['a=1', '@f', '{"b": 2}'] } },
  { words: ['-f', '50'], changed: { forks: 50 } },
  { words: ['-t', 'a,b', '--tags', 'c'], changed: { tags: ['a', 'b', 'c'] } },
  { words: ['--skip-tags', 'a, b,'], changed: { skipTags: ['a', 'b'] } },
  { words: ['-C'], changed: { check: true } },
  { words: ['-D'], changed: { diff: true } },
  { words: ['--check', '--diff'], changed: { check: true, diff: true } },
  { words: ['-v'], changed: { verbose: 1 } },
  { words: ['-vvv'], changed: { verbose: 3 } },
  { words: ['-v', '--verbose'], changed: { verbose: 2 } },
  { words: ['--output', 'json'], changed: { output: 'json' } },
  { words: ['--stats'], changed: { stats: true } },
  { words: ['--roles-path', 'a:b', '--roles-path', 'c'], changed: { rolesPath: ['a', 'b', 'c'] } },
  { words: ['--known-hosts', 'kh', '--known-hosts', 'kh2'], changed: { knownHosts: ['kh', 'kh2'] } },
  { words: ['--connect-timeout', '5'], changed: { connectTimeout: 5 } },
  { words: ['--transport', 'local'], changed: { transport: 'local' } },
  { words: ['--detailed-exitcode'], changed: { detailedExitcode: true } },
  { words: ['--ask-vault-pass'], changed: { askVaultPass: true } },
  {
    words: ['--vault-password-file', 'a', '--vault-id', 'dev@b', '--vault-id', 'c'],
    changed: { vaultPasswordFile: ['a'], vaultId: ['dev@b', 'c'] },
  },
  { words: ['--ca-passphrase-file', 'p'], changed: { caPassphraseFile: 'p' } },
])('plan and run read $words', async ({ words, changed }) => {
  for (const command of ['plan', 'run']) {
    expect(await parsed(command, 'site.yml', '-i', 'hosts', ...words)).toEqual({
      command,
      name: 'site.yml',
      options: { ...bare, ...changed },
    })
  }
})

test('only plan keeps a plan', async () => {
  expect(await parsed('plan', 'site.yml', '-i', 'hosts', '-o', 'f')).toMatchObject({ options: { save: 'f' } })
  await expect(parsed('run', 'site.yml', '-i', 'hosts', '-o', 'f')).rejects.toThrow("unknown option '-o'")
})

test.each([
  { words: ['ca', 'init'], call: { command: 'ca init', name: 'default', options: { inventory: [], days: 3650, permit: [] } } },
  {
    words: [
      'ca',
      'init',
      'lab',
      '-i',
      'hosts',
      '--days',
      '30',
      '--permit',
      '.lab.test',
      '--permit',
      '10.0.0.0/8',
      '--ca-passphrase-file',
      'p',
    ],
    call: {
      command: 'ca init',
      name: 'lab',
      options: { inventory: ['hosts'], days: 30, permit: ['.lab.test', '10.0.0.0/8'], caPassphraseFile: 'p' },
    },
  },
  {
    words: ['ca', 'init', '--folder', 'd'],
    call: { command: 'ca init', name: 'default', options: { inventory: [], folder: 'd', days: 3650, permit: [] } },
  },
  {
    words: ['ca', 'rotate', 'lab', '--folder', 'd', '--ca-passphrase-file', 'p'],
    call: { command: 'ca rotate', name: 'lab', options: { inventory: [], folder: 'd', caPassphraseFile: 'p' } },
  },
  { words: ['ca', 'show', '-i', 'hosts'], call: { command: 'ca show', name: 'default', options: { inventory: ['hosts'] } } },
  { words: ['ca', 'export', 'lab', '--folder', 'd'], call: { command: 'ca export', name: 'lab', options: { inventory: [], folder: 'd' } } },
  {
    words: ['show', 'f', '--output', 'json'],
    call: { command: 'show', name: 'f', options: { output: 'json', verbose: 0 } },
  },
  {
    words: ['apply', 'f', '-e', 'a=b', '-D', '--stats', '--ca-passphrase-file', 'p'],
    call: {
      command: 'apply',
      name: 'f',
      options: { extraVars: ['a=b'], diff: true, stats: true, caPassphraseFile: 'p', output: 'text', verbose: 0 },
    },
  },
  {
    words: ['inventory', '-i', 'hosts', '--list'],
    call: { command: 'inventory', options: { ...noVault, inventory: ['hosts'], list: true, export: false, vars: false } },
  },
  {
    words: ['inventory', '-i', 'hosts', '--graph', '--vars'],
    call: { command: 'inventory', options: { ...noVault, inventory: ['hosts'], list: false, graph: 'all', export: false, vars: true } },
  },
  {
    words: ['inventory', '-i', 'hosts', '-i', 'more', '--graph', 'web', '--playbook-dir', 'plays'],
    call: {
      command: 'inventory',
      options: { ...noVault, inventory: ['hosts', 'more'], list: false, graph: 'web', export: false, vars: false, playbookDir: 'plays' },
    },
  },
  {
    words: ['inventory', '-i', 'hosts', '--host', 'h1', '--export', '-l', 'web'],
    call: {
      command: 'inventory',
      options: { ...noVault, inventory: ['hosts'], list: false, host: 'h1', limit: 'web', export: true, vars: false },
    },
  },
  { words: ['vault', 'encrypt'], call: { command: 'vault encrypt', name: [], options: noVault } },
  {
    words: ['vault', 'encrypt', 'a', 'b', '--vault-id', 'dev@pass', '--encrypt-vault-id', 'dev', '--output', '-'],
    call: {
      command: 'vault encrypt',
      name: ['a', 'b'],
      options: { ...noVault, vaultId: ['dev@pass'], encryptVaultId: 'dev', output: '-' },
    },
  },
  {
    words: ['vault', 'decrypt', '-', '--output', 'f'],
    call: { command: 'vault decrypt', name: ['-'], options: { ...noVault, output: 'f' } },
  },
  { words: ['vault', 'view', 'a'], call: { command: 'vault view', name: ['a'], options: noVault } },
  {
    words: ['vault', 'rekey', 'a', '--new-vault-id', 'new@pass', '--new-vault-password-file', 'p'],
    call: { command: 'vault rekey', name: ['a'], options: { ...noVault, newVaultId: 'new@pass', newVaultPasswordFile: 'p' } },
  },
  { words: ['vault', 'encrypt_string', '-n', 'x'], call: { command: 'vault encrypt-string', options: { ...noVault, name: 'x' } } },
  {
    words: ['lint', 'a.yml', 'b.yml', '-i', 'hosts', '--skip-rule', 'plain-http', '--output', 'json', '-e', 'a=1'],
    call: {
      command: 'lint',
      name: ['a.yml', 'b.yml'],
      options: { ...looking, extraVars: ['a=1'], skipRule: ['plain-http'], output: 'json' },
    },
  },
  {
    words: ['explain', 'var', 'days', '--host', 'h1', '-i', 'hosts', '-p', 'site.yml', '--roles-path', 'r:s'],
    call: {
      command: 'explain var',
      name: 'days',
      options: { ...looking, output: 'text', host: 'h1', playbook: 'site.yml', rolesPath: ['r', 's'] },
    },
  },
  {
    words: ['explain', 'host', 'h1', '-i', 'hosts'],
    call: { command: 'explain host', name: 'h1', options: { ...looking, output: 'text' } },
  },
  {
    words: ['explain', 'task', 'a*', '-i', 'hosts', '-p', 's.yml', '--output', 'json'],
    call: { command: 'explain task', name: 'a*', options: { ...looking, output: 'json', playbook: 's.yml' } },
  },
  { words: ['quickstart', '-v'], call: { command: 'quickstart', options: { verbose: 1 } } },
  {
    words: ['stand-in', '--web.listen-address=127.0.0.1:9100', '--web.config.file=web.yml'],
    call: { command: 'stand-in', options: { listenAddress: '127.0.0.1:9100', webConfigFile: 'web.yml' } },
  },
])('the other commands read $words', async ({ words, call }) => {
  expect(await parsed(...words)).toEqual(call)
})

test.each([
  { case: 'an unknown command', argv: ['pln'], says: "unknown command 'pln'\n(Did you mean plan?)" },
  { case: 'an unknown option', argv: ['run', 'p', '-i', 'h', '--chek'], says: "unknown option '--chek'\n(Did you mean --check?)" },
  { case: 'no playbook', argv: ['run', '-i', 'h'], says: "missing required argument 'playbook'" },
  { case: 'two playbooks', argv: ['run', 'a', 'b', '-i', 'h'], says: 'too many arguments' },
  { case: 'no inventory', argv: ['plan', 'p'], says: "required option '-i, --inventory <source>' not specified" },
  { case: 'an option without its value', argv: ['plan', 'p', '-i'], says: "option '-i, --inventory <source>' argument missing" },
  { case: 'forks 0', argv: ['plan', 'p', '-i', 'h', '-f', '0'], says: 'expected a whole number from 1' },
  { case: 'forks in words', argv: ['plan', 'p', '-i', 'h', '-f', 'ten'], says: 'expected a whole number from 1' },
  { case: 'an unknown format', argv: ['plan', 'p', '-i', 'h', '--output', 'xml'], says: 'Allowed choices are text, json' },
  { case: 'an unknown transport', argv: ['plan', 'p', '-i', 'h', '--transport', 'winrm'], says: 'Allowed choices are ssh, openssh, local' },
  {
    case: 'no host to explain a variable of',
    argv: ['explain', 'var', 'a', '-i', 'h'],
    says: "required option '--host <name>' not specified",
  },
  { case: 'no playbook to look at', argv: ['lint', '-i', 'h'], says: "missing required argument 'playbooks'" },
  { case: 'no file to rekey', argv: ['vault', 'rekey'], says: "missing required argument 'files'" },
  { case: 'nothing of an authority', argv: ['ca', 'int'], says: "unknown command 'int'\n(Did you mean init?)" },
  {
    case: 'no inventory, with what to write',
    argv: ['run', 'site.yml'],
    says: 'hint: name the hosts: tlsplay run -i inventory.yml …, or by name, with a comma: -i h1,\n',
  },
  {
    case: 'no inventory to look at, with what to write',
    argv: ['explain', 'host', 'h1'],
    says: 'hint: name the hosts: tlsplay explain host -i inventory.yml …,',
  },
])('refused with exit 1: $case', async ({ argv, says }) => {
  const { calls, commands } = recorder()
  const io = fakeIo(argv)
  expect(await runProgram(io, commands)).toBe(1)
  expect(io.err()).toContain(says)
  expect(io.out()).toBe('')
  expect(calls).toEqual([])
})

test('no inventory is hinted at where another option is missing', async () => {
  const io = fakeIo(['explain', 'var', 'a', '-i', 'h'])
  await runProgram(io, recorder().commands)
  expect(io.err()).not.toContain('hint')
})

test.each([0, 1, 2, 4, 130])('the exit code of a command is the exit code of the program: %i', async (code) => {
  expect(await runProgram(fakeIo(['quickstart']), recorder(code).commands)).toBe(code)
})

test('an interrupted question ends with 130', async () => {
  const interrupted = async (): Promise<number> => {
    throw new TlsplayError([{ code: 'INTERRUPTED', message: 'interrupted' }])
  }
  expect(await runProgram(fakeIo(['quickstart']), { ...recorder().commands, quickstart: interrupted })).toBe(130)
})

test.each([
  { words: ['quickstart'], stack: false },
  { words: ['quickstart', '-vvv'], stack: true },
])('an error of our own is called a bug, its stack is shown only when asked for: $words', async ({ words, stack }) => {
  const io = fakeIo(words)
  const broken = async (): Promise<number> => {
    throw new Error('the impossible\u001b[2J happened')
  }
  expect(await runProgram(io, { ...recorder().commands, quickstart: broken })).toBe(1)
  expect(io.err()).toContain('bug in tlsplay: the impossible\\x1b[2J happened\n')
  expect(io.err()).toContain(`version ${version}`)
  expect(/^\s+\| +at /m.test(io.err())).toBe(stack)
})

test.each([
  { argv: ['role', 'init', 'web'], request: { verb: 'init', name: 'web', folder: '.' } },
  {
    argv: ['role', 'add', 'npm:x', '--version', '^1', '--name', 'y', '--path', 'z', '--folder', 'f'],
    request: { verb: 'add', src: 'npm:x', version: '^1', name: 'y', path: 'z', folder: 'f' },
  },
  { argv: ['role', 'install', '--folder', 'f'], request: { verb: 'install', folder: 'f' } },
  { argv: ['role', 'update'], request: { verb: 'update', names: [], version: undefined, folder: '.' } },
  { argv: ['role', 'update', 'a', '--version', 'v2'], request: { verb: 'update', names: ['a'], version: 'v2', folder: '.' } },
  { argv: ['role', 'remove', 'a'], request: { verb: 'remove', name: 'a', folder: '.' } },
  { argv: ['role', 'list'], request: { verb: 'list', folder: '.' } },
  { argv: ['role', 'verify'], request: { verb: 'verify', folder: '.' } },
  { argv: ['role', 'test', 'a', './b'], request: { verb: 'test', names: ['a', './b'], folder: '.' } },
  { argv: ['role', 'vendor'], request: { verb: 'vendor', folder: '.' } },
])('$argv asks for $request', async ({ argv, request }) => {
  expect((await parsed(...argv))?.options).toEqual(request)
})

test.each(['--version', '-V'])('%s prints the version', async (flag) => {
  const io = fakeIo([flag])
  expect(await runProgram(io)).toBe(0)
  expect(io.out()).toBe(`${version}\n`)
})

test.each([
  { golden: 'help', argv: ['--help'] },
  { golden: 'help-plan', argv: ['plan', '--help'] },
  { golden: 'help-run', argv: ['run', '--help'] },
  { golden: 'help-show', argv: ['show', '--help'] },
  { golden: 'help-apply', argv: ['apply', '--help'] },
  { golden: 'help-inventory', argv: ['inventory', '--help'] },
  { golden: 'help-ca-init', argv: ['ca', 'init', '--help'] },
  { golden: 'help-ca-show', argv: ['ca', 'show', '--help'] },
  { golden: 'help-ca-export', argv: ['ca', 'export', '--help'] },
  { golden: 'help-vault', argv: ['vault', '--help'] },
  { golden: 'help-vault-encrypt', argv: ['vault', 'encrypt', '--help'] },
  { golden: 'help-vault-rekey', argv: ['vault', 'rekey', '--help'] },
  { golden: 'help-vault-encrypt-string', argv: ['vault', 'encrypt-string', '--help'] },
  { golden: 'help-role', argv: ['role', '--help'] },
  { golden: 'help-role-add', argv: ['role', 'add', '--help'] },
  { golden: 'help-role-install', argv: ['role', 'install', '--help'] },
  { golden: 'help-role-update', argv: ['role', 'update', '--help'] },
  { golden: 'help-lint', argv: ['lint', '--help'] },
  { golden: 'help-explain', argv: ['explain', '--help'] },
  { golden: 'help-explain-var', argv: ['explain', 'var', '--help'] },
  { golden: 'help-quickstart', argv: ['quickstart', '--help'] },
])('the help reads well: $golden', async ({ golden, argv }) => {
  const io = fakeIo(argv)
  expect(await runProgram(io)).toBe(0)
  await expect(io.out()).toMatchFileSnapshot(`../golden/cli/${golden}.txt`)
})

test('nothing at all prints the help and is refused', async () => {
  const io = fakeIo([])
  expect(await runProgram(io)).toBe(1)
  expect(io.err()).toContain('Usage: tlsplay')
})
