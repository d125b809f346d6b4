import { expect, test } from 'vitest'
import { Secret } from '../../../src/model/value.ts'
import { template } from '../../../src/tasks/template/index.ts'
import { contextOf, holding, nothingAt, planAfter, there } from '../host.ts'

const path = '/etc/app/app.conf'

test('a rendered template is written, and is right after that', () => {
  const facts = [...nothingAt(path), there('/etc/app')]
  const params = { src: 'app.conf.hbs', dest: '/etc/app/', mode: '0640' }
  const decision = template.plan(params, contextOf(facts, { assets: ['port = 1\n'] }))
  expect(decision.changes).toMatchObject([{ action: 'create', target: path, data: { kind: 'write', content: 'port = 1\n', mode: 0o640 } }])
  expect(decision.result).toMatchObject({ dest: path })
  expect(planAfter(template, params, facts, decision, { assets: ['port = 1\n'] }).changes).toEqual([])
})

test('the template is asked for by name and rendered', () => {
  expect(template.assets?.({ src: 'a.hbs', dest: path })).toEqual([{ path: 'a.hbs', kind: 'templates', render: true }])
})

test('what a template renders from a secret is hidden in both columns of a diff', () => {
  const asset = Secret.join(['token = ', Secret.of('t0ken-new')])
  const decision = template.plan({ src: 'a.hbs', dest: path }, contextOf(holding(path, 'token = t0ken-old'), { assets: [asset] }))
  expect(JSON.stringify(decision.changes[0]?.diffs)).not.toMatch(/t0ken/)
})

test('a template that is no text is refused', () => {
  expect(template.plan({ src: 'a.hbs', dest: path }, contextOf([], { assets: [new Uint8Array([0])] })).problems).toMatchObject([
    { code: 'TEMPLATE_SYNTAX' },
  ])
})
