import { expect, test } from 'vitest'
import { dropInText, environmentOf, execStartLines, setExecFlag, variablesIn } from '../../../src/lib/edit/systemd.ts'

const unit = `[Unit]
ExecStart=/not/here
[Service]
Environment="ARGS=--a --b" OTHER=1
ExecStart=/usr/local/bin/app \\
  --config=/etc/a.yml \\
# a comment in between
  --name "two words"
[Install]
WantedBy=multi-user.target
`

test('continued lines are joined, other sections do not count', () => {
  expect(execStartLines([unit])).toEqual(['/usr/local/bin/app --config=/etc/a.yml --name "two words"'])
})

test('an empty line takes back what was before it', () => {
  expect(execStartLines([unit, '[Service]\nExecStart=\nExecStart=/new\n'])).toEqual(['/new'])
  expect(execStartLines([unit, '[Service]\nExecStart=/second\n'])).toHaveLength(2)
  expect(execStartLines([unit, dropInText('/new --x')])).toEqual(['/new --x'])
})

test('Environment= is read word by word', () => {
  expect(environmentOf([unit], 'ARGS')).toBe('--a --b')
  expect(environmentOf([unit, '[Service]\nEnvironment=\n'], 'ARGS')).toBeUndefined()
})

test('only a word that is nothing but a variable takes flags', () => {
  expect(variablesIn('/bin/app $ARGS ${ONE} --x=$NO -c$NO')).toEqual([
    { name: 'ARGS', braced: false },
    { name: 'ONE', braced: true },
  ])
})

test.each([
  { case: 'appended', line: '/bin/app --a', becomes: '/bin/app --a --f=/x' },
  { case: 'replaced in place', line: '/bin/app --f=/old  --a', becomes: '/bin/app --f=/x  --a' },
  { case: 'of its own word', line: '/bin/app --f /old --a', becomes: '/bin/app --f /x --a' },
  { case: 'with quotes around all of it', line: '/bin/app "--f=/o l d" --a', becomes: '/bin/app --f=/x --a' },
])('a flag of ExecStart: $case', ({ line, becomes }) => {
  expect(setExecFlag(line, '--f', '/x')).toEqual({ kind: 'edited', text: becomes })
  expect(setExecFlag(becomes, '--f', '/x')).toEqual({ kind: 'edited', text: becomes })
})

test('percent and dollar are doubled, once', () => {
  const first = setExecFlag('/bin/app', '--u', 'https://h/%20$x')
  expect(first).toEqual({ kind: 'edited', text: '/bin/app --u=https://h/%%20$$x' })
  expect(setExecFlag('/bin/app --u=https://h/%%20$$x', '--u', 'https://h/%20$x')).toEqual(first)
})
