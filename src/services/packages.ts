export type PackageManagerName = 'apt' | 'apk' | 'dnf'

/** What we know of the package manager of a distribution. */
export interface PackageManager {
  readonly name: PackageManagerName
  readonly env: Readonly<Record<string, string>>
  readonly refresh: readonly string[]
  /** `version`: the one the plan named; undefined: the newest that the refresh before it finds */
  install(packages: readonly Wanted[]): readonly string[]
  remove(names: readonly string[]): readonly string[]
  /** whether it tells which version it would install, without asking its sources */
  readonly tellsCandidates: boolean
}

export interface Wanted {
  readonly name: string
  readonly version: string | undefined
}

/** A lock that somebody else holds is waited for (apt 1.9.11); a settings file that was edited stays as it is (dpkg(1), --force). */
const apt = [
  ...['apt-get', '-y', '-q', '-o', 'DPkg::Lock::Timeout=60'],
  ...['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
] as const

export const packageManagers: Readonly<Record<PackageManagerName, PackageManager>> = {
  apt: {
    name: 'apt',
    env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    refresh: ['apt-get', '-q', 'update'],
    install: (packages) => [
      ...apt,
      'install',
      ...packages.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`)),
    ],
    remove: (names) => [...apt, 'remove', ...names],
    tellsCandidates: true,
  },
  // A version in the line would be kept in /etc/apk/world and hold the package there (apk-world(5)).
  apk: {
    name: 'apk',
    env: { LC_ALL: 'C' },
    refresh: ['apk', '-q', 'update'],
    install: (packages) => ['apk', '-q', 'add', '--upgrade', ...packages.map(({ name }) => name)],
    remove: (names) => ['apk', '-q', 'del', ...names],
    tellsCandidates: true,
  },
  dnf: {
    name: 'dnf',
    env: { LC_ALL: 'C' },
    refresh: ['dnf', '-q', 'makecache'],
    install: (packages) => ['dnf', '-y', '-q', 'install', ...packages.map(({ name }) => name)],
    remove: (names) => ['dnf', '-y', '-q', 'remove', ...names],
    tellsCandidates: false,
  },
}
