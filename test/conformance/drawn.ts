import fc from 'fast-check'

export interface Drawn<T> {
  /** for the name of the tests, so that their output tells how to draw the same again */
  readonly title: string
  readonly cases: readonly { readonly index: number; readonly given: T }[]
}

/** The seed of every set of cases that is drawn at random; another one draws others. */
const seed = Number(process.env['TLSPLAY_SEED'] ?? 20261125)

/** The same cases in every run with the same seed. */
export function drawn<T>(what: string, arbitrary: fc.Arbitrary<T>, numRuns: number): Drawn<T> {
  return {
    title: `${what} (TLSPLAY_SEED=${seed})`,
    cases: fc.sample(arbitrary, { numRuns, seed }).map((given, index) => ({ index, given })),
  }
}
