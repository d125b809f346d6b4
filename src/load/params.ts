import { tasks as generated } from '../generated/validators/index.js'
import type { Problem } from '../model/problem.ts'
import type { Position } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import type { Value } from '../model/value.ts'
import { plainSource, plainValue } from './plain.ts'
import { validated } from './schema-problems.ts'
import type { Validate } from './schema-problems.ts'
import { taskKeywords } from './task-keywords.ts'

/** Validators by name of the task type. */
export type ParamValidators = ReadonlyMap<string, Validate>

export const paramValidators: ParamValidators = generated

/** Checks rendered parameters; what is still unknown passes. `source` gives the positions. */
export function checkParams(
  type: string,
  params: unknown,
  source: Source,
  validators: ParamValidators = paramValidators,
): readonly Problem[] {
  const { data, secrets } = plainValue(params as Value)
  return validated(validatorOf(type, validators), data, { what: type, source, hidden: (pointer) => secrets.has(pointer) })
}

/** Checks parameters as written: a template stands for any value. */
export function checkWrittenParams(
  type: string,
  source: Source,
  at: Position,
  verbatim: readonly string[],
  validators: ParamValidators,
): readonly Problem[] {
  const keyHint = (key: string): string | undefined =>
    taskKeywords.includes(key) ? `${key} is a keyword of the task: indent it like ${type}` : undefined
  return validated(validatorOf(type, validators), plainSource(source, verbatim), { what: type, source, at, keyHint })
}

/** Whether a task type takes a parameter of that name. */
export function isParameter(type: string, key: string, validators: ParamValidators): boolean {
  const validate = validatorOf(type, validators)
  return (
    validate({ [key]: null }) ||
    !(validate.errors ?? []).some(
      ({ keyword, instancePath, params }) =>
        keyword === 'additionalProperties' && instancePath === '' && params['additionalProperty'] === key,
    )
  )
}

function validatorOf(type: string, validators: ParamValidators): Validate {
  const validate = validators.get(type)
  if (validate === undefined) throw new Error(`no validator was generated for the task type ${type}`)
  return validate
}
