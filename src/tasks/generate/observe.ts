import { observePath } from '../../lib/host-file.ts'
import { ownershipQuestions } from '../../lib/ownership.ts'
import { parentOf } from '../../lib/paths.ts'
import type { Probe } from '../../model/fact.ts'
import type { ObservedView } from '../../model/task-type.ts'
import { copyQuestions, keyQuestion } from './copies.ts'
import { nextKeyOf } from './elsewhere.ts'
import type { Given, Wish } from './wish.ts'

type Questions = Generator<readonly Probe[], unknown, ObservedView>

/**
 * Both files, their copies and what was given, the folders they lie in, what they hold, and the names they shall belong to;
 * link by link in the same rounds.
 */
export function* observeWish(wish: Wish): Generator<readonly Probe[], void, ObservedView> {
  yield* together([
    observePath(wish.certificate, (path) => [
      { kind: 'certificate', target: { path } },
      { kind: 'file', target: { path: parentOf(path) } },
      ...(wish.authority === undefined &&
      wish.given === undefined &&
      wish.elsewhere === undefined &&
      wish.acme === undefined &&
      wish.stored === undefined
        ? []
        : [{ kind: 'digest', target: { path } } as const]),
      ...ownershipQuestions(wish),
    ]),
    observePath(wish.privateKey, (path) => [keyQuestion(path, wish.keyPassphrase), { kind: 'file', target: { path: parentOf(path) } }]),
    ...wish.copies.map((copy) =>
      observePath(copy.path, (path) => [...copyQuestions(copy, wish.keyPassphrase, path), ...ownershipQuestions(copy)]),
    ),
    ...(wish.elsewhere === undefined ? [] : [observePath(nextKeyOf(wish), (path) => [keyQuestion(path, wish.keyPassphrase)])]),
    ...(wish.given === undefined ? [] : [givenQuestions(wish.given)]),
  ])
}

function* givenQuestions(given: Given): Generator<readonly Probe[], void, ObservedView> {
  if (given.kind === 'pkcs12') yield [{ kind: 'pkcs12', target: { path: given.path, password: given.password } }]
  else if (given.on === 'host')
    yield [{ kind: 'certificate', target: { path: given.certificate } }, keyQuestion(given.privateKey, given.password)]
}

/** Round k of all of them is one round. */
export function* together(all: readonly Questions[]): Generator<readonly Probe[], void, ObservedView> {
  let asking = all.map((questions) => ({ questions, round: questions.next() }))
  while (asking.length > 0) {
    const view: ObservedView = yield asking.flatMap(({ round }) => (round.done === true ? [] : round.value))
    asking = asking.map(({ questions }) => ({ questions, round: questions.next(view) })).filter(({ round }) => round.done !== true)
  }
}
