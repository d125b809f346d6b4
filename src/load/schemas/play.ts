import { Type } from 'typebox'
import { inheritedKeywords, namePattern, taskOptions, texts, variables, whenKeyword } from './shared.ts'

// the items are validated one by one, so that a mistake in a task is told in the words of its own type
const tasks = (title: string, description: string) =>
  Type.Optional(Type.Union([Type.Array(Type.Unknown()), Type.Null()], { title, description }))

/** A role named by a play or by another role, in the form of a map. */
export const roleUseSchema = Type.Object(
  {
    role: Type.String({ title: 'Role', description: 'name of the role', minLength: 1 }),
    version: Type.Optional(
      Type.String({ title: 'Version', description: "range that the version of the role must be in, like '>=1.2 <2'", minLength: 1 }),
    ),
    inputs: Type.Optional(variables('values for the inputs that the role declares')),
    vars: Type.Optional(variables('the same as inputs')),
    ...inheritedKeywords,
    ...whenKeyword,
  },
  { title: 'Role use', description: 'a role and the values of its inputs', additionalProperties: false },
)

/** An entry of `vars_prompt`. */
export const questionSchema = Type.Object(
  {
    name: Type.String({ title: 'Name', description: 'name of the variable', pattern: namePattern }),
    prompt: Type.Optional(Type.String({ title: 'Prompt', description: 'the question; the name without it', minLength: 1 })),
    private: Type.Optional(
      Type.Boolean({ title: 'Private', description: 'what is typed is not shown and is a secret; true unless said otherwise' }),
    ),
    confirm: Type.Optional(Type.Boolean({ title: 'Confirm', description: 'ask twice, until both answers are the same' })),
    default: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()], { title: 'Default', description: 'for an empty answer' }),
    ),
    unsafe: Type.Optional(
      Type.Boolean({ title: 'Unsafe', description: 'accepted and without effect: what is typed is data, never a template' }),
    ),
  },
  { title: 'Question', description: 'a variable that is asked for before the run', additionalProperties: false },
)

const batch = Type.Union([
  Type.Integer({ minimum: 1 }),
  Type.String({ pattern: '^(?:[1-9][0-9]*%?|.*\\{\\{.*)$', description: 'a count or a percentage' }),
])

export const playSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ title: 'Name', description: 'what the play is for' })),
    hosts: texts('Hosts', 'pattern of hosts and groups'),
    ...inheritedKeywords,
    vars: Type.Optional(variables('variables of the play')),
    vars_files: Type.Optional(
      Type.Union(
        [Type.String({ minLength: 1 }), Type.Array(texts('Variable file', 'one file, or alternatives: the first that is there'))],
        {
          title: 'Variable files',
          description: 'YAML files of variables, relative to the playbook; of a list in the list the first file that is there',
        },
      ),
    ),
    vars_prompt: Type.Optional(
      Type.Array(Type.Unknown(), {
        title: 'Questions',
        description: 'variables that whoever starts the run is asked for, unless -e gives them',
      }),
    ),
    serial: Type.Optional(
      Type.Union([batch, Type.Array(batch, { minItems: 1 })], {
        title: 'Serial',
        description: 'how many hosts form a batch: a count, a percentage, or a list of those',
      }),
    ),
    force_handlers: Type.Optional(
      Type.Boolean({ title: 'Force handlers', description: 'handlers that were notified run although the host failed' }),
    ),
    any_errors_fatal: Type.Optional(
      Type.Boolean({ title: 'Any errors fatal', description: 'when a task fails on one host it fails on all hosts of the batch' }),
    ),
    max_fail_percentage: Type.Optional(
      Type.Number({
        title: 'Max fail percentage',
        description: 'when more than that part of a batch has failed or is unreachable, all its hosts fail and the run ends',
        minimum: 0,
        maximum: 100,
      }),
    ),
    ignore_unreachable: taskOptions.ignore_unreachable,
    throttle: taskOptions.throttle,
    order: Type.Optional(
      Type.Enum(['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'], {
        title: 'Order',
        description: 'order of the hosts',
      }),
    ),
    gather_facts: Type.Optional(
      Type.Boolean({ title: 'Gather facts', description: 'accepted and without effect: facts are asked for where they are used' }),
    ),
    pre_tasks: tasks('Tasks before roles', 'tasks that run before the roles'),
    roles: Type.Optional(
      Type.Union([Type.Array(Type.Unknown()), Type.Null()], { title: 'Roles', description: 'roles in the order they run' }),
    ),
    tasks: tasks('Tasks', 'tasks that run after the roles'),
    post_tasks: tasks('Tasks at the end', 'tasks that run last'),
    handlers: tasks('Handlers', 'tasks that run when notified'),
  },
  { title: 'Play', description: 'what is to be true of a set of hosts', additionalProperties: false },
)

/** What stands beside `import_playbook`. */
export const importPlaybookSchema = Type.Object(
  {
    import_playbook: Type.String({ title: 'Import playbook', description: 'file of plays, beside the file it stands in', minLength: 1 }),
    name: Type.Optional(Type.String({ title: 'Name', description: 'what the plays are for' })),
    tags: inheritedKeywords.tags,
    ...whenKeyword,
    vars: Type.Optional(variables('variables of each of the plays, above their own')),
  },
  { title: 'Import of a playbook', description: 'the plays of another file in this place', additionalProperties: false },
)
