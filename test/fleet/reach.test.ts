import { createHash } from 'node:crypto'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { Problem } from '../../src/model/problem.ts'
import { command, type Fleet, startFleet } from './lab/index.ts'
import { tlsplayJson, type Told } from './support/program.ts'
import { changesDuring } from './support/snapshots.ts'
import { until } from './support/until.ts'

// Every way of not getting in is a host of the inventory, all of them the same machine `shut`; `open` is the one that is well.
let fleet: Fleet
let inventory: string
let run: { readonly told: Told; readonly touched: readonly string[] }

const file = (name: string) => join(fleet.folder, name)

async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  await new Promise((resolve) => server.close(resolve))
  return port
}

function connection(name: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    ansible_host: '127.0.0.1',
    ansible_port: fleet.host(name).sshPort,
    ansible_user: 'ops',
    ansible_ssh_private_key_file: fleet.privateKeyFile,
    tlsplay_known_hosts_file: fleet.knownHostsFile,
    ...more,
  }
}

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      { kind: 'plain', name: 'shut' },
      { kind: 'plain', name: 'open' },
    ],
  })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file('stranger')])
  await writeFile(file('known.empty'), '')
  await writeFile(
    file('known.other'),
    `# of a machine that was here before\n[127.0.0.1]:${fleet.host('shut').sshPort} ${fleet.host('open').hostKey}\n`,
  )
  inventory = file('reach-inventory.yml')
  const hosts = {
    closed: connection('shut', { ansible_port: await closedPort() }),
    stranger: connection('shut', { ansible_ssh_private_key_file: file('stranger') }),
    unknown: connection('shut', { tlsplay_known_hosts_file: file('known.empty') }),
    changed: connection('shut', { tlsplay_known_hosts_file: file('known.other') }),
    wrong: connection('shut', { ansible_user: 'opspw', ansible_become_password: 'not-the-password' }),
    none: connection('shut', { ansible_user: 'opspw' }),
    forbidden: connection('shut', { ansible_user: 'nosudo', ansible_become_password: fleet.password }),
    open: connection('open', { ansible_user: 'opspw', ansible_become_password: '{{ env "SUDO_PASSWORD" }}' }),
  }
  await writeFile(inventory, stringify({ all: { hosts } }))
  run = await changesDuring(fleet, () =>
    tlsplayJson(['run', file('reach.yml'), '-i', inventory], { env: { SUDO_PASSWORD: fleet.password } }),
  )
})
afterAll(() => fleet?.stop())

function problemOf(host: string): Problem {
  const found = run.told.report.problems.filter((problem) => problem.host === host)
  expect(found).toHaveLength(1)
  return found[0] as Problem
}

