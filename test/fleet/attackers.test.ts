import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canaries, encodings, leaks, type Planted } from '../fakes/canaries.ts'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { tlsplay, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

/** What somebody with an account on a host, or a full disk, can do to a run; and what a run shows to the process table. */

const letters = canaries(1600, 22).filter((secret) => /^[A-Za-z0-9]{8,}$/.test(secret))
const secrets = letters.slice(0, 200)

/** Every program that sshd starts, and what those start, with arguments and environment. */
const traced = `mkdir -p /etc/systemd/system/ssh.service.d
cat > /etc/systemd/system/ssh.service.d/trace.conf <<'UNIT'
[Service]
Type=simple
ExecStart=
ExecStart=/usr/bin/strace -f -e trace=execve,execveat -v -s 1000000 -o /var/log/execve.trace /usr/sbin/sshd -D
UNIT`

let fleet: Fleet
let traces: LabHost
let victim: LabHost
let inventory: string
beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      // Or sudo would not become root under strace.
      { kind: 'node', name: 't1', prepare: traced, capabilities: ['SYS_PTRACE'] },
      { kind: 'plain', name: 'v1' },
    ],
  })
  traces = fleet.host('t1')
  victim = fleet.host('v1')
  await writeFile(
    join(fleet.folder, 'secrets.yml'),
    `all: ${secrets.join(' ')}\n${secrets.map((secret, number) => `canary_${number}: ${secret}\n`).join('')}`,
  )
  await writeFile(join(fleet.folder, 'all.hbs'), '{{ all }}\n')
  inventory = await fleet.inventory({ extraVarsPerHost: { t1: { published: traces.port(9100) } } })
})
afterAll(() => fleet?.stop())

async function playbook(name: string, text: string): Promise<string> {
  const path = join(fleet.folder, name)
  await writeFile(path, text)
  return path
}

