import fc from 'fast-check'
import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { drawn } from './drawn.ts'
import { act, type Keywords, type Spelled, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const hosts = ['h1', 'h2', 'h3', 'h4'] as const
const onHosts = (chosen: readonly string[]): string => `inventory_hostname in ${JSON.stringify(chosen)}`

type Entry = Keywords | Spelled

/** What is left out where the two differ on purpose (differences.test.ts: rescued-counts, threshold-counts, failed-twice). */
interface Without {
  readonly fatal: boolean
  readonly always: boolean
}

const task = ({ fatal: calm }: Without): fc.Arbitrary<Entry> =>
  fc
    .record({
      name: fc.nat(999),
      changed: fc.boolean(),
      failed: fc.option(fc.subarray([...hosts], { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 2 }),
      ignored: fc.nat(3),
      fatal: fc.nat(7),
      when: fc.option(fc.subarray([...hosts]), { nil: undefined, freq: 5 }),
    })
    .map(({ name, changed, failed, ignored, fatal, when }) =>
      act(`task ${name}`, {
        changed_when: changed,
        notify: changed ? 'H' : undefined,
        failed_when: failed === undefined ? undefined : onHosts(failed),
        ignore_errors: failed !== undefined && ignored === 0 ? true : undefined,
        any_errors_fatal: !calm && fatal === 0 ? true : undefined,
        when: when === undefined ? undefined : onHosts(when),
      }),
    )

const tasks = (inner: fc.Arbitrary<Entry>, minLength: number) => fc.array(inner, { minLength, maxLength: 2 })

const block = (without: Without, depth: number): fc.Arbitrary<Entry> =>
  fc.boolean().chain((rescued) => {
    const inner: Without = { ...without, fatal: without.fatal || rescued }
    const entry =
      depth === 0 ? task(inner) : fc.oneof({ weight: 3, arbitrary: task(inner) }, { weight: 1, arbitrary: block(inner, depth - 1) })
    const always = without.always ? fc.constant(undefined) : fc.option(tasks(task(without), 1), { nil: undefined, freq: 2 })
    return fc.record({ block: tasks(entry, 1), rescue: rescued ? tasks(task(inner), 1) : fc.constant(undefined), always })
  })

/** Blocks within blocks that fail on some hosts, in batches, with thresholds. */
const failing: fc.Arbitrary<Case> = fc.constantFrom(undefined, undefined, 0, 49, 50).chain((percentage) => {
  const without: Without = { fatal: false, always: percentage !== undefined }
  return fc
    .record({
      tasks: fc.array(fc.oneof(task(without), block(without, 1)), { minLength: 2, maxLength: 4 }),
      serial: fc.constantFrom(undefined, undefined, 2, [1, '50%'], '25%'),
      force: fc.constantFrom(undefined, undefined, percentage === undefined ? true : undefined),
    })
    .map(({ tasks: main, serial, force }) => ({
      playbook: [
        {
          hosts: 'all',
          ...{ serial, max_fail_percentage: percentage, force_handlers: force },
          tasks: main,
          handlers: [act('H')],
        },
        { hosts: 'all', tasks: [act('a later play')] },
      ],
    }))
})

const { title, cases } = drawn('random blocks', failing, 60)

describe(title, () => {
  test.each(cases)('case $index', async ({ given }) => {
    await compare.equal(given)
  })
})

test('batches, a failure that is ignored, a loop, a rescue, a handler and what is registered', async () => {
  await compare.equal({
    playbook: {
      hosts: 'all',
      serial: 2,
      tasks: [
        act('a', { changed_when: 'inventory_hostname in ["h1"]', notify: 'H' }),
        act('b', { failed_when: 'inventory_hostname in ["h1"]', ignore_errors: true }),
        act('l', { loop: [1, 2, 3], when: 'item != 2', changed_when: 'item == 3', register: 'l' }),
        { name: 'set', set_fact: { x: 1 } },
        { block: [act('f', { failed_when: true }), act('not')], rescue: [act('r')], always: [act('al')] },
        tell('x', ['x', 'l.changed', 'l.skipped']),
      ],
      handlers: [act('H')],
    },
  })
})
