import { spawn } from 'node:child_process'
import { access, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, withLock } from './cache.ts'
import { command, mustRun, waitUntil } from './command.ts'

export interface Engine {
  readonly version: string
  /** v1 needs the controller of systemd mounted anew inside each host, v2 needs the one hierarchy writable: host-start.ts. */
  readonly cgroupVersion: 1 | 2
  /** `running`: it answered already. `started`: this call brought it up. */
  readonly origin: 'running' | 'started'
}

export type Say = (line: string) => void

/** Everything the lab runs on the controller: program to look for, Debian package that has it. */
const tools = {
  dockerd: 'docker.io',
  // Part of docker.io in Debian 12, a package of its own from Debian 13 on.
  docker: 'docker-cli',
  // Debian's docker.io only recommends it; without iptables dockerd ends at once with "iptables not found".
  iptables: 'iptables',
  mmdebstrap: 'mmdebstrap',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  // What built daemons take (binary.ts). Debian's plain cargo is too old for libflux.
  'go-1.19': 'golang-1.19-go',
  clang: 'clang',
  protoc: 'protobuf-compiler',
  gcc: 'gcc',
  cargo: 'cargo-web',
} as const

/** A Docker engine that answers. Fails with what is missing and how to get it; never skips. */
export async function ensureEngine(say: Say): Promise<Engine> {
  await ensureClients(say)
  const running = await ask()
  if (running !== undefined) return { ...running, origin: 'running' }
  await mayStart()
  return withLock('engine', async () => {
    const meanwhile = await ask()
    if (meanwhile !== undefined) return { ...meanwhile, origin: 'running' }
    return { ...(await start(say)), origin: 'started' }
  })
}

async function ask(): Promise<Omit<Engine, 'origin'> | undefined> {
  const answer = await command(['docker', 'info', '--format', '{{.ServerVersion}} {{.CgroupVersion}}'], { timeoutMs: 10_000 })
  // Without an engine the line is empty, whatever the exit code of this version of the client.
  const [version, cgroup] = answer.stdout.trim().split(' ')
  if (answer.code !== 0 || !version || !/^\d/.test(version)) return undefined
  return { version, cgroupVersion: cgroup === '2' ? 2 : 1 }
}

/** The last line that the client says when it gets no answer. */
async function refusal(): Promise<string> {
  const { stdout, stderr } = await command(['docker', 'info'], { timeoutMs: 10_000 })
  return `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? ''
}

async function ensureClients(say: Say): Promise<void> {
  await install(['ssh', 'ssh-keygen'], say)
  if (await isThere('docker')) return
  await install(['dockerd'], say)
  await install(['docker'], say)
}

/** Throws where starting an engine is not ours to do. */
async function mayStart(): Promise<void> {
  if (process.env['DOCKER_HOST']) {
    throw new Error(
      `the Docker engine at DOCKER_HOST=${process.env['DOCKER_HOST']} does not answer; start it, or unset DOCKER_HOST to let the lab start one of its own`,
    )
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      `the fleet's lab needs a Docker engine, and \`docker info\` gets no answer: ${await refusal()}\nas root the lab starts one itself; otherwise start it (systemctl start docker) and let this user reach its socket (group docker)`,
    )
  }
}

async function start(say: Say): Promise<Omit<Engine, 'origin'>> {
  await install(['dockerd', 'iptables'], say)
  const folder = cacheFolder()
  const dataRoot = join(folder, 'docker')
  const pidFile = join(folder, 'dockerd.pid')
  const logFile = join(folder, 'dockerd.log')
  await mkdir(dataRoot, { recursive: true })
  await dropStalePid(pidFile)
  const log = await open(logFile, 'a')
  say(`starting dockerd, data in ${dataRoot}, log in ${logFile}`)
  // detached = setsid: the engine outlives this run, so that the next one finds it warm.
  const daemon = spawn('dockerd', ['--data-root', dataRoot, '--pidfile', pidFile], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: withSbin,
  })
  let failure: string | undefined
  daemon.on('error', (cause) => {
    failure = cause.message
  })
  daemon.on('exit', (code) => {
    failure = `it ended with ${code}`
  })
  daemon.unref()
  let answer: Omit<Engine, 'origin'> | undefined
  try {
    await waitUntil('dockerd answers on its socket', 60_000, async () => {
      answer = await ask()
      return answer !== undefined || failure !== undefined
    })
  } finally {
    await log.close()
  }
  if (answer !== undefined) return answer
  const lastLines = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-10).join('\n')
  throw new Error(`dockerd does not come up: ${failure ?? (await refusal())}\n${lastLines}`)
}

/** After a crash the pid file may name some other living process; dockerd then refuses to start (docker 20.10, pkg/pidfile). */
async function dropStalePid(path: string): Promise<void> {
  const pid = await readFile(path, 'utf8').catch(() => '')
  if (pid === '') return
  const name = await readFile(`/proc/${pid.trim()}/comm`, 'utf8').catch(() => '')
  if (name.trim() !== 'dockerd') await rm(path, { force: true })
}

/** Installs the Debian packages of those tools that are not there. */
export async function install(wanted: readonly (keyof typeof tools)[], say: Say): Promise<void> {
  const found = await Promise.all(wanted.map(isThere))
  const missing = wanted.filter((_, index) => !found[index])
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((tool) => tools[tool]))]
  const how = `apt-get install --no-install-recommends ${packages.join(' ')}`
  if (!(await isDebian()) || process.getuid?.() !== 0) {
    throw new Error(
      `the fleet's lab needs ${missing.join(', ')}, not found here; it installs them itself on Debian as root only\n` +
        `on Debian, as root: ${how}\n` +
        'elsewhere: install a Docker engine with its client and an OpenSSH client, start the engine, and run the tests again',
    )
  }
  say(how)
  const env = { ...withSbin, DEBIAN_FRONTEND: 'noninteractive' }
  await mustRun(['apt-get', 'update', '-qq'], { env })
  // The daemons' own start scripts must not run: the lab starts dockerd itself, with its own data folder.
  await mustRun(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], { env: { ...env, RUNLEVEL: '1' } })
}

async function isThere(tool: string): Promise<boolean> {
  return (
    (await command(['sh', '-c', 'command -v "$1"', 'sh', tool === 'go-1.19' ? '/usr/lib/go-1.19/bin/go' : tool], { env: withSbin }))
      .code === 0
  )
}

/** dockerd, iptables and mmdebstrap may stand in sbin, which an ordinary PATH leaves out. */
const withSbin: NodeJS.ProcessEnv = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }

export async function isDebian(): Promise<boolean> {
  try {
    await access('/etc/debian_version')
    return /^ID=debian$/m.test(await readFile('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}
