import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { inputs as shipped } from '../../src/generated/validators/index.js'
import { roleEngine } from '../../src/load/role-engine.ts'
import { inputKeys } from '../../src/load/schemas/role-keys.ts'

const roles = join(import.meta.dirname, '../../roles')
const own: readonly string[] = inputKeys
const schemas = readdirSync(roles).flatMap((role) => {
  const { inputs = {} } = parse(readFileSync(join(roles, role, 'role.yml'), 'utf8')) as { inputs?: Record<string, object> }
  return Object.entries(inputs).map(([name, input]) => ({
    name: `${role}.${name}`,
    schema: Object.fromEntries(Object.entries(input).filter(([key]) => !own.includes(key))),
  }))
})
const samples: readonly unknown[] = [
  '',
  '/etc/x',
  'etc',
  'TLS12',
  'self',
  '0400',
  0,
  1,
  2.5,
  -1,
  70_000,
  true,
  null,
  [],
  ['a'],
  [1],
  {},
  { a: 1 },
]

describe('inputs of shipped roles are checked by what was compiled ahead of time, as ajv itself would', () => {
  test.each(schemas)('$name', ({ schema }) => {
    const ahead = shipped.get(JSON.stringify(schema))
    if (ahead === undefined) throw new Error('not compiled ahead of time: ajv would be loaded at every start')
    const now = roleEngine.ajv.compile(schema)
    for (const sample of samples) expect({ sample, fits: ahead(sample) }).toEqual({ sample, fits: now(sample) })
    expect(ahead.errors?.map(({ keyword }) => keyword)).toEqual(now.errors?.map(({ keyword }) => keyword))
  })

  test('an input of another role is not among them', () => {
    expect(shipped.get(JSON.stringify({ type: 'string', minLength: 77 }))).toBeUndefined()
  })
})
