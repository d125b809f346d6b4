/** Assignments of os-release, quotes taken off. */
export function releaseValues(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const found = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim())
      return found?.[1] === undefined ? [] : [[found[1], (found[2] ?? '').replace(/^(['"])(.*)\1$/, '$2')] as const]
    }),
  )
}

/** Families as Ansible names them, so that conditions people bring along keep their meaning. */
const families: ReadonlyMap<string, string> = new Map([
  ['debian', 'Debian'],
  ['ubuntu', 'Debian'],
  ['rhel', 'RedHat'],
  ['fedora', 'RedHat'],
  ['centos', 'RedHat'],
  ['amzn', 'RedHat'],
  ['suse', 'Suse'],
  ['opensuse', 'Suse'],
  ['sles', 'Suse'],
  ['arch', 'Archlinux'],
  ['alpine', 'Alpine'],
])

export function osFamily(release: ReadonlyMap<string, string>): string {
  const words = [release.get('ID') ?? '', ...(release.get('ID_LIKE') ?? '').split(' ')]
  return words.map((word) => families.get(word)).find((family) => family !== undefined) ?? (release.get('NAME') || 'Linux')
}
