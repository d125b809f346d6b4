import type { Problem } from '../model/problem.ts'

/** `failed`: hosts that did not end well. `lost`: and those that share something with one that is lost. */
export function lostAlong(
  groups: readonly ReadonlySet<string>[],
  isWell: (name: string) => boolean,
): { readonly failed: ReadonlySet<string>; readonly lost: ReadonlySet<string> } {
  const failed = new Set(groups.flatMap((members) => [...members]).filter((name) => !isWell(name)))
  const lost = new Set(failed)
  for (let before = -1; before !== lost.size; ) {
    before = lost.size
    for (const members of groups) if ([...members].some((name) => lost.has(name))) for (const name of members) lost.add(name)
  }
  return { failed, lost }
}

/** What a host is told that needed what was done for it on another one. `members`: all that this one was used for, itself as well if it was. */
export function takenBackFor(host: string, on: string, members: ReadonlySet<string>, failed: ReadonlySet<string>): Problem {
  const here = [...members].filter((name) => failed.has(name))
  const why = here.includes(on)
    ? `, for ${on} has failed`
    : here.length > 0
      ? ` with what was done there for ${here.join(', ')}`
      : ` with what was done for ${[...failed].join(', ')}`
  return { code: 'ROLLED_BACK', host, message: `what was done on ${on} for ${host} was taken back${why}` }
}
