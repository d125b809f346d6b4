import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A command that a hint says to type: how it begins there, and the test that types it, or why none does. */
interface Remedy {
  readonly begins: RegExp
  readonly shown: readonly [file: string, title: string] | string
}

const looks = 'it only looks, and needs nothing but its path'
const mended = ['fleet/preflight.test.ts', 'what the hint says to type works'] as const
const remedies: readonly Remedy[] = [
  { begins: /^ls -\w+ /, shown: looks },
  { begins: /^find \/ -xdev -samefile /, shown: looks },
  { begins: /^tlsplay (?:vault view|plan|inventory|role list)/, shown: looks },
  { begins: /^ssh (?:-v -p|-G) /, shown: looks },
  { begins: /^ssh -p .* nc -vz /, shown: looks },
  { begins: /^openssl (?:pkey|x509) /, shown: mended },
  { begins: /^systemctl (?:cat|list-units|unmask) /, shown: mended },
  { begins: /^chmod o\+x /, shown: mended },
  { begins: /^mount -o remount,rw /, shown: mended },
  { begins: /^(?:\$\{kind\}add|useradd|groupadd) --system /, shown: mended },
  { begins: /^chown \$\{quote\(reader\.user\)\}: /, shown: mended },
  { begins: /^chmod 0400 /, shown: 'only InfluxDB from 1.12.3 on refuses such a key, and the lab has none' },
  { begins: /^chmod u\+x /, shown: ['problems/remedies.test.ts', 'INVENTORY_PROGRAM: after chmod u+x it is a program'] },
  { begins: /^chmod o-w /, shown: ['problems/remedies.test.ts', 'INVENTORY_PROGRAM: after chmod the program is run'] },
  { begins: /^chmod \$\{mode/, shown: ['problems/remedies.test.ts', 'STATE_UNUSABLE: after chmod the folder is used'] },
  {
    begins: /^tlsplay ca init /,
    shown: ['problems/remedies.test.ts', 'CA_MISSING: what tlsplay ca init makes is there for the next plan'],
  },
  { begins: /^ssh-keygen -f .* -R /, shown: ['problems/remedies.test.ts', 'HOST_KEY_CHANGED: what ssh-keygen removes is no longer known'] },
  { begins: /^ssh-keygen -p -Z /, shown: 'it asks for the passphrase on a terminal' },
  { begins: /^eval /, shown: ['problems/remedies.test.ts', 'KEY_UNUSABLE: the agent opens the encrypted key'] },
  { begins: /^\$\{remedy\(/, shown: ['cli/role.test.ts', 'Runs the command that a hint gives on a line of its own'] },
  {
    begins: /^--force-unlock /,
    shown: ['cli/play.test.ts', 'a host that another run has is exit 5, and what the message says to do works'],
  },
  {
    begins: /^--watchdog 0/,
    shown: ['execute/transaction.test.ts', 'where nothing can stand guard, nothing is changed unless one does without'],
  },
  { begins: /^(?:apt-get|dnf|apk|brew) (?:install|add) /, shown: 'it installs software on the machine of whoever runs the tests' },
  { begins: /^tlsplay .*\b[A-Z]{3,}/, shown: 'the words in capitals are for the reader to fill in' },
  { begins: /^ansible-inventory /, shown: 'a program of Ansible' },
]

const programs =
  'sudo|tlsplay|chmod|chown|chattr|ls|find /|openssl|systemctl|useradd|groupadd|mount|umount|apt-get|dnf|apk|brew|ssh|ssh-\\w+|eval|ansible-\\w+|rm|mv'
/** Behind a line break within a text, or at its begin: a program and its words, or an option of tlsplay. */
const commandLine = new RegExp(
  String.raw`(?:\\n|hint: [\x60']|remedy: [\x60']|, [\x60'])((?:(?:${programs}) |--[a-z]+-?[a-z]* |\$\{kind\}add |\$\{remedy\()[^\x60'\\]*)`,
  'g',
)

/** Texts of src that are hints or parts of them; programs for hosts are made elsewhere. */
function commandsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => /hint|remedy|\\n|unusable\(|refus/.test(line))
    .flatMap((line) => [...line.matchAll(commandLine)].map(([, command = '']) => command))
}

const notHints =
  /src\/(?:lib\/(?:lock|transaction)-script|build\/|probes\/|transport\/bootstrap|execute\/(?!host-lock|host-transaction|rolled-back))/
const files = readdirSync(join(root, 'src'), { recursive: true })
  .map((name) => join('src', String(name)))
  .filter((name) => name.endsWith('.ts') && !notHints.test(name))
const found = files.flatMap((file) => commandsOf(readFileSync(join(root, file), 'utf8')).map((command) => ({ file, command })))

test('every command that a hint says to type is typed by a test, or it is said why not', () => {
  expect(found.length).toBeGreaterThan(30)
  expect(found.filter(({ command }) => !remedies.some(({ begins }) => begins.test(command)))).toEqual([])
  const wrong = remedies.flatMap(({ begins, shown }) => {
    if (!found.some(({ command }) => begins.test(command))) return [`no hint says ${begins}`]
    if (typeof shown === 'string') return []
    const [file, title] = shown
    const path = join(root, 'test', file)
    return existsSync(path) && readFileSync(path, 'utf8').includes(title) ? [] : [`${file} has no test "${title}"`]
  })
  expect(wrong).toEqual([])
})

test('the twin: a command in a hint is found', () => {
  expect(commandsOf('      hint: `take it away\\nrm -f ${file}`,')).toEqual(['rm -f ${file}'])
  expect(commandsOf('const words = `ls -l`')).toEqual([])
})
