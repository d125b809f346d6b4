import type { LoopControl } from '../model/playbook.ts'
import type { Value, ValueMap } from '../model/value.ts'

/** What one item of a loop reads beside all else: itself, its number, and with `extended` its place in the list (A.5). */
export function loopVariables({ loopVar, indexVar, extended }: LoopControl, items: readonly Value[], index: number): ValueMap {
  return {
    [loopVar]: items[index] ?? null,
    ansible_loop_var: loopVar,
    ...(indexVar === undefined ? {} : { [indexVar]: index, ansible_index_var: indexVar }),
    ...(extended === 'no' ? {} : { ansible_loop: placeInLoop(items, index, extended === 'all') }),
  }
}

function placeInLoop(items: readonly Value[], index: number, withAll: boolean): ValueMap {
  const [before, after] = [items[index - 1], items[index + 1]]
  const { length } = items
  return {
    ...(withAll ? { allitems: items } : {}),
    index: index + 1,
    index0: index,
    first: index === 0,
    last: index === length - 1,
    length,
    revindex: length - index,
    revindex0: length - index - 1,
    ...(before === undefined ? {} : { previtem: before }),
    ...(after === undefined ? {} : { nextitem: after }),
  }
}
