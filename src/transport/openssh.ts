import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Channel, ConnectionTarget, Transport } from '../ports/channel.ts'
import { againWhenDropped } from './dropped.ts'
import { failure, quoted } from './failure.ts'
import { defaultKeepaliveSeconds, type TransportOptions } from './options.ts'
import { type Counters, Inbox, type Pipe, zeroCounters } from './pipe.ts'
import { startShell } from './start-shell.ts'
import { checkTarget } from './target.ts'

/** What ssh itself ends with when it failed, whatever the command would have ended with (ssh(1), "EXIT STATUS"). */
const failedItself = 255

/** What ssh says of itself is a few lines; a host that sends a banner without end is not listened to. */
const heardCharacters = 16_384

/**
 * The ssh program of this machine, one process and one channel for each host: for what the library cannot do, such as FIDO keys,
 * GSSAPI and certificates of hosts and users. Its own configuration holds for how it logs in; that a host key has to be known, that
 * nothing is forwarded and that nobody is asked for anything does not depend on it.
 */
export function opensshTransport(options: TransportOptions): Transport {
  return {
    async open(target) {
      for (const one of [...(target.jumps ?? []), target]) checkTarget(one, options)
      const words = sshWords(target, options)
      const counters = zeroCounters()
      return againWhenDropped(() => openOnce(words, target, options, counters), target, options)
    },
  }
}

async function openOnce(
  words: readonly string[],
  target: ConnectionTarget,
  options: TransportOptions,
  counters: Counters,
): Promise<Channel | 'dropped'> {
  let program: SshProgram | undefined
  try {
    return await startShell(
      async (command) => {
        program = await startProgram([...words, command], target, options, counters)
        return program.pipe
      },
      target,
      options,
      counters,
    )
  } catch (error) {
    await program?.pipe.close()
    if (program?.dropped() === true) return 'dropped'
    throw program?.refusal() ?? error
  }
}

