import { describe, expect, test } from 'vitest'
import { keepHidden } from '../../src/lib/keep-hidden.ts'
import { unifiedDiff } from '../../src/lib/diff.ts'
import type { AnyTaskType, Decision } from '../../src/model/task-type.ts'
import { Secret, type Text } from '../../src/model/value.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { MemoryHost } from '../fakes/memory-host.ts'
import { play } from '../fakes/play.ts'
import { contextAfter, contextOf, holding, nothingAt, planAfter, there } from './host.ts'

// Shorter than what the last write searches for, so nothing but the mark of the content hides it.
const word = 'pw7'
const path = '/etc/app.env'
const clear = 'A=1\n'

const type = (name: string): AnyTaskType => taskTypes.get(name) as AnyTaskType

/** Every way in which a task brings a secret into a file, with the file as it is then. */
const writers: readonly { readonly name: string; readonly params: (value: Text) => object; readonly asset?: (value: Text) => Text }[] = [
  { name: 'template', params: () => ({ src: 't.hbs', dest: path }), asset: (value) => Secret.join([clear, 'PW=', value, '\n']) },
  { name: 'copy', params: (value) => ({ dest: path, content: Secret.join([clear, 'PW=', value, '\n']) }) },
  { name: 'config', params: (value) => ({ path, format: 'env', set: { PW: value }, create: true }) },
  { name: 'lineinfile', params: (value) => ({ path, line: Secret.join(['PW=', value]), regexp: '^PW=' }) },
  { name: 'blockinfile', params: (value) => ({ path, block: Secret.join(['PW=', value]) }) },
]

const editors: readonly { readonly name: string; readonly params: object }[] = [
  { name: 'lineinfile', params: { path, line: 'B=2' } },
  { name: 'lineinfile', params: { path, regexp: '^A=', line: 'A=2' } },
  { name: 'lineinfile', params: { path, state: 'absent', regexp: '^PW=' } },
  { name: 'blockinfile', params: { path, block: 'B=2', marker: '# {mark} other' } },
  { name: 'config', params: { path, format: 'env', set: { B: '2' } } },
  { name: 'copy', params: { dest: path, content: 'B=2\n' } },
]

function shown({ changes }: Decision): string {
  return changes
    .flatMap(({ diffs }) => diffs.flatMap((diff) => (diff.kind === 'text' ? unifiedDiff(diff.before, diff.after) : [JSON.stringify(diff)])))
    .join('\n')
}

describe.each(writers)('what $name wrote', ({ name, params, asset }) => {
  const inTurn = (value: Text, editor: (typeof editors)[number]) => {
    const more = asset === undefined ? {} : { assets: [asset(value)] }
    const facts = [...(asset === undefined && name !== 'copy' ? holding(path, clear) : nothingAt(path)), there('/etc')]
    const written = type(name).plan(params(value) as never, contextOf(facts, more))
    expect(written.changes).toHaveLength(1)
    const edited = type(editor.name).plan(editor.params as never, contextAfter(facts, written))
    expect(edited.changes).toHaveLength(1)
    return { facts, written, edited, more }
  }

  test.each(editors)('stays hidden when $name edits it: $params', (editor) => {
    const { facts, written, edited } = inTurn(Secret.of(word), editor)
    expect(shown(edited)).not.toContain(word)
    // and in every plan behind that one
    const all = { ...edited, predicts: [...written.predicts, ...edited.predicts] }
    expect(shown(planAfter(type('lineinfile'), { path, line: 'C=3' } as never, facts, all))).not.toContain(word)
  })

  test.each(editors)('stays hidden where it is in place already, when $name edits it: $params', (editor) => {
    const { written, more } = inTurn(Secret.of(word), editor)
    const content = written.predicts.find(({ kind }) => kind === 'content')?.fact as { bytes: Uint8Array }
    const facts = [...holding(path, content.bytes), there('/etc')]
    const again = type(name).plan(params(Secret.of(word)) as never, contextOf(facts, more))
    expect(again.changes).toEqual([])
    const edited = planAfter(type(editor.name), editor.params as never, facts, again)
    expect(edited.changes).toHaveLength(1)
    expect(shown(edited)).not.toContain(word)
  })

  test('is shown where it is no secret', () => {
    expect(editors.some((editor) => shown(inTurn(word, editor).edited).includes(word))).toBe(true)
  })
})

test('a setting that stands in the line of a secret is edited without showing it', () => {
  const before = Secret.join(['ARGS="--password=', Secret.of(word), ' --a"\n# a 7\n'])
  expect(String(keepHidden(before, `ARGS="--password=${word} --b"\n# a 7\n`))).toBe('ARGS="--password=(secret) --b"\n# a 7\n')
  expect(keepHidden('ARGS="--a"\n', `ARGS="${word}"\n`)).toBe(`ARGS="${word}"\n`)
})

test('a secret of several lines is hidden on each of them, also when lines are put between', () => {
  const before = Secret.join(['key: ', Secret.of('ab\ncd\n'), 'end\n'])
  expect(String(keepHidden(before, 'key: ab\nnew\ncd\nend\n'))).toBe('key: (secret)\nnew\n(secret)\nend\n')
})

// What a file holds that not all may read is a secret. What is written of it may be read by all, and is read again in another segment.
test.each([
  { mode: 0o600, shows: false },
  { mode: 0o644, shows: true },
])('what has been written is read as a secret later in the run, too: mode $mode', async ({ mode, shows }) => {
  const host = new MemoryHost()
  host.put('/s', word, 'root', mode)
  host.files.set('/etc', { type: 'directory', content: '', owner: 'root', group: 'root', mode: 0o755 })
  const tasks = `
    - slurp: {src: /s}
      register: s
    - lineinfile: {path: /etc/app.env, create: true, line: "PW={{ b64decode s.content }}"}
    - command: go
      register: went
    - lineinfile: {path: /etc/app.env, line: "B={{ went.rc }}"}
    - command: on
      register: gone
    - slurp: {src: /etc/app.env}
      when: gone.rc == 0
      register: r
    - debug: {msg: "now {{ b64decode r.content }}"}
`
  const { events, report } = await play(`- hosts: all\n  tasks:${tasks}`, new Map([['h1', host]]))
  expect(report.problems).toEqual([])
  expect(host.files.get('/etc/app.env')?.content).toBe(`PW=${word}\nB=0\n`)
  const said = events.flatMap((event) => (event.type === 'task_finished' ? [event.result.message] : []))
  expect(said.some((message) => message.startsWith('now '))).toBe(true)
  expect(said.join().includes(word)).toBe(shows)
})
