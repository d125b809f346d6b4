import { act, tell } from '../spelling.ts'
import type { Case } from '../both.ts'
import type { Differences } from './difference.ts'
import { lookAtExchanges, lookAtForks, lookAtHostKeys, lookAtRestart, lookAtTwoRuns } from './looks.ts'

/** Nobody listens on port 1 of this machine. */
const oneAway = 'h1 ansible_host=127.0.0.1 ansible_port=1\nh2 ansible_connection=local\n'
const one = 'h1 ansible_connection=local\n'
const play = (tasks: readonly unknown[], more: object = {}): Case => ({ hosts: one, playbook: { hosts: 'all', tasks, ...more } })
const copy = (content: string) => ({ name: `copy ${content}`, copy: { dest: '{{ playbook_dir }}/f', content: `${content}\n` } })
const on = (...hosts: readonly string[]): string => `inventory_hostname in ${JSON.stringify(hosts)}`
const run = (name: string, keywords: object = {}) => ({ name, command: { argv: ['true'] }, changed_when: false, ...keywords })

/** Each says that it is there, and waits five seconds for the other. */
const meeting = [
  'cd {{ playbook_dir }}; touch {{ inventory_hostname }}; n=0',
  'until [ -e h1 ] && [ -e h2 ] || [ $n = 50 ]; do sleep 0.1; n=$((n + 1)); done',
  'if [ $n = 50 ]; then echo alone; else echo together; fi',
].join('\n')

