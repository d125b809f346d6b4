import { expect, test } from 'vitest'
import { checkRoleInputs, loadAll } from '../../src/load/index.ts'
import { Secret, Unknown } from '../../src/model/value.ts'
import { memoryFiles } from './memory-files.ts'
import { stubTypes, stubValidators } from './stub-types.ts'

async function load(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) {
  return loadAll({
    playbook: 'site.yml',
    inventories: [],
    rolesPaths: [],
    shippedRoles: '/shipped',
    taskTypes: stubTypes,
    validators: stubValidators,
    files: memoryFiles({ '/w/site.yml': '- hosts: all\n  roles: [r]\n', ...files }, links),
    cwd: '/w',
  })
}

const head = `summary: s\nversion: '1'\n`

const found = async (files: Readonly<Record<string, string>>, links?: Readonly<Record<string, string>>) =>
  (await load(files, links)).problems.map(({ code, at }) => `${code} ${at?.file}:${at?.line}:${at?.column}`)

test.each([
  { case: 'a sound role', role: `${head}inputs: {a: {type: string, description: d}}\nvars: {b: 1}\n`, problems: [] },
  { case: 'a role without inputs', role: head, problems: [] },
  { case: 'an empty role.yml', role: '', problems: ['KEY_MISSING roles/r/role.yml:1:1', 'KEY_MISSING roles/r/role.yml:1:1'] },
  { case: 'a role.yml that is a list', role: '- a\n', problems: ['TYPE_WRONG roles/r/role.yml:1:1'] },
  { case: 'a version that is a number', role: 'summary: s\nversion: 1.0\n', problems: ['TYPE_WRONG roles/r/role.yml:2:10'] },
  { case: 'a key that does not exist', role: `${head}defaults: {}\n`, problems: ['KEY_UNKNOWN roles/r/role.yml:3:1'] },
  { case: 'an input without a description', role: `${head}inputs: {a: {type: string}}\n`, problems: ['KEY_MISSING roles/r/role.yml:3:13'] },
  {
    case: 'an input with an unknown type',
    role: `${head}inputs: {a: {type: text, description: d}}\n`,
    problems: ['VALUE_INVALID roles/r/role.yml:3:20'],
  },
  {
    case: 'an input with a keyword that does not exist',
    role: `${head}inputs: {a: {typ: string, description: d}}\n`,
    problems: ['KEY_UNKNOWN roles/r/role.yml:3:14'],
  },
  {
    case: 'an input that refers elsewhere',
    role: `${head}inputs: {a: {$ref: 'http://x/y', description: d}}\n`,
    problems: ['KEY_UNKNOWN roles/r/role.yml:3:14'],
  },
  {
    case: 'an input whose name is none',
    role: `${head}inputs: {a-b: {description: d}}\n`,
    problems: ['VALUE_INVALID roles/r/role.yml:3:10'],
  },
  {
    case: 'a default that does not fit',
    role: `${head}inputs: {a: {type: integer, default: x, description: d}}\n`,
    problems: ['ROLE_INPUT roles/r/role.yml:3:38'],
  },
  { case: 'a default that is a template', role: `${head}inputs: {a: {type: integer, default: '{{ b }}', description: d}}\n`, problems: [] },
  {
    case: 'a pattern with a back-reference',
    role: `${head}inputs: {a: {type: string, pattern: '(a)\\1', description: d}}\n`,
    problems: ['VALUE_INVALID roles/r/role.yml:3:37'],
  },
  {
    case: 'a pattern with look-ahead, deeper inside',
    role: `${head}inputs: {a: {type: array, items: {pattern: 'a(?=b)'}, description: d}}\n`,
    problems: ['VALUE_INVALID roles/r/role.yml:3:44'],
  },
  {
    case: 'a schema that is none, deeper inside',
    role: `${head}inputs: {a: {additionalProperties: {type: text}, description: d}}\n`,
    problems: ['VALUE_INVALID roles/r/role.yml:3:10'],
  },
  { case: 'a dependency that does not exist', role: `${head}dependencies: [x]\n`, problems: ['ROLE_UNKNOWN roles/r/role.yml:3:16'] },
])('$case', async ({ role, problems }) => {
  expect(await found({ '/w/roles/r/role.yml': role })).toEqual(problems)
})

test('roles that need each other are a circle, told with the whole chain', async () => {
  const { problems } = await load({
    '/w/roles/r/role.yml': `${head}dependencies: [a]\n`,
    '/w/roles/a/role.yml': `${head}dependencies: [{role: b}]\n`,
    '/w/roles/b/role.yml': `${head}dependencies: [a]\n`,
  })
  expect(problems).toMatchObject([
    {
      code: 'ROLE_CYCLE',
      message: 'roles depend on each other in a circle: a -> b -> a',
      at: { file: 'roles/b/role.yml', line: 3, column: 16 },
    },
  ])
})

