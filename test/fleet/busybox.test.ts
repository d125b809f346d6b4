import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changes, command, type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { makeAuthority } from './support/authority.ts'
import { changed, plannedChanges, tlsplayJson, type Told } from './support/program.ts'
import { prepared } from './support/snapshots.ts'

const found = `mkdir -p /etc/old/deep /etc/default
printf 'first\\n' >/etc/old/deep/file
printf '# kept\\nlevel info\\nlast' >/etc/app.conf
printf '# kept\\nLEVEL="info"\\nGONE=1\\n' >/etc/default/app
printf '# kept\\n[http]\\n  # port = 80\\n  enabled = false # why\\n' >/etc/app.toml
printf '# kept\\ntls:\\n    cert: ~\\nother: [1,  2]\\n' >/etc/app.yml`

let fleet: Fleet
let host: LabHost
let env: Readonly<Record<string, string>>
let arguments_: readonly string[]
let planned: Told
let touched: readonly string[]
let first: Told

/** Inode and ctime of everything the playbook manages. */
const identities = () =>
  prepared(host, "find /etc/app /etc/app.conf /etc/app.toml /etc/app.yml /etc/default | xargs stat -c '%n %i %z' | sort")

beforeAll(async () => {
  fleet = await startFleet({ hosts: [{ kind: 'busybox', name: 'bb', ports: [8443], prepare: found }] })
  host = fleet.host('bb')
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  const inventory = await fleet.inventory({ extraVarsPerHost: { bb: { published: host.port(8443) } } })
  env = { TLSPLAY_CA_PASSPHRASE_FILE: await makeAuthority(inventory, fleet.folder) }
  arguments_ = [join(fleet.folder, 'busybox.yml'), '-i', inventory]
  const before = await host.snapshot()
  planned = await tlsplayJson(['plan', ...arguments_], { env })
  touched = changes(before, await host.snapshot())
  first = await tlsplayJson(['run', ...arguments_, '-e', '{"days": 31}'], { env })
})
afterAll(() => fleet?.stop())

test('the plan touches nothing at all: no login record, no journal here', () => {
  expect(planned.report.problems).toEqual([])
  expect(touched).toEqual([])
})