/** As `ssh-keygen -l` prints it. */
function fingerprintOf(host: string): string {
  const blob = Buffer.from(fleet.host(host).hostKey.split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

const lastLine = (text: string | undefined): string => text?.split('\n').at(-1) ?? ''

describe('hosts that let nobody in, beside one that does', () => {
  test('the run ends with 4, and the host that is well got everything', async () => {
    expect(run.told.code).toBe(4)
    expect(run.told.report.recap.map(({ host, ok, changed, unreachable, failed }) => ({ host, ok, changed, unreachable, failed }))).toEqual(
      [
        ...['closed', 'stranger', 'unknown', 'changed', 'wrong', 'none', 'forbidden'].map((host) => ({
          host,
          ok: 0,
          changed: 0,
          unreachable: 1,
          failed: 0,
        })),
        { host: 'open', ok: 1, changed: 1, unreachable: 0, failed: 0 },
      ],
    )
    expect((await fleet.host('open').exec('cat /etc/reached')).stdout).toBe('here\n')
  })

  test('the others are as they were, but for what sudo itself writes when somebody asks it for the first time', () => {
    const shut = run.touched
      .filter((line) => line.startsWith('shut '))
      .filter((line) => !/ [~+] \/var\/lib\/sudo\/lectured(?:\/|:|$)/.test(line))
    expect(shut).toEqual([])
    expect(run.touched.filter((line) => line === 'open + /etc/reached')).toHaveLength(1)
  })

  test.each<{ host: string; code: Problem['code']; message: RegExp; hint: RegExp }>([
    { host: 'closed', code: 'HOST_UNREACHABLE', message: /^closed: 127\.0\.0\.1 port \d+ refuses connections$/, hint: /sshd|running|port/ },
    {
      host: 'stranger',
      code: 'AUTH_FAILED',
      message: /^stranger: ops could not log in: it refused .*stranger/,
      hint: /-u .*--private-key/s,
    },
    { host: 'wrong', code: 'SUDO_PASSWORD', message: /^wrong: sudo refused the password of opspw/, hint: /tried once and not again.*-K/ },
    {
      host: 'none',
      code: 'SUDO_PASSWORD',
      message: /^none: sudo wants a password to become root, and none was given/,
      hint: /-K[^]*opspw ALL=\(root\) NOPASSWD: ALL/,
    },
    {
      host: 'forbidden',
      code: 'SUDO_REFUSED',
      message: /^forbidden: nosudo may not become root: .*not in the sudoers file/,
      hint: /nosudo ALL=\(root\) ALL/,
    },
  ])('$host: $code', ({ host, code, message, hint }) => {
    const problem = problemOf(host)
    expect(problem.code).toBe(code)
    expect(problem.message).toMatch(message)
    expect(problem.hint).toMatch(hint)
  })

  test('the wrong password was tried exactly once: nothing locks an account', async () => {
    const journal = async () => (await fleet.host('shut').exec('journalctl -o cat --no-pager')).stdout.split('\n')
    const lines = await until(
      () => 'sudo logs the attempt',
      async () => {
        const found = await journal()
        return found.some((line) => line.includes('opspw') && line.includes('incorrect password attempt')) ? found : undefined
      },
    )
    expect(
      lines.filter((line) => line.includes('pam_unix(sudo:auth): authentication failure') && line.includes('user=opspw')),
    ).toHaveLength(1)
    expect(
      lines
        .filter((line) => line.includes('opspw') && /\d+ incorrect password attempt/.test(line))
        .map((line) => /(\d+) incorrect/.exec(line)?.[1]),
    ).toEqual(['1'])
  })

  test('no password is in what was printed', () => {
    const printed = JSON.stringify(run.told)
    expect(printed).not.toContain(fleet.password)
    expect(printed).not.toContain('not-the-password')
  })
})

describe('host keys', () => {
  const plan = (host: string) => tlsplayJson(['plan', file('reach.yml'), '-i', inventory, '-l', host])

  test('an unknown one is shown with its fingerprint and the command that adds it, which is all it takes', async () => {
    const problem = problemOf('unknown')
    expect(problem.code).toBe('HOST_KEY_UNKNOWN')
    expect(problem.message).toContain(`ssh-ed25519 ${fingerprintOf('shut')}`)
    expect(lastLine(problem.hint)).toMatch(/^ssh-keyscan -t ed25519 -p \d+ .* >> .*known\.empty/)
    expect((await plan('unknown')).code).toBe(4)
    expect(await command(['sh', '-c', lastLine(problem.hint)])).toMatchObject({ code: 0 })
    expect(await plan('unknown')).toMatchObject({ code: 0, report: { problems: [] } })
  })

  test('a changed one is shown with the line of the file that has the other, and removing it is one command', async () => {
    const problem = problemOf('changed')
    expect(problem.code).toBe('HOST_KEY_CHANGED')
    expect(problem.message).toContain(`${file('known.other')}:2 has ${fingerprintOf('open')}`)
    expect(problem.message).toContain(fingerprintOf('shut'))
    expect(await command(['sh', '-c', lastLine(problem.hint)])).toMatchObject({ code: 0 })
    expect(await readFile(file('known.other'), 'utf8')).toBe('# of a machine that was here before\n')
    expect((await plan('changed')).report.problems.map(({ code }) => code)).toEqual(['HOST_KEY_UNKNOWN'])
  })
})

test('with the right key and password the same machine is reached: the cases above failed for their own reason', async () => {
  await writeFile(file('secrets.yml'), stringify({ ansible_become_password: fleet.password }))
  const found = await tlsplayJson(['plan', file('reach.yml'), '-i', inventory, '-l', 'none', '-e', `@${file('secrets.yml')}`])
  expect(found).toMatchObject({ code: 0, report: { problems: [] }, plan: { summary: { changes: 1 } } })
})
