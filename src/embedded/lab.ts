import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import { startSshHost, type SshHost } from './ssh-host.ts'

export interface LabHost {
  readonly name: string
  /** everything of this host lies here; also its home and working directory */
  readonly folder: string
  /** where its service listens on 127.0.0.1 */
  readonly port: number
}

export interface Lab {
  /** holds everything, and nothing else does */
  readonly folder: string
  readonly hosts: readonly LabHost[]
  readonly inventory: string
  readonly knownHosts: string
  /** ends every host and what it started, removes every file */
  close(): Promise<void>
}

export interface LabOptions {
  /** the Node that runs the services, and the module whose command `stand-in` is one */
  readonly node: string
  readonly main: string
  /** the services end by themselves soon after this process has */
  readonly pid: number
  readonly searchPath: string
  readonly vars: Variables
  /** variables of one host alone */
  readonly hostVars: Readonly<Record<string, Variables>>
}

type Variables = Readonly<Record<string, number | string>>

const names = ['alpha', 'beta', 'gamma'] as const
const lookMs = 200
const maxLooks = 50

/** Three ssh hosts inside this process, each with a folder of its own, and the inventory that leads to them. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-quickstart-'))
  const who = currentUser()
  const servers: SshHost[] = []
  const hosts: LabHost[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()))
    rmSync(folder, { recursive: true, force: true })
    await allClosed(hosts.map((host) => host.port))
  }
  try {
    const entries: [string, object][] = []
    for (const [name, port] of zip(names, await freePorts(names.length))) {
      const home = join(folder, name)
      mkdirSync(home)
      const server = await startSshHost({ folder: home, env: { PATH: options.searchPath } })
      servers.push(server)
      const key = join(folder, `${name}.key`)
      writeFileSync(key, server.clientKey, { mode: 0o600 })
      const exe = join(home, 'exporter.mjs')
      writeFileSync(exe, programText(options))
      const start = [options.node, exe].map((word) => `'${word}'`).join(' ')
      hosts.push({ name, folder: home, port })
      entries.push([
        name,
        {
          ...{ ansible_host: '127.0.0.1', ansible_port: server.port, ansible_user: who.user, ansible_ssh_private_key_file: key },
          ...{ ...who, owner: who.user, names: [`${name}.quickstart.test`, '127.0.0.1'] },
          ...{ service: 'stand-in', port, exe, start_command: `${start} --web.listen-address=127.0.0.1:${port}` },
          ...{ tls_dir: join(home, 'tls'), web_config: join(home, 'web.yml'), log_file: join(home, 'exporter.log') },
          // They are one machine, and each is locked on its own.
          tlsplay_state_folder: join(home, 'state'),
          ...options.hostVars[name],
        },
      ])
    }
    const [inventory, knownHosts] = [join(folder, 'inventory.yml'), join(folder, 'known_hosts')]
    writeFileSync(inventory, stringify({ all: { hosts: Object.fromEntries(entries), vars: options.vars } }))
    writeFileSync(knownHosts, servers.map((server) => `${server.hostKeyLine}\n`).join(''))
    return { folder, hosts, inventory, knownHosts, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Its path names the process: three hosts share this machine and one Node. It was started in a session of its own, as a
 * daemon is, so it looks itself whether its host is gone: with its folder, or with the process that ran it.
 */
function programText({ main, pid }: LabOptions): string {
  return [
    `import { existsSync } from 'node:fs'`,
    `const alive = () => { try { return process.kill(${pid}, 0) } catch { return false } }`,
    `setInterval(() => { if (!existsSync(import.meta.filename) || !alive()) process.exit() }, ${lookMs}).unref()`,
    `process.argv.splice(2, 0, 'stand-in')`,
    `await import(${JSON.stringify(pathToFileURL(main).href)})`,
    '',
  ].join('\n')
}

/** Resolves when nothing listens on any of the ports any more. */
async function allClosed(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    for (let looks = 0; await isOpen(port); looks += 1) {
      if (looks === maxLooks) throw new Error(`the service on port ${port} did not end`)
      await pause(lookMs)
    }
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Who runs this, by name; a user or group without an entry in passwd or group goes by its number. */
function currentUser(): { readonly user: string; readonly group: string } {
  const idOf = (flag: string): string => execFileSync('id', [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  const named = (flags: readonly [string, string]): string => {
    try {
      return idOf(flags[0])
    } catch {
      return idOf(flags[1])
    }
  }
  return { user: named(['-un', '-u']), group: named(['-gn', '-g']) }
}

/** All are held at once before any is let go, so that no two are the same. */
async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise<typeof server>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', () => done(server)))
    }),
  )
  const ports = held.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(held.map((server) => new Promise((done) => server.close(done))))
  return ports
}

function zip<A, B>(left: readonly A[], right: readonly B[]): readonly (readonly [A, B])[] {
  return left.flatMap((item, index) => {
    const other = right[index]
    return other === undefined ? [] : [[item, other] as const]
  })
}
