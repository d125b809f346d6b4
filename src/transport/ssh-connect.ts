import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import type { ConnectionTarget } from '../ports/channel.ts'
import { dial } from './dial.ts'
import { againWhenDropped } from './dropped.ts'
import { failure, quoted } from './failure.ts'
import { hostKeyProblem, orderedHostKeyAlgorithms } from './host-key.ts'
import type { Line } from './jump-hosts.ts'
import type { KnownHost } from './known-hosts.ts'
import { defaultKeepaliveSeconds, defaultLoginTimeoutSeconds, type TransportOptions } from './options.ts'
import type { Counters } from './pipe.ts'
import { authHandler, type LoginWays, type Ssh2 } from './ssh-keys.ts'
import { shortenLogin } from './ssh-tuning.ts'

/**
 * No SHA-1, no CBC, and neither chacha20-poly1305 nor encrypt-then-MAC: the two that Terrapin (CVE-2023-48795) needs
 * where a server lacks strict key exchange.
 */
const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} as const

/** ssh2 gives up when one more is due, so a line that swallows everything is found out within 12 s. */
const keepalivesUnanswered = 2

export interface SshLibraries {
  readonly NodeSSH: typeof import('node-ssh')['NodeSSH']
  readonly ssh2: Ssh2
}

/** What it takes to log in. The line is dialled while it is still being loaded and read. */
export interface SshLogin {
  readonly libraries: SshLibraries
  readonly ways: LoginWays
}

/** A connection that has logged in. `gone` tells why it ended, once it has. */
export interface SshConnection {
  readonly client: Client
  gone(): string | undefined
  /** ends it, resolves when it is gone */
  close(): Promise<void>
}

type Attempt = SshConnection | 'dropped'

/** Connects and logs in. Throws TlsplayError, that of `login` too; retries only what happens before the server has spoken. */
export function connectSsh(
  target: ConnectionTarget,
  entries: readonly KnownHost[],
  login: Promise<SshLogin>,
  options: TransportOptions,
  counters: Counters,
  line?: Line,
): Promise<SshConnection> {
  // Where dialling fails first, nobody waits for this one.
  login.catch(() => undefined)
  return againWhenDropped(() => connectOnce(target, entries, login, options, counters, line), target, options)
}

async function connectOnce(
  target: ConnectionTarget,
  entries: readonly KnownHost[],
  login: Promise<SshLogin>,
  options: TransportOptions,
  counters: Counters,
  line: Line | undefined,
): Promise<Attempt> {
  const socket: Duplex | 'dropped' = line === undefined ? await dial(target) : await line.dial()
  if (socket === 'dropped') return socket
  const { libraries, ways } = await login.catch((error: unknown) => {
    socket.destroy()
    throw error
  })
  // Reset meanwhile: ssh2 would wait for a word from it until the deadline.
  if (socket.destroyed) return 'dropped'
  const { NodeSSH, ssh2 } = libraries
  counters.connections += 1
  const ssh = new NodeSSH()
  const tried: string[] = []
  let verdict: Error | undefined
  let gone: string | undefined
  const greeting = overhearGreeting(socket)
  let phase: 'connect' | 'log in' = 'connect'
  let late = false
  const expire = (): void => {
    late = true
    socket.destroy()
  }
  let timer = setTimeout(expire, target.connectTimeoutSeconds * 1000)
  const loggedIn = ssh.connect({
    host: target.address,
    port: target.port,
    sock: socket,
    username: target.user,
    readyTimeout: 0,
    keepaliveInterval: (options.keepaliveSeconds ?? defaultKeepaliveSeconds) * 1000,
    keepaliveCountMax: keepalivesUnanswered,
    algorithms: {
      ...algorithms,
      kex: [...algorithms.kex],
      cipher: [...algorithms.cipher],
      hmac: [...algorithms.hmac],
      compress: [...algorithms.compress],
      serverHostKey: orderedHostKeyAlgorithms(entries, target),
    },
    hostVerifier: (blob: Buffer) => {
      verdict = hostKeyProblem(entries, target, blob)
      return verdict === undefined
    },
    authHandler: authHandler(target, ways, ssh2, tried) as never,
  })
  // node-ssh makes its client before it first waits, and stops listening for errors once it is ready.
  const client = ssh.connection as Client
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  client.setNoDelay(true)
  client.on('error', (error: Error) => {
    gone ??= error.message
  })
  client.on('end', () => {
    gone ??= 'the other side closed it'
  })
  client.on('close', () => {
    gone ??= 'the other side closed it'
  })
  client.once('handshake', () => {
    clearTimeout(timer)
    phase = 'log in'
    timer = setTimeout(expire, (options.loginTimeoutSeconds ?? defaultLoginTimeoutSeconds) * 1000)
    shortenLogin(client)
  })
  try {
    await loggedIn
  } catch (error) {
    client.end()
    socket.destroy()
    if (verdict !== undefined) throw verdict
    const hop = line?.gone()
    if (hop !== undefined) throw failure(target, 'CONNECTION_LOST', hop, undefined, error)
    if (late) throw slow(target, phase, options)
    const message = error instanceof Error ? error.message : String(error)
    const said = greeting()
    if (said === '' || /^(Exceeded MaxStartups|Not allowed at this time)/.test(said)) return 'dropped'
    throw refused(target, message, said, phase, tried, ways, error)
  } finally {
    clearTimeout(timer)
  }
  const close = async (): Promise<void> => {
    gone ??= 'closed by this side'
    client.end()
    // A host that no longer answers does not confirm the end either.
    const force = setTimeout(() => socket.destroy(), 1000)
    await closed
    clearTimeout(force)
  }
  // Its streams learn of a socket that has gone before the client tells.
  const why = (): string | undefined => gone ?? (socket.destroyed ? 'the other side closed it' : undefined)
  return { client, gone: () => (why() === undefined ? undefined : (line?.gone() ?? why())), close }
}

