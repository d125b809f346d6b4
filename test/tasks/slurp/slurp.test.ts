import { expect, test } from 'vitest'
import { absent } from '../../../src/model/fact.ts'
import { Secret, Unknown } from '../../../src/model/value.ts'
import { template } from '../../../src/tasks/template/index.ts'
import { slurp } from '../../../src/tasks/slurp/index.ts'
import { contextAfter, contextOf, directoryFact, holding, linkFact, nothingAt, planAfter, questionsOf, there } from '../host.ts'

const src = '/etc/app.conf'
const base64 = (text: string) => Buffer.from(text).toString('base64')

test('tells the content in base64', () => {
  expect(slurp.plan({ src }, contextOf(holding(src, 'a\0b')))).toMatchObject({
    changes: [],
    result: { content: base64('a\0b'), encoding: 'base64', source: src },
  })
})

test('follows a link', () => {
  const facts = [there('/etc/l', linkFact('app.conf')), ['content', { path: '/etc/l' }, absent] as const, ...holding(src, 'x')]
  expect(slurp.plan({ src: '/etc/l' }, contextOf(facts)).result).toMatchObject({ content: base64('x'), source: src })
  expect(questionsOf(slurp, { src: '/etc/l' }, facts)).toEqual([
    ['file /etc/l', 'content /etc/l'],
    [`file ${src}`, `content ${src}`],
  ])
})

test('what not every user may read is secret, what every user may read is not', () => {
  const content = slurp.plan({ src }, contextOf(holding(src, 'pw', { mode: 0o640 }))).result?.['content']
  expect(content).toBeInstanceOf(Secret)
  expect((content as Secret).reveal()).toBe(base64('pw'))
})

test('what an earlier task writes is read as it will be, a secret in it included', () => {
  const facts = [...nothingAt(src), there('/etc')]
  const text = Secret.join(['pw = ', Secret.of('s3cret')])
  const params = { src: 't.hbs', dest: src, mode: '0644' }
  const written = template.plan(params, contextOf(facts, { assets: [text] }))
  expect(planAfter(template, params, facts, written, { assets: [text] }).changes).toEqual([])
  const decision = slurp.plan({ src }, contextAfter(facts, written))
  const content = decision.result?.['content']
  expect(content instanceof Secret ? content.reveal() : content).toBe(base64('pw = s3cret'))
  expect(JSON.stringify(decision)).not.toContain(base64('pw = s3cret'))
})

test('a missing file fails the task, as with Ansible', () => {
  expect(slurp.plan({ src }, contextOf(nothingAt(src)))).toMatchObject({ failed: `${src}: does not exist on the host`, changes: [] })
  expect(
    slurp.plan({ src }, contextOf([there(src, holding(src, '')[0]?.[2] as never), ['content', { path: src }, absent]])).failed,
  ).toContain('exist')
})

test.each([
  { case: 'a folder', facts: [there(src, directoryFact())], words: 'a directory' },
  {
    case: 'too large',
    facts: [holding(src, '')[0]!, ['content', { path: src }, new Unknown('it is larger than 1 MiB')] as const],
    words: 'larger than',
  },
  { case: 'a circle', facts: [there(src, linkFact('app.conf'))], words: 'circle' },
  { case: 'no permission', facts: [there(src, new Unknown('permission denied'))], words: 'permission denied' },
])('refused: $case', ({ facts, words }) => {
  expect(slurp.plan({ src }, contextOf(facts)).problems).toMatchObject([{ code: 'PATH_REFUSED', message: expect.stringContaining(words) }])
})
