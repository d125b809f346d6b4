import { Type } from 'typebox'
import { conditions, inheritedKeywords, namePattern, taskOptions, texts, variables, whenKeyword } from './shared.ts'

/** The keywords of a task, without the key that names its type. */
export const taskSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ title: 'Name', description: 'what the task is for, shown in plans and reports' })),
    ...inheritedKeywords,
    ...whenKeyword,
    vars: Type.Optional(variables('variables of this task only')),
    loop: Type.Optional(
      Type.Union([Type.Array(Type.Unknown()), Type.String()], {
        title: 'Loop',
        description: 'a list, or one template that gives a list; the task runs once per item',
      }),
    ),
    loop_control: Type.Optional(
      Type.Object(
        {
          loop_var: Type.Optional(
            Type.String({ title: 'Loop variable', description: 'name of the item, `item` by default', pattern: namePattern }),
          ),
          index_var: Type.Optional(
            Type.String({ title: 'Index variable', description: 'name of the number of the item, from 0', pattern: namePattern }),
          ),
          label: Type.Optional(Type.String({ title: 'Label', description: 'text shown in place of the item' })),
        },
        { title: 'Loop control', description: 'names and label of a loop', additionalProperties: false },
      ),
    ),
    register: Type.Optional(
      Type.String({ title: 'Register', description: 'a name made of letters, digits and _ that keeps the result', pattern: namePattern }),
    ),
    notify: Type.Optional(texts('Notify', 'handlers to run when this task changed something')),
    listen: Type.Optional(texts('Listen', 'topics a handler answers to, beside its name')),
    changed_when: Type.Optional(conditions('Changed when', 'conditions that decide whether the task changed something')),
    failed_when: Type.Optional(conditions('Failed when', 'conditions that decide whether the task failed')),
    ...taskOptions,
  },
  { title: 'Task', description: 'one task: keywords, and one key that names its type', additionalProperties: false },
)
