import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder, withLock } from './cache.ts'
import { command, mustRun } from './command.ts'
import { install, isDebian, type Say } from './engine.ts'

/** Names with the digest of the recipe as tag: `tlsplay-lab:<digest>`. */
export interface Images {
  readonly debian: string
  readonly busybox: string
}

interface Recipe {
  readonly name: string
  readonly packages: string
  readonly script: string
  readonly dockerfile: string
  /** argv of mmdebstrap which leaves the root filesystem in the file `tar`. */
  readonly bootstrap: (packages: string, tar: string) => readonly string[]
}

const recipeFolder = fileURLToPath(new URL('recipe/', import.meta.url))
const suite = 'bookworm'

const debian: Recipe = {
  name: 'tlsplay-lab',
  packages: 'debian.packages',
  script: 'debian.sh',
  dockerfile: 'debian.Dockerfile',
  bootstrap: (packages, tar) => [
    'mmdebstrap',
    '--variant=minbase',
    '--format=tar',
    `--dpkgopt=${join(recipeFolder, 'dpkg.cfg')}`,
    `--include=${packages}`,
    `--customize-hook=chroot "$1" sh -s < ${quoted('debian.sh')}`,
    suite,
    tar,
  ],
}

const busybox: Recipe = {
  name: 'tlsplay-lab-busybox',
  packages: 'busybox.packages',
  script: 'busybox.sh',
  dockerfile: 'busybox.Dockerfile',
  // Unpacked is enough to take three programs out, and mmdebstrap runs no customize hook for it (man mmdebstrap, VARIANTS).
  bootstrap: (packages, tar) => [
    'mmdebstrap',
    '--variant=extract',
    '--format=null',
    `--include=${packages}`,
    `--extract-hook=sh ${quoted('busybox.sh')} "$1" "$1/lab-root" && tar -C "$1/lab-root" -cf '${tar}' .`,
    suite,
    '-',
  ],
}

/** Both images are in the engine afterwards. Says for each where it came from. */
export async function ensureImages(say: Say): Promise<Images> {
  return withLock('images', async () => {
    const [debianImage, busyboxImage] = [await imageName(debian), await imageName(busybox)]
    await ensure(debian, debianImage, say)
    await ensure(busybox, busyboxImage, say)
    return { debian: debianImage, busybox: busyboxImage }
  })
}

async function ensure(recipe: Recipe, image: string, say: Say): Promise<void> {
  if ((await command(['docker', 'image', 'inspect', image])).code === 0) {
    say(`${image}: in the engine already`)
    return
  }
  const tar = join(cacheFolder(), 'rootfs', `${image.replace(':', '-')}.tar`)
  if (await exists(tar)) {
    say(`${image}: imported from ${tar}`)
  } else if (await registryAnswers()) {
    say(`${image}: an image registry answers, built from ${recipe.dockerfile}`)
    // The build's containers need the network of this machine for apt; the classic builder is in every engine, buildx is not.
    await mustRun(
      [
        'docker',
        'build',
        '--network=host',
        '--label',
        'tlsplay-lab.image=1',
        '-t',
        image,
        '-f',
        join(recipeFolder, recipe.dockerfile),
        recipeFolder,
      ],
      { env: { ...process.env, DOCKER_BUILDKIT: '0' }, timeoutMs: 900_000 },
    )
    return
  } else {
    say(`${image}: no image registry answers, built with mmdebstrap from Debian's packages`)
    await bootstrap(recipe, tar, say)
  }
  // Not the label of containers: each container has its image's labels as well, and a sweep goes by that label.
  await mustRun(['docker', 'import', '--change', 'LABEL tlsplay-lab.image=1', tar, image])
}

async function bootstrap(recipe: Recipe, tar: string, say: Say): Promise<void> {
  if (!(await isDebian()) || process.getuid?.() !== 0) {
    throw new Error(
      `${recipe.name} cannot be built: no image registry answers (docker manifest inspect debian:${suite}), and without one it takes mmdebstrap on Debian as root\nhelp Docker to reach a registry (docker login, a mirror in /etc/docker/daemon.json), or run the tests on Debian as root`,
    )
  }
  await install(['mmdebstrap'], say)
  await mkdir(join(cacheFolder(), 'rootfs'), { recursive: true })
  // Under another name until it is whole: a half-made tar must not be found by the next run.
  const unfinished = `${tar}.unfinished`
  await rm(unfinished, { force: true })
  const packages = (await recipeText(recipe.packages)).trim().split('\n').join(',')
  await mustRun(recipe.bootstrap(packages, unfinished), { timeoutMs: 900_000 })
  await rename(unfinished, tar)
}

async function registryAnswers(): Promise<boolean> {
  return (await command(['docker', 'manifest', 'inspect', `debian:${suite}`], { timeoutMs: 15_000 })).code === 0
}

async function imageName(recipe: Recipe): Promise<string> {
  const texts = await Promise.all([recipe.packages, recipe.script, recipe.dockerfile, 'dpkg.cfg'].map(recipeText))
  const digest = createHash('sha256')
    .update([suite, recipe.bootstrap('', '').join(' ').replaceAll(recipeFolder, ''), ...texts].join('\0'))
    .digest('hex')
  return `${recipe.name}:${digest.slice(0, 12)}`
}

function recipeText(file: string): Promise<string> {
  return readFile(join(recipeFolder, file), 'utf8')
}

function quoted(file: string): string {
  return `'${join(recipeFolder, file)}'`
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
