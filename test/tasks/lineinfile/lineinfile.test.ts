import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/model/value.ts'
import { edit } from '../../../src/tasks/lineinfile/edit.ts'
import { lineinfile } from '../../../src/tasks/lineinfile/index.ts'
import type { LineinfileParams } from '../../../src/tasks/lineinfile/schema.ts'
import { contextOf, deedOf, holding, linkFact, nothingAt, planAfter, questionsOf, there } from '../host.ts'

const path = '/etc/app.conf'
type Edit = Omit<LineinfileParams, 'path'>

const edits: readonly { readonly case: string; readonly old: string; readonly params: Edit; readonly after: string }[] = [
  {
    case: 'the last matching line is replaced',
    old: 'a=1\nb=2\na=3\nc\n',
    params: { regexp: '^a=', line: 'a=9' },
    after: 'a=1\nb=2\na=9\nc\n',
  },
  { case: 'regexp wins over insertafter', old: 'x\na=1\n', params: { regexp: '^a=', insertafter: '^x', line: 'a=9' }, after: 'x\na=9\n' },
  { case: 'no match: at the end', old: 'x\n', params: { regexp: '^a=', line: 'a=9' }, after: 'x\na=9\n' },
  { case: 'the end of a file whose last line has no line end', old: 'x', params: { line: 'y' }, after: 'x\ny\n' },
  { case: 'an empty file', old: '', params: { line: 'y' }, after: 'y\n' },
  { case: 'at the start', old: 'x\n', params: { line: 'y', insertbefore: 'BOF' }, after: 'y\nx\n' },
  { case: 'after the last match', old: '[h]\nx\n[h]\nz\n', params: { line: 'y', insertafter: '^\\[h' }, after: '[h]\nx\n[h]\ny\nz\n' },
  { case: 'before the last match', old: 'x\nz\nz\n', params: { line: 'y', insertbefore: 'z' }, after: 'x\nz\ny\nz\n' },
  { case: 'after a last line without a line end', old: 'x\nz', params: { line: 'y', insertafter: 'z' }, after: 'x\nz\ny\n' },
  { case: 'the line ends of the file are kept', old: 'a=1\r\nb\r\n', params: { regexp: '^a=', line: 'a=2' }, after: 'a=2\r\nb\r\n' },
  {
    case: 'a new line gets the line end of the one before',
    old: 'a\r\nb\r\n',
    params: { line: 'c', insertafter: 'a' },
    after: 'a\r\nc\r\nb\r\n',
  },
  { case: 'blank lines and tabs stay', old: '\n\n\ta = 1 # x\n\n', params: { regexp: '^b', line: 'b' }, after: '\n\n\ta = 1 # x\n\nb\n' },
  { case: 'a dollar sign in the line is only that', old: 'a=1\n', params: { regexp: '^(a)=', line: 'a=$1\\1$&' }, after: 'a=$1\\1$&\n' },
  { case: 'every match is removed', old: 'a\nb\na\n', params: { state: 'absent', regexp: '^a' }, after: 'b\n' },
  { case: 'an equal line is removed, a similar one is not', old: 'ab\na\n', params: { state: 'absent', line: 'a' }, after: 'ab\n' },
]

describe.each(edits)('$case', ({ old, params, after }) => {
  const decision = lineinfile.plan({ path, ...params }, contextOf(holding(path, old)))
  test('the edit', () => {
    expect(decision.problems).toBeUndefined()
    expect(decision.changes).toMatchObject([{ action: 'update', data: { kind: 'write', content: after } }])
  })
  test('a second time there is nothing to do', () => {
    expect(planAfter(lineinfile, { path, ...params }, holding(path, old), decision).changes).toEqual([])
  })
})

test.each<{ case: string; old: string; params: Edit; reason: string }>([
  { case: 'the last match is right', old: 'a=1\na=2\n', params: { regexp: '^a=', line: 'a=2' }, reason: 'line 2 is as wanted' },
  {
    case: 'the line is there though regexp does not match it',
    old: 'x=1\nend',
    params: { regexp: '^a=', line: 'x=1' },
    reason: 'line 1 is as wanted',
  },
  { case: 'the last line without a line end is equal', old: 'x\ny', params: { line: 'y' }, reason: 'line 2 is as wanted' },
  { case: 'the line is there, so its place does not matter', old: 'x\n', params: { line: 'x', insertafter: '^none' }, reason: 'line 1' },
  { case: 'nothing to remove', old: 'x\n', params: { state: 'absent', regexp: '^a' }, reason: 'no such line is there' },
])('nothing to do: $case', ({ old, params, reason }) => {
  expect(lineinfile.plan({ path, ...params }, contextOf(holding(path, old)))).toMatchObject({
    changes: [],
    reason: expect.stringContaining(reason),
  })
})

