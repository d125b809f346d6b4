import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { act, condition, spelled, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const on = (...hosts: readonly string[]): string => `inventory_hostname in ${JSON.stringify(hosts)}`
const changed = { changed_when: true }
const play = (tasks: readonly unknown[], more: object = {}, files: Case['files'] = {}): Case => ({
  playbook: { hosts: 'all', tasks, ...more },
  files,
})
const bring = (keywords: object = {}) => ({ name: 'bring', include_tasks: 'h.yml', ...keywords })
const inner = [act('inner one'), act('inner two', { when: on('h1', 'h2') })]
const role = (vars: object, port: number) => ({
  'roles/r/role.yml': spelled(
    { summary: 'a role', version: '1.0.0', vars, inputs: { port: { type: 'integer', description: 'p', default: port } } },
    {},
  ),
  'roles/r/defaults/main.yml': { port },
  'roles/r/vars/main.yml': vars,
  'roles/r/tasks/main.yml': [tell('inside', ['port', 'fixed'])],
})

const cases: Readonly<Record<string, Case>> = {
  'a list that a task registered': play(
    [
      { name: 'list', command: { argv: ['printf', 'a\\nb\\n'] }, register: 'r', changed_when: false },
      { name: 'each', include_tasks: 't.yml', loop: '{{ r.stdout_lines }}' },
    ],
    {},
    { 't.yml': [tell('it', ['item'])] },
  ),
  'a list that a fact holds, another on each host': play(
    [
      { name: 'set', set_fact: { xs: ['one'] } },
      { name: 'more', set_fact: { xs: ['one', 'two'] }, when: on('h2') },
      { name: 'each', include_tasks: 't.yml', loop: '{{ xs }}' },
    ],
    {},
    { 't.yml': [tell('it', ['item'])] },
  ),
  'an include among handlers': play(
    [act('one', { changed_when: on('h1', 'h3'), notify: 'bring' }), act('two')],
    { handlers: [bring(), act('other')] },
    { 'h.yml': inner },
  ),
  'an include among handlers that nobody notifies': play([act('one')], { handlers: [bring()] }, { 'h.yml': inner }),
  'an include among handlers, twice': play(
    [act('one', { ...changed, notify: 'bring' }), { meta: 'flush_handlers' }, act('two', { changed_when: on('h2'), notify: 'bring' })],
    { handlers: [bring()] },
    { 'h.yml': inner },
  ),
  'an include among handlers whose condition holds on some hosts': play(
    [act('one', { ...changed, notify: 'bring' })],
    { handlers: [bring({ when: on('h4') })] },
    { 'h.yml': inner },
  ),
  'an include among handlers that listens': play(
    [act('one', { ...changed, notify: 'topic' })],
    { handlers: [bring({ listen: 'topic' }), act('second', { listen: 'topic' })] },
    { 'h.yml': inner },
  ),
  'what an include among handlers brings in notifies one behind it': play(
    [act('one', { ...changed, notify: 'bring' })],
    { handlers: [bring(), act('behind')] },
    { 'h.yml': [act('inner', { ...changed, notify: 'behind' })] },
  ),
  'a task fails in what an include among handlers brings in': play(
    [act('one', { ...changed, notify: ['bring', 'behind'] })],
    { handlers: [bring(), act('behind')] },
    { 'h.yml': [act('inner', { failed_when: on('h2') }), act('next')] },
  ),
  'public of include_role': play(
    [tell('before', ['port', 'fixed']), { name: 'call', include_role: { name: 'r', public: true } }, tell('behind', ['port', 'fixed'])],
    {},
    role({ fixed: 'of the role' }, 8080),
  ),
  'include_role keeps to itself': play(
    [{ name: 'call', include_role: { name: 'r' } }, tell('behind', ['port', 'fixed'])],
    {},
    role({ fixed: 'of the role' }, 8080),
  ),
  'public variables of a role stand above those of the play, its defaults below': play(
    [{ name: 'call', include_role: { name: 'r', public: true } }, tell('behind', ['port', 'fixed'])],
    { vars: { port: 1, fixed: 'of the play' } },
    role({ fixed: 'of the role' }, 8080),
  ),
  'public holds for its play': {
    playbook: [
      { hosts: 'all', tasks: [{ name: 'call', include_role: { name: 'r', public: true } }] },
      { hosts: 'all', tasks: [tell('later', ['port', 'fixed'])] },
    ],
    files: role({ fixed: 'of the role' }, 8080),
  },
  'an include of a loop whose condition reads the item': play(
    [
      { name: 'list', command: { argv: ['printf', 'a\\nb\\n'] }, register: 'r', changed_when: false },
      { name: 'each', include_tasks: 't.yml', loop: '{{ r.stdout_lines }}', when: condition('item != "a"', "item != 'a'") },
    ],
    {},
    { 't.yml': [tell('it', ['item'])] },
  ),
}

describe('includes', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    await compare.equal(cases[name] as Case)
  })
})