/**
 * The first bytes of the server, for the message when they are no ssh. It listens only once ssh2 does: a listener of ours
 * alone would let them flow by before ssh2 has loaded its ciphers.
 */
function overhearGreeting(socket: Duplex): () => string {
  let greeting = ''
  const hear = (chunk: Buffer): void => {
    greeting = chunk.toString('latin1', 0, 200)
  }
  const wait = (event: string | symbol): void => {
    if (event !== 'data') return
    socket.off('newListener', wait)
    socket.once('data', hear)
  }
  socket.on('newListener', wait)
  return () => greeting
}

function slow(target: ConnectionTarget, phase: 'connect' | 'log in', options: TransportOptions): Error {
  if (phase === 'connect') {
    return failure(
      target,
      'HOST_UNREACHABLE',
      `${target.address} port ${target.port} accepted the connection but no ssh server spoke for ${target.connectTimeoutSeconds} s`,
      'is this the port of sshd, and is the host overloaded?',
    )
  }
  return failure(
    target,
    'TIMED_OUT',
    `logging in took more than ${options.loginTimeoutSeconds ?? defaultLoginTimeoutSeconds} s`,
    'the server may wait for a name server or a directory: look at UseDNS and PAM there',
  )
}

function refused(
  target: ConnectionTarget,
  message: string,
  greeting: string,
  phase: 'connect' | 'log in',
  tried: readonly string[],
  ways: LoginWays,
  cause: unknown,
): Error {
  const where = `${target.address} port ${target.port}`
  if (/no matching/i.test(message)) {
    const hint = 'the server offers only algorithms that are too old, or only post-quantum key exchange, which is not supported'
    return failure(target, 'HOST_UNREACHABLE', `no algorithm in common with ${where}: ${quoted(message)}`, hint, cause)
  }
  if (!greeting.includes('SSH-') && !'SSH-'.startsWith(greeting))
    return failure(
      target,
      'HOST_UNREACHABLE',
      `what answers on ${where} is no ssh server: ${quoted(greeting)}`,
      'is this the port of sshd?',
      cause,
    )
  if (/authentication methods failed|too many authentication failures/i.test(message))
    return authFailed(target, message, tried, ways, cause)
  if (phase === 'log in' && /agent|sign/i.test(message)) return authFailed(target, message, tried, ways, cause)
  return failure(
    target,
    'CONNECTION_LOST',
    `the connection ended while ${phase === 'connect' ? 'it was set up' : 'logging in'}: ${quoted(message)}`,
    undefined,
    cause,
  )
}

function authFailed(target: ConnectionTarget, message: string, tried: readonly string[], ways: LoginWays, cause: unknown): Error {
  const what = tried.length === 0 ? 'there was no key, agent or password that it takes' : `it refused ${tried.join(', ')}`
  const leftOut = ways.leftOut.length === 0 ? '' : `; not tried: ${ways.leftOut.join(', ')}`
  const many = /too many/i.test(message) ? ' (too many keys were offered)' : ''
  const certificate = ways.certificates[0] === undefined ? '' : `; ${ways.certificates[0]} was not used, ssh certificates are not supported`
  const hint = `name the right user with -u and the right key with --private-key, or give a password with -k; what ssh itself does shows\nssh -v -p ${target.port} -l ${target.user} ${target.address} true`
  return failure(target, 'AUTH_FAILED', `${target.user} could not log in: ${what}${many}${leftOut}${certificate}`, hint, cause)
}
