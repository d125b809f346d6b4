import { Type } from 'typebox'

const closed = { additionalProperties: false }
const text = Type.String()
const texts = Type.Array(text)
const digest = Type.String({ pattern: '^([0-9a-f]{32}|absent)$' })
const count = Type.Integer({ minimum: 0 })
const oneOf = (...words: readonly string[]) => Type.Unsafe<string>({ enum: words })

const position = Type.Object(
  { file: text, line: count, column: count, endLine: Type.Optional(count), endColumn: Type.Optional(count) },
  closed,
)

const problem = Type.Object(
  {
    code: text,
    message: text,
    at: Type.Optional(position),
    host: Type.Optional(text),
    task: Type.Optional(text),
    hint: Type.Optional(text),
  },
  closed,
)

const textDiff = Type.Object(
  { kind: Type.Literal('text'), path: text, lines: Type.Array(text, { description: 'unified hunks, secrets masked' }) },
  closed,
)
const field = Type.Object({ name: text, before: Type.Optional(text), after: Type.Optional(text) }, closed)
const fieldDiff = Type.Object({ kind: Type.Literal('fields'), fields: Type.Array(field) }, closed)

const change = Type.Object(
  {
    action: oneOf('create', 'update', 'remove', 'restart', 'reload', 'start', 'stop', 'run', 'check'),
    ...{ target: text, summary: text, reason: text },
    diffs: Type.Array(Type.Union([textDiff, fieldDiff])),
  },
  closed,
)

const task = Type.Object(
  {
    id: Type.String({ description: 'stable over the runs of an unchanged playbook; items of a loop end in #index' }),
    ...{ label: text, type: text, at: position, item: Type.Optional(text), handler: Type.Boolean() },
    outcome: oneOf('change', 'ok', 'skipped', 'later', 'check', 'failed', 'refused'),
    reason: text,
    changes: Type.Array(change),
    diff: Type.Optional(Type.Literal(true, { description: 'its differences are shown whatever the command line says' })),
    warnings: texts,
  },
  closed,
)

const host = Type.Object({ host: text, tasks: Type.Array(task), unreachable: Type.Optional(problem) }, closed)

const plan = Type.Object(
  {
    formatVersion: Type.Literal(1),
    tlsplay: text,
    createdAt: Type.String({ description: 'ISO 8601, UTC' }),
    playbook: text,
    plays: Type.Array(Type.Object({ name: text, batches: Type.Array(texts), hosts: Type.Array(host) }, closed)),
    summary: Type.Object({ hosts: count, hostsChanging: count, changes: count, later: count }, closed),
    warnings: texts,
    problems: Type.Array(problem),
  },
  { ...closed, description: 'what was reviewed' },
)

const fact = Type.Object(
  {
    what: Type.String({ description: 'the question in words' }),
    question: digest,
    answer: Type.Record(text, digest, { description: 'part of the answer -> digest' }),
  },
  closed,
)

/** What `plan -o` writes. tlsplay itself trusts the seal, not the schema; the schema is for those who read it. */
export const savedPlanSchema = Type.Object(
  {
    kind: Type.Literal('tlsplay saved plan'),
    formatVersion: Type.Literal(1),
    tlsplay: Type.String({ description: 'version that made it, the only one that applies it' }),
    id: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'a plan is applied once' }),
    request: Type.Object(
      {
        cwd: text,
        playbook: text,
        options: Type.Record(text, Type.Union([text, Type.Number(), Type.Boolean(), texts])),
      },
      { ...closed, description: 'the command line, without passwords and extra variables' },
    ),
    inputs: Type.Record(text, digest, { description: 'what was read on the controller -> digest' }),
    facts: Type.Record(text, Type.Array(fact), { description: 'host -> what was observed of it' }),
    plan,
    seal: Type.String({ pattern: '^hmac-sha256:[0-9a-f]{64}$', description: 'over every byte before this member' }),
  },
  { ...closed, title: 'Saved plan', description: 'a plan between `tlsplay plan -o` and `tlsplay apply`' },
)
