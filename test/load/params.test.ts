import { expect, test } from 'vitest'
import { checkParams } from '../../src/load/params.ts'
import type { MapSource } from '../../src/model/source.ts'
import { Secret, Unknown } from '../../src/model/value.ts'
import { stubValidators } from './stub-types.ts'

const at = (line: number) => ({ file: 'site.yml', line, column: 5 })

/** What was written: one template per key, each on its own line. */
const written = (...keys: string[]): MapSource => ({
  kind: 'map',
  at: at(1),
  entries: keys.map((key, index) => ({ key, keyAt: at(index + 2), value: { kind: 'scalar', value: '{{ x }}', at: at(index + 2) } })),
})

const check = (type: string, params: object) => checkParams(type, params, written(...Object.keys(params)), stubValidators)

test.each([
  { case: 'a secret where text belongs', type: 'copy', params: { dest: '/b', content: Secret.of('hunter2') } },
  { case: 'an unknown where a number belongs', type: 'wait_for', params: { port: new Unknown('told by the service') } },
  { case: 'an unknown where one of some words belongs', type: 'file', params: { path: '/a', state: new Unknown('told by a command') } },
  { case: 'an unknown for a whole list', type: 'command', params: { argv: new Unknown('told by a command') } },
  { case: 'two unknowns that could be the same', type: 'debug', params: { ports: [new Unknown('one'), new Unknown('one')] } },
])('$case passes', ({ type, params }) => {
  expect(check(type, params)).toEqual([])
})

test.each([
  {
    case: 'a text where a number belongs',
    type: 'wait_for',
    params: { port: '9090' },
    problem: 'TYPE_WRONG 2 port: expected a whole number, got "9090"',
  },
  {
    case: 'a number out of range',
    type: 'wait_for',
    params: { timeout: 3, port: 0 },
    problem: 'VALUE_INVALID 3 port: expected at least 1, got the number 0',
  },
  {
    case: 'a mode that a variable holds as a number',
    type: 'copy',
    params: { dest: '/b', mode: 420 },
    problem: 'MODE_NUMBER 3 mode: expected octal digits in quotes, got the number 420',
  },
  { case: 'a list inside', type: 'debug', params: { ports: [1, 'x'] }, problem: 'TYPE_WRONG 2 ports[1]: expected a whole number, got "x"' },
  { case: 'a key that is missing', type: 'copy', params: { src: 'a' }, problem: 'KEY_MISSING 1 copy needs the key "dest"' },
])('$case is reported where its template stands', ({ type, params, problem }) => {
  expect(check(type, params).map(({ code, message, at: place }) => `${code} ${place?.line} ${message}`)).toEqual([problem])
})

test('a secret that does not fit is not shown', () => {
  const shown = (dest: string | Secret) => JSON.stringify(check('copy', { dest }))
  expect(shown('hunter2')).toContain('hunter2')
  expect(shown(Secret.of('hunter2'))).not.toContain('hunter2')
  expect(shown(Secret.of('hunter2'))).toContain('VALUE_INVALID')
})

test('a type without a validator is a bug of ours', () => {
  expect(() => check('nope', {})).toThrow('no validator was generated for the task type nope')
})
