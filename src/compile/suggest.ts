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

/** Where Ansible keeps what it has gathered; here each fact is asked for by its own name. */
export function factHint(name: string): string | undefined {
  return name === 'ansible_facts' ? 'facts have names of their own: facts.os.family, facts.hostname, facts.addresses' : undefined
}