/** What a run does otherwise. */
export const runDifferences: Differences = {
  'plan-is-true': {
    given: {
      ...play([copy('x'), { name: 'look', stat: { path: '{{ playbook_dir }}/f' }, register: 'r' }, tell('r', ['r.stat.exists'])]),
      args: ['--check'],
    },
    there: 'exit 0; h1 copy x: changed; h1 look: ok; h1 tell r: ok {"r.stat.exists":false}',
    here: 'exit 0; h1 copy x: changed; h1 look: check; h1 tell r: ok {"r.stat.exists":true}',
  },
  'play-hosts': {
    given: {
      hosts: 'h1 ansible_connection=local\nh2 ansible_connection=local\n',
      playbook: { hosts: 'all', tasks: [act('one', { failed_when: on('h2') }), tell('hosts', ['ansible_play_hosts'])] },
    },
    there: 'exit 2; h1 one: ok; h1 tell hosts: ok {"ansible_play_hosts":["h1"]}; h2 one: failed',
    here: 'exit 2 TASK_FAILED; h1 one: ok; h1 tell hosts: ok {"ansible_play_hosts":["h1","h2"]}; h2 one: failed',
  },
  'timeout-changed': {
    given: play([
      { name: 'one', command: { argv: ['sleep', '20'] }, timeout: 1, ignore_errors: true, register: 'r' },
      tell('r', ['r.failed', 'r.changed']),
    ]),
    there: 'exit 0; h1 one: ignored; h1 tell r: ok {"r.failed":true,"r.changed":false}',
    here: 'exit 0; h1 one: ignored; h1 tell r: ok {"r.failed":true,"r.changed":true}',
  },
  'goes-back': {
    given: { ...play([copy('x'), act('two', { failed_when: true })]), reads: ['f'] },
    there: 'exit 2; h1 copy x: changed; h1 two: failed; f: x',
    here: 'exit 2 ROLLED_BACK TASK_FAILED; h1 copy x: changed; h1 two: failed',
  },
  'fails-before': {
    given: {
      ...play([
        { name: 'write', shell: { cmd: 'echo x > {{ playbook_dir }}/f' } },
        { name: 'no', fail: { msg: 'no' } },
      ]),
      reads: ['f'],
    },
    there: 'exit 2; h1 write: changed; h1 no: failed; f: x',
    here: 'exit 2 TASK_FAILED; h1 write: skipped; h1 no: failed',
  },
  converges: {
    given: play([copy('x'), copy('y')]),
    there: 'exit 0; h1 copy x: changed; h1 copy y: changed',
    here: 'exit 2 NOT_CONVERGED; h1 copy x: changed; h1 copy y: changed',
  },
  'unknown-tag': {
    given: { ...play([act('one')]), args: ['--tags', 'nobody'] },
    there: 'exit 0',
    here: 'exit 0 (no task has the tag nobody of --tags (no task of this run has a tag))',
  },
  // It asks, and nobody is there to answer.
  step: { given: { ...play([act('one')]), args: ['--check', '--step'] }, there: 'exit 250', here: 'exit 1 OPTION_INVALID' },
  'exit-codes': { given: { hosts: one, playbook: { hosts: 'all', task: [] } }, there: 'exit 4', here: 'exit 1 KEY_UNKNOWN' },
  'unreachable-first': {
    given: {
      hosts: oneAway,
      playbook: { hosts: 'all', tasks: [{ name: 'known', debug: { msg: 'x' } }, run('two')] },
    },
    there: 'exit 4; h1 known: ok; h2 known: ok; h2 two: ok',
    here: 'exit 4 HOST_UNREACHABLE; h2 known: ok; h2 two: ok',
  },
  'unreachable-counts': {
    given: {
      hosts: oneAway,
      playbook: { hosts: 'all', max_fail_percentage: 49, tasks: [run('one'), act('two')] },
    },
    there: 'exit 4; h2 one: ok; h2 two: ok',
    here: 'exit 2 HOST_UNREACHABLE TASK_FAILED; h2 one: ok',
  },
  'no-python': {
    given: { ...play([run('one')]), hosts: 'h1 ansible_connection=local ansible_python_interpreter=/nowhere/python\n' },
    there: 'exit 2; h1 one: failed',
    here: 'exit 0; h1 one: ok',
  },
  'skip-always': {
    given: { ...play([act('one', { changed_when: true, notify: 'H' })], { handlers: [act('H')] }), args: ['--skip-tags', 'always'] },
    there: 'exit 0; h1 one: changed',
    here: 'exit 0; h1 one: changed; h1 handler H: ok',
  },
  'unknown-subscript': {
    given: { playbook: { hosts: 'web[12]:h3', tasks: [act('one')] } },
    there: 'exit 1',
    here: 'exit 0 (site.yml:1:11: no host or group matches web[12] (groups: all, web, db; hosts: h1, h2, h3, h4)); h3 one: ok',
  },
  'rescued-counts': {
    given: {
      playbook: [
        {
          hosts: 'web',
          tasks: [{ block: [act('one', { failed_when: on('h1'), any_errors_fatal: true })], rescue: [act('two')] }, act('three')],
        },
        { hosts: 'web', tasks: [act('four')] },
      ],
    },
    there: 'exit 2; h1 one: failed; h1 two: ok; h1 three: ok; h1 four: ok; h2 one: ok; h2 two: ok; h2 three: ok',
    here: 'exit 0; h1 one: failed; h1 two: ok; h1 three: ok; h1 four: ok; h2 one: ok; h2 three: ok; h2 four: ok',
  },
  'threshold-counts': {
    given: {
      playbook: {
        hosts: 'web',
        max_fail_percentage: 49,
        tasks: [{ block: [act('one', { failed_when: on('h1') })], always: [act('two')] }, act('three')],
      },
    },
    there: 'exit 2; h1 one: failed; h1 two: ok; h2 one: ok; h2 two: ok; h2 three: ok',
    here: 'exit 2 TASK_FAILED; h1 one: failed; h1 two: ok; h2 one: ok; h2 two: ok',
  },
  'failed-twice': {
    given: {
      playbook: {
        hosts: 'web',
        max_fail_percentage: 0,
        tasks: [{ block: [act('one', { failed_when: on('h1'), any_errors_fatal: true })], always: [act('two')] }],
      },
    },
    there: 'exit 2; h1 one: failed; h1 two: ok; h2 one: ok',
    here: 'exit 2 TASK_FAILED; h1 one: failed; h1 two: ok; h2 one: ok; h2 two: ok',
  },
  'unreachable-fatal': {
    given: { hosts: oneAway, playbook: { hosts: 'all', tasks: [run('one', { any_errors_fatal: true }), act('two')] } },
    there: 'exit 4; h2 one: ok',
    here: 'exit 2 HOST_UNREACHABLE TASK_FAILED; h2 one: ok',
  },
  'until-failed-when': {
    given: play([act('one', { until: 'inventory_hostname == "nobody"', retries: 1, delay: 0, failed_when: false }), act('two')]),
    there: 'exit 0; h1 one: ok; h1 two: ok',
    here: 'exit 2 TASK_FAILED; h1 one: failed',
  },
  'result-keys': {
    given: play([act('one', { register: 'r' }), act('none', { loop: [], register: 'n' }), tell('keys', ['r.skipped', 'n.msg'])]),
    there: 'exit 0; h1 one: ok; h1 none: skipped; h1 tell keys: ok {"r.skipped":"undefined","n.msg":"undefined"}',
    here: 'exit 0; h1 one: ok; h1 none: skipped; h1 tell keys: ok {"r.skipped":false,"n.msg":"All items skipped"}',
  },
  'start-at-include': {
    given: {
      ...play([act('one'), { name: 'include', include_tasks: 'more.yml' }, act('behind')]),
      files: { 'more.yml': [act('two'), act('three')] },
      args: ['--start-at-task', 'three'],
    },
    there: 'exit 0',
    here: 'exit 0; h1 include: ok; h1 three: ok; h1 behind: ok',
  },
  'questions-first': {
    given: {
      hosts: one,
      playbook: [
        { hosts: 'all', tasks: [act('one')] },
        { hosts: 'all', vars_prompt: [{ name: 'x', private: false }], tasks: [tell('x', ['x'])] },
      ],
    },
    there: 'exit 0; h1 one: ok; h1 tell x: ok {"x":"None"}',
    here: 'exit 1 OPTION_INVALID',
  },
  'delegates-in-turn': {
    given: {
      hosts: `${one}h2 ansible_connection=local\n`,
      playbook: {
        hosts: 'all',
        tasks: [{ name: 'meet', shell: { cmd: meeting }, delegate_to: 'localhost', register: 'r' }, tell('who', ['r.stdout'])],
      },
    },
    there: 'exit 0; h1 meet: changed; h1 tell who: ok {"r.stdout":"together"}; h2 meet: changed; h2 tell who: ok {"r.stdout":"together"}',
    here: 'exit 0; h1 meet: changed; h1 tell who: ok {"r.stdout":"alone"}; h2 meet: changed; h2 tell who: ok {"r.stdout":"together"}',
  },
  forks: { there: '5', here: '10', look: lookAtForks },
  exchanges: { there: '4 tasks cost 4 times as much as 1', here: '4 tasks cost as much as 1', look: lookAtExchanges },
  'one-run': { there: 'exit 0', here: 'exit 5 LOCKED', look: lookAtTwoRuns },
  'host-keys': { there: 'exit 0', here: 'exit 4 HOST_KEY_UNKNOWN', look: lookAtHostKeys },
  'restart-owed': { there: 'exit 0, then exit 0: not restarted', here: 'exit 0, then exit 0: restarted', look: lookAtRestart },
}
