import { act, spelled, tell } from '../spelling.ts'
import type { Case } from '../both.ts'
import type { Differences } from './difference.ts'

const one = 'h1 ansible_connection=local\n'
const play = (tasks: readonly unknown[], more: object = {}): Case => ({ hosts: one, playbook: { hosts: 'all', tasks, ...more } })
const before = act('before')
const say = (name: string, msg: unknown) => ({ name: `tell ${name}`, debug: { msg } })

/** What is written otherwise, or read otherwise. */
export const languageDifferences: Differences = {
  handlebars: {
    given: play([before, say('x', '{% if true %}{"x": 1}{% endif %}')]),
    there: 'exit 0; h1 before: ok; h1 tell x: ok {"x":1}',
    here: 'exit 1 TEMPLATE_JINJA',
  },
  'undefined-first': {
    given: play([before, say('x', '{{ nobody }}')]),
    there: 'exit 2; h1 before: ok; h1 tell x: failed',
    here: 'exit 1 VARIABLE_UNDEFINED',
  },
  cel: { given: play([act('one', { when: 'x is defined' })]), there: 'exit 0; h1 one: skipped', here: 'exit 1 EXPRESSION_SYNTAX' },
  braces: { given: play([act('one', { when: '{{ true }}' })]), there: 'exit 0; h1 one: ok', here: 'exit 1 EXPRESSION_TEMPLATED' },
  'true-and-false': {
    given: {
      hosts: one,
      playbook: '- hosts: all\n  gather_facts: false\n  tasks:\n    - name: one\n      debug: { msg: x }\n      run_once: yes\n',
    },
    there: 'exit 0; h1 one: ok',
    here: 'exit 1 TYPE_WRONG',
  },
  'mode-number': {
    given: play([{ name: 'one', file: { path: '{{ playbook_dir }}/f', state: 'touch', mode: 644 } }]),
    there: 'exit 0; h1 one: changed',
    here: 'exit 1 MODE_NUMBER',
  },
  'words-first': {
    given: play([before, { name: 'one', copy: { dst: '/nowhere', content: 'x' } }]),
    there: 'exit 2; h1 before: ok; h1 one: failed',
    here: 'exit 1 KEY_UNKNOWN',
  },
  'inventory-once': {
    given: play([before, { meta: 'refresh_inventory' }]),
    there: 'exit 0; h1 before: ok',
    here: 'exit 1 NOT_SUPPORTED',
  },
  'handler-unknown': { given: play([act('one', { notify: 'nobody' })]), there: 'exit 0; h1 one: ok', here: 'exit 1 HANDLER_UNKNOWN' },
  'content-is-data': {
    given: {
      ...play([{ name: 'write', copy: { dest: '{{ playbook_dir }}/f', content: '{{ x }}\n' } }], { vars: { x: 'rendered' } }),
      reads: ['f'],
    },
    there: 'exit 0; h1 write: changed; f: rendered',
    here: 'exit 0; h1 write: changed; f: {{ x }}',
  },
  'loop-together': {
    given: play([
      act('loop', { loop: [1, 2], register: 'r', when: spelled('item == 1 || !defined("r")', 'item == 1 or r is not defined') }),
    ]),
    there: 'exit 0; h1 loop (1): ok; h1 loop (2): skipped',
    here: 'exit 0; h1 loop (1): ok; h1 loop (2): ok',
  },
  'role-inputs': {
    given: {
      ...play([], { roles: [spelled({ role: 'r', inputs: { y: 1 } }, { role: 'r', y: 1 })] }),
      files: {
        'roles/r/role.yml': spelled(
          { summary: 's', version: '1.0.0', inputs: { x: { type: 'integer', default: 1, description: 'x' } } },
          {},
        ),
        'roles/r/defaults/main.yml': { x: 1 },
        'roles/r/tasks/main.yml': [tell('x', ['x'])],
      },
    },
    there: 'exit 0; h1 r : tell x: ok {"x":1}',
    here: 'exit 1 ROLE_INPUT',
  },
  'role-shares': {
    given: {
      ...play([tell('x', ['x'])], { roles: ['r'] }),
      files: {
        'roles/r/role.yml': spelled({ summary: 's', version: '1.0.0', vars: { x: 1 } }, {}),
        'roles/r/vars/main.yml': { x: 1 },
        'roles/r/tasks/main.yml': [act('of the role')],
      },
    },
    there: 'exit 0; h1 r : of the role: ok; h1 tell x: ok {"x":1}',
    here: 'exit 0; h1 r : of the role: ok; h1 tell x: ok {"x":"undefined"}',
  },
  'role-input-types': {
    given: {
      ...play([], { roles: [spelled({ role: 'r', inputs: { x: 'text' } }, { role: 'r', x: 'text' })] }),
      files: {
        'roles/r/role.yml': spelled(
          { summary: 's', version: '1.0.0', inputs: { x: { type: 'integer', default: 1, description: 'x' } } },
          {},
        ),
        'roles/r/defaults/main.yml': { x: 1 },
        'roles/r/tasks/main.yml': [tell('x', ['x'])],
      },
    },
    there: 'exit 0; h1 r : tell x: ok {"x":"text"}',
    here: 'exit 1 ROLE_INPUT',
  },
  'role-yml': {
    given: {
      ...play([], { roles: ['r'] }),
      files: { 'roles/r/defaults/main.yml': { x: 1 }, 'roles/r/tasks/main.yml': [tell('x', ['x'])] },
    },
    there: 'exit 0; h1 r : tell x: ok {"x":1}',
    here: 'exit 1 FILE_MISSING',
  },
  'facts-apart': {
    given: {
      ...play([tell('name', ['ansible_architecture', 'mine'])], { gather_facts: true }),
      hosts: 'h1 ansible_connection=local ansible_architecture=mine mine=1\n',
    },
    there: 'exit 0; h1 Gathering Facts: ok; h1 tell name: ok {"ansible_architecture":"x86_64","mine":1}',
    here: 'exit 0; h1 tell name: ok {"ansible_architecture":"mine","mine":1}',
  },
  'includes-read': {
    given: play([{ name: 'include', include_tasks: 'nowhere.yml', when: false }, act('behind')]),
    there: 'exit 0; h1 include: skipped; h1 behind: ok',
    here: 'exit 1 FILE_MISSING',
  },
  'service-default': {
    given: play([{ name: 'one', service: { name: 'nobody' } }]),
    there: 'exit 2; h1 one: failed',
    here: 'exit 1 UNIT_UNKNOWN',
  },
}
