import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../src/model/problem.ts'
import { type Fleet, startFleet } from './lab/index.ts'
import { tlsplay, tlsplayJson } from './support/program.ts'
import { changesDuring, prepared } from './support/snapshots.ts'

// h1 is broken by each test, h2 has nothing wrong: a refusal must leave both as they were.
let fleet: Fleet

/** A certificate for the name and its key, as somebody else would have left them on a host. */
const givenPair = (name: string) => `umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -addext subjectAltName=DNS:${name} -days 30 -keyout /etc/prometheus/given.key -out /etc/prometheus/given.crt 2>/dev/null
chown prometheus /etc/prometheus/given.key && chmod 0400 /etc/prometheus/given.key && chmod 0644 /etc/prometheus/given.crt`

async function inventory(ofH1: Readonly<Record<string, unknown>>): Promise<string> {
  const usual = (name: string) => ({
    ...{ published: fleet.host(name).port(9090), unit: 'prometheus', tls_dir: '/etc/prometheus/tls', owner: 'root' },
  })
  return fleet.inventory({ extraVarsPerHost: { h1: { ...usual('h1'), ...ofH1 }, h2: usual('h2') } })
}

beforeAll(async () => {
  fleet = await startFleet({ hosts: ['h1', 'h2'].map((name) => ({ kind: 'prometheus', name, prepare: givenPair(name) })) })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
})
afterAll(() => fleet?.stop())

interface Case {
  readonly case: string
  readonly playbook?: string
  readonly vars?: Readonly<Record<string, unknown>>
  /** makes h1 so */
  readonly before?: string
  /** makes it as it was */
  readonly after?: string
  readonly code: Problem['code']
  readonly message: RegExp
  readonly hint: RegExp
  /** the commands of the hint take the reason away, not only show it */
  readonly mends?: true
}

const tidied = givenPair('h1')

const cases: readonly Case[] = [
  {
    case: "a key below /home, which the unit's ProtectHome hides",
    vars: { tls_dir: '/home/prometheus-tls' },
    code: 'NOT_READABLE',
    message:
      /prometheus\.service cannot read \/home\/prometheus-tls\/server\.(?:key|crt): the unit has ProtectHome=(?:yes|true), so \/home is not visible to the service/,
    hint: /below \/etc/,
  },
  {
    case: 'a folder that the user of the service may not enter',
    vars: { tls_dir: '/srv/closed/tls' },
    before: 'install -d -m 0700 /srv/closed',
    after: 'rmdir /srv/closed',
    code: 'NOT_READABLE',
    message: /prometheus may not enter \/srv\/closed \(root:root 0700\)/,
    hint: /chmod o\+x '?\/srv\/closed/,
    mends: true,
  },
  {
    case: 'a key of root',
    playbook: 'given-pair.yml',
    before: `chown root: /etc/prometheus/given.key`,
    after: tidied,
    code: 'NOT_READABLE',
    message: /prometheus may not read \/etc\/prometheus\/given\.key \(root:root 0400\)/,
    hint: /^let it belong to the service\nchown prometheus: \/etc\/prometheus\/given\.key$/,
    mends: true,
  },
  {
    case: 'a unit that is not there',
    vars: { unit: 'prometeus' },
    code: 'UNIT_UNKNOWN',
    message: /prometeus/,
    hint: /systemctl list-units/,
  },
  {
    case: 'a certificate that does not cover the name clients use',
    playbook: 'given-pair.yml',
    before: givenPair('other.test'),
    after: tidied,
    code: 'NAME_NOT_COVERED',
    message: /given\.crt does not cover h1, only other\.test/,
    hint: /add the names/,
  },
  {
    case: 'a key of another certificate',
    playbook: 'given-pair.yml',
    before: `cp /etc/prometheus/given.crt /tmp/first.crt && ${givenPair('h1')} && mv /tmp/first.crt /etc/prometheus/given.crt`,
    after: tidied,
    code: 'KEY_MISMATCH',
    message: /the private key \/etc\/prometheus\/given\.key does not belong to \/etc\/prometheus\/given\.crt/,
    hint: /openssl/,
  },
  {
    case: 'no room for the certificate',
    before: 'install -d /srv/small && mount -t tmpfs -o size=64k none /srv/small && head -c 60000 /dev/zero >/srv/small/full',
    vars: { tls_dir: '/srv/small' },
    after: 'umount /srv/small && rmdir /srv/small',
    code: 'NO_SPACE',
    message: /\/srv\/small has \d+ KiB free on h1, \/srv\/small\/pair-1 needs \d+ KiB/,
    hint: /make room on \/srv\/small/,
  },
  {
    case: 'no inode for the certificate',
    before:
      'install -d /srv/small && mount -t tmpfs -o size=1m,nr_inodes=4,mode=0755 none /srv/small && touch /srv/small/1 /srv/small/2 /srv/small/3',
    vars: { tls_dir: '/srv/small' },
    after: 'umount /srv/small && rmdir /srv/small',
    code: 'NO_SPACE',
    message: /\/srv\/small has no inode left on h1/,
    hint: /remove files on \/srv\/small/,
  },
  {
    case: 'a folder on a filesystem that is mounted read-only',
    before: 'install -d /srv/fixed && mount -t tmpfs -o ro,mode=0755 none /srv/fixed',
    vars: { tls_dir: '/srv/fixed/tls' },
    after: 'umount /srv/fixed && rmdir /srv/fixed',
    code: 'PATH_REFUSED',
    message: /\/srv\/fixed, which is mounted read-only on h1/,
    hint: /mount -o remount,rw \/srv\/fixed/,
    mends: true,
  },
  {
    case: 'a unit that is masked',
    playbook: 'remedies.yml',
    before: 'systemctl mask --quiet prometheus 2>&1',
    after: 'systemctl unmask --quiet prometheus 2>&1',
    code: 'UNIT_UNKNOWN',
    message: /prometheus\.service is masked/,
    hint: /^systemctl unmask prometheus\.service$/,
    mends: true,
  },
  {
    case: 'an owner who is not there',
    playbook: 'remedies.yml',
    vars: { owner: 'nobody-yet' },
    after: 'userdel nobody-yet',
    code: 'USER_UNKNOWN',
    message: /user nobody-yet does not exist on the host/,
    hint: /useradd --system nobody-yet/,
    mends: true,
  },
  {
    case: 'no openssl',
    before: 'mv /usr/bin/openssl /usr/bin/openssl.away',
    after: 'mv /usr/bin/openssl.away /usr/bin/openssl',
    code: 'TOOL_MISSING',
    message: /^openssl is not installed on h1$/,
    hint: /package that brings it: openssl/,
  },
]