test.each<{ case: string; params: Edit; code: string; words: string }>([
  {
    case: 'a place that no line matches',
    params: { line: 'y', insertafter: '^none' },
    code: 'EDIT_IMPOSSIBLE',
    words: 'no line matches insertafter: ^none',
  },
  {
    case: 'the same before',
    params: { line: 'y', insertbefore: '^none' },
    code: 'EDIT_IMPOSSIBLE',
    words: 'no line matches insertbefore: ^none',
  },
  { case: 'a broken pattern', params: { line: 'y', regexp: '(' }, code: 'VALUE_INVALID', words: 'regexp: missing closing )' },
  { case: 'lookaround', params: { line: 'y', insertafter: '(?=x)' }, code: 'VALUE_INVALID', words: 'insertafter: invalid or unsupported' },
  { case: 'two places', params: { line: 'y', insertafter: 'a', insertbefore: 'b' }, code: 'VALUE_INVALID', words: 'got both' },
  { case: 'no line', params: { regexp: 'a' }, code: 'VALUE_INVALID', words: 'line is needed' },
  { case: 'nothing to remove by', params: { state: 'absent' }, code: 'VALUE_INVALID', words: 'regexp or line is needed' },
])('refused: $case', ({ params, code, words }) => {
  expect(lineinfile.plan({ path, ...params }, contextOf(holding(path, 'x\n')))).toMatchObject({
    changes: [],
    problems: [{ code, message: expect.stringContaining(words) }],
  })
})

test('a missing file is refused unless it may be made', () => {
  const facts = [...nothingAt(path), there('/etc')]
  expect(lineinfile.plan({ path, line: 'a' }, contextOf(facts)).problems).toMatchObject([
    { code: 'EDIT_IMPOSSIBLE', hint: expect.stringContaining('create: true') },
  ])
  expect(lineinfile.plan({ path, line: 'a', create: true, mode: '0600' }, contextOf(facts)).changes).toMatchObject([
    { action: 'create', reason: 'the file is missing', data: { content: 'a\n', mode: 0o600 } },
  ])
  expect(lineinfile.plan({ path, line: 'a', state: 'absent' }, contextOf(facts))).toMatchObject({
    changes: [],
    reason: 'the file is missing, so the line is',
  })
})

test('what is no text, or no file, is refused', () => {
  expect(lineinfile.plan({ path, line: 'a' }, contextOf(holding(path, new Uint8Array([0, 1])))).problems).toMatchObject([
    { code: 'EDIT_IMPOSSIBLE', message: expect.stringContaining('no UTF-8 text') },
  ])
  expect(lineinfile.plan({ path, line: 'a' }, contextOf([there(path)])).problems).toMatchObject([{ code: 'PATH_REFUSED' }])
})

test('a link is followed', () => {
  const facts = [there(path, linkFact('real')), ...holding('/etc/real', 'x\n')]
  expect(lineinfile.plan({ path, line: 'y' }, contextOf(facts)).changes).toMatchObject([
    { target: '/etc/real', data: { content: 'x\ny\n' } },
  ])
})

test('owner and mode are set though the line is there', () => {
  expect(lineinfile.plan({ path, line: 'x', mode: '0600' }, contextOf(holding(path, 'x\n'))).changes).toMatchObject([
    { data: { kind: 'attributes', mode: 0o600 } },
  ])
})

test('a secret line goes to the wire and not into the diff', () => {
  const decision = lineinfile.plan(
    { path, regexp: '^password', line: Secret.join(['password = ', Secret.of('s3cret-new')]) },
    contextOf(holding(path, 'x\npassword = s3cret-old\n')),
  )
  const [change] = decision.changes
  expect(JSON.stringify(change?.diffs)).not.toContain('s3cret')
  const step = change === undefined ? undefined : deedOf(lineinfile, change).steps[0]
  expect((step as { content: Secret }).content.reveal()).toBe('x\npassword = s3cret-new\n')
})

test('everything it needs is asked in one round', () => {
  expect(questionsOf(lineinfile, { path, line: 'a' }, holding(path, 'x'))).toEqual([
    [`file ${path}`, `digest ${path}`, `content ${path}`, 'file /etc'],
  ])
})

test('any file, any line: the wanted line is there after it, the others stay in order, and a second edit changes nothing', () => {
  const line = fc.string({ unit: fc.constantFrom('a', '=', ' ', '#', '\r', 'ü') }).filter((text) => !text.includes('\r'))
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '=', '\n', '\r', 'ü') }),
      line.filter((text) => text !== ''),
      (old, wanted) => {
        const first = edit(old, { path, line: wanted })
        if (first.kind === 'wrong') throw new Error(first.message)
        const text = first.kind === 'same' ? old : String(first.text)
        expect(text.split(/\r?\n/)).toContain(wanted)
        expect(text.startsWith(old)).toBe(true)
        expect(edit(text, { path, line: wanted }).kind).toBe('same')
      },
    ),
  )
})

test('a pattern that makes a backtracking engine hang is answered at once', () => {
  const started = performance.now()
  edit(`${'a'.repeat(50_000)}!\n`, { path, line: 'x', regexp: '^(a+)+$' })
  expect(performance.now() - started).toBeLessThan(5000)
})
