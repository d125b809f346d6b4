import { parseArgs } from 'node:util'

export const comparisons = ['nothing', 'apply', 'startup'] as const
export type Comparison = (typeof comparisons)[number]

export interface BenchOptions {
  readonly hosts: number
  readonly rounds: number
  readonly json: string | undefined
  readonly only: readonly Comparison[]
}

export const usage = `usage: npm run bench -- [--hosts 10] [--rounds 5] [--json FILE] [--only ${comparisons.join(',')}]`

/** Throws an Error with the usage for anything it does not know. */
export function readOptions(words: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { hosts: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'string' }, only: { type: 'string' } },
    })
    return {
      hosts: wholeNumber('--hosts', values.hosts ?? '10'),
      rounds: wholeNumber('--rounds', values.rounds ?? '5'),
      json: values.json,
      only: values.only === undefined ? comparisons : values.only.split(',').map(comparison),
    }
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${usage}`, { cause })
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name}: expected a whole number from 1 on, got ${text}`)
  return number
}

function comparison(word: string): Comparison {
  const found = comparisons.find((name) => name === word)
  if (found === undefined) throw new Error(`--only: expected ${comparisons.join(', ')}, got ${word}`)
  return found
}
