import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { canaries, encodings, leaks, type Planted } from '../fakes/canaries.ts'
import { programPath, removeTemporaryFolders, script, temporaryFolder } from './rig.ts'

/** Arguments and environment of every process that a run starts on a host, as the kernel was given them, in three shells. */
afterAll(removeTemporaryFolders)

// Without anything that strace would write in another way.
const secrets = canaries(1600, 21)
  .filter((secret) => /^[A-Za-z0-9]{8,}$/.test(secret))
  .slice(0, 200)
const planted: readonly Planted[] = Object.entries(encodings).flatMap(([encoding, write]) =>
  secrets.flatMap((secret) => write(secret).telling.map((telling) => ({ encoding, telling }))),
)

const site = `
- hosts: all
  vars_files: [secrets.yml]
  tasks:
    - {name: template, template: {src: all.hbs, dest: "{{ folder }}/all", mode: '0600'}}
    - {name: line, lineinfile: {path: "{{ folder }}/line", line: "password = {{ canary_1 }}", create: true, mode: '0600'}}
    - {name: block, blockinfile: {path: "{{ folder }}/block", block: "{{ canary_2 }}", create: true, mode: '0600'}}
    - {name: setting, config: {path: "{{ folder }}/env", format: env, create: true, mode: '0600', set: {PASSWORD: "{{ canary_3 }}"}}}
    - {name: program, command: {argv: [cat], stdin: "{{ canary_4 }}"}, register: said}
    - {name: what it said, template: {src: said.hbs, dest: "{{ folder }}/said", mode: '0600'}}
    - {name: shell, shell: {cmd: "cat >/dev/null", stdin: "{{ all }}"}}
    - {name: pair, generate: {certificate: "{{ folder }}/t.crt", private_key: "{{ folder }}/t.key", names: [h.test]}}
    - {name: nothing secret, command: {argv: [/bin/true, seen-by-everybody]}}
`

const shells = [
  { shell: 'dash', words: ['/bin/dash'] },
  { shell: 'BusyBox sh', words: [programPath('busybox') ?? 'busybox', 'sh'] },
  { shell: 'mksh', words: [programPath('mksh') ?? 'mksh'] },
] as const

describe.each(shells)('$shell', ({ words }) => {
  test('200 secrets: none in an argument or in the environment of any process, whether the run ends well or not', {
    timeout: 60_000,
  }, async () => {
    expect(secrets).toHaveLength(200)
    const [desk, folder] = [temporaryFolder(), temporaryFolder()]
    const traced = script(
      join(desk, 'login-shell'),
      `#!/bin/sh\nexec strace -f -e trace=execve,execveat -v -s 1000000 -o ${desk}/trace.$$ ${words.join(' ')} -c "$2"\n`,
    )
    const host = await startSshHost({ folder, shell: traced })
    writeFileSync(join(desk, 'key'), host.clientKey, { mode: 0o600 })
    writeFileSync(join(desk, 'known'), `${host.hostKeyLine}\n`)
    const how = {
      ...{ ansible_host: '127.0.0.1', ansible_port: host.port, ansible_user: userInfo().username, ansible_ssh_private_key_file: 'key' },
      ...{ tlsplay_known_hosts_file: 'known', folder, tlsplay_state_folder: join(folder, 'state') },
    }
    writeFileSync(join(desk, 'hosts.yml'), JSON.stringify({ all: { hosts: { h: how } } }))
    writeFileSync(
      join(desk, 'secrets.yml'),
      `all: ${JSON.stringify(secrets.join(' '))}\n${secrets.map((secret, number) => `canary_${number}: ${secret}\n`).join('')}`,
    )
    writeFileSync(join(desk, 'all.hbs'), '{{ all }}')
    writeFileSync(join(desk, 'said.hbs'), '{{ said.stdout }}')
    writeFileSync(join(desk, 'site.yml'), site)
    writeFileSync(join(desk, 'failing.yml'), `${site}    - {name: no way on, command: {argv: ["false"]}}\n`)
    const codes: number[] = []
    let told = ''
    for (const playbook of ['failing.yml', 'site.yml', 'site.yml']) {
      const io = fakeIo(['run', playbook, '-i', 'hosts.yml'], { cwd: desk, env: { HOME: desk, PATH: process.env['PATH'] } })
      codes.push(await runProgram(io))
      told += io.out() + io.err()
    }
    await host.close()
    expect(codes, told).toEqual([2, 0, 0])
    expect(readFileSync(join(folder, 'all'), 'utf8')).toBe(secrets.join(' '))
    const traces = readdirSync(desk).filter((name) => name.startsWith('trace.'))
    const text = traces.map((name) => readFileSync(join(desk, name), 'utf8')).join('\n')
    // The twin: what is no secret is an argument, and it is seen.
    expect(text).toContain('"seen-by-everybody"')
    expect(text.match(/ execve\(/g)?.length).toBeGreaterThan(50)
    expect(leaks(text, planted)).toEqual([])
  })
})
