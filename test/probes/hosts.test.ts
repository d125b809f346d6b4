import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { CommandFact, CommandTarget, ProcessesFact, SystemFact } from '../../src/model/fact.ts'
import { absent } from '../../src/model/fact.ts'
import { Unknown } from '../../src/model/value.ts'
import { accounts } from '../../src/probes/accounts.ts'
import { command, outputLimitBytes } from '../../src/probes/command.ts'
import { content } from '../../src/probes/content.ts'
import { digest } from '../../src/probes/digest.ts'
import { file } from '../../src/probes/file.ts'
import { group } from '../../src/probes/group.ts'
import { log } from '../../src/probes/log.ts'
import { process as processes } from '../../src/probes/process.ts'
import { space } from '../../src/probes/space.ts'
import { system } from '../../src/probes/system.ts'
import { tool } from '../../src/probes/tool.ts'
import { user } from '../../src/probes/user.ts'
import { ask, nonce, run, scratchFolder, type Shell, shells } from './shells.ts'

const folder = scratchFolder()
afterAll(() => {
  chmodSync(join(folder, 'closed'), 0o700)
  rmSync(folder, { recursive: true })
})
const me = userInfo()
const root = me.uid === 0

mkdirSync(join(folder, 'closed'))
writeFileSync(join(folder, 'closed/inside'), 'x')
chmodSync(join(folder, 'closed'), 0o000)
writeFileSync(join(folder, 'shut'), 'x')
chmodSync(join(folder, 'shut'), 0o000)

/** BusyBox has a setpriv of its own that cannot do this, and it stands first on its PATH. */
const setpriv = root ? execFileSync('sh', ['-c', 'command -v setpriv']).toString().trim() : ''

/** The same shell as somebody who may not read everything. */
function unprivileged(shell: Shell): Shell {
  return root ? { ...shell, argv: [setpriv, '--reuid', '65534', '--regid', '65534', '--clear-groups', '--', ...shell.argv] } : shell
}

