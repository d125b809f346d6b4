import { createPrivateKey } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { type SshHost, startSshHost } from '../../src/embedded/ssh-host.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { canaries, encodings, leaks, type Planted } from '../fakes/canaries.ts'
import { removeTemporaryFolders, script, temporaryFolder } from './rig.ts'

/** What really went to a host and came back from it, read at its end of the line, where nothing is encrypted any more. */

interface Heard {
  readonly host: SshHost
  readonly folder: string
  /** both directions; lines of base64 joined */
  wire(): string
}

async function hearing(): Promise<Heard> {
  const folder = temporaryFolder()
  const logs = ['command', 'up', 'down'].map((name) => join(folder, `wire-${name}`))
  const [command = '', up = '', down = ''] = logs
  const shell = script(
    join(folder, 'login-shell'),
    `#!/bin/sh\nprintf '%s\\n' "$2" >>${command}\ntee -a ${up} | /bin/sh -c "$2" 2>&1 | tee -a ${down}\n`,
  )
  return {
    ...{ folder, host: await startSshHost({ folder, shell }) },
    wire: () => {
      const text = logs.map((path) => readFileSync(path, 'latin1')).join('\n')
      return `${text}\n${text.replaceAll('\n', '')}`
    },
  }
}

const names = ['a', 'b'] as const
let desk = ''
let heard: Record<(typeof names)[number], Heard>
beforeAll(async () => {
  desk = temporaryFolder()
  heard = { a: await hearing(), b: await hearing() }
  const files = (name: 'a' | 'b') => {
    const { host, folder } = heard[name]
    writeFileSync(join(desk, `${name}.key`), host.clientKey, { mode: 0o600 })
    writeFileSync(join(desk, `${name}.known`), `${host.hostKeyLine}\n`)
    return {
      ...{
        ansible_host: '127.0.0.1',
        ansible_port: host.port,
        ansible_user: userInfo().username,
        ansible_ssh_private_key_file: `${name}.key`,
      },
      ...{ tlsplay_known_hosts_file: `${name}.known`, folder, tlsplay_state_folder: join(folder, 'state') },
    }
  }
  writeFileSync(join(desk, 'hosts.yml'), JSON.stringify({ all: { hosts: { a: files('a'), b: files('b') } } }))
})
afterAll(async () => {
  await Promise.all(Object.values(heard).map(({ host }) => host.close()))
  removeTemporaryFolders()
})

async function tlsplay(...words: readonly string[]): Promise<void> {
  const io = fakeIo(words, { cwd: desk, env: { HOME: desk, PATH: process.env['PATH'] } })
  expect(await runProgram(io), io.out() + io.err()).toBe(0)
}

