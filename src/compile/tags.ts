import type { Problem } from '../model/problem.ts'
import { didYouMean } from './suggest.ts'

export interface TagChoice {
  /** empty: all */
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
}

const special: readonly string[] = ['all', 'tagged', 'untagged', 'always', 'never']

/** Whether a task with these tags, inherited ones included, runs (design/language.md A.9). */
export function isSelected(own: readonly string[], { tags, skipTags }: TagChoice): boolean {
  const has = own.length === 0 ? ['untagged'] : own
  const wanted = tags.length === 0 ? ['all'] : tags
  const never = has.includes('never')
  const taken =
    has.includes('always') ||
    (wanted.includes('all') && !never) ||
    has.some((tag) => wanted.includes(tag)) ||
    (wanted.includes('tagged') && own.length > 0 && !never)
  if (!taken) return false
  if (skipTags.includes('all')) return has.includes('always') && !skipTags.includes('always')
  return !has.some((tag) => skipTags.includes(tag)) && !(skipTags.includes('tagged') && own.length > 0)
}

/** Selected tags that no task of the run has: most often a slip of the finger. */
export function unknownTags(existing: ReadonlySet<string>, { tags, skipTags }: TagChoice): readonly Problem[] {
  return [...tags.map((tag) => [tag, '--tags'] as const), ...skipTags.map((tag) => [tag, '--skip-tags'] as const)]
    .filter(([tag]) => !special.includes(tag) && !existing.has(tag))
    .map(([tag, option]) => {
      const hint =
        didYouMean(tag, existing) ??
        (existing.size === 0 ? 'no task of this run has a tag' : `tags of this run: ${[...existing].toSorted().join(', ')}`)
      return { code: 'TAG_UNKNOWN', message: `no task has the tag ${tag} of ${option}`, hint }
    })
}