describe('the run', () => {
  test('does what the plan said and converges', () => {
    expect(first.report.problems).toEqual([])
    expect(first.code).toBe(0)
    expect(changed(first)).toEqual(plannedChanges(planned))
    expect(first.report.recap).toMatchObject([{ failed: 0, converged: true }])
  })

  test.each([
    {
      what: 'text, owner and mode',
      script: "cat /etc/app/text; stat -c '%U:%G %a' /etc/app/text",
      printed: "it's a $word\n`and` \\another\nnobody:nogroup 640\n",
    },
    { what: 'bytes', script: 'od -An -tx1 /etc/app/blob.bin', printed: ' 6e 6f 74 20 74 65 78 74 3a 20 00 01 02 ff 0a\n' },
    { what: 'a template', script: 'cat /etc/app/greeting', printed: 'name bb\nname localhost\nname 127.0.0.1\nhost bb\n' },
    {
      what: 'a link, an empty file, nothing',
      script: "readlink /etc/app/current; stat -c '%s %a' /etc/app/touched; ls /etc/old 2>&1 | grep -c 'No such'",
      printed: 'tls\n0 600\n1\n',
    },
    { what: 'a line, every other byte kept', script: 'cat /etc/app.conf', printed: '# kept\nlevel debug\nlast' },
    { what: 'env, every other byte kept', script: 'cat /etc/default/app', printed: '# kept\nLEVEL="debug"\n' },
    {
      what: 'toml, every other byte kept',
      script: 'cat /etc/app.toml',
      printed: '# kept\n[http]\n  # port = 80\n  port = 8443\n  enabled = true # why\n',
    },
    {
      what: 'yaml, every other byte kept',
      script: 'cat /etc/app.yml',
      printed: '# kept\ntls:\n    cert: /etc/app/tls/server.crt\nother: [1,  2]\n',
    },
    {
      what: 'a block and what a shell made',
      script: 'cat /etc/app/names; grep -c . /etc/app.count',
      printed: '# BEGIN ANSIBLE MANAGED BLOCK\none\ntwo\n# END ANSIBLE MANAGED BLOCK\n1\n',
    },
    { what: 'a script', script: 'cat /etc/app/announced; ls -A /tmp', printed: 'root for a host\n' },
    { what: 'a command and a handler, once each', script: 'cat /etc/app/made /var/log/handled', printed: 'made\nhandled\n' },
  ])('leaves $what', async ({ script, printed }) => {
    expect(await prepared(host, script)).toBe(printed)
  })

  test.each([
    { type: 'rsa-2048', is: /Private-Key: \(2048 bit/ },
    { type: 'rsa-3072', is: /Private-Key: \(3072 bit/ },
    { type: 'rsa-4096', is: /Private-Key: \(4096 bit/ },
    { type: 'ecdsa-p256', is: /NIST CURVE: P-256/ },
    { type: 'ecdsa-p384', is: /NIST CURVE: P-384/ },
    { type: 'ed25519', is: /^ED25519 Private-Key/ },
  ])('makes a pair of $type that openssl accepts', async ({ type, is }) => {
    const path = `/etc/app/tls/${type}`
    const told = await prepared(
      host,
      `stat -c %a ${path}.key; openssl verify -CAfile ${path}.crt -purpose sslserver -verify_hostname bb ${path}.crt; openssl x509 -in ${path}.crt -noout -subject -ext subjectAltName`,
    )
    expect(told).toMatch(/^400\n.*: OK\n/)
    expect(told).toContain('C = DE, ST = Hessen, L = Kassel, O = Example, OU = Lab, CN = bb')
    expect(told).toContain('DNS:bb, DNS:localhost, IP Address:127.0.0.1')
    expect(await prepared(host, `openssl pkey -in ${path}.key -noout -text`)).toMatch(is)
    expect(await prepared(host, `openssl pkey -in ${path}.key -pubout`)).toBe(
      await prepared(host, `openssl x509 -in ${path}.crt -noout -pubkey`),
    )
  })

  test('serves what a client with the authority accepts by name, and only by its names', async () => {
    const ca = join(fleet.folder, 'ca', 'default', 'ca.crt')
    const client = (name: string) =>
      command([
        'openssl',
        's_client',
        '-connect',
        `127.0.0.1:${host.port(8443)}`,
        '-CAfile',
        ca,
        '-verify_return_error',
        '-verify_hostname',
        name,
      ])
    expect(await client('bb')).toMatchObject({ code: 0, stdout: expect.stringContaining('Verify return code: 0 (ok)') as string })
    expect((await client('other.test')).code).not.toBe(0)
    expect(await readFile(ca, 'utf8')).toContain('BEGIN CERTIFICATE')
  })
})

describe('uri', () => {
  const asked = (...more: readonly string[]) =>
    tlsplayJson([
      'run',
      join(fleet.folder, 'asked.yml'),
      '-i',
      arguments_[2] ?? '',
      '-e',
      JSON.stringify({ ca_file: join(fleet.folder, 'ca', 'default', 'ca.crt') }),
      ...more,
    ])

  test('is refused where there is no curl', async () => {
    const told = await asked()
    expect(told.code).toBe(1)
    expect(told.report.problems).toMatchObject([
      { code: 'TOOL_MISSING', task: 'from the host', hint: expect.stringContaining('localhost') as string },
    ])
  })

  test('asks from here all the same', async () => {
    const told = await asked('--skip-tags', 'host')
    expect({ code: told.code, problems: told.report.problems, changed: changed(told) }).toEqual({ code: 0, problems: [], changed: [] })
  })
})

test('accounts and packages are refused where nothing keeps them', async () => {
  const told = await tlsplayJson(['run', join(fleet.folder, 'without.yml'), '-i', arguments_[2] ?? ''])
  expect(told.code).toBe(1)
  expect(told.report.problems).toMatchObject([
    { code: 'TOOL_MISSING', task: 'an account', message: 'user: useradd is not installed on bb' },
    { code: 'TOOL_MISSING', task: 'a package', message: 'package: bb has no package manager that is known here' },
  ])
})

describe('a second run', () => {
  test('changes nothing, writes nothing, and costs one connection and at most two exchanges', async () => {
    const before = await identities()
    const second = await tlsplayJson(['run', ...arguments_], { env })
    expect({ code: second.code, problems: second.report.problems, changed: changed(second) }).toEqual({
      code: 0,
      problems: [],
      changed: [],
    })
    expect(await identities()).toBe(before)
    expect(second.report.stats).toMatchObject([{ connections: 1, channels: 1 }])
    expect(second.report.stats[0]?.exchanges).toBeLessThanOrEqual(2)
  })

  test('renews what is due, and only that, and replaces the process that served it', async () => {
    // It was made for 31 days and is renewed below 30: a window of 40 finds it due, and its successor of 90 days not.
    const fingerprint = () =>
      prepared(host, 'openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null | openssl x509 -noout -fingerprint')
    const before = await fingerprint()
    const renewed = await tlsplayJson(['run', ...arguments_, '-e', '{"renew_before": 40}'], { env })
    expect({ code: renewed.code, problems: renewed.report.problems }).toEqual({ code: 0, problems: [] })
    expect(changed(renewed)).toEqual(['bb pair of the authority', 'bb server'])
    expect(await fingerprint()).not.toBe(before)
  })
})
