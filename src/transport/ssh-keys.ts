import type { AnyAuthMethod, BaseAgent, KeyboardInteractiveAuthMethod, NextAuthHandler, ParsedKey } from 'ssh2'
import { quote } from '../lib/sh.ts'
import type { TlsplayError } from '../model/problem.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import type { TransportOptions } from './options.ts'
import { failure } from './failure.ts'

export type Ssh2 = typeof import('ssh2')

/** What will be tried to log in, in order, and what was left out. */
export interface LoginWays {
  readonly keys: readonly { readonly file: string; readonly key: ParsedKey }[]
  readonly agentSocket: string | undefined
  /** keys that could not be tried, as said to the user */
  readonly leftOut: readonly string[]
  /** names of certificates beside keys: ssh2 cannot show them */
  readonly certificates: readonly string[]
}

type KeyFile =
  | { readonly kind: 'key'; readonly key: ParsedKey }
  | { readonly kind: 'missing' }
  | { readonly kind: 'encrypted'; readonly cipher: string }
  | { readonly kind: 'bad'; readonly why: string }

/** Reads each private key once for all hosts of a run. */
export function keyReader(options: TransportOptions, ssh2: Ssh2): (path: string) => KeyFile {
  const seen = new Map<string, KeyFile>()
  return (path) => {
    const found = seen.get(path) ?? readKey(options, ssh2, path)
    seen.set(path, found)
    return found
  }
}

function readKey(options: TransportOptions, ssh2: Ssh2, path: string): KeyFile {
  const bytes = options.files.read(path)
  if (bytes === undefined) return { kind: 'missing' }
  const text = Buffer.from(bytes)
  const parsed = ssh2.utils.parseKey(text)
  if (parsed instanceof Error) {
    const cipher = opensshCipher(text)
    if (cipher !== undefined && cipher !== 'none') return { kind: 'encrypted', cipher }
    if (/encrypted/i.test(parsed.message)) return { kind: 'encrypted', cipher: 'a passphrase' }
    return { kind: 'bad', why: parsed.message }
  }
  const key = Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed
  return key.isPrivateKey() ? { kind: 'key', key } : { kind: 'bad', why: 'it is the public half' }
}

/** The cipher named in the clear head of OpenSSH's own key format. */
function opensshCipher(text: Buffer): string | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)/.exec(text.toString('latin1'))?.[1]
  if (body === undefined) return undefined
  const bytes = Buffer.from(body, 'base64')
  if (bytes.toString('latin1', 0, 15) !== 'openssh-key-v1\0' || bytes.length < 19) return undefined
  return bytes.toString('latin1', 19, 19 + bytes.readUInt32BE(15))
}

/**
 * Files that were named are the only keys, in their order; an encrypted one among them is left to the agent. Without any,
 * the agent comes first, then the default files that can be read. Throws TlsplayError FILE_MISSING, KEY_UNUSABLE.
 */
export function loginWays(target: ConnectionTarget, options: TransportOptions, read: (path: string) => KeyFile): LoginWays {
  const named = target.privateKeyFiles.length > 0
  const keys: { file: string; key: ParsedKey }[] = []
  const leftOut: string[] = []
  let agentWanted = !named && target.identitiesOnly !== true
  const files = named ? target.privateKeyFiles : (target.identityFiles ?? options.defaultKeyFiles)
  for (const file of files) {
    const found = read(file)
    switch (found.kind) {
      case 'key':
        keys.push({ file, key: found.key })
        break
      case 'missing':
        if (named)
          throw failure(
            target,
            'FILE_MISSING',
            `the private key ${file} cannot be read`,
            'name a file that exists with --private-key or ansible_ssh_private_key_file',
          )
        break
      case 'encrypted':
        if (named && options.agentSocket === undefined) throw encryptedKey(target, file, found.cipher)
        agentWanted = true
        leftOut.push(`${file} (encrypted)`)
        break
      case 'bad':
        if (named)
          throw failure(target, 'KEY_UNUSABLE', `the private key ${file} cannot be used: ${found.why}`, `ssh-keygen -y -f ${quote(file)}`)
        leftOut.push(`${file} (${found.why})`)
        break
    }
  }
  const certificates = files.map((file) => `${file}-cert.pub`).filter((file) => options.files.kind(file) === 'file')
  return { keys, agentSocket: agentWanted ? options.agentSocket : undefined, leftOut, certificates }
}

