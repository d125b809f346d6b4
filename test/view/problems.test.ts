import { describe, expect, test } from 'vitest'
import { loadAll } from '../../src/load/index.ts'
import type { Position, Problem } from '../../src/model/problem.ts'
import { frame } from '../../src/view/code-frame.ts'
import { problemsText } from '../../src/view/problems.ts'
import { memoryFiles } from '../load/memory-files.ts'
import { stubTypes, stubValidators } from '../load/stub-types.ts'

const plain = { colour: false }
const at = (line: number, column: number, end?: Partial<Position>): Position => ({ file: 'f.yml', line, column, ...end })
const shown = (text: string, place: Position) => frame(text, place).map(({ line }) => line)

test('a broken playbook reads well', async () => {
  const { problems, texts } = await loadAll({
    playbook: 'site.yml',
    inventories: ['inventory.ini'],
    rolesPaths: [],
    shippedRoles: '/shipped',
    taskTypes: stubTypes,
    validators: stubValidators,
    cwd: '/w',
    files: memoryFiles({
      '/w/site.yml': `- name: TLS for prometheus
  hosts: prometheus
  becom: true
  vars:
    admin_password: hunter2
  roles:
    - role: certificate
      inputs:
        name: [p1.lab.test]
  tasks:
    - name: the web config
      copy: {src: web.yml, dest: /etc/prometheus/web.yml, mode: 0640}
      when: "{{ tls }} == true"
    - name: the key
      fiel: {path: /etc/ssl/key.pem, mode: '0640'}
    - name: restart
      systemd: {name: prometheus, state: restarted}
      with_items: [a, b]
`,
      '/w/roles/certificate/role.yml': `summary: a certificate
version: '1.0.0'
inputs:
  names:
    type: array
    description: every name by which clients reach the service
`,
      '/w/inventory.ini': `[prometheus]
p1 ansible_host=10.0.0.1 ansible_password=se#cret
p2 ansible_port=ssh

[monitoring:children]
promtheus
`,
    }),
  })
  await expect(problemsText(problems, texts, plain)).toMatchFileSnapshot('../golden/problems/playbook.txt')
})

test('problems are sorted by place, those without one last', () => {
  const problem = (message: string, place?: Position): Problem => ({
    code: 'TYPE_WRONG',
    message,
    ...(place === undefined ? {} : { at: place }),
  })
  const text = problemsText(
    [
      problem('none'),
      problem('b', { ...at(1, 1), file: 'b.yml' }),
      problem('late', at(10, 1)),
      problem('early', at(9, 5)),
      problem('earlier', at(9, 2)),
      problem('a', { ...at(3, 1), file: 'a.yml' }),
    ],
    new Map(),
    plain,
  )
  expect(text).toBe(`a.yml:3:1: error TYPE_WRONG: a

b.yml:1:1: error TYPE_WRONG: b

f.yml:9:2: error TYPE_WRONG: earlier

f.yml:9:5: error TYPE_WRONG: early

f.yml:10:1: error TYPE_WRONG: late

error TYPE_WRONG: none
`)
})

test('the same problem of many hosts is told once', () => {
  const problems = Array.from(
    { length: 10 },
    (_, index): Problem => ({
      code: 'TOOL_MISSING',
      message: 'there is no openssl',
      host: `h${index}`,
      task: 'certificate',
      hint: 'install it:\napt-get install openssl',
    }),
  )
  const other: Problem = { code: 'TOOL_MISSING', message: 'there is no openssl', host: 'h0', task: 'other' }
  expect(problemsText([...problems, other], new Map(), plain)).toBe(`error TOOL_MISSING: there is no openssl
  task: certificate
  10 hosts: h0, h1, h2, h3, h4, h5, h6, h7 and 2 more
  hint: install it:
    apt-get install openssl

error TOOL_MISSING: there is no openssl
  task: other
  host: h0
`)
})

