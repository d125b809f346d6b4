import type { BlockPart } from '../compile/compiled-run.ts'

/**
 * Blocks of a host in which a task failed (design/language.md A.7). rescuing: its rescue runs, or ran. broken: nothing cleared the
 * failure, what is left are the tasks of always. over: those failed as well.
 */
export type BlockState = 'rescuing' | 'broken' | 'over'

export interface Failures {
  readonly blocks: ReadonlyMap<string, BlockState>
  /** a failure that no rescue cleared: the host is lost once the tasks of always that are left have run */
  readonly doomed: boolean
}

export const noFailures: Failures = { blocks: new Map(), doomed: false }

/** A task in this place failed: from the innermost block outwards, up to the first that has a rescue for it. */
export function failIn(within: readonly BlockPart[], { blocks, doomed }: Failures): Failures & { readonly rescued: boolean } {
  const after = new Map(blocks)
  for (const { block, part, hasRescue } of within.toReversed()) {
    if (part === 'block' && hasRescue) {
      after.set(block, 'rescuing')
      return { blocks: after, doomed, rescued: true }
    }
    after.set(block, part === 'always' ? 'over' : 'broken')
  }
  return { blocks: after, doomed: true, rescued: false }
}

/** Whether a task in this place runs after what has failed so far. */
export function runsIn(within: readonly BlockPart[], { blocks, doomed }: Failures): boolean {
  // Inside the always of a block that failed it does not matter what that failure did to the blocks around.
  const cleaning = within.findLastIndex(({ block, part }) => part === 'always' && blocks.get(block) === 'broken')
  if (cleaning < 0 && doomed) return false
  return within.slice(cleaning + 1).every(({ block, part }) => {
    switch (part) {
      case 'block':
        return blocks.get(block) === undefined
      case 'rescue':
        return blocks.get(block) === 'rescuing'
      case 'always':
        return blocks.get(block) !== 'over'
    }
  })
}

/** The block whose rescue this task belongs to and that did not fail so far. */
export function waitsForFailure(within: readonly BlockPart[], failures: Failures): string | undefined {
  const at = within.findIndex(({ block, part }) => part === 'rescue' && failures.blocks.get(block) === undefined)
  const place = within[at]
  return place !== undefined && runsIn(within.slice(0, at), failures) ? place.block : undefined
}

/** Whether a failure here is for a rescue to clear. */
export function isGuarded(within: readonly BlockPart[]): boolean {
  return within.some(({ part, hasRescue }) => part === 'block' && hasRescue)
}
