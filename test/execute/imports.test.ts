import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, play } from '../fakes/play.ts'

const roleFile = (inputs = '{}') => `summary: a role\nversion: '1'\ninputs: ${inputs}\nvars: {own: r}\n`
const port = '{port: {type: integer, description: port, default: 1}}'

const deedsOf = async (
  playbook: string,
  files: Readonly<Record<string, string>>,
  tags: readonly string[] = [],
): Promise<readonly string[]> => {
  const host = new MemoryHost()
  await play(playbook, new Map([['h1', host]]), {
    files: Object.fromEntries(Object.entries(files).map(([path, text]) => [`/p/${path}`, text])),
    tags,
  })
  return host.deeds.map((deed) => deed.replace(/^run /, ''))
}

describe('import_role', () => {
  test.each<{ case: string; tasks: string; files?: Readonly<Record<string, string>>; deeds: readonly string[]; tags?: readonly string[] }>([
    {
      case: 'runs tasks/main.yml in its place, with the variables of the role',
      tasks: '[{command: before}, {import_role: {name: r}}, {command: after}]',
      deeds: ['before', 'main r 1', 'after'],
    },
    { case: 'runs the file that tasks_from names', tasks: '[{import_role: {name: r, tasks_from: extra}}]', deeds: ['extra 1'] },
    { case: 'takes tasks_from with its ending', tasks: '[{import_role: {name: r, tasks_from: extra.yml}}]', deeds: ['extra 1'] },
    {
      case: 'is a call of its own with inputs each time',
      tasks: '[{import_role: {name: r, inputs: {port: 2}}}, {import_role: {name: r}, vars: {port: 3}}]',
      deeds: ['main r 2', 'main r 3'],
    },
    {
      case: 'reads the block around it for its inputs',
      tasks: '[{block: [{import_role: {name: r, inputs: {port: "{{ p }}"}}}], vars: {p: 7}}]',
      deeds: ['main r 7'],
    },
    {
      case: 'tests its condition before each task',
      tasks: '[{import_role: {name: r, tasks_from: sets}, when: \'!defined("done")\'}]',
      deeds: ['first'],
    },
    { case: 'gives its tags to each task', tasks: '[{import_role: {name: r}, tags: x}, {command: no}]', deeds: ['main r 1'], tags: ['x'] },
    {
      case: 'gives ignore_errors to each task',
      tasks: '[{import_role: {name: r, tasks_from: fails}, ignore_errors: true}, {command: after}]',
      deeds: ['goes on', 'after'],
    },
    {
      case: 'runs what the role depends on before it',
      tasks: '[{import_role: {name: needy}}]',
      files: {
        'roles/needy/role.yml': `${roleFile('{p: {type: integer, description: p, default: 5}}')}dependencies: [{role: r, inputs: {port: "{{ p }}"}}]\n`,
        'roles/needy/tasks/main.yml': '- command: "needy {{ p }}"\n',
      },
      deeds: ['main r 5', 'needy 5'],
    },
    {
      case: 'brings the handlers of the role, behind those of the play',
      tasks: '[{import_role: {name: notes}}]',
      files: {
        'roles/notes/role.yml': roleFile(),
        'roles/notes/tasks/main.yml': '- {command: change, notify: [told, ours]}\n',
        'roles/notes/handlers/main.yml': '- {name: told, command: "told by {{ role_name }}"}\n',
      },
      deeds: ['change', 'ours', 'told by notes'],
    },
    {
      case: 'lets a role import another file of its own',
      tasks: '[{import_role: {name: self}}]',
      files: {
        'roles/self/role.yml': roleFile(),
        'roles/self/tasks/main.yml': '- import_role: {name: self, tasks_from: other}\n',
        'roles/self/tasks/other.yml': '- command: "other {{ own }}"\n',
      },
      deeds: ['other r'],
    },
  ])('$case', async ({ tasks, files, deeds, tags }) => {
    const playbook = `- hosts: all\n  tasks: ${tasks}\n  handlers: [{name: ours, command: ours}]\n`
    const role = {
      'roles/r/role.yml': roleFile(port),
      'roles/r/tasks/main.yml': '- command: "main {{ own }} {{ port }}"\n',
      'roles/r/tasks/extra.yml': '- command: "extra {{ port }}"\n',
      'roles/r/tasks/sets.yml': '- {command: first, register: x}\n- set_fact: {done: true}\n- command: second\n',
      'roles/r/tasks/fails.yml': '- assert: {that: false}\n- command: goes on\n',
    }
    expect(await deedsOf(playbook, { ...role, ...files }, tags)).toEqual(deeds)
  })

  test('shows the role in the labels of its tasks', async () => {
    const { results } = await play('- {hosts: all, tasks: [{import_role: {name: r}}]}\n', hostsNamed('h1'), {
      files: { '/p/roles/r/role.yml': roleFile(), '/p/roles/r/tasks/main.yml': '- {name: look, debug: {msg: x}}\n' },
    })
    expect(results).toEqual(['h1 r : look ok'])
  })
})

