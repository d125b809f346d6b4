import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { changes, command, type Fleet, type HostSpec, startFleet, sweep } from './lab/index.ts'
import { owner, ownerLabel } from './lab/owner.ts'

const specs: readonly HostSpec[] = [
  { name: 'p1', kind: 'prometheus', aliases: ['p1.example.com'] },
  { name: 'n1', kind: 'node' },
  { name: 'i1', kind: 'influxdb' },
  { name: 'u1', kind: 'upstream-prometheus' },
  { name: 'b1', kind: 'bare-prometheus' },
  { name: 'x1', kind: 'plain', services: ['node'], ports: [8443], prepare: 'echo found > /etc/prepared' },
  { name: 'bb', kind: 'busybox' },
]
const systemdHosts = specs.filter((spec) => spec.kind !== 'busybox').map((spec) => spec.name)

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ hosts: specs })
})
afterAll(() => fleet?.stop())

describe('hosts', () => {
  test.each(systemdHosts)('%s runs systemd with no failed unit', async (name) => {
    const { stdout } = await fleet.host(name).exec('systemctl is-system-running; systemctl list-units --failed --plain --no-legend')
    expect(stdout).toBe('running\n')
  })

  test('hosts have their own names, host keys, machine ids and cgroup trees', async () => {
    const told = await Promise.all(systemdHosts.map((name) => fleet.host(name).exec('hostname; cat /etc/machine-id')))
    expect(told.map(({ stdout }) => stdout.split('\n')[0])).toEqual(systemdHosts)
    expect(new Set(told.map(({ stdout }) => stdout.split('\n')[1])).size).toBe(systemdHosts.length)
    expect(new Set(fleet.hosts.map((host) => host.hostKey)).size).toBe(specs.length)
    // In a tree shared by all hosts, the container's own cgroup would stand in a folder `docker`.
    expect((await fleet.host('p1').exec('test -d /sys/fs/cgroup/systemd/docker -o -d /sys/fs/cgroup/docker')).code).toBe(1)
  })

  test('hosts reach each other by name and alias', async () => {
    const { stdout } = await fleet
      .host('x1')
      .exec('curl -sS http://p1.example.com:9090/-/ready; curl -sS -o /dev/null -w "%{http_code}" http://i1:8086/ping')
    expect(stdout).toBe('Prometheus Server is Ready.\n204')
  })

  test("a host's preparation is done before its services start", async () => {
    expect((await fleet.host('x1').exec('cat /etc/prepared')).stdout).toBe('found\n')
  })

  test('exec takes a user and standard input', async () => {
    expect(await fleet.host('x1').exec('id -un; cat; exit 3', { user: 'ops', stdin: 'from outside' })).toMatchObject({
      code: 3,
      stdout: 'ops\nfrom outside',
    })
  })
})

describe('services over plain HTTP, on ports of 127.0.0.1', () => {
  test.each([
    { host: 'p1', port: 9090, path: '/-/ready', status: 200 },
    { host: 'u1', port: 9090, path: '/-/ready', status: 200 },
    { host: 'b1', port: 9090, path: '/-/ready', status: 200 },
    { host: 'n1', port: 9100, path: '/metrics', status: 200 },
    { host: 'x1', port: 9100, path: '/metrics', status: 200 },
    { host: 'i1', port: 8086, path: '/ping', status: 204 },
  ])('$host:$port$path answers $status', async ({ host, port, path, status }) => {
    expect((await fetch(`http://127.0.0.1:${fleet.host(host).port(port)}${path}`)).status).toBe(status)
  })

  test('a port that the spec does not publish is an error that says so', () => {
    expect(() => fleet.host('p1').port(9100)).toThrow('add it to `ports`')
  })

  test('no port is published on another address than 127.0.0.1', async () => {
    const { stdout } = await command(['docker', 'ps', '--filter', 'label=tlsplay-lab=1', '--format', '{{.Ports}}'])
    expect(stdout).toContain('127.0.0.1:')
    expect(stdout).not.toMatch(/0\.0\.0\.0:|:::/)
  })
})

