import { type Static, Type } from 'typebox'

export const schema = Type.Object(
  {
    file: Type.String({
      minLength: 1,
      description: 'file of tasks, beside the file it stands in, or in tasks/ of the role; a template chooses among the files that fit',
    }),
    apply: Type.Optional(
      Type.Unsafe<Readonly<Record<string, unknown>>>(
        Type.Object({}, { additionalProperties: true, description: 'keywords for each of the included tasks, as on a block' }),
      ),
    ),
  },
  { additionalProperties: false, title: 'include_tasks', description: 'the tasks of another file, decided upon when it is reached' },
)

export type IncludeTasksParams = Static<typeof schema>
