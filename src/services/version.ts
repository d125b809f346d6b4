/** Numbers of a version, most significant first: 1.12.3 -> [1, 12, 3]. */
export type Version = readonly [number, number, number]

/** The first version in a text; what follows the numbers (~rc0, +ds) says nothing about what a product can do. */
export function findVersion(text: string): Version | undefined {
  const match = /\bv?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
}

export function isAtLeast(version: Version, floor: Version): boolean {
  const index = version.findIndex((part, position) => part !== floor[position])
  return index === -1 || (version[index] ?? 0) > (floor[index] ?? 0)
}

export function versionText(version: Version): string {
  return version.join('.')
}
