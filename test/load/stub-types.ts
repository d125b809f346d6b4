import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ParamValidators } from '../../src/load/params.ts'
import type { Validate } from '../../src/load/schema-problems.ts'
import type { AnyTaskType } from '../../src/model/task-type.ts'

const text = { type: 'string' }
const schemas: Readonly<Record<string, { properties: object; required?: string[] }>> = {
  copy: {
    properties: {
      src: text,
      content: text,
      dest: { type: 'string', pattern: '^/', description: 'absolute path on the host' },
      mode: { type: 'string', pattern: '^0[0-7]{3}$', description: 'octal digits' },
      force: { type: 'boolean' },
    },
    required: ['dest'],
  },
  file: {
    properties: { path: text, state: { anyOf: [{ const: 'directory' }, { const: 'absent' }, { const: 'link' }] }, mode: text },
    required: ['path'],
  },
  command: { properties: { cmd: text, argv: { type: 'array', items: text, minItems: 1 }, chdir: text } },
  wait_for: { properties: { port: { type: 'integer', minimum: 1, maximum: 65535 }, timeout: { type: 'number', exclusiveMinimum: 0 } } },
  assert: { properties: { that: { anyOf: [text, { type: 'array', items: text }] } }, required: ['that'] },
  debug: { properties: { msg: text, ports: { type: 'array', items: { type: 'integer' }, uniqueItems: true } } },
  source: {
    properties: {
      from: {
        anyOf: [
          { type: 'object', properties: { kind: { const: 'file' }, path: text }, required: ['kind', 'path'], additionalProperties: false },
          { type: 'object', properties: { kind: { const: 'text' }, text }, required: ['kind', 'text'], additionalProperties: false },
        ],
      },
    },
  },
}

const more: Readonly<Record<string, Partial<AnyTaskType>>> = {
  copy: { unrendered: ['content'] },
  command: { shorthand: 'cmd' },
  assert: { conditions: ['that'] },
}

/** Task types that exist for these tests only: this stage reads nothing of a type but names and schema. */
export const stubTypes: ReadonlyMap<string, AnyTaskType> = new Map(
  Object.keys(schemas).map((name) => [name, { name, aliases: [`ansible.builtin.${name}`], ...more[name] } as AnyTaskType]),
)

const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false })

export const stubValidators: ParamValidators = new Map(
  Object.entries(schemas).map(([name, schema]) => [
    name,
    ajv.compile({ type: 'object', additionalProperties: false, ...schema }) as Validate,
  ]),
)