/** Everything but the command that the host runs. No secret is among them: others see the words of a process. */
export function sshWords(target: ConnectionTarget, { keepaliveSeconds = defaultKeepaliveSeconds }: TransportOptions): readonly string[] {
  if (target.password !== undefined)
    throw failure(
      target,
      'VALUE_INVALID',
      'the ssh program takes no password from us',
      'use a key, or the other transport\ntlsplay_connection: ssh',
    )
  const settings = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    UserKnownHostsFile: target.knownHostsFiles.map((path) => fileWord(path, target)).join(' ') || 'none',
    GlobalKnownHostsFile: 'none',
    ConnectTimeout: String(target.connectTimeoutSeconds),
    ConnectionAttempts: '1',
    ServerAliveInterval: String(keepaliveSeconds),
    ServerAliveCountMax: '2',
    // A connection of our own: one that others share may end with them.
    ControlMaster: 'no',
    ControlPath: 'none',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    ClearAllForwardings: 'yes',
    PermitLocalCommand: 'no',
    RemoteCommand: 'none',
    RequestTTY: 'no',
    LogLevel: 'ERROR',
    ...(target.hostKeyAlias === undefined ? {} : { HostKeyAlias: target.hostKeyAlias }),
  }
  const jumps = (target.jumps ?? []).map(({ user, hop, address, port }) => `${user}@${bracketed(hop ?? address)}:${port}`)
  return [
    ...['-T', '-e', 'none', '-p', String(target.port), '-l', target.user],
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...target.privateKeyFiles.flatMap((path) => ['-o', `IdentityFile=${fileWord(path, target)}`]),
    ...(target.identitiesOnly === true ? ['-o', 'IdentitiesOnly=yes'] : []),
    ...(jumps.length === 0 ? [] : ['-o', `ProxyJump=${jumps.join(',')}`]),
    '--',
    target.sshName ?? target.address,
  ]
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** A path as ssh reads it in a setting: in quotes, with `%` and `${` meaning themselves. */
function fileWord(path: string, target: ConnectionTarget): string {
  if (/["\\\p{Cc}]|\$\{/u.test(path))
    throw failure(target, 'VALUE_INVALID', `${quoted(path)} cannot be named to ssh`, 'give the file a name without quotes')
  return `"${path.replaceAll('%', '%%')}"`
}

/**
 * What ssh says where the server was gone before it had named its version; nothing of a login has begun then. Of a jump host the ssh that
 * goes there says so first, and that it ended, and then the one behind it says the same (OpenSSH 9.2).
 */
const droppedLine = String.raw`kex_exchange_identification: (?:read: )?Connection (?:closed by remote host|reset by peer)\s*`
const endedUnspoken = new RegExp(String.raw`^${droppedLine}(?:${droppedLine}|Connection (?:closed|reset) by \S+ port \d+\s*)*$`)

interface SshProgram {
  readonly pipe: Pipe
  /** whether ssh gave up because the server dropped it before a word */
  dropped(): boolean
  /** why ssh itself gave up, once it has */
  refusal(): Error | undefined
}

function startProgram(
  words: readonly string[],
  target: ConnectionTarget,
  options: TransportOptions,
  counters: Counters,
): Promise<SshProgram> {
  // A session of its own: Ctrl-C at the terminal must reach tlsplay only, which then ends what it has begun.
  const child = spawn('ssh', words, { env: { ...options.environment }, stdio: 'pipe', detached: true })
  const inbox = new Inbox(counters)
  let said = ''
  let status: number | undefined
  let gone: () => void
  const ended = new Promise<void>((resolve) => {
    gone = resolve
  })
  child.stdout.on('data', inbox.receive)
  // The shell of the host writes both of its streams to the first one: this is what ssh itself says.
  child.stderr.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString('utf8')}`.slice(0, heardCharacters)
  })
  child.stdin.on('error', () => undefined)
  child.on('close', (code) => {
    status = code ?? failedItself
    const why = said.trim() === '' ? `ssh ended with status ${status}` : `ssh says ${quoted(said)}`
    inbox.finish({ kind: status === failedItself ? 'connection' : 'shell', code: code ?? undefined, why })
    gone()
  })
  const pipe: Pipe = {
    send(bytes) {
      counters.bytesSent += bytes.length
      child.stdin.write(bytes)
    },
    listen: inbox.listen,
    close: () => endProgram(child, ended),
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      gone()
      reject(failure(target, 'HOST_UNREACHABLE', `cannot start ssh on this machine: ${error.message}`, 'install the ssh client', error))
    })
    child.once('spawn', () => {
      counters.connections += 1
      counters.channels += 1
      const dropped = (): boolean => status === failedItself && endedUnspoken.test(said)
      resolve({ pipe, dropped, refusal: () => (status === failedItself ? refusalOf(said, target) : undefined) })
    })
  })
}

async function endProgram(child: ChildProcessWithoutNullStreams, ended: Promise<void>): Promise<void> {
  child.stdin.end()
  // A host that no longer answers does not end the connection either.
  const force = setTimeout(() => child.kill('SIGTERM'), 1000)
  const harder = setTimeout(() => child.kill('SIGKILL'), 3000)
  await ended
  clearTimeout(force)
  clearTimeout(harder)
}

/** The words are those of OpenSSH 9.2; what is not known here is told as ssh says it. */
function refusalOf(said: string, target: ConnectionTarget): Error {
  const where = `${target.sshName ?? target.address} port ${target.port}`
  const asSaid = quoted(said)
  if (/is marked @revoked|REVOKED HOST KEY/.test(said))
    return failure(
      target,
      'HOST_KEY_REVOKED',
      `ssh refuses the host key of ${where}, which is marked as revoked`,
      'the key is known to be stolen or lost: the host needs a new one',
    )
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said))
    return failure(
      target,
      'HOST_KEY_CHANGED',
      `${where} shows another host key than known_hosts has`,
      'somebody may be listening in, or the host was installed again',
    )
  if (/Host key verification failed|host key is known for/.test(said))
    return failure(
      target,
      'HOST_KEY_UNKNOWN',
      `no known_hosts file vouches for the host key of ${where}: ${asSaid}`,
      'compare its fingerprint and add it, or add the authority that signed it\nssh-keyscan',
    )
  if (/Permission denied|Too many authentication failures|No supported authentication methods/i.test(said))
    return failure(
      target,
      'AUTH_FAILED',
      `${where} lets ${target.user} in by none of the ways that ssh tried: ${asSaid}`,
      `see which they were\nssh -v -p ${target.port} -l ${target.user} ${target.sshName ?? target.address} true`,
    )
  return failure(target, 'HOST_UNREACHABLE', `ssh does not reach ${where}: ${asSaid}`)
}
