import { observePath } from '../../lib/host-file.ts'
import { ownershipQuestions } from '../../lib/ownership.ts'
import { parentOf } from '../../lib/paths.ts'
import type { Probe } from '../../model/fact.ts'
import type { ObservedView } from '../../model/task-type.ts'
import type { Wish } from './wish.ts'

type Questions = Generator<readonly Probe[], unknown, ObservedView>

/** Both files, the folders they lie in, what they hold, and the names they shall belong to; link by link in the same rounds. */
export function* observeWish(wish: Wish): Generator<readonly Probe[], void, ObservedView> {
  yield* together([
    observePath(wish.certificate, (path) => [
      { kind: 'certificate', target: { path } },
      { kind: 'file', target: { path: parentOf(path) } },
      ...(wish.authority === undefined ? [] : [{ kind: 'digest', target: { path } } as const]),
      ...ownershipQuestions(wish),
    ]),
    observePath(wish.privateKey, (path) => [
      { kind: 'key', target: { path } },
      { kind: 'file', target: { path: parentOf(path) } },
    ]),
  ])
}

/** Round k of all of them is one round. */
function* together(all: readonly Questions[]): Generator<readonly Probe[], void, ObservedView> {
  let asking = all.map((questions) => ({ questions, round: questions.next() }))
  while (asking.length > 0) {
    const view: ObservedView = yield asking.flatMap(({ round }) => (round.done === true ? [] : round.value))
    asking = asking.map(({ questions }) => ({ questions, round: questions.next(view) })).filter(({ round }) => round.done !== true)
  }
}
