import { isAbsolute, join } from 'node:path'
import { type BecomeMethod, becomeMethods, type ConnectionTarget, type TransportName } from '../ports/channel.ts'
import type { Position, Problem } from '../model/problem.ts'
import { Secret, type Text } from '../model/value.ts'
import { settingNames as names } from './connection-names.ts'
import { isHostName, isUserName, type Setting, Settings } from './connection-values.ts'
import { type CompiledPlay, type CompiledRun, type TaskNode, tasksOf } from './compiled-run.ts'
import { type Hop, jumpOfArguments, jumpOfCommand, parseJump } from './jump.ts'
import { renderText } from './render.ts'
import { kindOf } from './secrecy.ts'
import type { SshSettings } from './ssh-settings.ts'
import { emptyRuntime, hostScope, type Scope } from './variables.ts'

const defaultPort = 22
const defaultTimeoutSeconds = 10
const sshWords: readonly string[] = ['ssh', 'smart', 'paramiko', 'paramiko_ssh', 'ansible.builtin.ssh']
const localWords: readonly string[] = ['local', 'ansible.builtin.local']

/**
 * Where and how to reach a host of the run: variables first, then the command line, then defaults. It reads what was
 * written only: nothing that an act or a host said can set a connection option.
 */
export function connectionTarget(
  host: string,
  run: CompiledRun,
): { readonly target: ConnectionTarget; readonly problems: readonly Problem[] } {
  const { connection, playbookFolder } = run.options
  const entry = run.inventory.hosts.get(host)
  const at: Position = entry?.at ?? { file: run.playbook.file, line: 1, column: 1 }
  const play = run.plays.find((candidate) => candidate.hosts.includes(host))
  const settings = new Settings(writtenScope(run, play, host), at)
  const resolve = (path: string): string =>
    path.startsWith('~/')
      ? join(connection.defaults.homeFolder, path.slice(2))
      : isAbsolute(path)
        ? path
        : join(run.inventory.folder || playbookFolder, path)

  const address = settings.hostName(names.address)
  const config = connection.sshConfig?.get(address ?? host) ?? {}
  const port = settings.whole(names.port, 1, 65535)
  const transport =
    transportOf(settings) ?? connection.transport ?? (host === 'localhost' && address === undefined && port === undefined ? 'local' : 'ssh')
  if (address === undefined && transport !== 'local' && !isHostName(host))
    settings.problems.push({
      code: 'HOST_NAME_INVALID',
      message: `${JSON.stringify(host)} is not a host name or address`,
      at,
      hint: 'give its address with ansible_host, or write a name of letters, digits, dots and hyphens',
    })
  const key = settings.path(names.privateKey, resolve) ?? connection.privateKeyFile
  const knownHosts = settings.path(names.knownHosts, resolve)
  const target: ConnectionTarget = {
    name: host,
    at,
    transport,
    address: (transport === 'local' ? undefined : config.hostName) ?? address ?? host,
    port: port ?? config.port ?? defaultPort,
    user: transport === 'local' ? connection.defaults.user : loginUser(settings, run, host),
    privateKeyFiles: key === undefined ? [] : [key],
    password: settings.secret(names.password) ?? asSecret(connection.password),
    knownHostsFiles:
      knownHosts === undefined
        ? (connection.knownHostsFiles ?? config.knownHostsFiles ?? connection.defaults.knownHostsFiles)
        : [knownHosts],
    become: becomeOf(host, run, settings),
    exclusive: true,
    stateFolder: settings.folder(names.stateFolder),
    connectTimeoutSeconds:
      settings.whole(names.timeout, 1, 3600) ?? connection.timeoutSeconds ?? config.connectTimeoutSeconds ?? defaultTimeoutSeconds,
    ...(transport === 'local' ? {} : { ...keysOf(config), ...jumpsOf(host, at, settings, config, run) }),
    ...(transport === 'openssh' ? { sshName: address ?? host } : {}),
  }
  return { target, problems: settings.problems.map((problem) => ({ ...problem, host })) }
}

