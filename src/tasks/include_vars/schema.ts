import { type Static, Type } from 'typebox'

export const schema = Type.Object(
  {
    file: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'YAML file of variables, in vars/ of the role or beside the playbook; a template chooses among the files that fit',
      }),
    ),
    dir: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'folder whose YAML files are all read, in the order of their names; not together with file',
      }),
    ),
    name: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        description: 'name of one variable that becomes a map of all that was read',
      }),
    ),
  },
  { additionalProperties: false, title: 'include_vars', description: 'variables of a file, for the host from here on' },
)

export type IncludeVarsParams = Static<typeof schema>
