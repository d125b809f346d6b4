import { inputs as shipped, schema as isSchema } from '../generated/validators/index.js'
import { suggestion } from '../lib/suggest.ts'
import type { Role, RoleInput, RoleUse } from '../model/playbook.ts'
import type { Position, Problem } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import type { Source } from '../model/source.ts'
import type { ValueMap } from '../model/value.ts'
import { plainSource, plainValue } from './plain.ts'
import type { RoleEngine } from './role-engine.ts'
import type { ShelvedRole } from './roles.ts'
import { validated } from './schema-problems.ts'
import type { Place, Validate } from './schema-problems.ts'

async function loadEngine(): Promise<RoleEngine> {
  return (await import('./role-engine.ts')).roleEngine
}

const compiled = new WeakMap<RoleInput, Validate>()

/** What was compiled ahead of time, for an input that is written like one of a shipped role. */
function shippedValidator(input: RoleInput): Validate | undefined {
  return shipped.get(JSON.stringify(input.schema))
}

async function validatorOf(input: RoleInput): Promise<Validate> {
  const known = compiled.get(input)
  if (known !== undefined) return known
  const validate = shippedValidator(input) ?? ((await loadEngine()).ajv.compile(input.schema) as Validate)
  compiled.set(input, validate)
  return validate
}

/** Checks the schemas of a role's inputs: patterns that run in linear time, and defaults that fit. */
export async function checkRoleSchemas({ role, inputs }: ShelvedRole): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  if (inputs === undefined) return problems
  for (const input of role.inputs) {
    const known = shippedValidator(input) !== undefined
    const written = entryOf(inputs, input.name)?.value
    const patterns = written === undefined || known ? [] : patternsIn(written)
    const refusal = patterns.length === 0 ? () => undefined : (await loadEngine()).refusal
    const refused = patterns.flatMap(({ text, at }): Problem[] => {
      const why = refusal(text)
      return why === undefined
        ? []
        : [
            {
              code: 'VALUE_INVALID',
              message: `the pattern of ${input.name} cannot be used: ${why}`,
              at,
              hint: 'use the syntax of RE2, which has no look-around and no back-references',
            },
          ]
    })
    problems.push(...refused)
    if (refused.length > 0) continue
    if (!known && !isSchema(input.schema)) {
      const { ajv } = await loadEngine()
      problems.push({
        code: 'VALUE_INVALID',
        message: `the schema of ${input.name} cannot be used: ${ajv.errorsText(isSchema.errors, { dataVar: input.name })}`,
        at: input.at,
        hint: 'an input is described by JSON Schema',
      })
      continue
    }
    if (input.fallback === undefined) continue
    const place: Place = { what: `the default of ${input.name}`, root: input.name, source: input.fallback }
    problems.push(
      ...validated(await validatorOf(input), plainSource(input.fallback), place).map((problem) => asInput(problem, role, input)),
    )
  }
  return problems
}

function patternsIn(source: Source): readonly { readonly text: string; readonly at: Position }[] {
  switch (source.kind) {
    case 'scalar':
      return []
    case 'list':
      return source.items.flatMap(patternsIn)
    case 'map':
      return source.entries.flatMap(({ key, value }) =>
        key === 'pattern' && value.kind === 'scalar' && typeof value.value === 'string'
          ? [{ text: value.value, at: value.at }]
          : patternsIn(value),
      )
  }
}

/** Checks what a caller wrote for the inputs of a role: names, and every value that is not a template. */
export async function checkWrittenInputs({ role, inputs }: RoleUse): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const { key, keyAt, value } of inputs?.entries ?? []) {
    const input = role.inputs.find(({ name }) => name === key)
    if (input === undefined) problems.push(unknownInput(role, key, keyAt))
    else
      problems.push(
        ...validated(await validatorOf(input), plainSource(value), { what: key, root: key, source: value }).map((problem) =>
          asInput(problem, role, input),
        ),
      )
  }
  return problems
}

/** Checks rendered values for the inputs of a role; `at` is the line of the caller. What is still unknown passes. */
export async function checkRoleInputs(role: Role, values: ValueMap, at: Position): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const name of Object.keys(values)) if (role.inputs.every((input) => input.name !== name)) problems.push(unknownInput(role, name, at))
  for (const input of role.inputs) {
    const value = Object.hasOwn(values, input.name) ? values[input.name] : undefined
    if (value === undefined) {
      if (input.required)
        problems.push({
          code: 'ROLE_INPUT',
          message: `the role ${role.name} needs the input "${input.name}"`,
          at,
          hint: `${input.name}: ${input.description}`,
        })
      continue
    }
    const { data, secrets } = plainValue(value)
    const place: Place = {
      what: input.name,
      root: input.name,
      source: { kind: 'scalar', value: null, at },
      hidden: (pointer) => secrets.has(pointer),
    }
    problems.push(...validated(await validatorOf(input), data, place).map((problem) => asInput(problem, role, input)))
  }
  return problems
}

function unknownInput(role: Role, name: string, at: Position): Problem {
  const names = role.inputs.map((input) => input.name)
  const hint = suggestion(name, names, 'inputs') ?? `the inputs are declared in ${role.at.file}`
  return { code: 'ROLE_INPUT', message: `the role ${role.name} has no input "${name}"`, at, hint }
}

function asInput(problem: Problem, role: Role, input: RoleInput): Problem {
  return {
    ...problem,
    code: 'ROLE_INPUT',
    message: `role ${role.name}: ${problem.message}`,
    hint: problem.hint ?? `${input.name}: ${input.description}`,
  }
}