/**
 * A host that tasks of other hosts are delegated to, or a name outside of the inventory that is reached as it stands. It is
 * reached as its own variables say; whether it is kept for the run is for who reaches it (shared-places.ts).
 */
export function delegateTarget(
  name: string,
  run: CompiledRun,
): { readonly target: ConnectionTarget; readonly problems: readonly Problem[] } {
  const { target, problems } = connectionTarget(name, run)
  const settings = new Settings(writtenScope(run, undefined, name), target.at)
  const nodes = run.plays.flatMap((play) => tasksOf(play).flatMap((node) => (node.task.delegateTo === undefined ? [] : [{ play, node }])))
  const users = new Set(nodes.flatMap(({ play, node }) => becomes(node, run, play, name, writtenScope(run, play, name))))
  const method = becomeMethod(
    settings,
    nodes.map(({ node }) => node),
  )
  return { target: { ...target, become: channelUser(users, becomePassword(settings, run), method), exclusive: false }, problems }
}

/** The machine that runs tlsplay, as one more place to ask and act. */
export function controllerTarget(run: CompiledRun): ConnectionTarget {
  const { connection } = run.options
  return {
    name: 'localhost',
    at: { file: run.playbook.file, line: 1, column: 1 },
    transport: 'local',
    address: 'localhost',
    port: defaultPort,
    user: connection.defaults.user,
    privateKeyFiles: [],
    password: undefined,
    knownHostsFiles: [],
    become: undefined,
    exclusive: false,
    stateFolder: undefined,
    connectTimeoutSeconds: connection.timeoutSeconds ?? defaultTimeoutSeconds,
  }
}

/** Who a task acts as on a host: variables, then the innermost keyword, then the command line; else who logs in. */
export function actingUser(
  node: TaskNode,
  run: CompiledRun,
  play: CompiledPlay,
  host: string,
  scope: Scope,
): { readonly name: string; readonly becomes: boolean; readonly problems: readonly Problem[] } {
  const { connection } = run.options
  const at = node.become.user?.at ?? node.task.at
  const settings = new Settings(
    hostScope({ run, play, host, role: node.role, task: node.task, blockVars: node.blockVars, runtime: emptyRuntime }),
    at,
  )
  const becomes = settings.flag(names.become) ?? node.become.enabled?.value ?? connection.become ?? false
  if (!becomes)
    return { name: host === 'localhost' ? connection.defaults.user : loginUser(settings, run, host), becomes, problems: settings.problems }
  const variable = settings.userName(names.becomeUser)
  const keyword = node.become.user
  if (variable !== undefined || keyword === undefined)
    return { name: variable ?? connection.becomeUser ?? 'root', becomes, problems: settings.problems }
  const { value, problems } = renderText(keyword.value, keyword.at, scope)
  if (problems.length > 0) return { name: '', becomes, problems: [...settings.problems, ...problems] }
  if (typeof value === 'string' && isUserName(value)) return { name: value, becomes, problems: settings.problems }
  return {
    name: '',
    becomes,
    problems: [
      ...settings.problems,
      {
        code: 'VALUE_INVALID',
        message: `become_user: ${typeof value === 'string' ? JSON.stringify(value) : kindOf(value)} is not the name of a user`,
        at: keyword.at,
        hint: 'write the name as it stands in /etc/passwd',
      },
    ],
  }
}

/** Users named on the command line; variables are checked where they are read. */
export function userProblems({ user, becomeUser }: CompiledRun['options']['connection']): readonly Problem[] {
  const given = [
    ['--user', user],
    ['--become-user', becomeUser],
  ] as const
  return given.flatMap(([option, name]): readonly Problem[] =>
    name === undefined || isUserName(name)
      ? []
      : [
          {
            code: 'OPTION_INVALID',
            message: `${option}: ${JSON.stringify(name)} is not the name of a user`,
            hint: 'write the name as it stands in /etc/passwd',
          },
        ],
  )
}

function writtenScope(run: CompiledRun, play: CompiledPlay | undefined, host: string): Scope {
  return hostScope({ run, play, host, runtime: emptyRuntime })
}

