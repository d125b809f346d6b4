import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, type CommandResult, mustRun } from './command.ts'
import { ensureBinaries } from './binary.ts'
import { type HostSite, startContainer } from './container.ts'
import { ensureEngine } from './engine.ts'
import { type LabHost, labHost } from './host.ts'
import { bareStart } from './host-start.ts'
import { ensureImages } from './image.ts'
import { type InventoryOptions, type Keys, knownHostsText, type LabUser, loginUser, writeInventory } from './inventory.ts'
import { labLabel, owner, ownerLabel } from './owner.ts'
import { quote } from './quote.ts'
import { untilAnswers, untilUp } from './ready.ts'
import type { FleetSpec, HostSpec } from './spec.ts'
import { folderPrefix, remove } from './sweep.ts'

export interface SshOptions {
  /** Default: ops. BusyBox hosts are always logged in to as root. */
  readonly user?: LabUser
  readonly stdin?: string
}

export interface Fleet {
  readonly hosts: readonly LabHost[]
  /** Of the users opspw and nosudo, on every host but BusyBox ones. */
  readonly password: string
  /** Private to this fleet, made and removed with it: key pair, known_hosts, inventories. */
  readonly folder: string
  readonly privateKeyFile: string
  readonly knownHostsFile: string
  /** Throws for a name that the spec does not have. */
  host(name: string): LabHost
  inventory(options?: InventoryOptions): Promise<string>
  /** argv of the system's ssh client for this host, with strict host keys and no configuration of the machine's own. */
  sshArgv(name: string, script: string, user?: LabUser): readonly string[]
  ssh(name: string, script: string, options?: SshOptions): Promise<CommandResult>
  stop(): Promise<void>
}

/** Resolves when every host is `running` with no failed unit, its services answer and its sshd greets; else nothing is left behind. */
export async function startFleet(spec: FleetSpec, say: (line: string) => void = () => undefined): Promise<Fleet> {
  const names = spec.hosts.map((host) => host.name)
  if (new Set(names).size !== names.length) throw new Error(`two hosts of one name: ${names.join(', ')}`)
  const engine = await ensureEngine(say)
  const images = await ensureImages(say)
  const binaries = await ensureBinaries(say)
  const folder = await mkdtemp(join(tmpdir(), `${folderPrefix}${owner()}-`))
  const keys: Keys = { folder, privateKeyFile: join(folder, 'id_ed25519'), knownHostsFile: join(folder, 'known_hosts') }
  await mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'tlsplay-lab', '-f', keys.privateKeyFile])
  const publicKey = (await readFile(`${keys.privateKeyFile}.pub`, 'utf8')).trim()
  const password = randomBytes(12).toString('hex')
  const network = `tlsplay-lab-${randomBytes(4).toString('hex')}`
  await mustRun(['docker', 'network', 'create', '--label', labLabel, '--label', `${ownerLabel}=${owner()}`, network])

  const stop = async () => {
    const containers = (await mustRun(['docker', 'ps', '--all', '--quiet', '--filter', `network=${network}`]))
      .split('\n')
      .filter((id) => id !== '')
    await remove(['rm', '--force', '--volumes'], containers)
    await remove(['network', 'rm'], [network])
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const hosts = await startHosts(spec.hosts, { engine, images, binaries, network, identity: { publicKey, password } })
    await writeFile(keys.knownHostsFile, knownHostsText(hosts))
    const started = fleet(hosts, keys, password, stop)
    await Promise.all(spec.hosts.map((host) => startByHand(started, host)))
    return started
  } catch (cause) {
    await stop()
    throw cause
  }
}

async function startByHand(started: Fleet, spec: HostSpec): Promise<void> {
  if (spec.kind !== 'bare-prometheus' && spec.kind !== 'bare-influxdb2') return
  const { code, stderr } = await started.ssh(spec.name, bareStart(spec))
  if (code !== 0) throw new Error(`host ${spec.name}: its service cannot be started: ${stderr}`)
  await untilAnswers(spec, started.host(spec.name).containerId)
}

/** All at once; when some fail, waits for the others so that `stop` finds every container, then throws all the reasons. */
async function startHosts(specs: readonly HostSpec[], site: HostSite): Promise<readonly LabHost[]> {
  const outcomes = await Promise.allSettled(
    specs.map(async (spec) => {
      const container = await startContainer(spec, site)
      const { hostKey } = await untilUp(spec, container.getId(), container.getMappedPort(22))
      return labHost(spec, container, site.network, hostKey)
    }),
  )
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  if (failures.length > 0)
    throw new AggregateError(failures, failures.map((failure) => (failure instanceof Error ? failure.message : String(failure))).join('\n'))
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
}

function fleet(hosts: readonly LabHost[], keys: Keys, password: string, stop: () => Promise<void>): Fleet {
  const host = (name: string): LabHost => {
    const found = hosts.find((candidate) => candidate.name === name)
    if (found === undefined) throw new Error(`no host ${name} in the fleet: ${hosts.map((each) => each.name).join(', ')}`)
    return found
  }
  const sshArgv = (name: string, script: string, user: LabUser = 'ops'): readonly string[] => [
    'ssh',
    '-F',
    '/dev/null',
    '-i',
    keys.privateKeyFile,
    '-p',
    String(host(name).sshPort),
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    `UserKnownHostsFile=${keys.knownHostsFile}`,
    '-o',
    'GlobalKnownHostsFile=/dev/null',
    '-o',
    'IdentityAgent=none',
    `${loginUser(host(name), user)}@127.0.0.1`,
    quote(['sh', '-c', script]),
  ]
  return {
    hosts,
    password,
    folder: keys.folder,
    privateKeyFile: keys.privateKeyFile,
    knownHostsFile: keys.knownHostsFile,
    host,
    inventory: (options = {}) => writeInventory(hosts, keys, options),
    sshArgv,
    ssh: (name, script, { user, stdin } = {}) => command(sshArgv(name, script, user), { stdin }),
    stop,
  }
}
