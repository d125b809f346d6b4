import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { schemaFiles } from '../../src/build/schema-files.mjs'
import { paramValidators } from '../../src/load/params.ts'
import { taskTypes } from '../../src/tasks/index.ts'

const fresh: ReadonlyMap<string, string> = await schemaFiles()
const folder = join(import.meta.dirname, '../../schemas')

test('the schemas in the tree are those that the sources give', () => {
  const present = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  // npm run generate puts this right
  expect(Object.fromEntries(present.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]))).toEqual(
    Object.fromEntries(fresh),
  )
})

test('every task type has a schema and a validator, and nothing else has', () => {
  const names = [...taskTypes.keys()].sort()
  expect([...paramValidators.keys()].sort()).toEqual(names)
  expect([...fresh.keys()].filter((path) => path.startsWith('task/')).sort()).toEqual(names.map((name) => `task/${name}.json`).sort())
})

test('every parameter is described', () => {
  const silent = [...fresh]
    .filter(([path]) => path.startsWith('task/'))
    .flatMap(([path, text]) => {
      const { properties, title, description } = JSON.parse(text) as {
        properties?: Record<string, { description?: string }>
        title?: string
        description?: string
      }
      const own = title === undefined || description === undefined ? [path] : []
      return [
        ...own,
        ...Object.entries(properties ?? {}).flatMap(([key, value]) => (value.description === undefined ? [`${path} ${key}`] : [])),
      ]
    })
  expect(silent).toEqual([])
})

describe('the schema for editors', () => {
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(
    JSON.parse(fresh.get('playbook.json')?.replace(/"\$schema": "[^"]*",/, '') ?? ''),
  )
  test.each([
    { text: '- hosts: all\n  tasks:\n    - copy: {dest: /b, content: x}\n      when: a == 1\n', fits: true },
    { text: "- hosts: all\n  tasks:\n    - wait_for: {port: '{{ p }}'}\n", fits: true },
    { text: '- hosts: all\n  tasks:\n    - command: uptime\n', fits: true },
    { text: '- hosts: all\n  roles: [a, {role: b, inputs: {x: 1}}]\n', fits: true },
    { text: '- hosts: all\n  tasks:\n    - copy: {dest: /b, content: x}\n      debug: {}\n', fits: false },
    { text: '- hosts: all\n  tasks:\n    - name: nothing\n', fits: false },
    { text: '- hosts: all\n  tasks:\n    - copy: {dst: /b}\n', fits: false },
    { text: '- hosts: all\n  becom: true\n', fits: false },
  ])('$text fits: $fits', ({ text, fits }) => {
    expect(validate(parse(text))).toBe(fits)
  })
})