test('two roles that share a dependency are no circle', async () => {
  expect(
    await found({
      '/w/roles/r/role.yml': `${head}dependencies: [a, b]\n`,
      '/w/roles/a/role.yml': `${head}dependencies: [c]\n`,
      '/w/roles/b/role.yml': `${head}dependencies: [c]\n`,
      '/w/roles/c/role.yml': head,
    }),
  ).toEqual([])
})

test.each([
  { case: 'a folder without role.yml', files: { '/w/roles/r/tasks/main.yml': '[]' }, problems: ['FILE_MISSING site.yml:2:11'] },
  {
    case: 'tasks in main.yaml',
    files: { '/w/roles/r/role.yml': head, '/w/roles/r/tasks/main.yaml': '[]' },
    problems: ['FILE_MISSING roles/r/tasks/main.yaml:1:1'],
  },
  {
    case: 'tasks that are a map',
    files: { '/w/roles/r/role.yml': head, '/w/roles/r/tasks/main.yml': 'debug:\n' },
    problems: ['TYPE_WRONG roles/r/tasks/main.yml:1:1'],
  },
  {
    case: 'a task with a mistake',
    files: { '/w/roles/r/role.yml': head, '/w/roles/r/handlers/main.yml': '- name: x\n  debug: {mgs: x}\n' },
    problems: ['KEY_UNKNOWN roles/r/handlers/main.yml:2:11'],
  },
])('$case', async ({ files, problems }) => {
  expect(await found(files)).toEqual(problems)
})

test('a link that leads out of the role is not followed', async () => {
  const files = { '/w/roles/r/role.yml': head, '/w/roles/r/tasks/main.yml': '[]' }
  expect(await found(files)).toEqual([])
  expect(await found(files, { '/w/roles/r/tasks/main.yml': '/root/tasks.yml' })).toEqual(['PATH_ESCAPE roles/r/tasks/main.yml:1:1'])
  // the folder of the role itself may be a link
  expect(
    await found(files, {
      '/w/roles/r': '/srv/r',
      '/w/roles/r/role.yml': '/srv/r/role.yml',
      '/w/roles/r/tasks/main.yml': '/srv/r/tasks/main.yml',
    }),
  ).toEqual([])
  expect(await found(files, { '/w/roles/r': '/srv/r', '/w/roles/r/role.yml': '/srv/r2/role.yml' })).toEqual(['PATH_ESCAPE site.yml:2:11'])
})

const role = `${head}inputs:
  names: {type: array, items: {type: string, pattern: '^[a-z.]+$'}, required: true, description: names of the service}
  days: {type: integer, minimum: 1, description: days}
  word: {type: string, pattern: '^(a+)+$', description: word}
`

const at = { file: 'site.yml', line: 2, column: 11 }

async function checkInputs(values: Parameters<typeof checkRoleInputs>[1]) {
  const { playbook } = await load({ '/w/roles/r/role.yml': role })
  const [use] = playbook.plays[0]?.roles ?? []
  if (use === undefined) throw new Error('expected a role')
  return checkRoleInputs(use.role, values, at)
}

test.each([
  { case: 'values that fit', values: { names: ['a.b'], days: 3 }, messages: [] },
  { case: 'values that are not known yet', values: { names: [new Unknown('later')], days: new Unknown('later') }, messages: [] },
  { case: 'nothing for an input that is needed', values: { days: 3 }, messages: ['the role r needs the input "names"'] },
  { case: 'an input that does not exist', values: { names: ['a'], day: 3 }, messages: ['the role r has no input "day"'] },
  {
    case: 'a wrong type',
    values: { names: 'a', days: 0 },
    messages: ['role r: names: expected a list, got "a"', 'role r: days: expected at least 1, got the number 0'],
  },
  { case: 'an item that does not match', values: { names: ['a', 'B'] }, messages: ['role r: names[1]: "B" is not allowed'] },
  {
    case: 'a secret that does not match',
    values: { names: ['a'], word: Secret.of('hunter2') },
    messages: ['role r: word: a secret is not allowed'],
  },
])('rendered inputs: $case', async ({ values, messages }) => {
  const problems = await checkInputs(values)
  expect(problems.map(({ message }) => message)).toEqual(messages)
  for (const problem of problems) expect(problem).toMatchObject({ code: 'ROLE_INPUT', at })
})

test('a pattern that would take seconds in JavaScript is linear here', async () => {
  const text = `${'a'.repeat(28)}!`
  const started = performance.now()
  expect(await checkInputs({ names: ['a'], word: text })).toHaveLength(1)
  const ours = performance.now() - started
  const native = performance.now()
  expect(/^(a+)+$/.test(`${'a'.repeat(24)}!`)).toBe(false)
  // the native engine is given 16 times less to do and is still slower
  expect(ours).toBeLessThan((performance.now() - native) * 16)
})
