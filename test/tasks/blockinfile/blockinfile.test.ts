import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/model/value.ts'
import { edit } from '../../../src/tasks/blockinfile/edit.ts'
import { blockinfile } from '../../../src/tasks/blockinfile/index.ts'
import type { BlockinfileParams } from '../../../src/tasks/blockinfile/schema.ts'
import { contextOf, deedOf, holding, nothingAt, planAfter, questionsOf, there } from '../host.ts'

const path = '/etc/app.conf'
type Edit = Omit<BlockinfileParams, 'path'>
const begin = '# BEGIN ANSIBLE MANAGED BLOCK\n'
const end = '# END ANSIBLE MANAGED BLOCK\n'
const own = { marker: '<!-- {mark} x -->', marker_begin: 'open', marker_end: 'close' }

const edits: readonly { readonly case: string; readonly old: string; readonly params: Edit; readonly after: string }[] = [
  { case: 'a new block goes to the end', old: 'x\n', params: { block: 'a\nb\n' }, after: `x\n${begin}a\nb\n${end}` },
  { case: 'a last line without a line end gets one', old: 'x', params: { block: 'a' }, after: `x\n${begin}a\n${end}` },
  { case: 'an empty file', old: '', params: { block: 'a' }, after: `${begin}a\n${end}` },
  {
    case: 'the block that Ansible wrote is found',
    old: `x\n${begin}old\n${end}y\n`,
    params: { block: 'a' },
    after: `x\n${begin}a\n${end}y\n`,
  },
  {
    case: 'at its end the file keeps no line end',
    old: `${begin}b\n${end}`.trimEnd(),
    params: { block: 'a' },
    after: `${begin}a\n${end}`.trimEnd(),
  },
  { case: 'at the start', old: 'x\n', params: { block: 'a', insertbefore: 'BOF' }, after: `${begin}a\n${end}x\n` },
  {
    case: 'after the last match',
    old: '[h]\nx\n[h]\nz\n',
    params: { block: 'a', insertafter: '^\\[h' },
    after: `[h]\nx\n[h]\n${begin}a\n${end}z\n`,
  },
  { case: 'before the last match', old: 'x\nz\n', params: { block: 'a', insertbefore: 'z' }, after: `x\n${begin}a\n${end}z\n` },
  {
    case: 'where it is, whatever the place says',
    old: `${begin}b\n${end}z\n`,
    params: { block: 'a', insertafter: 'EOF' },
    after: `${begin}a\n${end}z\n`,
  },
  { case: 'markers of its own', old: 'x\n', params: { block: 'a', ...own }, after: 'x\n<!-- open x -->\na\n<!-- close x -->\n' },
  {
    case: 'a dollar in a marker is only that',
    old: '',
    params: { block: 'a', marker: '{mark}', marker_begin: "$&$'" },
    after: "$&$'\na\nEND\n",
  },
  {
    case: 'line ends of the file',
    old: 'x\r\ny\r\n',
    params: { block: 'a\nb' },
    after: `x\r\ny\r\n${begin}a\nb\n${end}`.replaceAll(/\r?\n/g, '\r\n'),
  },
  { case: 'blank lines inside stay', old: '', params: { block: '\na\n\n' }, after: `${begin}\na\n\n${end}` },
  { case: 'removed', old: `x\n${begin}a\n${end}y\n`, params: { block: 'a', state: 'absent' }, after: 'x\ny\n' },
  { case: 'removed because it is empty', old: `x\n${begin}a\n${end}`, params: { block: '' }, after: 'x\n' },
  { case: 'removed because none is given', old: `x\n${begin}a\n${end}`, params: {}, after: 'x\n' },
]

describe.each(edits)('$case', ({ old, params, after }) => {
  const decision = blockinfile.plan({ path, ...params }, contextOf(holding(path, old)))
  test('the edit', () => {
    expect(decision.problems).toBeUndefined()
    expect(decision.changes).toMatchObject([{ action: 'update', data: { kind: 'write', content: after } }])
  })
  test('a second time there is nothing to do', () => {
    expect(planAfter(blockinfile, { path, ...params }, holding(path, old), decision).changes).toEqual([])
  })
})