describe('two hosts with fifty secrets each, under the same names', () => {
  const all = canaries(100, 8)
  const secrets = { a: all.slice(0, 50), b: all.slice(50) }
  const planted = (of: readonly string[]): readonly Planted[] =>
    Object.entries(encodings).flatMap(([encoding, write]) =>
      of.flatMap((secret) => write(secret).telling.map((telling) => ({ encoding, telling: Buffer.from(telling).toString('latin1') }))),
    )

  beforeAll(async () => {
    mkdirSync(join(desk, 'host_vars'))
    for (const name of names)
      writeFileSync(
        join(desk, `host_vars/${name}.yml`),
        secrets[name].map((secret, number) => `canary_${number}: !unsafe ${JSON.stringify(secret)}\n`).join(''),
      )
    const put = (name: string, text: string): void => writeFileSync(join(desk, name), text)
    put('all.hbs', secrets.a.map((_, number) => `{{ canary_${number} }}\n`).join(''))
    for (const name of ['shared', 'kept', 'canary_2']) put(`${name}.hbs`, `{{ ${name} }}`)
    put(
      'site.yml',
      `- hosts: all
  vars: { shared: "{{ canary_3 }} {{ canary_4 }}" }
  tasks:
    - {name: all of them, template: {src: all.hbs, dest: "{{ folder }}/all", mode: '0600'}, notify: [told]}
    - {name: of a shared variable, template: {src: shared.hbs, dest: "{{ folder }}/shared", mode: '0600'}}
    - {name: to a program, command: {argv: [cat], stdin: "{{ canary_0 }}{{ canary_1 }}"}, register: said}
    - {name: kept, set_fact: {kept: "{{ said.stdout }}"}}
    - {name: back, template: {src: kept.hbs, dest: "{{ folder }}/kept", mode: '0600'}}
    - {name: delegated, command: {argv: [echo, "{{ inventory_hostname }}"]}, delegate_to: "{{ ternary (equals inventory_hostname 'a') 'b' 'a' }}"}
    - {name: once, copy: {dest: "{{ folder }}/once", content: plain, mode: '0600'}, run_once: true}
  handlers:
    - {name: told, template: {src: canary_2.hbs, dest: "{{ folder }}/handler", mode: '0600'}}
`,
    )
    await tlsplay('run', 'site.yml', '-i', 'hosts.yml')
  })

  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ] as const)('nothing of %s is on the wire of %s', (one, other) => {
    expect(readFileSync(join(heard[one].folder, 'all'), 'utf8')).toBe(`${secrets[one].join('\n')}\n`)
    expect(leaks(heard[other].wire(), planted(secrets[one]))).toEqual([])
  })
  test.each(names)('the twin: its own are on the wire of %s', (name) => {
    const wire = heard[name].wire()
    const seen = secrets[name].filter((secret) => leaks(wire, planted([secret])).length > 0)
    expect(seen).toHaveLength(50)
  })
})

describe('a private key that is made on its host', () => {
  /** What base64 at any offset, hex and the bytes themselves show of some bytes, whatever stands around them. */
  const shapes = (bytes: Buffer): readonly string[] => [
    ...[bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
    ...[0, 1, 2].map((offset) => {
      const length = Math.floor((offset + bytes.length) / 3) * 4
      return Buffer.concat([Buffer.alloc(offset), bytes])
        .toString('base64')
        .slice(4, length)
    }),
  ]
  /** The wire, and what its base64 says, twice: a PEM may have been packed once more. */
  const read = (wire: string): string => {
    const unpack = (text: string): string =>
      [...text.matchAll(/[A-Za-z0-9+/\n]{40,}=*/g)].map(([packed]) => Buffer.from(packed, 'base64').toString('latin1')).join('\n')
    const once = unpack(wire)
    return [wire, once, once.replaceAll('\n', ''), unpack(once)].join('\n')
  }
  const onWire = (bytes: Buffer): boolean => {
    const text = read(heard.a.wire())
    return shapes(bytes).some((shape) => text.includes(shape))
  }

  test.each(['self', 'ca'])(
    'issuer %s: never leaves it, also when it is renewed; its public half is seen',
    { timeout: 60_000 },
    async (issuer) => {
      writeFileSync(join(desk, 'passphrase'), 'a passphrase of the authority\n')
      if (issuer === 'ca') await tlsplay('ca', 'init', 'default', '-i', 'hosts.yml', '--ca-passphrase-file', 'passphrase')
      for (const round of [1, 2]) {
        writeFileSync(
          join(desk, 'pair.yml'),
          `- hosts: a
  tasks:
    - generate: {certificate: "{{ folder }}/${issuer}.crt", private_key: "{{ folder }}/${issuer}.key", names: [r${round}.test], issuer: ${issuer}}
`,
        )
        await tlsplay('run', 'pair.yml', '-i', 'hosts.yml', '--ca-passphrase-file', 'passphrase')
        const { d = '', x = '' } = createPrivateKey(readFileSync(join(heard.a.folder, `${issuer}.key`))).export({ format: 'jwk' })
        expect(onWire(Buffer.from(d, 'base64url'))).toBe(false)
        expect(onWire(Buffer.from(x, 'base64url'))).toBe(true)
      }
    },
  )
})
