import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { act, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const play = (tasks: readonly unknown[], more: object = {}): Case => ({ playbook: { hosts: 'all', tasks, ...more } })
const on = (...hosts: readonly string[]): string => `inventory_hostname in ${JSON.stringify(hosts)}`
const set = (values: object, keywords: object = {}) => ({ name: 'set', set_fact: values, ...keywords })

const cases: Readonly<Record<string, Case>> = {
  'a fact of another host': play([set({ x: 'of {{ inventory_hostname }}' }), tell('it', ['hostvars.h3.x', 'hostvars.h1.x'])]),
  'a fact of another host is that of the moment': play([
    set({ x: 'first' }),
    tell('one', ['hostvars.h4.x']),
    set({ x: 'second' }, { when: on('h4') }),
    tell('two', ['hostvars.h4.x', 'x']),
  ]),
  'what another host registered': play([
    act('one', { changed_when: on('h2'), register: 'r' }),
    tell('it', ['hostvars.h2.r.changed', 'hostvars.h1.r.changed']),
  ]),
  'what a host of an earlier batch set': play([tell('before', ['hostvars.h1.x']), set({ x: 'set' })], { serial: 1 }),
  'a play behind reads what hosts of another set': {
    playbook: [
      { hosts: 'web', tasks: [set({ x: 'of {{ inventory_hostname }}' })] },
      { hosts: 'db', tasks: [tell('it', ['hostvars.h1.x', 'hostvars.h2.x'])] },
    ],
  },
  'delegate_facts sets on the delegate': play([
    set({ x: 'of {{ inventory_hostname }}' }, { delegate_to: 'h3', delegate_facts: true, when: on('h1') }),
    tell('it', ['x', 'hostvars.h3.x', 'hostvars.h1.x']),
  ]),
  'delegate_facts of several hosts': play([
    set({ x: 'of {{ inventory_hostname }}' }, { delegate_to: 'h1', delegate_facts: true }),
    tell('it', ['x', 'hostvars.h1.x']),
  ]),
  'delegate_facts in a loop': play([
    set({ x: 'for {{ item }}' }, { delegate_to: '{{ item }}', delegate_facts: true, loop: ['h2', 'h4'], when: on('h1') }),
    tell('it', ['x', 'hostvars.h2.x', 'hostvars.h4.x']),
  ]),
  'delegate_facts to a host outside of the limit': {
    ...play([set({ x: 'of {{ inventory_hostname }}' }, { delegate_to: 'h4', delegate_facts: true }), tell('it', ['x', 'hostvars.h4.x'])]),
    args: ['--limit', 'h1'],
  },
  'facts of a delegated task are of the host that it is for': play([
    set({ x: 'of {{ inventory_hostname }}' }, { delegate_to: 'h3' }),
    tell('it', ['x', 'hostvars.h3.x']),
  ]),
  'what a delegated task registers is of the host that it is for': play([
    act('one', { delegate_to: 'h3', delegate_facts: true, changed_when: on('h1'), register: 'r' }),
    tell('it', ['r.changed', 'hostvars.h3.r.changed']),
  ]),
}

describe('variables of other hosts', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    await compare.equal(cases[name] as Case)
  })
})
