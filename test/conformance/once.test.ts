import fc from 'fast-check'
import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { drawn } from './drawn.ts'
import { act, type Keywords, type Spelled, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const hosts = ['h1', 'h2', 'h3', 'h4'] as const
const onHosts = (chosen: readonly string[]): string => `inventory_hostname in ${JSON.stringify(chosen)}`
const some = fc.subarray([...hosts])
const rarely = <T>(arbitrary: fc.Arbitrary<T>, freq: number) => fc.option(arbitrary, { nil: undefined, freq })

/** A task that one host runs for all, on its own place or on another, and what each host knows of it afterwards. */
const once = (name: string): fc.Arbitrary<readonly (Keywords | Spelled)[]> =>
  fc
    .record({
      alone: fc.nat(3),
      changed: some,
      failed: rarely(some, 4),
      ignored: fc.boolean(),
      when: rarely(some, 3),
      delegate: rarely(fc.constantFrom('localhost', ...hosts), 3),
      looped: fc.nat(3),
      sets: fc.nat(3),
    })
    .map(({ alone, changed, failed, ignored, when, delegate, looped, sets }) => {
      const where = {
        run_once: alone === 0 ? undefined : true,
        delegate_to: delegate,
        when: when === undefined ? undefined : onHosts(when),
      }
      const set = { name: `set ${name}`, set_fact: { x: `${name} of {{ inventory_hostname }}` }, ...where }
      const task = act(name, {
        ...where,
        loop: looped === 0 ? [1, 2] : undefined,
        changed_when: onHosts(changed),
        failed_when: failed === undefined ? undefined : onHosts(failed),
        ignore_errors: failed !== undefined && ignored ? true : undefined,
        notify: 'H',
        register: 'r',
      })
      return [...(sets === 0 ? [set] : []), task, tell(name, ['r.changed', 'r.failed', 'r.skipped', 'x'], {}, 'false')]
    })

const forAll: fc.Arbitrary<Case> = fc
  .record({
    tasks: fc.tuple(once('a'), once('b')),
    serial: fc.constantFrom(undefined, 2, [1, '50%']),
    order: fc.constantFrom(undefined, undefined, 'reverse_inventory', 'sorted'),
  })
  .map(({ tasks, serial, order }) => ({ playbook: { hosts: 'all', ...{ serial, order }, tasks: tasks.flat(), handlers: [act('H')] } }))

const { title, cases } = drawn('random tasks that one host runs for all', forAll, 40)

describe(title, () => {
  test.each(cases)('case $index', async ({ given }) => {
    await compare.equal(given)
  })
})
