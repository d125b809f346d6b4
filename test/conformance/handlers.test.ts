import fc from 'fast-check'
import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { drawn } from './drawn.ts'
import { act, type Keywords, type Spelled } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const hosts = ['h1', 'h2', 'h3'] as const
const inventory = 'h1\nh2\nh3\n[all:vars]\nansible_connection=local\n'
const names = ['A', 'B', 'C', 'D'] as const
const topics = ['t1', 't2'] as const

const onHosts = (chosen: readonly string[]): string => `inventory_hostname in ${JSON.stringify(chosen)}`
const someHosts = fc.subarray([...hosts])
const notified = fc.uniqueArray(fc.constantFrom(...names, ...topics), { minLength: 1, maxLength: 3 })

/** Changes on some hosts, and on a few of them it may fail. */
const task = (label: string): fc.Arbitrary<Keywords | Spelled> =>
  fc
    .record({
      changed: someHosts,
      notify: fc.option(notified, { nil: undefined, freq: 4 }),
      failed: fc.option(fc.subarray([...hosts], { minLength: 1, maxLength: 1 }), { nil: undefined, freq: 6 }),
      ignored: fc.boolean(),
      when: fc.option(someHosts, { nil: undefined, freq: 4 }),
      index: fc.nat(99),
    })
    .map(({ changed, notify, failed, ignored, when, index }) =>
      act(`${label}${index}`, {
        changed_when: onHosts(changed),
        notify,
        when: when === undefined ? undefined : onHosts(when),
        failed_when: failed === undefined ? undefined : onHosts(failed),
        ignore_errors: failed !== undefined && ignored ? true : undefined,
      }),
    )

const handler = (name: string): fc.Arbitrary<Keywords | Spelled> =>
  fc
    .record({
      listen: fc.subarray([...topics]),
      notify: fc.option(fc.constantFrom(...names), { nil: undefined }),
      changed: someHosts,
      when: fc.option(someHosts, { nil: undefined, freq: 4 }),
      failed: fc.option(fc.subarray([...hosts], { minLength: 1, maxLength: 1 }), { nil: undefined, freq: 8 }),
    })
    .map(({ listen, notify, changed, when, failed }) =>
      act(name, {
        listen,
        notify: notify === name ? undefined : notify,
        changed_when: onHosts(changed),
        when: when === undefined ? undefined : onHosts(when),
        failed_when: failed === undefined ? undefined : onHosts(failed),
      }),
    )

const flush = fc.constant({ meta: 'flush_handlers' })
const tasks = (label: string, maxLength: number) =>
  fc.array(fc.oneof({ weight: 5, arbitrary: task(label) }, { weight: 1, arbitrary: flush }), { maxLength })

/** One play whose tasks and handlers notify each other at random. */
const notifyGraph: fc.Arbitrary<Case> = fc
  .record({
    pre_tasks: tasks('pre ', 2),
    tasks: fc.tuple(task('task '), tasks('task ', 5)).map(([first, rest]) => [first, ...rest]),
    post_tasks: tasks('post ', 2),
    handlers: fc.tuple(...names.map(handler)).chain((all) => fc.shuffledSubarray(all, { minLength: 4 })),
    force: fc.option(fc.constant(true), { nil: undefined, freq: 3 }),
  })
  .map(({ pre_tasks, tasks: main, post_tasks, handlers, force }) => ({
    hosts: inventory,
    playbook: {
      hosts: 'all',
      force_handlers: force,
      ...{ pre_tasks, tasks: main, post_tasks },
      // each topic has one that listens
      handlers: [...handlers, ...topics.map((topic) => act(`last of ${topic}`, { listen: topic }))],
    },
  }))

const { title, cases } = drawn('random graphs of notifications', notifyGraph, 50)

describe(title, () => {
  test.each(cases)('graph $index', async ({ given }) => {
    await compare.equal(given)
  })
})