describe('kinds of Prometheus', () => {
  test("Debian's unit keeps /home from the service, as on a real host", async () => {
    const { stdout } = await fleet
      .host('p1')
      .exec('stat -c %a /proc/$(pidof prometheus)/root/home; cut -d" " -f1 /etc/default/prometheus | grep -c "^ARGS="')
    expect(stdout).toBe('0\n1\n')
  })

  test('the upstream-style install has a unit of its own with flags in ExecStart and nothing of the package', async () => {
    const { stdout } = await fleet
      .host('u1')
      .exec(
        'systemctl show -p FragmentPath,User,EnvironmentFiles prometheus; ps -o args= -C prometheus; ls /usr/bin/prometheus /etc/default/prometheus 2>&1 | grep -c "No such"; dpkg-query -W prometheus 2>&1',
      )
    expect(stdout).toContain('FragmentPath=/etc/systemd/system/prometheus.service')
    expect(stdout).toContain('User=prometheus')
    expect(stdout).not.toContain('EnvironmentFiles=/')
    expect(stdout).toContain('/usr/local/bin/prometheus --config.file=/etc/prometheus/prometheus.yml')
    expect(stdout).toContain('\n2\n')
    expect(stdout).toContain('no packages found')
  })

  test('the bare process has no unit, runs as prometheus and writes a log file', async () => {
    const { stdout } = await fleet
      .host('b1')
      .exec(
        'systemctl show -p LoadState prometheus; ps -o user:20=,ppid= -C prometheus; grep -c "Server is ready" /home/prometheus/prometheus.log',
      )
    expect(stdout.replaceAll(/ +/g, ' ')).toBe('LoadState=not-found\nprometheus 1\n1\n')
  })
})

describe('ssh, with strict host keys', () => {
  test.each(systemdHosts)('ops reaches %s and becomes root without a password', async (name) => {
    expect(await fleet.ssh(name, 'sudo -n true && sudo -n id -u')).toMatchObject({ code: 0, stdout: '0\n' })
  })

  test('opspw becomes root with the password of the fleet only', async () => {
    expect((await fleet.ssh('p1', 'sudo -n true', { user: 'opspw' })).code).not.toBe(0)
    expect((await fleet.ssh('p1', 'sudo -S -p "" id -u', { user: 'opspw', stdin: `${fleet.password}\n` })).stdout).toBe('0\n')
  })

  test('nosudo does not, even with its password', async () => {
    const { code, stderr } = await fleet.ssh('p1', 'sudo -S -p "" id -u', { user: 'nosudo', stdin: `${fleet.password}\n` })
    expect(code).not.toBe(0)
    expect(stderr).toContain('not in the sudoers file')
  })

  test('a host whose key is another than the one in known_hosts is refused', async () => {
    const wrong = join(fleet.folder, 'known_hosts.wrong')
    const known = await readFile(fleet.knownHostsFile, 'utf8')
    await writeFile(wrong, known.replaceAll(fleet.host('p1').hostKey, fleet.host('n1').hostKey))
    const argv = fleet.sshArgv('p1', 'true').map((word) => word.replace(fleet.knownHostsFile, wrong))
    const { code, stderr } = await command(argv)
    expect(code).toBe(255)
    expect(stderr).toContain('Host key verification failed')
  })
})

describe('the BusyBox host', () => {
  test('has BusyBox as its shell and every tool, and nothing of GNU, no bash, no sudo, no systemd', async () => {
    const { stdout } = await fleet.ssh(
      'bb',
      'id -un; sh -c \'echo $0; busybox | head -1; for tool in sh stat find sed; do readlink -f "$(command -v $tool)"; done; su -s /bin/sh nobody -c "id -un"; command -v bash sudo systemctl perl python3 dpkg init; stat --version; echo end\' 2>&1',
    )
    expect(stdout).toMatch(/^root\nsh\nBusyBox v1\./)
    expect(stdout).toContain(`\n${'/bin/busybox\n'.repeat(4)}nobody\nstat: unrecognized option`)
    expect(stdout).not.toContain('GNU coreutils')
    expect(stdout).toMatch(/end\n$/)
  })

  test('makes keys and certificates with openssl', async () => {
    const { code, stdout } = await fleet.ssh(
      'bb',
      'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=bb -keyout /dev/null 2>/dev/null | openssl x509 -noout -subject',
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'subject=CN = bb\n' })
  })
})

