import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import type { Problem } from '../../src/model/problem.ts'
import { Secret } from '../../src/model/value.ts'
import type { BecomeMethod, Channel } from '../../src/ports/channel.ts'
import { transports } from '../../src/transport/transports.ts'
import { optionsWith, problemOf, removeTemporaryFolders, script, targetWith, temporaryFolder, toolbox, trusting } from './rig.ts'

afterAll(removeTemporaryFolders)

/** Stand in for doas and su: note each call and each password line, in the words of the real ones; they change no user. */
const doas = (end: string): string => `#!/bin/sh
here=\${0%/*}
echo "call $*" >>"$here/log"
[ "$1" = -n ] && [ "$2" = -u ] || { echo "usage: doas [-n] [-u user] command"; exit 1; }
user=$3; shift 3
${end}`

const su = (end: string): string => `#!/bin/sh
here=\${0%/*}
echo "call $*" >>"$here/log"
[ "$1" = -s ] && [ "$3" = -c ] || { echo "su: what?"; exit 1; }
shell=$2; command=$4; user=$5
run() { ACTING_AS=$user exec "$shell" -c "$command"; }
ask() { printf 'Password: ' >&2; IFS= read -r given; echo "password <$given>" >>"$here/log"; echo >&2; }
${end}`

const parts = {
  'doas that permits': { method: 'doas', text: doas('ACTING_AS=$user exec "$@"') },
  'doas that asks': { method: 'doas', text: doas('echo "doas: Authorization required" >&2; exit 1') },
  'doas that refuses': { method: 'doas', text: doas('echo "doas: Operation not permitted" >&2; exit 1') },
  'su that asks': {
    method: 'su',
    text: su('ask; [ "$given" = swordfish ] && run; sleep 0; echo "su: Authentication failure" >&2; exit 1'),
  },
  'su that asks nothing': { method: 'su', text: su('run') },
  'su that knows nobody': { method: 'su', text: su('echo "su: user $user does not exist" >&2; exit 1') },
  'no doas': { method: 'doas', text: undefined },
  'no su': { method: 'su', text: undefined },
} as const satisfies Record<string, { readonly method: BecomeMethod; readonly text: string | undefined }>

async function bench(kind: 'ssh' | 'local', which: keyof typeof parts) {
  const folder = temporaryFolder()
  const { method, text } = parts[which]
  if (text !== undefined) script(join(folder, method), text)
  const path = `${folder}:${toolbox(['sh', 'id', 'cat', 'head', 'sleep'])}`
  const host = await startSshHost({ folder, env: { PATH: path } })
  const transport = transports(
    optionsWith(trusting(host), { searchPath: path, environment: { PATH: path, HOME: folder }, loginTimeoutSeconds: 10 }),
  )
  const log = join(folder, 'log')
  return {
    open: (password: string | undefined): Promise<Channel> =>
      transport.open(
        targetWith({
          transport: kind,
          port: host.port,
          become: { user: 'tls-admin', password: password === undefined ? undefined : Secret.of(password), method },
        }),
      ),
    log: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    stop: () => host.close(),
  }
}

describe.each(['ssh', 'local'] as const)('becoming over %s', (kind) => {
  test.each<{ which: keyof typeof parts; given: string | undefined; log: readonly string[] }>([
    { which: 'doas that permits', given: undefined, log: ['call -n -u tls-admin /bin/sh -c'] },
    { which: 'doas that permits', given: 'swordfish', log: ['call -n -u tls-admin /bin/sh -c'] },
    { which: 'su that asks', given: 'swordfish', log: ['call -s /bin/sh -c', 'password <swordfish>'] },
    { which: 'su that asks nothing', given: 'swordfish', log: ['call -s /bin/sh -c'] },
  ])('by $which, password $given', async ({ which, given, log }) => {
    const under = await bench(kind, which)
    const channel = await under.open(given)
    for (const _ of [1, 2]) {
      const { output } = await channel.exchange('echo "$ACTING_AS"; cat', { idleSeconds: 10 })
      expect(Buffer.from(output).toString().trim()).toBe('tls-admin')
    }
    await channel.close()
    await under.stop()
    const lines = under.log().filter((line) => /^(?:call|password)/.test(line))
    expect(lines.map((line) => line.replace(/ -c .*$/, ' -c'))).toEqual(log)
  })

  test.each<{ which: keyof typeof parts; given: string | undefined; code: Problem['code']; says: string; hint: string; sent: number }>([
    { which: 'doas that asks', given: undefined, code: 'SUDO_PASSWORD', says: 'from a terminal only', hint: 'permit nopass', sent: 0 },
    { which: 'doas that asks', given: 'swordfish', code: 'SUDO_PASSWORD', says: 'from a terminal only', hint: 'permit nopass', sent: 0 },
    { which: 'doas that refuses', given: undefined, code: 'SUDO_REFUSED', says: 'not permitted', hint: '/etc/doas.conf', sent: 0 },
    { which: 'no doas', given: undefined, code: 'SUDO_REFUSED', says: 'doas is not on the host', hint: 'install doas', sent: 0 },
    { which: 'su that asks', given: undefined, code: 'SUDO_PASSWORD', says: 'su wants a password', hint: 'password of tls-admin', sent: 0 },
    { which: 'su that asks', given: 'guppy', code: 'SUDO_PASSWORD', says: 'refused the password of tls-admin', hint: '-K', sent: 1 },
    { which: 'su that knows nobody', given: 'guppy', code: 'SUDO_REFUSED', says: 'no user tls-admin', hint: '--become-user', sent: 0 },
    { which: 'no su', given: 'guppy', code: 'SUDO_REFUSED', says: 'su is not on the host', hint: 'connect as', sent: 0 },
  ])('$which refuses, password $given', async ({ which, given, code, says, hint, sent }) => {
    const under = await bench(kind, which)
    const problem = await problemOf(under.open(given))
    await under.stop()
    expect(problem).toMatchObject({ code, host: 'h1', at: { line: 3 } })
    expect(problem.message).toContain(says)
    expect(problem.hint).toContain(hint)
    expect(JSON.stringify(problem)).not.toMatch(/swordfish|guppy/)
    expect(under.log().filter((line) => /^password <.+>/.test(line))).toHaveLength(sent)
  })
})
