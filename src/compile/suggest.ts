import { nearest } from '../lib/suggest.ts'

/** An action for a hint; undefined when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, candidates)
  return found === undefined ? undefined : `did you mean "${found}"?`
}

/** `item` is there in a loop only; whoever reads it elsewhere has forgotten the loop. */
export function loopHint(name: string): string | undefined {
  return name === 'item' ? 'item exists in tasks with a loop only: add loop, with a list' : undefined
}