describe('snapshots', () => {
  test.each(specs.map((spec) => spec.name))('%s is the same before and after nothing', async (name) => {
    const before = await fleet.host(name).snapshot()
    await fleet.host(name).exec('true')
    expect(changes(before, await fleet.host(name).snapshot())).toEqual([])
    expect(before.get('/etc/passwd')).toMatch(/[0-9a-f]{64}$/)
  })

  test.each(['p1', 'bb'])('%s: what was planted is seen', async (name) => {
    const host = fleet.host(name)
    await host.exec('echo one > /etc/kept; echo two > /root/gone; echo three > /tmp/touched; ln -sf /etc/kept /etc/link')
    const before = await host.snapshot()
    // The same bytes again within one second, a mode, a new file with a space in its name, a lost one, a file in memory, a link.
    await host.exec(
      'echo one > /etc/kept; chmod 600 /tmp/touched; echo > "/etc/new file"; rm /root/gone; echo > /dev/shm/left; ln -sf /etc/hostname /etc/link',
    )
    const seen = changes(before, await host.snapshot())
    expect(seen).toEqual(
      expect.arrayContaining([
        '~ /etc/kept: mtime, ctime',
        '~ /tmp/touched: mode, ctime',
        '+ /etc/new file',
        '- /root/gone',
        '+ /dev/shm/left',
      ]),
    )
    expect(seen.filter((line) => line.startsWith('~ /etc/link: '))).toHaveLength(1)
  })

  test('a login changes the login records and the journal, nothing else', async () => {
    const before = await fleet.host('n1').snapshot()
    await fleet.ssh('n1', 'sudo -n true')
    const elsewhere = changes(before, await fleet.host('n1').snapshot()).filter(
      (line) => !/^. \/(run|run\/motd\.dynamic|var\/log\/(journal\/.*|lastlog|wtmp))(:|$)/.test(line),
    )
    expect(elsewhere).toEqual([])
  })
})

describe('inventories', () => {
  test('name every host, its port, its user, key and known_hosts', async () => {
    const path = await fleet.inventory({
      user: 'opspw',
      groups: { web: ['p1', 'bb'] },
      groupVars: { web: { port: 9090 } },
      extraVarsPerHost: { p1: { names: ['p1.example.com'] } },
    })
    const { all } = parse(await readFile(path, 'utf8'))
    expect(Object.keys(all.hosts)).toEqual(specs.map((spec) => spec.name))
    expect(all.hosts.p1).toEqual({
      ansible_host: '127.0.0.1',
      ansible_port: fleet.host('p1').sshPort,
      ansible_user: 'opspw',
      ansible_ssh_private_key_file: fleet.privateKeyFile,
      tlsplay_known_hosts_file: fleet.knownHostsFile,
      names: ['p1.example.com'],
    })
    expect(all.hosts.bb.ansible_user).toBe('root')
    expect(all.children).toEqual({ web: { hosts: { p1: {}, bb: {} }, vars: { port: 9090 } } })
    expect(await readFile(fleet.knownHostsFile, 'utf8')).toContain(`[127.0.0.1]:${fleet.host('p1').sshPort} ssh-ed25519 AAAA`)
  })

  test('a host that is not in the fleet is refused', async () => {
    await expect(fleet.inventory({ groups: { web: ['nobody'] } })).rejects.toThrow('not in the fleet: nobody')
  })
})

describe('sweeping', () => {
  test('takes what a dead run left, and leaves what a living one uses', async () => {
    const image = (await command(['docker', 'inspect', '--format', '{{.Config.Image}}', fleet.host('bb').containerId])).stdout.trim()
    // The mark of a process that is gone: this one's child, which has ended.
    const child = await promisify(execFile)('sh', ['-c', 'echo $$'])
    const mark = `${child.stdout.trim()}.1`
    const left = await command(['docker', 'create', '--label', 'tlsplay-lab=1', '--label', `tlsplay-lab.owner=${mark}`, image, 'true'])
    expect(left.code).toBe(0)
    await sweep('dead')
    expect((await command(['docker', 'inspect', left.stdout.trim()])).code).not.toBe(0)
    expect((await fleet.ssh('p1', 'true')).code).toBe(0)
  })

  test('a fleet that cannot start says which unit failed and leaves nothing behind', async () => {
    const failing =
      'printf "[Service]\\nExecStart=/bin/false\\n" > /etc/systemd/system/broken.service; ln -s /etc/systemd/system/broken.service /etc/systemd/system/multi-user.target.wants/'
    await expect(
      startFleet({
        hosts: [
          { name: 'f1', kind: 'plain', prepare: failing },
          { name: 'f2', kind: 'busybox' },
        ],
      }),
    ).rejects.toThrow(/host f1 \(plain\) is not up: failed units:\nbroken\.service/)
    const { stdout } = await command(['docker', 'ps', '--all', '--quiet', '--filter', `label=${ownerLabel}=${owner()}`])
    expect(stdout.trim().split('\n')).toHaveLength(specs.length)
  })
})
