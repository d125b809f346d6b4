import type { Problem } from '../model/problem.ts'
import type { MapEntry, Source } from '../model/source.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import { checkWrittenParams } from './params.ts'
import type { ParamValidators } from './params.ts'
import { isTemplate } from './plain.ts'

/** The parameters of a task, always as a map unless one template stands for all of them; checked against the schema of the type. */
export function readParams(entry: MapEntry, type: AnyTaskType, validators: ParamValidators, problems: Problem[]): Source {
  const { value } = entry
  const params = normalised(value, type)
  if (params === undefined) {
    problems.push(textProblem(value, type))
    return { kind: 'map', entries: [], at: value.at }
  }
  // expressions never hold templates, whatever stands in them is reported in their own words
  const verbatim = [...(type.unrendered ?? []), ...(type.conditions ?? []), ...(type.expressions ?? [])]
  problems.push(...checkWrittenParams(type.name, params, entry.keyAt, verbatim, validators))
  return params
}

function normalised(value: Source, type: AnyTaskType): Source | undefined {
  if (value.kind !== 'scalar') return value
  // `debug:` with nothing after it
  if (value.value === null) return { kind: 'map', entries: [], at: value.at }
  if (type.shorthand !== undefined) return { kind: 'map', entries: [{ key: type.shorthand, keyAt: value.at, value }], at: value.at }
  return isTemplate(value.value) && /^\s*\{\{[^}]*\}\}\s*$/.test(value.value) ? value : undefined
}

function textProblem(value: Source, type: AnyTaskType): Problem {
  const text = value.kind === 'scalar' ? String(value.value) : ''
  const pairs = [...text.matchAll(/([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)/g)]
  const message = `${type.name}: expected a map of parameters, got one text`
  if (pairs.length === 0)
    return { code: 'TYPE_WRONG', message, at: value.at, hint: `write ${type.name}: and the parameters below it, indented` }
  const map = pairs.map(([, key, word]) => `${key}: ${word === '' ? "''" : /^[A-Za-z_/"'][^:#]*$/.test(word ?? '') ? word : `'${word}'`}`)
  return { code: 'TYPE_WRONG', message, at: value.at, hint: `write ${type.name}: {${map.join(', ')}}` }
}