describe.each(shells)('under $name', (shell) => {
  test('users by name and number; what is none is absent', () => {
    const { answers, stderr } = ask(
      shell,
      user,
      ['root', 'no-such-user', '-G', 'a:b', '', '0', "ro'ot", me.username].map((name) => ({ name })),
    )
    expect(stderr).toBe('')
    expect(answers[0]).toMatchObject({ name: 'root', uid: 0, gid: 0, group: 'root', gids: expect.arrayContaining([0]) })
    expect(answers.slice(1, 5)).toEqual([absent, absent, absent, absent])
    expect(answers[5]).toMatchObject({ name: 'root', uid: 0 })
    expect(answers[6]).toBe(absent)
    expect(answers[7]).toMatchObject({ name: me.username, uid: me.uid, gid: me.gid })
  })

  test('users of which all are there are said by one look, as if each were asked alone', () => {
    const names = ['root', me.username, 'root', 'daemon'].map((name) => ({ name }))
    expect(ask(shell, user, names).answers).toEqual(names.map((name) => ask(shell, user, [name]).answers[0]))
  })

  test('groups that id has named are not looked up again; users of that name are none', () => {
    const [tools, real] = [scratchFolder(), execFileSync('sh', ['-c', 'command -v getent']).toString().trim()]
    const ids = 'uid=7(web) gid=8(www) groups=8(www),9(a.b),10(web)\\nuid=11(db) gid=12(db) groups=12(db)'
    writeFileSync(join(tools, 'getent'), `#!/bin/sh\necho "$2" >>${tools}/asked\nexec ${real} "$@"\n`, { mode: 0o755 })
    const names = ['www', 'a.b', 'web', 'db', 'root', 'w', '8'].map((name) => ({ name }))
    const script = `tls_ids=$(printf '${ids}')\n${group.script(names, nonce)}`
    const { stdout } = run({ ...shell, path: `${tools}:${shell.path}` }, script)
    const answers = group.parse(new Uint8Array(stdout), names, nonce)
    expect(answers.slice(0, 5)).toEqual([8, 9, 10, 12, 0].map((gid) => ({ gid })))
    expect(readFileSync(join(tools, 'asked'), 'utf8')).toBe('root\nw\n8\n')
    rmSync(tools, { recursive: true })
  })

  test('groups by name and number', () => {
    const { answers } = ask(
      shell,
      group,
      ['root', 'no-such-group', 'nogroup', '0'].map((name) => ({ name })),
    )
    expect(answers[0]).toEqual({ gid: 0 })
    expect(answers[1]).toBe(absent)
    expect(answers[3]).toEqual({ gid: 0 })
  })

  test('tools: a path, or absent', () => {
    const { answers } = ask(
      shell,
      tool,
      ['sha256sum', 'no-such-tool', '-v', 'two words', 'stat'].map((name) => ({ name })),
    )
    expect(answers[0]).toMatchObject({ path: expect.stringMatching(/sha256sum$/) })
    expect(answers.slice(1, 4)).toEqual([absent, absent, absent])
    expect(answers[4]).toMatchObject({ path: expect.stringMatching(/stat$/) })
  })

  test('room for a path, also for one that does not exist yet', () => {
    const { answers } = ask(shell, space, [{ path: folder }, { path: join(folder, 'not/there yet') }, { path: '/proc/x' }])
    expect(answers[0]).toMatchObject({ mount: expect.stringMatching(/^\//), readOnly: false })
    expect((answers[0] as { freeKiB: number }).freeKiB).toBeGreaterThan(0)
    expect(answers[1]).toMatchObject({ mount: (answers[0] as { mount: string }).mount })
    expect(answers[2]).toMatchObject({ mount: '/proc', freeKiB: 0, freeInodes: undefined })
  })

  test('a command: both streams, exit status, words kept apart, empty stdin', () => {
    const targets: readonly CommandTarget[] = [
      { argv: ['sh', '-c', 'printf "out\\000\\377"; printf err >&2; exit 3'] },
      { argv: ['printf', '%s|', 'a b', "it's", '$HOME', '*', '', '-n', 'ü\n'] },
      { argv: ['cat'] },
      { argv: ['no-such-program'] },
      { argv: ['pwd'], chdir: folder },
      { argv: ['true'], chdir: join(folder, 'missing') },
      { argv: ['sh', '-c', 'kill -9 $$'] },
    ]
    const answers = ask(shell, command, targets).answers as readonly CommandFact[]
    expect(answers[0]).toEqual({ rc: 3, stdout: 'out\0�', stderr: 'err' })
    expect(answers[1]).toEqual({ rc: 0, stdout: "a b|it's|$HOME|*||-n|ü\n|", stderr: '' })
    expect(answers[2]).toEqual({ rc: 0, stdout: '', stderr: '' })
    expect(answers[3]).toMatchObject({ rc: 127, stdout: '', stderr: expect.stringContaining('no-such-program') })
    expect(answers[4]).toEqual({ rc: 0, stdout: `${folder}\n`, stderr: '' })
    expect(answers[5]?.rc).not.toBe(0)
    expect(answers[6]?.rc).toBe(137)
  })

  test('a command that prints without end on both streams is cut and its exit status kept', () => {
    const loud = 'i=0; while [ $i -lt 30000 ]; do echo 123456789012345; echo abcdefghijklmno >&2; i=$((i+1)); done; exit 7'
    const [answer] = ask(shell, command, [{ argv: ['sh', '-c', loud] }]).answers as readonly CommandFact[]
    expect(answer?.rc).toBe(7)
    expect(answer?.stdout.length).toBe(outputLimitBytes)
    expect(answer?.stderr.length).toBe(outputLimitBytes)
  })

  test.runIf(root)('a command as another user', () => {
    const path = `${shell.path}:/usr/sbin:/usr/bin:/sbin:/bin`
    const [answer] = ask({ ...shell, path }, command, [{ argv: ['id', '-un'], as: 'nobody' }]).answers
    expect(answer).toMatchObject({ rc: 0, stdout: 'nobody\n' })
  })

  test('the last lines of a file; absent where there is none', () => {
    const path = join(folder, "log of 'x'")
    writeFileSync(path, Buffer.from('one\ntwo\nthree\0!\nfour\xff', 'latin1'))
    const { answers } = ask(shell, log, [
      { file: path, lines: 2 },
      { file: join(folder, 'none'), lines: 2 },
      { file: path, lines: 1 },
    ])
    expect(answers).toEqual([{ lines: ['three!', 'four�'] }, absent, { lines: ['four�'] }])
  })

  test('the last lines of a unit, and of those the ones from a time on: with both journalctl itself would take the first', () => {
    const bin = join(folder, `bin-${shell.name}`)
    mkdirSync(bin)
    const stand = `#!/bin/sh\ncase "$*" in *' -n '*--since*|*--since*' -n '*) echo first ;; *--since=@100) printf 'one\\ntwo\\nthree\\n' ;; *'-n 2') echo last ;; esac\n`
    writeFileSync(join(bin, 'journalctl'), stand, { mode: 0o755 })
    const { answers } = ask({ ...shell, path: `${bin}:${shell.path}` }, log, [
      { unit: 'a.service', lines: 2, since: 100.7 },
      { unit: 'a.service', lines: 2 },
    ])
    expect(answers).toEqual([{ lines: ['two', 'three'] }, { lines: ['last'] }])
  })

  test('the host itself', () => {
    const [answer] = ask(shell, system, [{}]).answers as readonly SystemFact[]
    expect(answer).toMatchObject({ hostname: hostname(), user: me.username, uid: me.uid, osFamily: expect.any(String) })
    expect(Math.abs((answer?.now ?? 0) - Date.now() / 1000)).toBeLessThan(60)
    expect(answer?.addresses.every((address) => /^[0-9a-f.:]+$/.test(address))).toBe(true)
    expect(answer?.architecture).toBe(execFileSync('uname', ['-m']).toString().trim())
  })

  test('processes by binary, by link to it, and by script', async () => {
    const binary = join(folder, `sleeper-${shell.name}`)
    copyFileSync('/bin/sleep', binary)
    symlinkSync(binary, join(folder, `alias-${shell.name}`))
    const script = join(folder, `script-${shell.name}`)
    writeFileSync(script, '#!/bin/sh\nread -r x\n')
    chmodSync(script, 0o755)
    const before = Date.now() / 1000
    const children = [spawn(binary, ['600', 'two\nlines'].slice(0, 1)), spawn(script, ['--flag', '', 'a b'])]
    const after = Date.now() / 1000
    try {
      await Promise.all(children.map((child) => new Promise((resolve) => child.once('spawn', resolve))))
      const targets = [binary, join(folder, `alias-${shell.name}`), script, join(folder, 'nothing')].map((exe) => ({ exe }))
      const answers = ask(shell, processes, targets).answers as readonly ProcessesFact[]
      expect(answers[0]?.processes).toMatchObject([{ pid: children[0]?.pid, argv: [binary, '600'], uid: me.uid }])
      expect(answers[1]).toEqual(answers[0])
      expect(answers[2]?.processes).toMatchObject([{ pid: children[1]?.pid, argv: [expect.any(String), script, '--flag', '', 'a b'] }])
      expect(answers[3]).toBe(absent)
      // Ticks are hundredths of a second; the clock of the kernel that stamps files is a few thousandths behind.
      expect(answers[0]?.processes[0]?.startedAt).toBeGreaterThan(before - 0.05)
      expect(answers[0]?.processes[0]?.startedAt).toBeLessThan(after + 0.05)
      rmSync(binary)
      const [deleted] = ask(shell, processes, [{ exe: binary }]).answers as readonly ProcessesFact[]
      expect(
        deleted?.processes.map(({ pid }) => pid),
        'a process whose binary was replaced',
      ).toEqual([children[0]?.pid])
    } finally {
      for (const child of children) child.kill()
    }
  })

  test('what may not be read is unknown, not absent', () => {
    const paths = ['closed/inside', 'shut', 'none'].map((name) => ({ path: join(folder, name) }))
    const as = unprivileged(shell)
    expect(ask(as, file, paths).answers).toMatchObject([{ why: 'permission denied for a folder above it' }, { type: 'file' }, absent])
    const answers = [{ why: 'permission denied for a folder above it' }, { why: 'permission denied' }, absent]
    expect(ask(as, content, paths).answers).toMatchObject(answers)
    expect(ask(as, digest, paths).answers).toMatchObject(answers)
    expect(ask(as, file, paths).answers[0]).toBeInstanceOf(Unknown)
  })
})

test('every shell runs at all, and the probes above leave nothing behind', () => {
  expect(shells.map((shell) => Buffer.from(run(shell, 'tls_who; echo "$tls_me"').stdout).toString())).toEqual(
    shells.map(() => `${me.username}\n`),
  )
  expect(existsSync(join(folder, 'planted'))).toBe(false)
})

test.each(shells)('the accounts of this machine, on $name, are those of its files', (shell) => {
  const { answers, stderr } = ask(shell, accounts, [{}])
  const lines = (path: string) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':')[0])
  const [fact] = answers
  if (fact === undefined || fact instanceof Unknown || 'kind' in fact) throw new Error(stderr)
  expect(fact.users.map(({ name }) => name)).toEqual(lines('/etc/passwd'))
  expect(fact.groups.map(({ name }) => name)).toEqual(lines('/etc/group'))
  expect(fact.users[0]).toMatchObject({ name: 'root', uid: 0, gid: 0, home: '/root' })
})

test('accounts: odd lines are left out, names are texts, and what is no answer is none', () => {
  const told = (text: string) => accounts.parse(new Uint8Array(Buffer.from(text)), [{}], nonce)[0]
  expect(told('a:x:1:2:J\u00fc, x:/h:/s\n# c\n+::::::\nb\n\0g:x:2:a,b\ng2:x:x:\n\0')).toEqual({
    users: [{ name: 'a', uid: 1, gid: 2, comment: 'J\u00fc, x', home: '/h', shell: '/s' }],
    groups: [{ name: 'g', gid: 2, members: ['a', 'b'] }],
  })
  for (const text of ['', 'a:x:1:2::/:\n\0', 'a\0b\0c']) expect(told(text)).toBeInstanceOf(Unknown)
})
