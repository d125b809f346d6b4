import { expect, test } from 'vitest'
import { busyDesk } from '../fakes/desk.ts'
import { hostsNamed, play } from '../fakes/play.ts'

const stepped = async (playbook: string, answers: readonly string[], names: readonly string[] = ['h1'], files = {}) => {
  const hosts = hostsNamed(...names)
  const desk = busyDesk(answers)
  const { report, problems } = await play(playbook, hosts, { desk, step: true, files })
  return {
    asked: desk.log.map((line) => line.replace(/^ask: (.*): run it\?.*$/, '$1')),
    deeds: [...hosts.values()].map((host) => host.deeds.map((deed) => deed.replace(/^run /, ''))),
    exit: report.exitCode,
    problems: problems.map(({ message }) => message),
  }
}

const three = '- hosts: all\n  tasks: [{command: a}, {command: b}, {command: c}]\n'

test.each<{ case: string; answers: readonly string[]; asked: number; deeds: readonly string[] }>([
  { case: 'yes runs each', answers: ['y', 'YES', 'y'], asked: 3, deeds: ['a', 'b', 'c'] },
  { case: 'no passes over it', answers: ['y', 'n', 'y'], asked: 3, deeds: ['a', 'c'] },
  { case: 'anything else is no', answers: ['y', '', 'what'], asked: 3, deeds: ['a'] },
  { case: 'continue asks no more', answers: ['n', 'c'], asked: 2, deeds: ['b', 'c'] },
])('$case', async ({ answers, asked, deeds }) => {
  expect(await stepped(three, answers)).toEqual({
    asked: Array.from({ length: asked }, () => 'command'),
    deeds: [deeds],
    exit: 0,
    problems: [],
  })
})

test('one answer counts for all hosts, and the first task has ended on all of them before the second is asked about', async () => {
  const done = await stepped(three, ['n', 'y', 'n'], ['h1', 'h2'])
  expect(done).toMatchObject({ asked: ['command', 'command', 'command'], deeds: [['b'], ['b']], exit: 0 })
})

test('handlers that are due are asked about, points between tasks and tasks that no host comes to are not', async () => {
  const playbook = `- hosts: all
  tasks:
    - {name: one, command: a, notify: h}
    - {name: never, include_tasks: t.yml, when: false}
    - block: [{name: two, command: b}]
      rescue: [{name: mend, command: m}]
    - meta: flush_handlers
    - {name: last, command: c}
  handlers:
    - {name: h, command: of h}
    - {name: other, command: of other}
`
  const done = await stepped(playbook, ['y', 'y', 'y', 'y', 'y'], ['h1'], { '/p/t.yml': '- {name: inner, command: i}\n' })
  expect(done).toEqual({ asked: ['one', 'never', 'two', 'h', 'last'], deeds: [['a', 'b', 'of h', 'c']], exit: 0, problems: [] })
})

test('what was passed over is no contradiction of the plan, and not proved at the end', async () => {
  const playbook = `- hosts: all
  tasks:
    - {name: write, copy: {dest: /etc/app/x, content: one, mode: '0600'}}
    - {name: mode, file: {path: /etc/app/x, state: absent}}
`
  const hosts = hostsNamed('h1')
  const host = [...hosts.values()][0]
  host?.put('/etc/app/x', 'old')
  const desk = busyDesk(['y', 'n'])
  const { report } = await play(playbook, hosts, { desk, step: true })
  expect(report.exitCode).toBe(0)
  expect(host?.files.get('/etc/app/x')?.content).toBe('one')
})

test('a task that waits for what was passed over is told', async () => {
  const playbook = '- hosts: all\n  tasks: [{command: a, register: r}, {command: "then {{ r.rc }}"}]\n'
  const { exit, deeds, problems } = await stepped(playbook, ['n', 'y'])
  expect({ exit, deeds }).toEqual({ exit: 2, deeds: [[]] })
  expect(problems[0]).toContain('r')
})