test.each<{ case: string; old: string; params: Edit; code: string; words: string }>([
  {
    case: 'a beginning without an end',
    old: `x\n${begin}a\n`,
    params: { block: 'a' },
    code: 'EDIT_IMPOSSIBLE',
    words: 'line 2 begins a block',
  },
  { case: 'an end without a beginning', old: end, params: { state: 'absent' }, code: 'EDIT_IMPOSSIBLE', words: 'line 1 ends a block' },
  {
    case: 'the wrong way round',
    old: end + begin,
    params: { block: 'a' },
    code: 'EDIT_IMPOSSIBLE',
    words: 'line 1 ends the block that line 2',
  },
  { case: 'twice', old: (begin + end).repeat(2), params: { block: 'a' }, code: 'EDIT_IMPOSSIBLE', words: 'more than one block' },
  {
    case: 'a place that is not there',
    old: 'x\n',
    params: { block: 'a', insertafter: '^y' },
    code: 'EDIT_IMPOSSIBLE',
    words: 'insertafter: ^y',
  },
  { case: 'no {mark}', old: '', params: { block: 'a', marker: '# mine' }, code: 'VALUE_INVALID', words: '{mark} is missing' },
  { case: 'one word for both markers', old: '', params: { block: 'a', marker_end: 'BEGIN' }, code: 'VALUE_INVALID', words: 'the same' },
  { case: 'a marker inside of the block', old: '', params: { block: `a\n${end}` }, code: 'VALUE_INVALID', words: 'one of its markers' },
  { case: 'a pattern that is none', old: '', params: { block: 'a', insertafter: '(' }, code: 'VALUE_INVALID', words: 'insertafter' },
  { case: 'two places', old: '', params: { block: 'a', insertafter: 'a', insertbefore: 'b' }, code: 'VALUE_INVALID', words: 'got both' },
])('refused: $case', ({ old, params, code, words }) => {
  const { problems, changes } = blockinfile.plan({ path, ...params }, contextOf(holding(path, old)))
  expect(problems).toMatchObject([{ code, message: expect.stringContaining(words) }])
  expect(changes).toEqual([])
})

test.each<{ case: string; params: Edit; expected: object }>([
  {
    case: 'is refused',
    params: { block: 'a' },
    expected: { problems: [{ code: 'EDIT_IMPOSSIBLE', hint: expect.stringContaining('create') }] },
  },
  {
    case: 'is made with create',
    params: { block: 'a', create: true },
    expected: { changes: [{ action: 'create', data: { content: `${begin}a\n${end}` } }] },
  },
  {
    case: 'has no block to remove',
    params: { state: 'absent', block: 'a' },
    expected: { changes: [], reason: 'the file is missing, so the block is' },
  },
  { case: 'has no block to empty', params: {}, expected: { changes: [], reason: 'the file is missing, so the block is' } },
])('a file that is missing $case', ({ params, expected }) => {
  expect(blockinfile.plan({ path, ...params }, contextOf([...nothingAt(path), there('/etc')]))).toMatchObject(expected)
})

test('a secret in the block stays one, in content and diff', () => {
  const block = Secret.join(['password = ', Secret.of('s3cret'), '\n'])
  const decision = blockinfile.plan({ path, block }, contextOf(holding(path, 'x\n')))
  expect(JSON.stringify(decision)).not.toContain('s3cret')
  const [change] = decision.changes
  const { steps } = change === undefined ? { steps: [] } : deedOf(blockinfile, change)
  const [step] = steps
  expect(step?.kind === 'write' && step.content instanceof Secret ? step.content.reveal() : '').toBe(`x\n${begin}password = s3cret\n${end}`)
})

test('it asks for the file and its content', () => {
  expect(questionsOf(blockinfile, { path, block: 'a' }, [...holding(path, ''), there('/etc')])).toEqual([
    [`file ${path}`, `digest ${path}`, `content ${path}`, 'file /etc'],
  ])
})

test('any block goes in and comes out again, every other byte as it was', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\0]/g, ''))
  const lines = fc.array(line, { minLength: 1, maxLength: 5 }).map((some) => some.map((one) => `${one}\n`).join(''))
  fc.assert(
    fc.property(lines, lines, (old, block) => {
      fc.pre(block !== '\n')
      const made = edit(old, { path, block })
      if (made.kind !== 'edited') throw new Error(made.kind)
      const text = String(made.text)
      expect(edit(text, { path, block }).kind).toBe('same')
      expect(edit(text, { path })).toMatchObject({ kind: 'edited', text: old })
    }),
  )
})
