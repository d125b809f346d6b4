import { expect, test } from 'vitest'
import { hostsNamed, play } from '../fakes/play.ts'

/** What the hosts did, and what each was told on the way; all of them answer 0 and nothing. */
const deedsOf = async (playbook: string, files: Readonly<Record<string, string>> = {}, answers: Readonly<Record<string, string>> = {}) => {
  const hosts = hostsNamed('h1', 'h2')
  const peers = { '/p/host_vars/h1.yml': 'peer: h2\n', '/p/host_vars/h2.yml': 'peer: h1\n' }
  for (const [name, stdout] of Object.entries(answers)) hosts.get(name)?.commands.set('who', { rc: 0, stdout })
  const { report, problems } = await play(playbook, hosts, { files: { ...peers, ...files } })
  expect(problems.map(({ message }) => message)).toEqual([])
  expect(report.exitCode).toBe(0)
  return [...hosts.values()].map((host) => host.deeds.map((deed) => deed.replace(/^run /, '')))
}

test.each<{ case: string; playbook: string; files?: Readonly<Record<string, string>> }>([
  {
    case: 'in a text',
    playbook: `- hosts: all
  tasks: [{command: who, register: r}, {command: "saw {{ hostvars[peer].r.stdout }}"}]
`,
  },
  {
    case: 'in a condition',
    playbook: `- hosts: all
  tasks: [{command: who, register: r}, {command: "saw {{ hostvars[peer].r.stdout }}", when: 'hostvars[peer].r.rc == 0'}]
`,
  },
  {
    case: 'through variables',
    playbook: `- hosts: all
  vars: {others: "{{ hostvars[peer].r }}", said: "{{ others.stdout }}"}
  tasks: [{command: who, register: r}, {command: "saw {{ said }}"}]
`,
  },
  {
    case: 'in a play behind',
    playbook: `- hosts: all
  tasks: [{command: who, register: r}]
- hosts: all
  tasks: [{command: "saw {{ hostvars[peer].r.stdout }}"}]
`,
  },
])('what a task registered on another host is read $case', async ({ playbook }) => {
  expect(await deedsOf(playbook, {}, { h1: 'one', h2: 'two' })).toEqual([
    ['who', 'saw two'],
    ['who', 'saw one'],
  ])
})

test('a file that is rendered reads what another host was told', async () => {
  const hosts = hostsNamed('h1', 'h2')
  hosts.get('h2')?.commands.set('who', { rc: 0, stdout: 'two' })
  const playbook = `- hosts: all
  tasks:
    - {command: who, register: r}
    - {template: {src: list.hbs, dest: /etc/app/list, mode: '0644'}, when: inventory_hostname == 'h1'}
`
  const { report } = await play(playbook, hosts, { files: { '/p/templates/list.hbs': '{{ hostvars.h2.r.stdout }}\n' } })
  expect(report.exitCode).toBe(0)
  expect(hosts.get('h1')?.files.get('/etc/app/list')?.content).toBe('two\n')
})

test('hosts of which the plan is all there is tell what the plan set, as it was then', async () => {
  const playbook = `- hosts: all
  tasks:
    - {set_fact: {x: "first of {{ inventory_hostname }}"}}
    - {command: "saw {{ hostvars.h2.x }}", when: inventory_hostname == 'h1'}
    - {set_fact: {x: second}}
    - {command: "saw {{ hostvars.h2.x }}", when: inventory_hostname == 'h1'}
`
  expect(await deedsOf(playbook)).toEqual([['saw first of h2', 'saw second'], []])
})

test('what was read is proved as it was read, whatever was set behind it', async () => {
  const playbook = `- hosts: all
  tasks:
    - {set_fact: {x: one}}
    - {copy: {dest: /etc/app/x, content: "{{ hostvars.h2.x }}", mode: '0644'}, when: inventory_hostname == 'h1'}
    - {template: {src: x.hbs, dest: /etc/app/y, mode: '0644'}, when: inventory_hostname == 'h1'}
    - {command: a, register: r}
    - {set_fact: {x: two}}
`
  const hosts = hostsNamed('h1', 'h2')
  const { report, problems } = await play(playbook, hosts, { files: { '/p/templates/x.hbs': '{{ hostvars.h2.x }}' } })
  expect(problems).toEqual([])
  expect(report.exitCode).toBe(0)
  expect(hosts.get('h1')?.files.get('/etc/app/y')?.content).toBe('one')
})

test('a name that no task gives to the other host is told before anything acts', async () => {
  const playbook = '- hosts: all\n  tasks: [{command: a, register: r}, {command: "{{ hostvars.h2.nope }}"}]\n'
  await expect(play(playbook, hostsNamed('h1', 'h2'))).rejects.toThrow('nope')
})

test.each<{ case: string; playbook: string; deeds: readonly (readonly string[])[] }>([
  {
    case: 'are those of the host that the task is delegated to',
    playbook: `- hosts: all
  tasks:
    - {set_fact: {x: "of {{ inventory_hostname }}"}, delegate_to: h2, delegate_facts: true, when: inventory_hostname == 'h1'}
    - {command: "saw {{ default x 'nothing' }} {{ hostvars.h2.x }}"}
`,
    deeds: [['saw nothing of h1'], ['saw of h1 of h1']],
  },
  {
    case: 'are those of the last host where several set them',
    playbook: `- hosts: all
  tasks:
    - {set_fact: {x: "of {{ inventory_hostname }}"}, delegate_to: h1, delegate_facts: true}
    - {command: "saw {{ x }}", when: inventory_hostname == 'h1'}
`,
    deeds: [['saw of h2'], []],
  },
  {
    case: 'are known only after apply where they hang on an act',
    playbook: `- hosts: all
  tasks:
    - {command: ask, register: r, when: inventory_hostname == 'h1'}
    - {set_fact: {x: "{{ r.rc }}"}, delegate_to: h2, delegate_facts: true, when: inventory_hostname == 'h1'}
    - {command: "saw {{ x }}", when: inventory_hostname == 'h2'}
`,
    deeds: [['ask'], ['saw 0']],
  },
  {
    case: 'may be those of a host that no play has',
    playbook: `- hosts: h1
  tasks:
    - {set_fact: {x: kept}, delegate_to: h2, delegate_facts: true}
    - {command: "saw {{ hostvars.h2.x }}"}
`,
    deeds: [['saw kept'], []],
  },
  {
    case: 'come from each item to the host that it names',
    playbook: `- hosts: h1
  tasks:
    - {set_fact: {x: "for {{ item }}"}, delegate_to: "{{ item }}", delegate_facts: true, loop: [h1, h2]}
    - {command: "saw {{ x }}, {{ hostvars.h2.x }}"}
- hosts: h2
  tasks: [{command: "saw {{ x }}"}]
`,
    deeds: [['saw for h1, for h2'], ['saw for h2']],
  },
  {
    case: 'without delegate_facts are those of the host that the task is for',
    playbook: `- hosts: all
  tasks:
    - {set_fact: {x: "of {{ inventory_hostname }}"}, delegate_to: h2}
    - {command: "saw {{ x }}"}
`,
    deeds: [['saw of h1'], ['saw of h2']],
  },
])('facts of a delegated task $case', async ({ playbook, deeds }) => {
  expect(await deedsOf(playbook)).toEqual(deeds)
})
