import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, lazyCommands } from '../../src/cli/commands.ts'
import { guard } from '../../src/cli/output.ts'
import { runProgram } from '../../src/cli/program.ts'
import { sealVault } from '../../src/load/index.ts'
import { Secret } from '../../src/model/value.ts'
import { canaries, encodings, leaks, type Planted } from '../fakes/canaries.ts'
import { fakeIo } from './fake-io.ts'

/** Everything a host, a playbook or a bug may say holds 200 secrets of a vault in twelve encodings; nothing that is written may. */
const secrets = canaries(200, 7)
const written = Object.entries(encodings).map(([encoding, write]) => ({
  encoding,
  text: secrets.map((secret, number) => `${number} [ ${write(secret).text} ] done`).join('\n'),
  telling: secrets.flatMap((secret) => write(secret).telling),
}))
const planted: readonly Planted[] = written.flatMap(({ encoding, telling }) => telling.map((one) => ({ encoding, telling: one })))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-canaries-'))
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  put('hosts.yml', 'all: { hosts: { here: { ansible_connection: local } } }\n')
  put('password', 'the password of the vault\n')
  const vault = secrets.map((secret, number) => `canary_${number}: ${JSON.stringify(secret)}\n`).join('')
  const password = { label: 'default', password: Secret.of('the password of the vault') }
  put('vault.yml', sealVault(Buffer.from(vault), password, new Uint8Array(32).fill(5)))
  mkdirSync(join(folder, 'host'))
  for (const [number, { text }] of written.entries()) put(`host/${number}`, `${text}\n`)
  put('site.yml', site(true))
  put('failing.yml', site(false))
  put(
    'broken.yml',
    `- hosts: all\n  tasks:\n    - nonsense: ${JSON.stringify(secrets[0])}\n      name: ${JSON.stringify(written[5]?.text)}\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Prints every file, replaces it so that a diff shows it, names tasks after secrets, and fails with them. */
function site(well: boolean): string {
  const tasks = written.flatMap((_, number) => {
    const file = join(folder, 'host', String(number))
    return [
      `- name: read ${number}\n  command: {argv: [cat, ${file}], reads: [${file}]}\n  register: said_${number}`,
      `- name: tell ${number}\n  debug: {msg: "{{ said_${number}.stdout }}"}`,
      `- name: ${JSON.stringify(`write ${secrets[number]}`)}\n  copy: {dest: ${file}, content: "replaced\\n", mode: '0600'}`,
    ]
  })
  const failures = written.map(
    (_, number) =>
      `- name: fail ${number}\n  command: {argv: [sh, -c, 'cat ${join(folder, 'host', String(number))} >&2; exit 3']}\n  ignore_errors: ${number + 1 < written.length}`,
  )
  const all = [
    ...tasks
      .map((task, at) => [task, at] as const)
      .filter(([, at]) => well || at % 3 !== 2)
      .map(([task]) => task),
    ...(well ? [] : failures),
  ]
  const indented = all
    .map((task) =>
      task
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n'),
    )
    .join('\n')
  return `- name: ${JSON.stringify(secrets[1])}\n  hosts: all\n  vars_files: [vault.yml]\n  tasks:\n${indented}\n`
}

async function tlsplay(
  words: readonly string[],
  { guarded = true, commands = lazyCommands }: { guarded?: boolean; commands?: Commands } = {},
) {
  const io = fakeIo(words, { cwd: folder, env: { HOME: folder, PATH: process.env['PATH'] } })
  const guards = guarded ? [guard(io.stdout), guard(io.stderr)] : []
  const code = await runProgram(io, commands)
  for (const { release, written: end } of guards) {
    release()
    await end()
  }
  return { code, output: io.out() + io.err() }
}

/** The output, and what its JSON says when it is read. */
function readings(output: string): string {
  const read: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value === 'string') read.push(value)
    else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) [key, item].forEach(walk)
  }
  for (const line of output.split('\n')) if (line.startsWith('{"')) walk(JSON.parse(line))
  return `${output}\n${read.join('\n')}`
}

const vault = ['--vault-password-file', 'password']
const of = (command: string, playbook: string, ...more: readonly string[]) => [command, playbook, '-i', 'hosts.yml', ...vault, ...more]
const sinks: readonly { readonly case: string; readonly words: () => readonly string[]; readonly code: number }[] = [
  { case: 'a plan with its diff', words: () => of('plan', 'site.yml', '-vvv'), code: 0 },
  { case: 'a plan as JSON', words: () => of('plan', 'site.yml', '--output', 'json'), code: 0 },
  { case: 'a saved plan being made', words: () => of('plan', 'site.yml', '-o', 'plan.json'), code: 0 },
  { case: 'a saved plan being shown', words: () => ['show', 'plan.json'], code: 0 },
  { case: 'a saved plan as JSON', words: () => ['show', 'plan.json', '--output', 'json'], code: 0 },
  { case: 'an inventory', words: () => ['inventory', '-i', 'hosts.yml', '--list', ...vault], code: 0 },
  { case: 'problems of a run that fails', words: () => of('run', 'failing.yml', '-vvv'), code: 2 },
  { case: 'problems of a run that fails, as JSON', words: () => of('run', 'failing.yml', '--output', 'json'), code: 2 },
  { case: 'a playbook that cannot be read', words: () => of('plan', 'broken.yml', '-vvv'), code: 1 },
  { case: 'a file that is not there', words: () => of('plan', `${secrets[0]}.yml`), code: 1 },
  { case: 'a word of the command line', words: () => of('plan', 'site.yml', `--${secrets[0]}`), code: 1 },
  { case: 'the plan applied', words: () => ['apply', 'plan.json', '-D', '--stats'], code: 0 },
]

describe('200 secrets in 12 encodings', () => {
  // In this order: what is applied last has changed the files.
  test.each(sinks)('$case: none is seen', async ({ words, code }) => {
    const ran = await tlsplay(words())
    expect(ran.code, ran.output.slice(0, 3000)).toBe(code)
    expect(leaks(readings(ran.output), planted)).toEqual([])
  })
  test('the file of a saved plan: none is in it', () => {
    const file = readFileSync(join(folder, 'plan.json'), 'utf8')
    expect(file).toContain('(secret)')
    expect(leaks(`${file}\n${readings(JSON.stringify(JSON.parse(file)))}`, planted)).toEqual([])
  })
  test('a bug whose message and stack hold them: none is seen', async () => {
    const commands: Commands = {
      ...lazyCommands,
      show: async () => {
        throw new Error(written.map(({ text }) => text).join('\n'))
      },
    }
    const ran = await tlsplay(['show', 'x', '-vvv'], { commands })
    expect(ran.output).toContain('bug in tlsplay')
    expect(leaks(readings(ran.output), planted)).toEqual([])
  })
})

test('the twin: without the last write most of them are seen', async () => {
  for (const [number, { text }] of written.entries()) writeFileSync(join(folder, 'host', String(number)), `${text}\n`)
  const ran = await tlsplay(of('plan', 'site.yml', '--output', 'json'), { guarded: false })
  expect(leaks(readings(ran.output), planted).length).toBeGreaterThan(planted.length * 0.95)
})

test('a run without secrets is written to the byte as it would be without the last write', async () => {
  writeFileSync(
    join(folder, 'plain.yml'),
    `- name: p\n  hosts: all\n  tasks:\n    - copy: {dest: ${folder}/x, content: "one\\ntwo\\n", mode: '0600'}\n`,
  )
  for (const more of [['-vvv'], ['--output', 'json']]) {
    const words = ['plan', 'plain.yml', '-i', 'hosts.yml', ...more]
    const [masked, bare] = [await tlsplay(words), await tlsplay(words, { guarded: false })]
    const timeless = ({ code, output }: typeof bare) => ({ code, output: output.replaceAll(/"createdAt":"[^"]+"/g, '') })
    expect(timeless(masked)).toEqual(timeless(bare))
  }
})
