import { readFileSync, existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import type { Problem } from '../../src/model/problem.ts'
import { Secret } from '../../src/model/value.ts'
import type { Channel, ConnectionTarget, Transport } from '../../src/ports/channel.ts'
import type { TransportOptions } from '../../src/transport/options.ts'
import { transports } from '../../src/transport/transports.ts'
import { optionsWith, problemOf, removeTemporaryFolders, script, targetWith, temporaryFolder, toolbox, trusting } from './rig.ts'

afterAll(removeTemporaryFolders)

/**
 * Stands in for sudo: notes each call and each password line it reads, in the words of the real one. It changes no user, but
 * tells programs who they would be.
 */
const sudoParts = {
  head: `#!/bin/sh
here=\${0%/*}
echo "call $*" >>"$here/log"
ask= prompt=
while [ $# -gt 0 ]; do
  case $1 in
    -n) ask=never; shift;; -S) ask=stdin; shift;; -H) shift;; -p) prompt=$2; shift 2;; -u) user=$2; shift 2;; --) shift; break;;
    *) echo "sudo: unknown option $1"; exit 1;;
  esac
done
run() { ACTING_AS=$user exec "$@"; }
wrong() { printf '%s' "$prompt" >&2; IFS= read -r given || { echo; echo "sudo: no password was provided" >&2; echo "sudo: $1 incorrect password attempts" >&2; exit 1; }; echo "password <$given>" >>"$here/log"; }
`,
  free: 'run "$@"',
  password: `[ $ask = stdin ] || { echo "sudo: a password is required" >&2; exit 1; }
echo "We trust you have received the usual lecture." >&2
tries=0
while [ $tries -lt 3 ]; do
  wrong $tries
  [ "$given" != "swordfish" ] || run "$@"
  echo "Sorry, try again." >&2
  tries=$((tries+1))
done
echo "sudo: 3 incorrect password attempts" >&2
exit 1`,
  rust: `[ $ask = stdin ] || { echo "sudo: interactive authentication is required" >&2; exit 1; }
for try in 1 2 3; do
  wrong $try
  [ "$given" != "swordfish" ] || run "$@"
  echo "sudo: Authentication failed, try again." >&2
done
echo "sudo: Maximum 3 incorrect authentication attempts" >&2
exit 1`,
  strict: `[ $ask = stdin ] || { echo "sudo: a password is required" >&2; exit 1; }
wrong 0
echo "sudo: 1 incorrect password attempt" >&2
exit 1`,
  outsider: `[ $ask = stdin ] || { echo "sudo: a password is required" >&2; exit 1; }
wrong 0
echo "deploy is not in the sudoers file.  This incident will be reported." >&2
exit 1`,
  tty: 'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1',
  stranger: 'echo "sudo: unknown user: $user" >&2; exit 1',
} as const
type Sudo = Exclude<keyof typeof sudoParts, 'head'>

interface Bench {
  readonly transport: Transport
  readonly target: (password: string | undefined) => ConnectionTarget
  readonly log: () => string
  stop(): Promise<void>
}

const tools = ['sh', 'id', 'cat', 'head', 'sleep']

async function bench(
  kind: 'ssh' | 'local',
  sudo: Sudo | 'none',
  more: { readonly user?: string; readonly options?: Partial<TransportOptions> } = {},
): Promise<Bench> {
  const folder = temporaryFolder()
  if (sudo !== 'none') script(join(folder, 'sudo'), sudoParts.head + sudoParts[sudo])
  const path = `${folder}:${toolbox(tools)}`
  const host = await startSshHost({ folder, env: { PATH: path } })
  const options = optionsWith(trusting(host), {
    searchPath: path,
    environment: { PATH: path, HOME: folder },
    loginTimeoutSeconds: 10,
    ...more.options,
  })
  const log = join(folder, 'log')
  return {
    transport: transports(options),
    target: (password) =>
      targetWith({
        transport: kind,
        port: host.port,
        become: { user: more.user ?? 'tls-admin', password: password === undefined ? undefined : Secret.of(password), method: 'sudo' },
      }),
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    stop: () => host.close(),
  }
}

const passwordsIn = (log: string): readonly string[] => log.split('\n').filter((line) => line.startsWith('password'))
const callsIn = (log: string): number => log.split('\n').filter((line) => line.startsWith('call')).length

async function actingAs(channel: Channel): Promise<string> {
  const { output } = await channel.exchange('echo "$ACTING_AS"; cat', { idleSeconds: 10 })
  return Buffer.from(output).toString().trim()
}

describe.each(['ssh', 'local'] as const)('becoming over %s', (kind) => {
  test.each<{ case: string; sudo: Sudo; given: string | undefined; passwords: readonly string[]; calls: number }>([
    { case: 'without a password', sudo: 'free', given: undefined, passwords: [], calls: 1 },
    { case: 'without a password though one is given: it is never sent', sudo: 'free', given: 'swordfish', passwords: [], calls: 1 },
    { case: 'with the right password', sudo: 'password', given: 'swordfish', passwords: ['password <swordfish>'], calls: 2 },
    { case: 'with the right password, sudo-rs', sudo: 'rust', given: 'swordfish', passwords: ['password <swordfish>'], calls: 2 },
  ])('$case', async ({ sudo, given, passwords, calls }) => {
    const under = await bench(kind, sudo)
    const channel = await under.transport.open(under.target(given))
    expect(await actingAs(channel)).toBe('tls-admin')
    expect(await actingAs(channel)).toBe('tls-admin')
    expect(channel.stats).toMatchObject({ connections: 1, channels: 1, exchanges: 2 })
    await channel.close()
    await under.stop()
    expect(passwordsIn(under.log())).toEqual(passwords)
    expect(callsIn(under.log())).toBe(calls)
  })

  test.each<{
    case: string
    sudo: Sudo | 'none'
    given: string | undefined
    code: Problem['code']
    says: string
    hint: string
    passwords: readonly string[]
  }>([
    {
      case: 'a password is wanted and none was given',
      sudo: 'password',
      given: undefined,
      code: 'SUDO_PASSWORD',
      says: 'none was given',
      hint: 'NOPASSWD',
      passwords: [],
    },
    {
      case: 'sudo-rs wants a password and none was given',
      sudo: 'rust',
      given: undefined,
      code: 'SUDO_PASSWORD',
      says: 'none was given',
      hint: '-K',
      passwords: [],
    },
    {
      case: 'the password is wrong: one attempt',
      sudo: 'password',
      given: 'guppy',
      code: 'SUDO_PASSWORD',
      says: 'refused the password',
      hint: '-K',
      passwords: ['password <guppy>'],
    },
    {
      case: 'the password is wrong for sudo-rs',
      sudo: 'rust',
      given: 'guppy',
      code: 'SUDO_PASSWORD',
      says: 'refused the password',
      hint: '-K',
      passwords: ['password <guppy>'],
    },
    {
      case: 'the password is wrong and sudo asks once only',
      sudo: 'strict',
      given: 'guppy',
      code: 'SUDO_PASSWORD',
      says: '1 incorrect password attempt',
      hint: '-K',
      passwords: ['password <guppy>'],
    },
    {
      case: 'the user is not in sudoers',
      sudo: 'outsider',
      given: 'swordfish',
      code: 'SUDO_REFUSED',
      says: 'not in the sudoers file',
      hint: 'deploy ALL=(tls-admin) ALL',
      passwords: ['password <swordfish>'],
    },
    {
      case: 'a terminal is required',
      sudo: 'tty',
      given: undefined,
      code: 'SUDO_REFUSED',
      says: 'you must have a tty',
      hint: 'sudoers',
      passwords: [],
    },
    {
      case: 'a terminal is required though a password is given',
      sudo: 'tty',
      given: 'swordfish',
      code: 'SUDO_REFUSED',
      says: 'you must have a tty',
      hint: 'sudoers',
      passwords: [],
    },
    {
      case: 'the wanted user does not exist',
      sudo: 'stranger',
      given: undefined,
      code: 'SUDO_REFUSED',
      says: 'unknown user: tls-admin',
      hint: '--become-user',
      passwords: [],
    },
    {
      case: 'there is no sudo',
      sudo: 'none',
      given: undefined,
      code: 'SUDO_REFUSED',
      says: 'sudo is not on the host',
      hint: 'install sudo',
      passwords: [],
    },
    {
      case: 'there is no sudo though a password is given',
      sudo: 'none',
      given: 'swordfish',
      code: 'SUDO_REFUSED',
      says: 'sudo is not on the host',
      hint: 'install sudo',
      passwords: [],
    },
  ])('$case', async ({ sudo, given, code, says, hint, passwords }) => {
    const under = await bench(kind, sudo)
    const problem = await problemOf(under.transport.open(under.target(given)))
    await under.stop()
    expect(problem).toMatchObject({ code, host: 'h1', at: { line: 3 } })
    expect(problem.message).toContain(says)
    expect(problem.hint).toContain(hint)
    expect(JSON.stringify(problem)).not.toMatch(/swordfish|guppy/)
    expect(passwordsIn(under.log())).toEqual(passwords)
  })

  test('nobody is asked when we are that user already', async () => {
    const under = await bench(kind, 'stranger', { user: userInfo().username })
    const channel = await under.transport.open(under.target('swordfish'))
    expect(await actingAs(channel)).toBe('')
    await channel.close()
    await under.stop()
    expect(under.log()).toBe('')
  })

  test('a root shell that ends never leads to a password prompt', async () => {
    const under = await bench(kind, 'free')
    const channel = await under.transport.open(under.target('swordfish'))
    expect((await problemOf(channel.exchange('exit 5', { idleSeconds: 10 }))).code).toBe('CONNECTION_LOST')
    await channel.close()
    await under.stop()
    expect(callsIn(under.log())).toBe(1)
    expect(passwordsIn(under.log())).toEqual([])
  })
})
