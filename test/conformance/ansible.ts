import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, withLock } from '../fleet/lab/cache.ts'
import { command, type CommandResult, mustRun } from '../fleet/lab/command.ts'

/** The version whose behaviour docs/coming-from-ansible.md speaks of. */
export const ansibleVersion = '2.19.14'

const folder = (): string => join(cacheFolder(), `ansible-core-${ansibleVersion}`)
const finished = (): string => join(folder(), 'finished')

/** Installs Ansible from PyPI into a folder of its own outside the tree, once. Throws an Error that says what is missing. */
export async function provideAnsible(): Promise<void> {
  if (existsSync(finished())) return
  await withLock('ansible', async () => {
    if (existsSync(finished())) return
    await providePython()
    await mkdir(cacheFolder(), { recursive: true })
    await rm(folder(), { recursive: true, force: true })
    // Programs of a venv hold its path, so it is made where it stays; the mark comes last.
    await mustRun(['python3', '-m', 'venv', folder()])
    await mustRun([join(folder(), 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', `ansible-core==${ansibleVersion}`])
    await writeFile(join(folder(), 'empty.cfg'), '')
    await writeFile(`${finished()}.new`, '')
    await rename(`${finished()}.new`, finished())
  })
}

/** ansible-core 2.19 needs Python 3.11; Debian keeps the module venv in a package of its own. */
async function providePython(): Promise<void> {
  const usable = async (): Promise<boolean> =>
    (await command(['python3', '-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'])).code === 0
  if (await usable()) return
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await command(['apt-get', 'update', '-qq'], { env })
    await command(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'python3', 'python3-venv'], { env })
    if (await usable()) return
  }
  throw new Error(
    `the conformance tests compare with ansible-core ${ansibleVersion}, which needs Python 3.11 with the module venv: install python3 and python3-venv`,
  )
}

export interface AnsibleOptions {
  readonly cwd: string
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A program of the folder that Ansible is installed in. */
export const program = (name: string): string => join(folder(), 'bin', name)

/** Nothing of the configuration of this machine. */
export function environment(home: string): Readonly<Record<string, string>> {
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C.UTF-8',
    HOME: home,
    ANSIBLE_CONFIG: join(folder(), 'empty.cfg'),
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_DEPRECATION_WARNINGS: 'false',
    ANSIBLE_PYTHON_INTERPRETER: program('python3'),
  }
}

/** Runs a program of Ansible (`ansible`, `ansible-inventory`, `ansible-vault`). */
export function ansible(name: string, args: readonly string[], options: AnsibleOptions): Promise<CommandResult> {
  return command(['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', options.cwd, program(name), ...args], {
    env: { ...environment(options.cwd), ...options.env },
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  })
}