function encryptedKey(target: ConnectionTarget, file: string, cipher: string): TlsplayError {
  // ssh2 cannot open this one cipher even with the passphrase, so a user who meets it elsewhere too is told both ways.
  const chacha = cipher.startsWith('chacha20-poly1305')
    ? `\nor give it a cipher that every client can open\nssh-keygen -p -Z aes256-ctr -f ${quote(file)}`
    : ''
  return failure(
    target,
    'KEY_UNUSABLE',
    `the private key ${file} is encrypted (${cipher}) and there is no ssh-agent to open it`,
    `start an agent and add the key\neval "$(ssh-agent)"; ssh-add ${quote(file)}${chacha}`,
  )
}

/** ssh2 passes null before the server has listed its methods. */
export type AuthHandler = (left: readonly string[] | null, partial: boolean | null, next: NextAuthHandler) => void

/**
 * Offers the ways one after another, `publickey` at once instead of asking with `none` first: one round trip less.
 * A password is sent once: servers that call it keyboard-interactive get it there, and only if they refused the other name.
 */
export function authHandler(target: ConnectionTarget, ways: LoginWays, ssh2: Ssh2, tried: string[]): AuthHandler {
  const username = target.user
  const methods: { readonly label: string; readonly needs: string; readonly method: AnyAuthMethod }[] = []
  const agentFirst = target.privateKeyFiles.length === 0
  const keys = ways.keys.map(({ file, key }) => ({
    label: `key ${file}`,
    needs: 'publickey',
    method: { type: 'publickey' as const, username, key },
  }))
  const agent =
    ways.agentSocket === undefined
      ? []
      : [
          {
            label: 'ssh-agent',
            needs: 'publickey',
            method: { type: 'agent' as const, username, agent: patientAgent(ways.agentSocket, ssh2) },
          },
        ]
  methods.push(...(agentFirst ? [...agent, ...keys] : [...keys, ...agent]))
  if (target.password !== undefined) {
    const password = target.password.reveal()
    methods.push({ label: 'password', needs: 'password', method: { type: 'password', username, password } })
    methods.push({
      label: 'keyboard-interactive',
      needs: 'keyboard-interactive',
      method: { type: 'keyboard-interactive', username, prompt: answerOnce(password) },
    })
  }
  return (left: readonly string[] | null, _partial: boolean | null, next: NextAuthHandler) => {
    for (;;) {
      const way = methods.shift()
      // ssh2 takes false for "nothing left"; its types do not say so.
      if (way === undefined) return next(false as unknown as AnyAuthMethod)
      if (left !== null && !left.includes(way.needs)) continue
      // A server that lists `password` has judged the password already.
      if (way.needs === 'keyboard-interactive' && left?.includes('password') !== false) continue
      tried.push(way.label)
      return next(way.method)
    }
  }
}

function answerOnce(password: string): KeyboardInteractiveAuthMethod['prompt'] {
  let answered = false
  return (_name, _instructions, _language, prompts, finish) => {
    finish(prompts.map((prompt) => (answered || prompt.echo === true ? '' : password)))
    answered = true
  }
}

/** The agent of ssh2, but one that cannot be reached has no keys instead of ending the login. */
function patientAgent(socket: string, ssh2: Ssh2): BaseAgent {
  const agent = ssh2.createAgent(socket)
  const ask = agent.getIdentities.bind(agent)
  agent.getIdentities = (answer) => ask((error, keys) => (error ? answer(undefined, []) : answer(undefined, keys)))
  return agent
}
