import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stableFunctions } from '../src/services/stable.ts'
import { ensureEngine, type Fleet, services, startFleet, sweep } from '../test/fleet/lab/index.ts'

/** Hosts with Debian's node exporter, and every file that the sides need to reach them. */
export interface BenchFleet {
  readonly folder: string
  readonly inventory: string
  /** stable.sh, apply.sh and check.sh in one, as apply.sh wants it */
  readonly applyScript: string
  /** guard.sh before them */
  readonly guardedScript: string
  readonly checkScript: string
  readonly fleetScript: string
  /** all hosts as they were before their first apply */
  reset(): Promise<void>
  stop(): Promise<void>
}

export async function startBenchFleet(count: number, raw: string, say: (line: string) => void): Promise<BenchFleet> {
  // Sweeping asks the engine, which nobody may have started yet.
  await ensureEngine(say)
  await sweep('dead')
  const names = Array.from({ length: count }, (_, index) => `h${index + 1}`)
  const fleet = await startFleet({ hosts: names.map((name) => ({ name, kind: 'node' })) }, say)
  try {
    return await prepared(fleet, raw)
  } catch (cause) {
    await fleet.stop()
    throw cause
  }
}

async function prepared(fleet: Fleet, raw: string): Promise<BenchFleet> {
  const { folder, hosts } = fleet
  const port = services.node.http.port
  const checkScript = join(raw, 'check.sh')
  const applyScript = join(folder, 'apply-and-check.sh')
  const guardedScript = join(folder, 'guard-apply-and-check.sh')
  const read = (name: string) => readFile(join(raw, name), 'utf8')
  const [guard, apply, check, reset] = await Promise.all([read('guard.sh'), read('apply.sh'), read('check.sh'), read('reset.sh')])
  await writeFile(applyScript, `${stableFunctions}\n${apply}\n${check}`)
  await writeFile(guardedScript, `${guard}\n${stableFunctions}\n${apply}\n${check}`)
  await writeFile(join(folder, 'ssh_config'), sshConfig(fleet))
  await writeFile(join(folder, 'hosts'), hosts.map((host) => `${host.name} ${host.port(port)}\n`).join(''))
  await writeFile(join(folder, 'floor.json'), JSON.stringify(floorSettings(fleet)))
  const inventory = await fleet.inventory({
    user: 'ops',
    extraVarsPerHost: Object.fromEntries(hosts.map((host) => [host.name, { exporter_seen_at: `127.0.0.1:${host.port(port)}` }])),
  })
  return {
    folder,
    inventory,
    applyScript,
    guardedScript,
    checkScript,
    fleetScript: join(raw, 'fleet.sh'),
    async reset() {
      await Promise.all(
        hosts.map(async (host) => {
          const { code, stdout, stderr } = await host.exec(reset)
          if (code !== 0) throw new Error(`${host.name} could not be reset: ${stdout}${stderr}`)
        }),
      )
    },
    stop: () => fleet.stop(),
  }
}

/** What an administrator has in ~/.ssh/config, with nothing of this machine's own: host keys are strict. */
function sshConfig({ hosts, privateKeyFile, knownHostsFile }: Fleet): string {
  return `Host *
  HostName 127.0.0.1
  User ops
  IdentityFile ${privateKeyFile}
  IdentitiesOnly yes
  IdentityAgent none
  BatchMode yes
  StrictHostKeyChecking yes
  UserKnownHostsFile ${knownHostsFile}
  GlobalKnownHostsFile /dev/null
${hosts.map(({ name, sshPort }) => `Host ${name}\n  Port ${sshPort}\n`).join('')}`
}

function floorSettings({ hosts, privateKeyFile }: Fleet): Readonly<Record<string, unknown>> {
  return {
    user: 'ops',
    privateKeyFile,
    hosts: hosts.map(({ name, sshPort }) => ({ name, port: sshPort })),
    hostKeys: Object.fromEntries(hosts.map(({ name, hostKey }) => [name, hostKey.split(' ')[1]])),
  }
}
