import { FunctionError } from './function-types.ts'

type Part = number | string

/** What Ansible's test `version` calls its operators; the words are those of sh. */
const operators: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ...['==', '=', 'eq'].map((word) => [word, (order: number) => order === 0] as const),
  ...['!=', '<>', 'ne'].map((word) => [word, (order: number) => order !== 0] as const),
  ...['<', 'lt'].map((word) => [word, (order: number) => order < 0] as const),
  ...['<=', 'le'].map((word) => [word, (order: number) => order <= 0] as const),
  ...['>', 'gt'].map((word) => [word, (order: number) => order > 0] as const),
  ...['>=', 'ge'].map((word) => [word, (order: number) => order >= 0] as const),
])

/** Whether a version stands in this relation to another, by the rules of `compareVersions`. Throws FunctionError. */
export function isVersion(version: string, wanted: string, operator: string): boolean {
  const holds = operators.get(operator)
  if (holds === undefined) throw new FunctionError(`the operator must be one of ${[...operators.keys()].join(' ')}, got ${operator}`)
  return holds(compareVersions(version, wanted))
}

/**
 * Below 0, 0 or above it, as Ansible compares by default (LooseVersion, once of Python's distutils): runs of digits are numbers, runs of
 * small letters and what is left are words, dots only separate; the first difference decides, and of two that are equal so far the
 * shorter one is less. Throws FunctionError where a number meets a word there, which have no order.
 */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)]
  for (const [index, part] of left.entries()) {
    const against = right[index]
    if (against === undefined) return 1
    if (part === against) continue
    if (typeof part !== typeof against)
      throw new FunctionError(`${one} and ${other} cannot be compared: ${String(part)} against ${String(against)}`)
    return part < against ? -1 : 1
  }
  return left.length - right.length
}

function partsOf(version: string): readonly Part[] {
  if (version === '') throw new FunctionError('a version must not be empty')
  return version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}
