import { Type } from 'typebox'
import { namePattern, variables } from './shared.ts'

const file = Type.Object(
  {
    type: Type.Optional(Type.Enum(['file', 'directory', 'link'])),
    content: Type.Optional(Type.String()),
    owner: Type.Optional(Type.String()),
    group: Type.Optional(Type.String()),
    mode: Type.Optional(Type.String({ pattern: '^0[0-7]{3,4}$' })),
    link: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

const kinds = ['certificate', 'key', 'unit', 'user', 'group', 'listener', 'process', 'space', 'tool', 'command', 'system', 'log'] as const

const fact = Type.Object(
  {
    ...Object.fromEntries(kinds.map((kind) => [kind, Type.Optional(Type.Record(Type.String(), Type.Unknown()))])),
    is: Type.Union([Type.Literal('absent'), Type.Record(Type.String(), Type.Unknown())], {
      title: 'Is',
      description: 'the answer: `absent`, or what differs from an ordinary one',
    }),
  },
  { additionalProperties: false, minProperties: 2, maxProperties: 2, description: 'a question, by what it asks for, and its answer' },
)

const lines = (title: string, description: string) => Type.Optional(Type.Array(Type.String({ minLength: 1 }), { title, description }))

export const roleCaseSchema = Type.Object(
  {
    about: Type.Optional(Type.String({ title: 'About', description: 'what the case shows' })),
    inputs: Type.Optional(
      Type.Record(Type.String({ pattern: namePattern }), Type.Unknown(), {
        title: 'Inputs',
        description: 'inputs of the role, as a caller gives them',
        additionalProperties: false,
      }),
    ),
    vars: Type.Optional(variables('variables of the host')),
    project: Type.Optional(
      Type.Record(Type.String(), Type.String(), { title: 'Project', description: 'files beside the playbook, by their path there' }),
    ),
    files: Type.Optional(
      Type.Record(Type.String({ pattern: '^/' }), Type.Union([Type.String(), file]), {
        title: 'Files',
        description: 'what lies on the host, by its path: the text of a file of root, or a map; their folders are there too',
        additionalProperties: false,
      }),
    ),
    facts: Type.Optional(
      Type.Array(fact, { title: 'Facts', description: 'what else the host answers; a question without an answer here finds nothing' }),
    ),
    expect: Type.Object(
      {
        changes: lines('Changes', 'every change of the plan in its order, as ACTION TARGET'),
        later: lines('Later', 'tasks whose answer is only known after apply, by their label'),
        shows: lines('Shows', 'lines that the plan shows, in full and with its differences'),
        refused: lines('Refused', 'code of every problem that the plan refuses with'),
      },
      { title: 'Expect', description: 'what the plan must be', additionalProperties: false, minProperties: 1 },
    ),
  },
  { title: 'Case of a role', description: 'cases/*.yml: inputs and a host, and the plan that follows', additionalProperties: false },
)
