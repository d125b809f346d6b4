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

/** What may stand beside `meta`. */
export const metaSchema = Type.Object(
  { name: keywords.name, tags: inheritedKeywords.tags, ...whenKeyword },
  { title: 'Meta', description: 'what tlsplay itself is to do at this point', additionalProperties: false },
)
