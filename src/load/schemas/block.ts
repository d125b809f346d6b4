import { Type } from 'typebox'
import { inheritedKeywords, taskOptions, variables, whenKeyword } from './shared.ts'

// the items are validated one by one, so that a mistake in a task is told in the words of its own type
const tasks = (title: string, description: string) => Type.Array(Type.Unknown(), { title, description })

const keywords = {
  name: Type.Optional(Type.String({ title: 'Name', description: 'what the tasks are for' })),
  ...inheritedKeywords,
  ...whenKeyword,
  vars: Type.Optional(variables('variables of these tasks')),
  ...taskOptions,
}

export const blockSchema = Type.Object(
  {
    block: tasks('Block', 'tasks that share keywords'),
    rescue: Type.Optional(tasks('Rescue', 'tasks for the case that one of the block fails; they clear the failure')),
    always: Type.Optional(tasks('Always', 'tasks that run last, whatever happened')),
    ...keywords,
  },
  { title: 'Block', description: 'tasks with common keywords, rescue and always', additionalProperties: false },
)

/** What may stand beside `import_tasks`. */
export const importTasksSchema = Type.Object(keywords, {
  title: 'Import of tasks',
  description: 'the tasks of another file; the keywords hold for each of them',
  additionalProperties: false,
})

/** `import_role` and what may stand beside it. */
export const importRoleSchema = Type.Object(
  {
    import_role: Type.Object(
      {
        name: Type.String({ title: 'Role', description: 'name of the role', minLength: 1 }),
        tasks_from: Type.Optional(
          Type.String({ title: 'Tasks from', description: 'file in the folder tasks/ of the role, `main` without it', minLength: 1 }),
        ),
        version: Type.Optional(
          Type.String({ title: 'Version', description: "range that the version of the role must be in, like '>=1.2 <2'", minLength: 1 }),
        ),
        inputs: Type.Optional(variables('values for the inputs that the role declares')),
        allow_duplicates: Type.Optional(
          Type.Boolean({ title: 'Allow duplicates', description: 'accepted and without effect: each import is a call of its own' }),
        ),
      },
      { title: 'Import role', description: 'tasks of a role in this place', additionalProperties: false },
    ),
    ...keywords,
    vars: Type.Optional(variables('the same as inputs')),
  },
  { title: 'Import of a role', description: 'the tasks of a role; the keywords hold for each of them', additionalProperties: false },
)

/** What may stand beside `meta`. */
export const metaSchema = Type.Object(
  { name: keywords.name, tags: inheritedKeywords.tags, ...whenKeyword },
  { title: 'Meta', description: 'what tlsplay itself is to do at this point', additionalProperties: false },
)