function loginUser(settings: Settings, run: CompiledRun, host: string): string {
  const { user, defaults, sshConfig } = run.options.connection
  return settings.userName(names.user) ?? user ?? sshConfig?.get(String(settings.find(names.address)?.value ?? host))?.user ?? defaults.user
}

function keysOf({ identityFiles, identitiesOnly, hostKeyAlias }: SshSettings): Partial<ConnectionTarget> {
  return {
    ...(identityFiles === undefined ? {} : { identityFiles }),
    ...(identitiesOnly === true ? { identitiesOnly } : {}),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
  }
}

/** More hosts on the way than this is a circle. */
const mostHops = 8

/** The way to a host: variables, then the command line, then ssh_config, where the first hop may have a way of its own. */
function jumpsOf(host: string, at: Position, settings: Settings, config: SshSettings, run: CompiledRun): Partial<ConnectionTarget> {
  const { connection } = run.options
  const variable = settings.text(names.jump)
  const argument = variable === undefined ? firstJump(settings) : undefined
  const place = variable?.setting ?? argument?.setting
  const told =
    variable === undefined
      ? (argument ?? (connection.jump === undefined ? jumpOfConfig(config) : { jump: connection.jump }))
      : { jump: variable.text }
  const refuse = (code: Problem['code'], message: string, hint: string): Partial<ConnectionTarget> => {
    settings.problems.push({ code, message: `${place?.name ?? host}: ${message}`, at: place?.at ?? at, hint })
    return {}
  }
  if (told.refused !== undefined)
    return refuse(
      'NOT_SUPPORTED',
      `a ProxyCommand is not run: ${JSON.stringify(told.refused)}`,
      'name the hosts on the way with ProxyJump, or with\ntlsplay_jump: USER@HOST:PORT',
    )
  if (told.jump === undefined) return {}
  const hops = parseJump(told.jump)
  if (hops === undefined)
    return refuse(
      'HOST_NAME_INVALID',
      `${JSON.stringify(told.jump)} does not name hosts to go through`,
      'write USER@HOST:PORT, several separated by commas',
    )
  const jumps = [...wayTo(hops[0], connection, []), ...hops].map((hop) => hopTarget(hop, host, at, connection))
  return jumps.length === 0 ? {} : { jumps }
}

function firstJump(settings: Settings): (ReturnType<typeof jumpOfArguments> & { readonly setting: Setting }) | undefined {
  for (const name of names.sshArguments) {
    const found = settings.text([name])
    const told = found === undefined ? {} : jumpOfArguments(found.text)
    if (found !== undefined && (told.jump !== undefined || told.refused !== undefined)) return { ...told, setting: found.setting }
  }
  return undefined
}

function jumpOfConfig({ proxyJump, proxyCommand }: SshSettings): ReturnType<typeof jumpOfArguments> {
  if (proxyJump !== undefined) return { jump: proxyJump }
  return proxyCommand === undefined ? {} : jumpOfCommand(proxyCommand)
}

/** Hops before the first one, as its own settings name them; a host that is on the way already is not gone through twice. */
function wayTo(hop: Hop | undefined, connection: CompiledRun['options']['connection'], seen: readonly string[]): readonly Hop[] {
  if (hop === undefined || seen.length >= mostHops) return []
  const hops = parseJump(jumpOfConfig(connection.sshConfig?.get(hop.host) ?? {}).jump ?? 'none') ?? []
  const known = [...seen, hop.host]
  if (hops.some((one) => known.includes(one.host))) return []
  return [...wayTo(hops[0], connection, known), ...hops]
}

