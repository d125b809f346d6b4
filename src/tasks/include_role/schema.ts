import { type Static, Type } from 'typebox'

const keywords = (description: string) =>
  Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>>>(Type.Object({}, { additionalProperties: true, description })))

export const schema = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'name of the role; no template' }),
    tasks_from: Type.Optional(
      Type.String({ minLength: 1, description: 'file in the folder tasks/ of the role, `main` without it; no template' }),
    ),
    inputs: keywords('values for the inputs that the role declares; `vars` beside include_role means the same'),
    apply: keywords('keywords for each of the included tasks, as on a block'),
    allow_duplicates: Type.Optional(Type.Boolean({ description: 'accepted and without effect: each include is a call of its own' })),
  },
  { additionalProperties: false, title: 'include_role', description: 'the tasks of a role, decided upon when it is reached' },
)

export type IncludeRoleParams = Static<typeof schema>
