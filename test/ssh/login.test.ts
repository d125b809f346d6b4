import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import type { Problem } from '../../src/model/problem.ts'
import { optionsWith, problemOf, programPath, removeTemporaryFolders, script, targetWith, temporaryFolder, trusting } from './rig.ts'

afterAll(removeTemporaryFolders)

/** A host whose login shell is this script; the command stands in $2. */
async function hostWithShell(text: string) {
  const folder = temporaryFolder()
  return startSshHost({ folder, shell: script(join(folder, 'login-shell'), `#!/bin/sh\n${text}\n`) })
}

async function hello(text: string): Promise<{ readonly output: string; readonly channels: number }> {
  const host = await hostWithShell(text)
  try {
    const channel = await sshTransport(optionsWith(trusting(host))).open(targetWith({ port: host.port }))
    const { output } = await channel.exchange('echo hello', { idleSeconds: 10 })
    const { channels } = channel.stats
    await channel.close()
    return { output: Buffer.from(output).toString(), channels }
  } finally {
    await host.close()
  }
}

async function refusal(text: string, loginTimeoutSeconds = 10): Promise<Problem> {
  const host = await hostWithShell(text)
  try {
    return await problemOf(sshTransport(optionsWith(trusting(host), { loginTimeoutSeconds })).open(targetWith({ port: host.port })))
  } finally {
    await host.close()
  }
}

const onward = 'exec /bin/sh -c "$2"'

describe('a login shell may', () => {
  test.each([
    { case: 'be plain', text: onward },
    { case: 'greet on stdout and stderr', text: `echo "Last login: never"; echo "no mail" >&2; ${onward}` },
    { case: 'greet without a line end', text: `printf 'prompt> '; ${onward}` },
    { case: 'show colours and bytes', text: `printf '\\033[31m\\377\\000\\036'; ${onward}` },
    { case: 'print 500 KB first', text: `head -c 500000 /dev/zero | tr '\\0' 'x'; ${onward}` },
    { case: 'show the commands it runs', text: `set -xv; ${onward}` },
    { case: 'print the command it was given', text: `echo "$2"; ${onward}` },
    { case: 'print lines of another run', text: `echo "0123456789abcdef0123456789abcdef READY"; ${onward}` },
    { case: 'stay as a parent', text: '/bin/sh -c "$2"; exit 0' },
  ])('$case', async ({ text }) => {
    expect(await hello(text)).toEqual({ output: 'hello\n', channels: 1 })
  })
  test('refuse exec and slashes, as a restricted one does: a second channel gets plain sh', async () => {
    expect(await hello('case $2 in *exec\\ /bin/sh*) echo "rbash: exec: restricted" >&2; exit 1;; esac; exec /bin/sh -c "$2"')).toEqual({
      output: 'hello\n',
      channels: 2,
    })
  })
  test('be the restricted bash of this machine', async () => {
    const rbash = programPath('rbash')
    // Not every machine has one; the restricted script above stands for it there.
    if (rbash === undefined) return expect(programPath('bash')).toBeUndefined()
    const host = await startSshHost({ folder: temporaryFolder(), shell: rbash })
    const channel = await sshTransport(optionsWith(trusting(host))).open(targetWith({ port: host.port }))
    expect(Buffer.from((await channel.exchange('cd / && pwd', { idleSeconds: 10 })).output).toString()).toBe('/\n')
    await channel.close()
    await host.close()
  })
})

describe('an account without a shell is refused with what it printed', () => {
  test.each([
    {
      case: 'nologin',
      text: 'echo "This account is currently not available."; exit 1',
      says: '"This account is currently not available."',
    },
    { case: 'false', text: 'exit 1', says: 'nothing, status 1' },
    { case: 'git-shell', text: 'echo "fatal: unrecognized command" >&2; exit 128', says: 'fatal: unrecognized command' },
    { case: 'a forced command', text: 'echo backup done', says: '"backup done"' },
    { case: 'control characters', text: "printf '\\033]0;title\\007bad\\r\\nnews'; exit 1", says: '\\u{1b}]0;title\\u{7}bad\\u{d}\\nnews' },
  ])('$case', async ({ text, says }) => {
    const problem = await refusal(text)
    expect(problem).toMatchObject({ code: 'SHELL_REFUSED', host: 'h1' })
    expect(problem.message).toContain(says)
    expect(problem.message).not.toMatch(/\p{Cc}/u)
  })
  test('a long sentence is cut', async () => {
    expect((await refusal(`printf '%0500d' 7; exit 1`)).message.length).toBeLessThan(400)
  })
  test('endless noise ends at the cap', async () => {
    expect(
      await refusal('while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done'),
    ).toMatchObject({ code: 'SHELL_REFUSED' })
  })
  test('a server that only waits, as for sftp, runs into the deadline', async () => {
    const problem = await refusal('cat >/dev/null', 0.5)
    expect(problem.code).toBe('TIMED_OUT')
    expect(problem.message).toContain('printed nothing')
  })
})
