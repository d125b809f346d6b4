import { afterAll, test } from 'vitest'
import { comparison } from './both.ts'
import { act, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

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
