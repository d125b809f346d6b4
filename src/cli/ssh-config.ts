import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { CompiledRun } from '../compile/compiled-run.ts'
import { connectionTarget } from '../compile/connection.ts'
import { isHostName, isUserName } from '../compile/connection-values.ts'
import { parseJump } from '../compile/jump.ts'
import type { SshSettings } from '../compile/ssh-settings.ts'
import type { Problem } from '../model/problem.ts'
import type { Io } from './io.ts'

/** Names asked about at once; one call takes 6 ms (measured with OpenSSH 9.2). */
const atOnce = 8
/** A `Match exec` may run anything. */
const longestCallMs = 10_000
/** Ways lead through at most so many hosts, each of which may name another. */
const mostRounds = 9

/**
 * What the ssh program would do with each host of a run, asked of it itself (`ssh -G`), so that Include, Match and tokens mean
 * what they mean there. Nothing is asked where nothing is configured, or where there is no ssh program.
 */
export async function withSshConfig(run: CompiledRun, io: Pick<Io, 'env'>): Promise<Configured> {
  const hosts = [...new Set(run.plays.flatMap((play) => play.hosts))]
  const files = configured(io)
  if (files === undefined || hosts.length === 0) return { run, problems: [], warnings: [] }
  const defaults = await ask('host.invalid', ['-F', 'none'], io)
  if (!('answer' in defaults)) return { run, problems: [], warnings: [unasked(defaults.error)] }
  const problems: Problem[] = []
  const sshConfig = new Map<string, SshSettings>()
  const known: CompiledRun = { ...run, options: { ...run.options, connection: { ...run.options.connection, sshConfig } } }
  for (let round = 0; round < mostRounds; round += 1) {
    const wanted = namesOf(hosts, known).filter((name) => !sshConfig.has(name))
    if (wanted.length === 0) break
    await inTurn(wanted, async (name) => {
      const asked = await ask(name, files, io)
      if ('error' in asked) problems.push(unreadable(name, asked.error))
      sshConfig.set(name, 'error' in asked ? {} : settingsOf(asked.answer, defaults.answer, run.options.connection.defaults))
    })
  }
  return { run: known, problems, warnings: [] }
}

export interface Configured {
  readonly run: CompiledRun
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

function unasked(error: string): Problem {
  return {
    code: 'TOOL_MISSING',
    message: `the settings in ~/.ssh/config and /etc/ssh/ssh_config are not used: the ssh program cannot be asked (${error})`,
    hint: 'install it, or give what they say by variables (ansible_host, ansible_user, tlsplay_jump, ...)',
  }
}

function unreadable(name: string, error: string): Problem {
  return {
    code: 'VALUE_INVALID',
    message: `ssh cannot tell its settings for ${name}: ${error}`,
    hint: `correct what it names; it says the same by\nssh -G ${name}`,
  }
}

/** What hosts and their jump hosts are called when they are handed to ssh. In the first round addresses are as they were written. */
function namesOf(hosts: readonly string[], run: CompiledRun): readonly string[] {
  const { sshConfig } = run.options.connection
  const names = hosts.flatMap((host) => {
    const { target } = connectionTarget(host, run)
    if (target.transport === 'local') return []
    const hops = (target.jumps ?? []).flatMap(({ hop }) => (hop === undefined ? [] : [hop]))
    return sshConfig?.size === 0 ? [target.address, ...hops] : hops
  })
  return [...new Set(names)].filter(isHostName)
}

/** Words that choose the files; undefined: none of them says anything. */
function configured({ env }: Pick<Io, 'env'>): readonly string[] | undefined {
  const { homedir } = userInfo()
  const home = env['HOME'] ?? homedir
  const own = join(home, '.ssh/config')
  // ssh looks into the home folder of passwd, whatever HOME says; everything else here goes by HOME.
  if (home !== homedir) return existsSync(own) ? ['-F', own] : undefined
  return existsSync(own) || systemSays() ? [] : undefined
}

const words =
  /^[ \t]*(?:HostName|User|Port|IdentityFile|IdentitiesOnly|UserKnownHostsFile|GlobalKnownHostsFile|HostKeyAlias|Proxy\w+|ConnectTimeout|Match)\b/im

function systemSays(): boolean {
  try {
    const folder = '/etc/ssh/ssh_config.d'
    const parts = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
    return ['/etc/ssh/ssh_config', ...parts].some((file) => existsSync(file) && words.test(readFileSync(file, 'utf8')))
  } catch {
    // What cannot be read here ssh cannot read either.
    return false
  }
}

type Answer = ReadonlyMap<string, readonly string[]>

/** The name was checked: it cannot be an option, nor mean anything to a shell that a `Match exec` starts. */
function ask(
  name: string,
  files: readonly string[],
  { env }: Pick<Io, 'env'>,
): Promise<{ readonly answer: Answer } | { readonly error: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      'ssh',
      ['-G', ...files, '--', name],
      { env: { ...env }, timeout: longestCallMs, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error !== null)
          return resolve({ error: stderr.trim().split('\n').at(-1) || (error.killed === true ? 'no answer in time' : `${error.code}`) })
        const answer = new Map<string, string[]>()
        for (const line of stdout.split('\n')) {
          const [key = '', ...rest] = line.split(' ')
          if (key !== '') answer.set(key, [...(answer.get(key) ?? []), rest.join(' ')])
        }
        resolve({ answer })
      },
    )
    child.stdin?.end()
  })
}

