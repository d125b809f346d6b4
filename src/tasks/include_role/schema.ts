import { type Static, Type } from 'typebox'

const keywords = (description: string) =>
  Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>>>(Type.Object({}, { additionalProperties: true, description })))

export const schema = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'name of the role; no template' }),
    tasks_from: Type.Optional(
      Type.String({ minLength: 1, description: 'file in the folder tasks/ of the role, `main` without it; no template' }),
    ),
    version: Type.Optional(Type.String({ minLength: 1, description: "range that the version of the role must be in, like '>=1.2 <2'" })),
    public: Type.Optional(
      Type.Boolean({ description: 'variables and defaults of the role are there for the tasks behind it in the play; false unless said' }),
    ),
    inputs: keywords('values for the inputs that the role declares; `vars` beside include_role means the same'),
    apply: keywords('keywords for each of the included tasks, as on a block'),
    allow_duplicates: Type.Optional(Type.Boolean({ description: 'accepted and without effect: each include is a call of its own' })),
  },
  { additionalProperties: false, title: 'include_role', description: 'the tasks of a role, decided upon when it is reached' },
)

export type IncludeRoleParams = Static<typeof schema>
