import type { Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'

/** Reports the words of Ansible that `owner` does not take and returns the map without them. */
export function withoutWords(map: MapSource, owner: string, words: Readonly<Record<string, string>>, problems: Problem[]): MapSource {
  const refused = map.entries.filter(({ key }) => Object.hasOwn(words, key))
  for (const { key, keyAt } of refused) {
    problems.push({ code: 'NOT_SUPPORTED', message: `${owner} takes no ${key}`, at: keyAt, hint: words[key] ?? '' })
  }
  return refused.length === 0 ? map : { ...map, entries: map.entries.filter((entry) => !refused.includes(entry)) }
}