function hopTarget(hop: Hop, host: string, at: Position, connection: CompiledRun['options']['connection']): ConnectionTarget {
  const config = connection.sshConfig?.get(hop.host) ?? {}
  return {
    ...{
      name: host,
      at,
      transport: 'ssh',
      hop: hop.host,
      address: config.hostName ?? hop.host,
      port: hop.port ?? config.port ?? defaultPort,
    },
    user: hop.user ?? config.user ?? connection.defaults.user,
    ...{ privateKeyFiles: [], password: undefined, become: undefined, exclusive: false, stateFolder: undefined },
    knownHostsFiles: connection.knownHostsFiles ?? config.knownHostsFiles ?? connection.defaults.knownHostsFiles,
    connectTimeoutSeconds: connection.timeoutSeconds ?? config.connectTimeoutSeconds ?? defaultTimeoutSeconds,
    ...keysOf(config),
  }
}

function transportOf(settings: Settings): TransportName | undefined {
  const found = settings.text(names.transport)
  if (found === undefined) return undefined
  if (sshWords.includes(found.text)) return 'ssh'
  if (found.text === 'openssh') return 'openssh'
  if (localWords.includes(found.text)) return 'local'
  return settings.refuse(found.setting, 'VALUE_INVALID', `expected ssh, openssh or local, got ${found.shown}`)
}

/**
 * The user the channel itself becomes: root when tasks need it or several users, since root reaches every other one;
 * a single other user where all that become want only that one, as policy may grant no more.
 */
function becomeOf(host: string, run: CompiledRun, settings: Settings): ConnectionTarget['become'] {
  // Read once for their problems; each task reads them again among its own variables.
  settings.flag(names.become)
  settings.userName(names.becomeUser)
  const users = new Set<string>()
  const nodes: TaskNode[] = []
  for (const play of run.plays.filter((candidate) => candidate.hosts.includes(host))) {
    const scope = writtenScope(run, play, host)
    for (const node of tasksOf(play)) {
      if (node.task.delegateTo !== undefined) continue
      const become = becomes(node, run, play, host, scope)
      if (become.length > 0) nodes.push(node)
      for (const user of become) users.add(user)
    }
  }
  return channelUser(users, becomePassword(settings, run), becomeMethod(settings, nodes))
}

/** The user that a task becomes, if any. A name that only an item or a fact tells is told with its task; here it means: some other user. */
function becomes(node: TaskNode, run: CompiledRun, play: CompiledPlay, host: string, scope: Scope): readonly string[] {
  const user = actingUser(node, run, play, host, scope)
  if (!user.becomes) return []
  return [user.problems.length > 0 ? 'root' : user.name]
}

function channelUser(users: ReadonlySet<string>, password: Secret | undefined, method: BecomeMethod): ConnectionTarget['become'] {
  const [only, ...others] = users
  if (only === undefined) return undefined
  return { user: others.length === 0 ? only : 'root', password, method }
}

/**
 * One connection becomes another user in one way: as its variables say, else as the tasks that become say, which must then
 * agree.
 */
function becomeMethod(settings: Settings, nodes: readonly TaskNode[]): BecomeMethod {
  const found = settings.text(names.becomeMethod)
  if (found !== undefined) {
    const word = found.text.replace(/^(?:ansible\.builtin|community\.general)\./, '')
    const method = becomeMethods.find((one) => one === word)
    if (method !== undefined) return method
    settings.refuse(found.setting, 'VALUE_INVALID', `expected ${becomeMethods.join(', ')}, got ${JSON.stringify(found.text)}`)
    return 'sudo'
  }
  const [method = 'sudo', ...others] = new Set(nodes.map(({ become }) => become.method?.value ?? 'sudo'))
  const at = nodes.find(({ become }) => become.method !== undefined)?.become.method?.at
  if (others.length > 0 && at !== undefined)
    settings.problems.push({
      code: 'VALUE_INVALID',
      message: `become_method: tasks of the host become another user by ${[method, ...others].join(' and ')}, and one connection has one way`,
      at,
      hint: 'say it once: for the play, or for the host with ansible_become_method',
    })
  return method
}

function becomePassword(settings: Settings, run: CompiledRun): Secret | undefined {
  return settings.secret(names.becomePassword) ?? asSecret(run.options.connection.becomePassword)
}

function asSecret(text: Text | undefined): Secret | undefined {
  return typeof text === 'string' ? Secret.of(text) : text
}