function settingsOf(
  answer: Answer,
  defaults: Answer,
  { user, homeFolder }: { readonly user: string; readonly homeFolder: string },
): SshSettings {
  const set = (key: string): readonly string[] | undefined => {
    const values = answer.get(key)
    return values === undefined || JSON.stringify(values) === JSON.stringify(defaults.get(key)) ? undefined : values
  }
  const one = (key: string): string | undefined => set(key)?.[0]
  const hostName = answer.get('hostname')?.[0]
  const name = answer.get('host')?.[0]
  const login = one('user')
  const port = Number(one('port'))
  const paths = (values: readonly string[] | undefined): readonly string[] | undefined =>
    values?.flatMap((path) => {
      const expanded = expandPath(path, {
        ...{ d: homeFolder, h: hostName ?? '', n: name ?? '', u: user, r: login ?? user, p: answer.get('port')?.[0] ?? '' },
      })
      return expanded === undefined ? [] : [expanded]
    })
  const files = (key: string): readonly string[] | undefined => set(key)?.flatMap((value) => value.split(' '))
  const knownHosts =
    files('userknownhostsfile') === undefined && files('globalknownhostsfile') === undefined
      ? undefined
      : [...(answer.get('userknownhostsfile')?.[0] ?? '').split(' '), ...(answer.get('globalknownhostsfile')?.[0] ?? '').split(' ')]
  const timeout = Number(one('connecttimeout'))
  const alias = one('hostkeyalias')
  return {
    ...given('hostName', hostName !== undefined && hostName !== name && isHostName(hostName) ? hostName : undefined),
    ...given('user', login !== undefined && isUserName(login) ? login : undefined),
    ...given('port', port > 0 && port < 65536 ? port : undefined),
    ...given('identityFiles', paths(set('identityfile'))),
    ...given('identitiesOnly', one('identitiesonly') === 'yes' ? true : undefined),
    ...given('knownHostsFiles', paths(knownHosts?.filter((file) => file !== '' && file !== 'none'))),
    ...given('hostKeyAlias', alias !== undefined && /^[A-Za-z0-9_.:-]+$/.test(alias) ? alias : undefined),
    ...given('proxyJump', jumpWithout(one('proxyjump'), name)),
    ...given('proxyCommand', one('proxycommand')),
    ...given('connectTimeoutSeconds', timeout > 0 && timeout <= 3600 ? timeout : undefined),
  }
}

/** A setting for every host also names the jump host itself, which is reached without it. */
function jumpWithout(jump: string | undefined, name: string | undefined): string | undefined {
  return jump === undefined || parseJump(jump)?.some(({ host }) => host === name) === true ? undefined : jump
}

/** Tokens of ssh_config(5) in paths; a path with others is left out. */
function expandPath(path: string, tokens: Readonly<Record<string, string>>): string | undefined {
  const inHome = path === '~' || path.startsWith('~/') ? join(tokens['d'] ?? '', path.slice(1)) : path
  if (/%[^dhnurp%]/.test(inHome)) return undefined
  const expanded = inHome.replaceAll(/%(.)/g, (_all, token: string) => (token === '%' ? '%' : (tokens[token] ?? '')))
  return isAbsolute(expanded) ? expanded : join(tokens['d'] ?? '', '.ssh', expanded)
}

function given<K extends string, V>(key: K, value: V | undefined): { readonly [name in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]: V })
}

async function inTurn(names: readonly string[], act: (name: string) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < names.length; index = next++) await act(names[index] ?? '')
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, worker))
}
