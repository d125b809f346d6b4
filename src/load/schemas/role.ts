import { Type } from 'typebox'
import { namePattern, variables } from './shared.ts'

// JSON Schema (draft 7) without $ref, so that nothing is fetched; `pattern` runs on a linear engine
const typeName = { enum: ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'] }

const schemaKeywords = {
  type: {
    anyOf: [typeName, { type: 'array', items: typeName, minItems: 1 }],
    title: 'Type',
    description: 'type of the value',
  },
  enum: { type: 'array', minItems: 1, title: 'Allowed values', description: 'the values that are allowed' },
  const: { title: 'Constant', description: 'the only value that is allowed' },
  items: { $ref: '#/$defs/schema' },
  minItems: { type: 'integer', minimum: 0 },
  maxItems: { type: 'integer', minimum: 0 },
  uniqueItems: { type: 'boolean' },
  properties: { type: 'object', additionalProperties: { $ref: '#/$defs/schema' } },
  additionalProperties: { type: ['boolean', 'object'] },
  pattern: { type: 'string', title: 'Pattern', description: 'regular expression in the syntax of RE2' },
  minLength: { type: 'integer', minimum: 0 },
  maxLength: { type: 'integer', minimum: 0 },
  minimum: { type: 'number' },
  maximum: { type: 'number' },
  exclusiveMinimum: { type: 'number' },
  exclusiveMaximum: { type: 'number' },
  anyOf: { type: 'array', minItems: 1, items: { $ref: '#/$defs/schema' } },
  title: { type: 'string' },
  examples: { type: 'array' },
}

const inputSchema = {
  type: 'object',
  properties: {
    description: { type: 'string', minLength: 1, title: 'Description', description: 'what the input means, shown in the documentation' },
    default: { title: 'Default', description: 'value when neither the caller nor a variable gives one' },
    required: { type: 'boolean', title: 'Required', description: 'whether a value must be given' },
    ...schemaKeywords,
  },
  required: ['description'],
  additionalProperties: false,
}

const nestedSchema = {
  type: 'object',
  properties: { description: { type: 'string' }, default: {}, required: { type: 'array', items: { type: 'string' } }, ...schemaKeywords },
  additionalProperties: false,
}

export const roleSchema = Type.Unsafe<unknown>({
  $defs: {
    schema: nestedSchema,
    input: inputSchema,
  },
  type: 'object',
  title: 'Role',
  description: 'role.yml: what a role is for and which inputs it takes',
  properties: {
    summary: Type.String({ title: 'Summary', description: 'one line on what the role does', minLength: 1 }),
    version: Type.String({ title: 'Version', description: "version of the role in quotes, like '1.0.0'", minLength: 1 }),
    inputs: {
      type: 'object',
      patternProperties: { [namePattern]: { $ref: '#/$defs/input' } },
      additionalProperties: false,
      title: 'Inputs',
      description: 'name of each input and the JSON Schema of its value',
    },
    rules: Type.Array(
      Type.Object(
        {
          that: Type.String({ minLength: 1, title: 'That', description: 'condition in CEL over the inputs, without braces' }),
          fail_msg: Type.String({ minLength: 1, title: 'Message', description: 'what is wrong when it does not hold' }),
        },
        { additionalProperties: false, description: 'what has to hold of inputs together' },
      ),
      {
        title: 'Rules',
        description:
          'what has to hold of the inputs together, each with `that`, a condition in CEL over inputs alone, and `fail_msg`; told as `ROLE_INPUT` at the line of the caller',
      },
    ),
    vars: variables('variables of the role that callers cannot set'),
    dependencies: Type.Array(Type.Unknown(), {
      title: 'Dependencies',
      description: 'roles that run before this one, as in `roles` of a play',
    }),
  },
  required: ['summary', 'version'],
  additionalProperties: false,
})
