import { Type } from 'typebox'
import { conditions, inheritedKeywords, namePattern, taskOptions, texts, variables, whenKeyword } from './shared.ts'

const template = Type.String({ pattern: '\\{\\{', description: 'a template that gives the number' })

const seconds = (title: string, description: string) => Type.Union([Type.Number({ minimum: 0 }), template], { title, description })

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
          pause: Type.Optional(seconds('Pause', 'seconds between one item that does something and the next')),
          extended: Type.Optional(
            Type.Boolean({
              title: 'Extended',
              description:
                'gives each item `ansible_loop` with index, index0, first, last, length, revindex, revindex0, previtem, nextitem and allitems',
            }),
          ),
          extended_allitems: Type.Optional(
            Type.Boolean({ title: 'All items', description: 'false: `ansible_loop` without allitems, which holds the whole list' }),
          ),
          break_when: Type.Optional(
            conditions('Break when', 'conditions over what an item gave (the name of `register` holds it); when they hold no item follows'),
          ),
        },
        { title: 'Loop control', description: 'names, label and course of a loop', additionalProperties: false },
      ),
    ),
    register: Type.Optional(
      Type.String({ title: 'Register', description: 'a name made of letters, digits and _ that keeps the result', pattern: namePattern }),
    ),
    notify: Type.Optional(texts('Notify', 'handlers to run when this task changed something')),
    listen: Type.Optional(texts('Listen', 'topics a handler answers to, beside its name')),
    until: Type.Optional(conditions('Until', 'conditions over what the task gave; it is tried again as long as they do not hold')),
    retries: Type.Optional(
      Type.Union([Type.Integer({ minimum: 0 }), template], {
        title: 'Retries',
        description: 'how often it is tried again, 3 by default; without `until` as long as it fails',
      }),
    ),
    delay: Type.Optional(seconds('Delay', 'seconds between attempts, 5 by default')),
    changed_when: Type.Optional(conditions('Changed when', 'conditions that decide whether the task changed something')),
    failed_when: Type.Optional(conditions('Failed when', 'conditions that decide whether the task failed')),
    ...taskOptions,
  },
  { title: 'Task', description: 'one task: keywords, and one key that names its type', additionalProperties: false },
)