describe('import_tasks among handlers', () => {
  test('brings handlers that are notified by their own names', async () => {
    const playbook = `
- hosts: all
  tasks: [{command: change, notify: second}]
  handlers: [{import_tasks: h.yml, vars: {who: world}}]
`
    const files = { 'h.yml': '- {name: first, command: first}\n- {name: second, command: "second {{ who }}"}\n' }
    expect(await deedsOf(playbook, files)).toEqual(['change', 'second world'])
  })
})

describe('import_playbook', () => {
  const other = '- {hosts: all, vars: {who: other, mine: kept}, tasks: [{command: "one {{ who }} {{ mine }}"}, {command: two, tags: t}]}\n'
  test.each<{
    case: string
    playbook: string
    files?: Readonly<Record<string, string>>
    deeds: readonly string[]
    tags?: readonly string[]
  }>([
    {
      case: 'puts its plays in place',
      playbook: '- {hosts: all, tasks: [{command: before}]}\n- import_playbook: other.yml\n- {hosts: all, tasks: [{command: after}]}\n',
      deeds: ['before', 'one other kept', 'two', 'after'],
    },
    {
      case: 'gives variables above those of the plays',
      playbook: '- {import_playbook: other.yml, vars: {who: given}}\n',
      deeds: ['one given kept', 'two'],
    },
    { case: 'adds its tags', playbook: '- {import_playbook: other.yml, tags: [x]}\n', deeds: ['one other kept', 'two'], tags: ['x'] },
    { case: 'leaves the tags of the plays', playbook: '- {import_playbook: other.yml, tags: [x]}\n', deeds: ['two'], tags: ['t'] },
    {
      case: 'tests its condition before each task',
      playbook: '- {import_playbook: sets.yml, when: \'!defined("done")\'}\n',
      deeds: ['first', 'told'],
    },
    {
      case: 'reads files beside the imported playbook',
      playbook: '- import_playbook: sub/beside.yml\n',
      deeds: ['from sub, /p/sub', 'in sub', 'write /etc/app/conf'],
    },
    {
      case: 'has what stands in group_vars and host_vars beside the imported playbook for its plays alone',
      playbook: '- &say {hosts: all, tasks: [{command: "{{ default a 1 }} {{ default b 1 }}"}]}\n- import_playbook: sub/vars.yml\n- *say\n',
      files: {
        'sub/vars.yml': '- {hosts: all, tasks: [{command: "{{ default a 1 }} {{ default b 1 }}"}]}\n',
        'sub/group_vars/all.yml': 'a: 2\n',
        'sub/host_vars/h1.yml': 'b: "{{ a }}3"\n',
      },
      deeds: ['1 1', '2 23', '1 1'],
    },
    { case: 'may import in its turn', playbook: '- import_playbook: sub/more.yml\n', deeds: ['one other kept', 'two'] },
    { case: 'has the full name too', playbook: '- ansible.builtin.import_playbook: other.yml\n', deeds: ['one other kept', 'two'] },
  ])('$case', async ({ playbook, files, deeds, tags }) => {
    const all = {
      'other.yml': other,
      'sets.yml':
        '- {hosts: all, tasks: [{command: first, notify: told}, {set_fact: {done: true}}, {command: no}], handlers: [{name: told, command: told}]}\n',
      'sub/beside.yml': `
- hosts: all
  vars_files: v.yml
  roles: [r]
  pre_tasks: [{command: "from {{ place }}, {{ playbook_dir }}"}]
  tasks: [{copy: {src: conf, dest: /etc/app/conf}}]
`,
      'sub/v.yml': 'place: sub\n',
      'sub/files/conf': 'x\n',
      'sub/roles/r/role.yml': roleFile(),
      'sub/roles/r/tasks/main.yml': '- command: in sub\n',
      'sub/more.yml': '- import_playbook: ../other.yml\n',
      ...files,
    }
    expect(await deedsOf(playbook, all, tags)).toEqual(deeds)
  })
})

test.each([
  { case: 'the first that is there', list: '[none.yml, b.yml, c.yml]', deeds: ['from b'] },
  { case: 'a template among them', list: '["{{ which }}.yml", b.yml]', deeds: ['from c'] },
])('alternatives of vars_files: $case', async ({ list, deeds }) => {
  const playbook = `- {hosts: all, vars: {which: c}, vars_files: [${list}], tasks: [{command: "from {{ x }}"}]}\n`
  expect(await deedsOf(playbook, { 'b.yml': 'x: b\n', 'c.yml': 'x: c\n' })).toEqual(deeds)
})
