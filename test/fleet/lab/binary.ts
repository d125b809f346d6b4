import { createHash } from 'node:crypto'
import { access, chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, withLock } from './cache.ts'
import { command, mustRun } from './command.ts'
import { install, type Say } from './engine.ts'
import { type Built, type BuiltName, builds, fluxPkgConfig, goToolchain } from './versions.ts'

const buildMs = 40 * 60_000

export type Binaries = Readonly<Record<BuiltName, string>>

/** Every built daemon is in the cache afterwards. Says for each where it came from. */
export function ensureBinaries(say: Say): Promise<Binaries> {
  return withLock(
    'binaries',
    async () => {
      const paths: [string, string][] = []
      // One after the other: each build alone keeps every core busy.
      for (const name of Object.keys(builds) as BuiltName[]) paths.push([name, await ensure(builds[name], say)])
      return Object.fromEntries(paths) as Binaries
    },
    2 * buildMs,
  )
}

async function ensure(built: Built, say: Say): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(built)).digest('hex').slice(0, 12)
  const folder = join(cacheFolder(), 'bin', `${built.binary}-${built.version}-${digest}`)
  const path = join(folder, built.binary)
  const found = await access(path).then(
    () => true,
    () => false,
  )
  if (found) {
    say(`${built.binary} ${built.version}: in ${folder}`)
    return path
  }
  say(`${built.binary} ${built.version}: built from its Go module, which takes minutes`)
  await mkdir(folder, { recursive: true })
  // Under another name until it is whole.
  const unfinished = `${path}.unfinished`
  await build(built, unfinished, say)
  await rename(unfinished, path)
  return path
}

/** Inside the module's own folder, so that its go.mod, its `replace` lines and its go.sum hold. */
async function build(built: Built, path: string, say: Say): Promise<void> {
  const go = await goCommand(say)
  const source = await download(go, built)
  const env = { ...process.env, GOTOOLCHAIN: 'auto', ...(built.flux ? await fluxTools(go, say) : { CGO_ENABLED: '0' }) }
  const ldflags = `-s -w -X ${built.versionVariable}=${built.flux ? built.version : built.version.slice(1)}`
  await mustRun(
    [
      go,
      '-C',
      source,
      'build',
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      `-tags=${built.tags.join(',')}`,
      `-ldflags=${ldflags}`,
      '-o',
      path,
      built.command,
    ],
    { env, timeoutMs: buildMs },
  )
}

async function download(go: string, { module, version, sum }: Built): Promise<string> {
  const told = JSON.parse(await mustRun([go, 'mod', 'download', '-json', `${module}@${version}`], { timeoutMs: buildMs })) as {
    readonly Dir: string
    readonly Sum: string
  }
  if (told.Sum !== sum) throw new Error(`${module}@${version} has the sum ${told.Sum}, and test/fleet/lab/versions.ts says ${sum}`)
  return told.Dir
}

/** The machine's own Go from 1.21 on, which brings newer toolchains itself; else one fetched as a module by Debian's old Go. */
async function goCommand(say: Say): Promise<string> {
  const own = await command(['go', 'version'])
  const [, major = '0', minor = '0'] = /go(\d+)\.(\d+)/.exec(own.stdout) ?? []
  if (own.code === 0 && (Number(major) > 1 || Number(minor) >= 21)) return 'go'
  const old = '/usr/lib/go-1.19/bin/go'
  await install(['go-1.19'], say)
  const machine = process.arch === 'x64' ? 'amd64' : process.arch
  const toolchain = `golang.org/toolchain@v0.0.1-go${goToolchain}.linux-${machine}`
  say(`${toolchain}: fetched, as this machine's Go is ${own.code === 0 ? 'too old' : 'missing'}`)
  const { Dir } = JSON.parse(await mustRun([old, 'mod', 'download', '-json', toolchain], { timeoutMs: buildMs })) as {
    readonly Dir: string
  }
  // A module's zip has no modes: nothing in it may be run until this.
  for (const folder of [join(Dir, 'bin'), join(Dir, 'pkg/tool', `linux_${machine}`)])
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o755)
  return join(Dir, 'bin', 'go')
}

/** What the go command needs around it to link libflux, which is Rust. */
async function fluxTools(go: string, say: Say): Promise<NodeJS.ProcessEnv> {
  await install(['clang', 'protoc', 'cargo', 'gcc'], say)
  const tools = join(cacheFolder(), 'tools')
  await mkdir(tools, { recursive: true })
  await mustRun([go, 'install', fluxPkgConfig], { env: { ...process.env, GOTOOLCHAIN: 'auto', GOBIN: tools }, timeoutMs: buildMs })
  // Newer compilers warn where libflux denies all warnings (seen with rustc 1.95).
  const wrapper = join(tools, 'rustc-allowing')
  await rm(wrapper, { force: true })
  await writeFile(wrapper, '#!/bin/sh\nexec "$@" --cap-lints allow\n', { mode: 0o755 })
  return { PKG_CONFIG: join(tools, 'pkg-config'), RUSTC_WRAPPER: wrapper, RUSTUP_TOOLCHAIN: 'stable' }
}