describe('refused in the plan, and nothing changes on any host; what the hint says to type works', () => {
  test.each(cases)('$case', async ({ playbook, vars, before, after, code, message, hint, mends }) => {
    const [h1, source] = [fleet.host('h1'), await inventory(vars ?? {})]
    await prepared(h1, before ?? ':')
    try {
      const { told, touched } = await changesDuring(fleet, () =>
        tlsplayJson(['run', join(fleet.folder, playbook ?? 'preflight.yml'), '-i', source]),
      )
      const found = told.report.problems.filter((problem) => problem.code === code)
      expect({ exit: told.code, codes: [...new Set(told.report.problems.map((problem) => problem.code))], touched }).toEqual({
        exit: 1,
        codes: [code],
        touched: [],
      })
      expect([...new Set(found.map((problem) => problem.host))]).toEqual(['h1'])
      expect(found.map((problem) => problem.message).join('\n')).toMatch(new RegExp(message, 'm'))
      expect(found[0]?.hint).toMatch(hint)
      const commands = (found[0]?.hint ?? '').split('\n').filter((line) => /^(?:chmod|chown|mount|openssl|systemctl|useradd) /.test(line))
      for (const command of commands) await prepared(h1, command)
      if (mends === undefined) return
      expect(commands).toHaveLength(1)
      const mended = await tlsplayJson(['plan', join(fleet.folder, playbook ?? 'preflight.yml'), '-i', source])
      expect(mended.report.problems).toEqual([])
    } finally {
      await prepared(h1, after ?? ':')
    }
  })

  test('the refusal is what a person reads, with the remedy below it', async () => {
    const { code, stdout } = await tlsplay([
      'run',
      join(fleet.folder, 'preflight.yml'),
      '-i',
      await inventory({ tls_dir: '/home/prometheus-tls' }),
    ])
    expect(code).toBe(1)
    expect(stdout).toContain('ProtectHome=')
    expect(stdout).toContain('keep it elsewhere, for example below /etc')
  })
})

test('with nothing in its way the same run is no refusal: the cases above fail for their own reason', async () => {
  const { told, touched } = await changesDuring(fleet, async () =>
    tlsplayJson(['run', join(fleet.folder, 'preflight.yml'), '-i', await inventory({})]),
  )
  expect(told.report.problems).toEqual([])
  expect(told.code).toBe(0)
  expect(touched.some((line) => line.startsWith('h1 ')) && touched.some((line) => line.startsWith('h2 '))).toBe(true)
})
