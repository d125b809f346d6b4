import { Type } from 'typebox'

/** A name of a variable, of an input, of a registered result. */
export const namePattern = '^[A-Za-z_][A-Za-z0-9_]*$'

export const variables = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    patternProperties: { [namePattern]: {} },
    additionalProperties: false,
    description,
  })

export const tags = Type.Union([Type.String(), Type.Array(Type.String())], {
  title: 'Tags',
  description: 'words by which --tags and --skip-tags select; a list, or one text with commas',
})

export const texts = (title: string, description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }))], { title, description })

export const conditions = (title: string, description: string) =>
  Type.Union([Type.String(), Type.Boolean(), Type.Array(Type.Union([Type.String(), Type.Boolean()]))], { title, description })

/** Keywords that plays, role entries and tasks have in common. */
export const inheritedKeywords = {
  become: Type.Optional(Type.Boolean({ title: 'Become', description: 'act as another user, root unless become_user says otherwise' })),
  become_user: Type.Optional(Type.String({ title: 'Become user', description: 'user to act as', minLength: 1 })),
  become_method: Type.Optional(
    Type.Enum(['sudo', 'doas', 'su'], {
      title: 'Become method',
      description: 'program that makes the login user another one, sudo by default; one for all tasks of a host',
    }),
  ),
  tags: Type.Optional(tags),
  environment: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      additionalProperties: false,
      title: 'Environment',
      description: 'environment variables of the commands that are run',
    }),
  ),
}

export const whenKeyword = {
  when: Type.Optional(conditions('When', 'conditions in CEL, without braces; a list must hold as a whole')),
}

/** Keywords of tasks that a block may say for all tasks in it. */
export const taskOptions = {
  ignore_errors: Type.Optional(Type.Boolean({ title: 'Ignore errors', description: 'go on with the host when the task fails' })),
  ignore_unreachable: Type.Optional(
    Type.Boolean({ title: 'Ignore unreachable', description: 'go on with the host when it cannot be reached for the task' }),
  ),
  delegate_to: Type.Optional(
    Type.String({ title: 'Delegate to', description: 'host that the task acts on in place of its own', minLength: 1 }),
  ),
  delegate_facts: Type.Optional(
    Type.Boolean({ title: 'Delegate facts', description: 'what set_fact and include_vars set is set on the host of delegate_to' }),
  ),
  run_once: Type.Optional(Type.Boolean({ title: 'Run once', description: 'run for the first host of the batch only' })),
  no_log: Type.Optional(Type.Boolean({ title: 'No log', description: 'hide the values of the task in every output' })),
  check_mode: Type.Optional(
    Type.Boolean({
      title: 'Check mode',
      description: 'true: planned and shown, never applied; a dry run never acts, whatever stands here',
    }),
  ),
  diff: Type.Optional(Type.Boolean({ title: 'Diff', description: 'whether differences of this task are shown' })),
  timeout: Type.Optional(Type.Number({ title: 'Timeout', description: 'seconds after which the task fails', exclusiveMinimum: 0 })),
  any_errors_fatal: Type.Optional(
    Type.Boolean({ title: 'Any errors fatal', description: 'when the task fails on one host it fails on all hosts of the batch' }),
  ),
  throttle: Type.Optional(Type.Integer({ title: 'Throttle', description: 'at most so many hosts at the same time', minimum: 1 })),
}