test('colour adds only escape sequences', () => {
  const problems: readonly Problem[] = [{ code: 'TYPE_WRONG', message: 'm', at: at(1, 1), hint: 'h' }]
  const texts = new Map([['f.yml', 'a: 1\n']])
  const coloured = problemsText(problems, texts, { colour: true })
  expect(coloured).toContain('\u{1b}[31merror TYPE_WRONG\u{1b}[0m')
  expect(coloured.replaceAll(/\u{1b}\[[0-9]+m/gu, '')).toBe(problemsText(problems, texts, plain))
})

test('nothing that a file or host wrote can steer the terminal', () => {
  const evil = 'a\u{1b}[2Jb\u{7}c\u{202e}d\u{9b}e'
  const text = problemsText(
    [{ code: 'TYPE_WRONG', message: evil, at: at(1, 1), host: evil, task: evil, hint: evil }],
    new Map([['f.yml', evil]]),
    plain,
  )
  expect([...text].filter((char) => /[\u{0}-\u{9}\u{b}-\u{1f}\u{7f}-\u{9f}\u{202e}]/u.test(char))).toEqual([])
  expect(text).toContain('a\u{fffd}[2Jb')
})

test('no problem gives no text', () => {
  expect(problemsText([], new Map(), plain)).toBe('')
})

describe('code frame', () => {
  test('two lines before and after, carets under the place', () => {
    expect(shown('l1\nl2\nl3\nkey: value\nl5\nl6\nl7\n', at(4, 6, { endLine: 4, endColumn: 11 }))).toEqual([
      '2 | l2',
      '3 | l3',
      '4 | key: value',
      '  |      ^^^^^',
      '5 | l5',
      '6 | l6',
    ])
  })

  test.each([
    { case: 'first line', text: 'a\nb\n', place: at(1, 1), lines: ['1 | a', '  | ^', '2 | b'] },
    { case: 'no end of line at the end', text: 'a\nb', place: at(2, 1), lines: ['1 | a', '2 | b', '  | ^'] },
    {
      case: 'a place over several lines marks the first',
      text: 'a: 1 \nb: 2\n',
      place: at(1, 1, { endLine: 2, endColumn: 3 }),
      lines: ['1 | a: 1', '  | ^^^^', '2 | b: 2'],
    },
    { case: 'the end of the text', text: 'a: "x\n', place: at(2, 1), lines: ['1 | a: "x', '2 |', '  | ^'] },
    { case: 'a tab is two blanks wide', text: '\ta: 1\n', place: at(1, 2), lines: ['1 |   a: 1', '  |   ^'] },
    { case: 'CR LF', text: 'a\r\nb\r\n', place: at(2, 1), lines: ['1 | a', '2 | b', '  | ^'] },
    { case: 'a line that is not there', text: 'a\n', place: at(9, 1), lines: [] },
    {
      case: 'numbers of different width',
      text: `${'x\n'.repeat(11)}`,
      place: at(9, 1),
      lines: [' 7 | x', ' 8 | x', ' 9 | x', '   | ^', '10 | x', '11 | x'],
    },
  ])('$case', ({ text, place, lines }) => {
    expect(shown(text, place)).toEqual(lines)
  })

  test('a long line is cut around the place', () => {
    const [line = '', mark = ''] = shown(`${'a'.repeat(1000)}HERE${'b'.repeat(1000)}`, at(1, 1001, { endLine: 1, endColumn: 1005 }))
    expect(line.length).toBeLessThan(160)
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('HERE')
  })

  test.each([
    { line: 'admin_password: hunter2', shown: '1 | admin_password: (secret)' },
    { line: "  password: 'hunter2 x'  # c", shown: '1 |   password: (secret)  # c' },
    { line: 'h1 ansible_password=hunter2 x=1', shown: '1 | h1 ansible_password=(secret) x=1' },
    { line: '{token: hunter2, api_key: "hunter2"}', shown: '1 | {token: (secret), api_key: (secret)}' },
    { line: 'client_secret = hunter2', shown: '1 | client_secret = (secret)' },
    { line: 'ansible_ssh_pass: hunter2', shown: '1 | ansible_ssh_pass: (secret)' },
  ])('$line does not show its secret', ({ line, shown: expected }) => {
    expect(shown(line, at(1, 1))[0]).toBe(expected)
    expect(shown(`x\n${line}`, at(1, 1)).join('\n')).not.toContain('hunter2')
  })

  test.each(["password: '{{ vault_password }}'", 'compass: north', 'no_log: true', 'password_file: /etc/x', 'update_password: true'])(
    '%s is shown as it is',
    (line) => {
      expect(shown(line, at(1, 1))[0]).toBe(`1 | ${line}`)
    },
  )

  test('carets stay under what they mean when something before them is masked', () => {
    const line = 'h1 ansible_password=a-long-password x=1'
    const [text = '', mark = ''] = shown(line, at(1, line.indexOf('x=1') + 1, { endLine: 1, endColumn: line.length + 1 }))
    expect(text.slice(mark.indexOf('^'))).toBe('x=1')
  })
})
