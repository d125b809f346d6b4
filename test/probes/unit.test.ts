import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { absent } from '../../src/model/fact.ts'
import { unit } from '../../src/probes/unit.ts'
import { execLine, listWords, systemdTime, yes } from '../../src/probes/unit-values.ts'
import { ask, nonce, scratchFolder, shells } from './shells.ts'

const names = ['prometheus', 'nosuch', 'influxd', 'cron*', '-h', 'systemd-journald.service'].map((name) => ({ name }))
/** Printed by the script of this probe in a Debian 12 container with systemd as PID 1 and a drop-in that sets every list. */
const sample = (name: string) => new Uint8Array(readFileSync(new URL(`samples/${name}`, import.meta.url)))

describe.each([
  {
    systemd: '252, times with microseconds',
    answers: unit.parse(sample('systemd-252.txt'), names, nonce),
    startedAt: 1_795_447_263.748452,
  },
  {
    systemd: 'without --timestamp, times counted from the boot',
    answers: unit.parse(sample('systemd-without-timestamp.txt'), names, nonce),
    startedAt: 1_795_447_263.748,
  },
])('systemd $systemd', ({ answers, startedAt }) => {
  test('a running unit with its sandbox, files and drop-ins', () => {
    expect(answers[0]).toEqual({
      name: 'prometheus.service',
      activeState: 'active',
      subState: 'running',
      enabled: 'enabled',
      mainPid: 38,
      restarts: 0,
      startedAt: expect.closeTo(startedAt, 1),
      user: 'prometheus',
      group: '',
      supplementaryGroups: ['adm', 'tty'],
      fragmentPath: '/lib/systemd/system/prometheus.service',
      dropIns: ['/etc/systemd/system/prometheus.service.d/a b.conf'],
      environmentFiles: ['/etc/default/prometheus', '/etc/a b', '/etc/c'],
      execStart: '/usr/bin/prometheus $ARGS',
      canReload: true,
      type: 'simple',
      sandbox: {
        protectHome: 'yes',
        privateTmp: true,
        privateUsers: true,
        protectSystem: 'full',
        dynamicUser: false,
        rootDirectory: '',
        inaccessiblePaths: ['/x', '/y', '/z'],
        temporaryFileSystems: ['/var', '/run'],
      },
    })
  })

  test('an alias answers as the unit it names; a unit that does not run has no start time', () => {
    expect(answers[2]).toMatchObject({
      name: 'influxdb.service',
      activeState: 'inactive',
      startedAt: 0,
      mainPid: 0,
      execStart: '/usr/bin/influxd -config /etc/influxdb/influxdb.conf $INFLUXD_OPTS',
    })
  })

  test('what is no unit, or no name of one, is absent', () => {
    expect([answers[1], answers[3], answers[4]]).toEqual([absent, absent, absent])
  })

  test('the order of answers is that of the questions', () => {
    expect(answers[5]).toMatchObject({ name: 'systemd-journald.service', type: 'notify', enabled: 'static' })
  })
})

test.each([
  ['Mon 2026-11-23 15:21:03.748452 UTC', Date.UTC(2026, 10, 23, 15, 21, 3) / 1000 + 0.748452],
  ['Mon 2026-11-23 15:21:03 UTC', undefined],
  ['Mon 2026-11-23 16:21:03.748452 CET', undefined],
  ['n/a', undefined],
  ['', undefined],
])('time %j', (text, expected) => {
  expect(systemdTime(text)).toEqual(expected)
})

test.each([
  ['{ path=/bin/a ; argv[]=/bin/a -c x ; y ; ignore_errors=no ; start_time=[n/a] ; pid=0 }', '/bin/a -c x ; y'],
  ['', ''],
  ['argv[]=', ''],
])('command line in %j', (text, expected) => {
  expect(execLine(text)).toBe(expected)
})

test.each([
  ['/a /b', ['/a', '/b']],
  ['"/a b" /c "say \\"x\\""', ['/a b', '/c', 'say "x"']],
  ['', []],
])('list %j', (text, expected) => {
  expect(listWords(text)).toEqual(expected)
})

test.each([
  ['yes', true],
  ['disconnected', true],
  ['self', true],
  ['no', false],
  ['', false],
])('switch %j is %j', (text, expected) => {
  expect(yes(text)).toBe(expected)
})

describe.each(shells)('under $name', (shell) => {
  const folder = scratchFolder()
  afterAll(() => rmSync(folder, { recursive: true }))

  test('a systemctl that is there but no systemd: nothing is there', () => {
    // This machine may run systemd or not; the stand-in makes the first question the same, and /run/systemd/system decides.
    writeFileSync(join(folder, 'systemctl'), '#!/bin/sh\nexit 1\n')
    chmodSync(join(folder, 'systemctl'), 0o755)
    const { answers, stderr } = ask({ ...shell, path: `${folder}:${shell.path}` }, unit, [{ name: 'no-such-unit' }])
    expect(stderr).toBe('')
    expect(answers).toHaveLength(1)
    expect(answers[0]).not.toHaveProperty('activeState')
  })
})
