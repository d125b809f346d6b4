import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { drawn } from './drawn.ts'
import { act, type Keywords, type Spelled, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const hosts = 'h1 ansible_connection=local\nh2 ansible_connection=local\n'
const numbers = [1, 2, 3, 4] as const
const words = ['a', 'b', 'c', 'd'] as const
const optional = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq })

interface Loop {
  readonly list: readonly (number | string)[]
  readonly loopVar: string | undefined
  readonly indexVar: string | undefined
  readonly label: boolean
  readonly extended: boolean
  readonly when: Condition | undefined
  readonly changed: Condition
  readonly failed: Condition | undefined
  readonly ignored: boolean
  readonly breaks: Condition | undefined
  readonly attempts: { readonly enough: number; readonly retries: number | undefined } | undefined
  readonly known: boolean
}

/** Over what a condition decides: the item, its number, its place in the loop, or the host. */
type Condition =
  | { readonly of: 'item' | 'index' | 'place'; readonly among: readonly number[] }
  | { readonly of: 'host'; readonly among: readonly string[] }

const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ of: fc.constantFrom('item', 'index', 'place'), among: fc.subarray([0, 1, 2, 3]) }) },
  { weight: 1, arbitrary: fc.record({ of: fc.constant('host'), among: fc.subarray(['h1', 'h2']) }) },
)

const loop: fc.Arbitrary<Loop> = fc.record({
  list: fc.oneof(fc.subarray([...numbers], { minLength: 1 }), fc.shuffledSubarray([...words])),
  loopVar: optional(fc.constant('word')),
  indexVar: optional(fc.constant('n')),
  label: fc.boolean(),
  extended: fc.boolean(),
  when: optional(condition, 3),
  changed: condition,
  failed: optional(condition, 3),
  ignored: fc.boolean(),
  breaks: optional(condition, 4),
  attempts: optional(fc.record({ enough: fc.nat(4), retries: optional(fc.constantFrom(1, 2), 4) }), 2),
  known: fc.boolean(),
})

/** Both languages write these alike. */
function text({ list, loopVar = 'item', indexVar, extended }: Loop, { of, among }: Condition): string {
  switch (of) {
    case 'host':
      return `inventory_hostname in ${JSON.stringify(among)}`
    case 'index':
      if (indexVar !== undefined) return `${indexVar} in ${JSON.stringify(among)}`
      break
    case 'place':
      if (extended) return `ansible_loop.revindex0 in ${JSON.stringify(among)}`
      break
    case 'item':
      break
  }
  const items = among.flatMap((at) => list[at] ?? [])
  return `${loopVar} in ${JSON.stringify(items)}`
}

const keys = ['changed', 'failed', 'skipped', 'attempts', 'ansible_loop_var', 'item', 'word', 'n'] as const
const shape = ({ list }: Loop): readonly string[] => [
  ...['r.changed', 'r.failed', 'r.skipped', 'r.attempts'],
  // of an empty list Ansible has none (differences.test.ts: result-keys)
  ...(list.length === 0 ? [] : ['r.msg']),
  ...list.flatMap((_, at) => keys.map((key) => `r.results.${at}.${key}`)),
]

function looping(given: Loop): Keywords | Spelled {
  const { list, loopVar, indexVar, label, extended, when, changed, failed, ignored, breaks, attempts, known } = given
  const control = {
    loop_var: loopVar,
    index_var: indexVar,
    label: label ? `<{{ ${loopVar ?? 'item'} }}>` : undefined,
    extended: extended ? true : undefined,
    break_when: breaks === undefined ? undefined : text(given, breaks),
  }
  // A failure that failed_when denies is another thing there (differences.test.ts: until-failed-when).
  const gaveUp = attempts !== undefined && attempts.enough > 1 + (attempts.retries ?? 3)
  const keywords = {
    loop: list,
    loop_control: control,
    register: 'r',
    notify: 'H',
    when: when === undefined ? undefined : text(given, when),
    changed_when: text(given, changed),
    failed_when: failed === undefined || gaveUp ? undefined : text(given, failed),
    ignore_errors: ignored ? true : undefined,
    until: attempts === undefined ? undefined : `r.attempts >= ${attempts.enough}`,
    retries: attempts?.retries,
    delay: attempts === undefined ? undefined : 0,
  }
  return known ? { name: 'loop', debug: { msg: 'said' }, ...keywords } : act('loop', keywords)
}

/** A loop whose failure a rescue clears, what it registered, and the handler that it may have notified. */
const looped = loop.map(
  (given): Case => ({
    hosts,
    playbook: {
      hosts: 'all',
      tasks: [{ block: [looping(given)], rescue: [act('rescue')] }, tell('shape', shape(given), {}, 'false')],
      handlers: [act('H')],
    },
  }),
)

const { title, cases } = drawn('random loops', looped, 50)

describe(title, () => {
  test.each(cases)('loop $index', async ({ given }) => {
    await compare.equal(given)
  })
})

test('attempts are made as often on both sides', async () => {
  const count = (name: string, more: Keywords): Keywords => ({
    name,
    shell: { cmd: `echo x >> {{ playbook_dir }}/${name}` },
    register: 'r',
    ignore_errors: true,
    delay: 0,
    ...more,
  })
  const { ours, theirs } = await compare.equal({
    hosts: 'h1 ansible_connection=local\n',
    reads: ['never', 'third', 'failing', 'items'],
    playbook: {
      hosts: 'all',
      tasks: [
        count('never', { until: 'r.rc == 1', retries: 3 }),
        count('third', { until: 'r.attempts == 3', retries: 5 }),
        count('failing', { failed_when: true, retries: 2 }),
        count('items', { until: 'r.attempts == item', retries: 2, loop: [1, 2, 3, 4] }),
        tell('attempts', ['r.results.0.attempts', 'r.results.1.attempts', 'r.results.2.attempts', 'r.results.3.attempts']),
      ],
    },
  })
  const lines = ({ never, third, failing, items }: Readonly<Record<string, string>>) =>
    [never, third, failing, items].map((content) => content?.split('\n').length)
  expect([lines(ours.files), lines(theirs.files)]).toEqual([
    [5, 4, 4, 10],
    [5, 4, 4, 10],
  ])
})
