import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { act } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const on = (...hosts: readonly string[]): string => `inventory_hostname in ${JSON.stringify(hosts)}`
const clear = (keywords: object = {}) => ({ meta: 'clear_host_errors', ...keywords })
const after = { hosts: 'all', tasks: [act('after')] }

const cases: Readonly<Record<string, Case>> = {
  'a host that failed is back in the next play': {
    playbook: [{ hosts: 'all', tasks: [act('one', { failed_when: on('h1', 'h3') }), clear(), act('two')] }, after],
  },
  'without it the host stays away': { playbook: [{ hosts: 'all', tasks: [act('one', { failed_when: on('h1') }), act('two')] }, after] },
  'its condition is that of the first host that is left': {
    playbook: [{ hosts: 'all', tasks: [act('one', { failed_when: on('h1') }), clear({ when: on('h2') }), act('two')] }, after],
  },
  'a condition that does not hold': {
    playbook: [{ hosts: 'all', tasks: [act('one', { failed_when: on('h1') }), clear({ when: on('h1') }), act('two')] }, after],
  },
  'in post_tasks': {
    playbook: [{ hosts: 'all', tasks: [act('one', { failed_when: on('h4') })], post_tasks: [clear()] }, after],
  },
  'a host that fails again behind it': {
    playbook: [
      { hosts: 'all', tasks: [act('one', { failed_when: on('h1') }), clear()] },
      { hosts: 'all', tasks: [act('again', { failed_when: on('h1') }), act('two')] },
    ],
  },
  'hosts of another play keep their errors': {
    playbook: [{ hosts: 'db', tasks: [act('one', { failed_when: on('h3') })] }, { hosts: 'web', tasks: [clear(), act('two')] }, after],
  },
  'handlers of the host that failed are gone': {
    playbook: [
      {
        hosts: 'all',
        tasks: [act('one', { changed_when: true, notify: 'A' }), act('two', { failed_when: on('h1') }), clear()],
        handlers: [act('A')],
      },
      after,
    ],
  },
  'reset_connection and the rest of the play': {
    playbook: { hosts: 'all', tasks: [act('one'), { meta: 'reset_connection' }, act('two')] },
  },
}

describe('meta', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    await compare.equal(cases[name] as Case)
  })
})
