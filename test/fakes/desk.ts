import type { Desk } from '../../src/ports/ports.ts'

/** Nobody sits at it and nothing is kept: whoever turns to it shows a mistake of the test. */
export function emptyDesk(): Desk {
  const nobody = async (): Promise<never> => {
    throw new Error('nobody sits at the desk of this test')
  }
  return { rest: nobody, answer: nobody, keep: nobody }
}

/** Somebody who gives these answers in turn; the log has everything that happened at the desk. */
export function busyDesk(
  answers: readonly string[] = [],
): Desk & { readonly log: readonly string[]; readonly kept: ReadonlyMap<string, string> } {
  const left = [...answers]
  const log: string[] = []
  const kept = new Map<string, string>()
  return {
    log,
    kept,
    async rest(milliseconds, why) {
      log.push(`rest ${milliseconds}: ${why}`)
    },
    async answer(question, echo) {
      log.push(`${echo ? 'ask' : 'ask in secret'}: ${question}`)
      return left.shift() ?? ''
    },
    async keep({ root, below }, bytes) {
      const path = `${root}/${below}`
      const text = Buffer.from(bytes).toString()
      const same = kept.get(path) === text
      kept.set(path, text)
      log.push(`keep ${path}`)
      return !same
    },
  }
}