describe('the process table', () => {
  test('200 secrets and the password of sudo: in no argument and no environment of any process, here or on the host', async () => {
    const site = await playbook(
      'traced.yml',
      `- hosts: t1
  become: true
  vars_files: [secrets.yml]
  roles:
    - role: prometheus_tls
      inputs: { service: prometheus-node-exporter, product: node_exporter, port: 9100, names: [t1, localhost], controller_address: "127.0.0.1:{{ published }}" }
  tasks:
    - {name: template, template: {src: all.hbs, dest: /root/all, mode: '0600'}}
    - {name: line, lineinfile: {path: /root/line, line: "password = {{ canary_1 }}", create: true, mode: '0600'}}
    - {name: program, command: {argv: [cat], stdin: "{{ canary_4 }}"}}
    - {name: as another user, command: {argv: [/bin/cat], stdin: "{{ canary_5 }}"}, become_user: prometheus}
    - {name: nothing secret, command: {argv: [/bin/true, seen-by-everybody]}}
    - {name: no way on, command: {argv: ["false"]}}
`,
    )
    const asOpspw = await fleet.inventory({
      user: 'opspw',
      extraVarsPerHost: { t1: { published: traces.port(9100), ansible_become_password: fleet.password } },
    })
    const here = join(fleet.folder, 'controller.trace')
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
    const strace = ['-f', '-e', 'trace=execve,execveat', '-v', '-s', '1000000', '-o', here]
    const child = spawn('strace', [...strace, process.execPath, main, 'run', site, '-i', asOpspw, '--watchdog', '30'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code, out).toBe(2)
    expect(out).toContain('no way on')
    const there = await prepared(traces, 'cat /var/log/execve.trace')
    // The twin: both traces show what is no secret.
    expect(there).toContain('"seen-by-everybody"')
    expect(readFileSync(here, 'utf8')).toContain('"--watchdog"')
    const planted: readonly Planted[] = [...secrets, fleet.password].flatMap((secret) =>
      Object.entries(encodings).flatMap(([encoding, write]) => write(secret).telling.map((telling) => ({ encoding, telling }))),
    )
    expect(there.match(/ execve\(/g)?.length).toBeGreaterThan(50)
    expect(leaks(`${there}\n${readFileSync(here, 'utf8')}`, planted)).toEqual([])
  })
})

/** Starts a program of the user `nosudo` that goes on until it is told to end; then answers with what it printed. */
function attack(program: string): { end(): Promise<string> } {
  const child: ChildProcess = spawn('docker', ['exec', '--interactive', '--user', 'nosudo', victim.containerId, 'perl', '-e', program])
  let out = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  return {
    async end() {
      child.stdin?.end()
      await closed
      return out
    },
  }
}

/** Perl: whether its standard input is still open. */
const goOn = `sub on { my $b = ''; vec($b, 0, 1) = 1; return !select($b, undef, undef, 0) }`

describe('another user of the host', () => {
  const write = (name: string, mode: string) => `- hosts: v1
  become: true
  vars_files: [secrets.yml]
  tasks:
    - {name: folder, file: {path: /srv/open, state: directory, mode: '0755'}}
    - {name: written, template: {src: all.hbs, dest: /srv/open/${name}, mode: '${mode}'}}
    - {name: a line, lineinfile: {path: /srv/open/${name}.line, line: "{{ canary_7 }} {{ round }}", create: true, mode: '${mode}'}}
    - {name: pair, generate: {certificate: /srv/open/${name}.crt, private_key: /srv/open/${name}.key, names: ["r{{ round }}.test"]}}
`
  /** Opens all that it can, as often as it can, and keeps what it saw of secrets and keys. */
  const watcher = `${goOn}
my %seen;
while (on()) {
  for my $folder ('/srv/open', '/var/lib/tlsplay', glob('/var/lib/tlsplay/*'), '/tmp', '/root') {
    opendir my $d, $folder or next;
    for my $name (readdir $d) {
      next unless -f "$folder/$name" && open my $f, '<', "$folder/$name";
      local $/;
      my $text = <$f>;
      $seen{"$folder/$name"} = 1 if $text =~ /${secrets[7]}|PRIVATE KEY/;
    }
  }
}
print map { "$_\\n" } keys %seen;`

  const rounds = async (site: string, count: number): Promise<void> => {
    for (let round = 1; round <= count; round += 1) {
      const { code, stdout } = await tlsplay(['run', site, '-i', inventory, '-e', `round=${round}`])
      expect(code, stdout).toBe(0)
    }
  }

  test('never opens what is private, whenever it looks, though the umask of the host is 000', async () => {
    await prepared(
      victim,
      `sed -i 's/^UMASK.*/UMASK 000/' /etc/login.defs; echo 'Defaults umask=0000, umask_override' >/etc/sudoers.d/umask; chmod 0440 /etc/sudoers.d/umask`,
    )
    const looks = attack(watcher)
    await rounds(await playbook('private.yml', write('private', '0600')), 4)
    expect(await looks.end()).toBe('')
    expect(await prepared(victim, 'stat -c %a /srv/open/private /srv/open/private.key')).toBe('600\n400\n')
  })

  test('the twin: what everybody may read is seen', async () => {
    const looks = attack(watcher)
    await rounds(await playbook('public.yml', write('public', '0644')), 1)
    expect(await looks.end()).toContain('/srv/open/public\n')
  })

  test('cannot open the lock, nor make a name that the run will take', async () => {
    const tries = await victim.exec(
      'flock -n /var/lib/tlsplay/lock true; mkdir /var/lib/tlsplay/open; ln -s /etc/passwd /var/lib/tlsplay/undoing; ls /var/lib/tlsplay/history',
      { user: 'nosudo' },
    )
    expect(tries.stderr.match(/Permission denied/g)).toHaveLength(4)
  })
})

describe('a disk that is full right after the swap', () => {
  const small = `umount /srv/small 2>/dev/null; mkdir -p /srv/small && mount -t tmpfs -o size=256k,mode=0755 tmpfs /srv/small && echo old >/srv/small/conf && mkdir -m 0700 /srv/small/state`
  const site = (behind: string) => `- hosts: v1
  become: true
  vars: { tlsplay_state_folder: /srv/small/state }
  tasks:
    - {name: written, copy: {dest: /srv/small/conf, content: "new\\n", mode: '0644'}}
    - {name: made, copy: {dest: /srv/small/more, content: "new\\n", mode: '0644'}}
    - {name: full, command: {argv: [sh, -c, "dd if=/dev/zero of=/srv/small/fill bs=1k 2>/dev/null; [ $(df -k --output=avail /srv/small | tail -n 1) = 0 ]"]}}
${behind}`
  const rest = `cat /srv/small/conf; ls -A /srv/small; ls /srv/small/state | grep -c -e open -e undoing`

  test('does not keep the run from going back', async () => {
    await prepared(victim, small)
    const path = await playbook('full.yml', site('    - {name: no way on, command: {argv: ["false"]}}\n'))
    const { report } = await tlsplayJson([
      'run',
      path,
      '-i',
      await fleet.inventory({ extraVarsPerHost: { v1: { tlsplay_state_folder: '/srv/small/state' } } }),
    ])
    expect(report.problems.map(({ code }) => code)).toEqual(['TASK_FAILED', 'ROLLED_BACK'])
    expect((await victim.exec(rest)).stdout).toBe('old\nconf\nfill\nstate\n0\n')
  })

  test('nor its guard, when the controller is killed', async () => {
    await prepared(victim, small)
    const path = await playbook('full-killed.yml', site('    - {name: at it, command: {argv: [sleep, "3"]}}\n'))
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
    const onSmall = await fleet.inventory({ extraVarsPerHost: { v1: { tlsplay_state_folder: '/srv/small/state' } } })
    const child = spawn(process.execPath, [main, 'run', path, '-i', onSmall, '--watchdog', '5'], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    })
    await until(
      () => 'the disk is full',
      async () => ((await victim.exec('[ $(df -k --output=avail /srv/small | tail -n 1) = 0 ]')).code === 0 ? true : undefined),
    )
    child.kill('SIGKILL')
    await until(
      () => 'it went back',
      async () => ((await victim.exec(rest)).stdout === 'old\nconf\nfill\nstate\n0\n' ? true : undefined),
      120_000,
    )
  })
})
