import type { Problem } from '../model/problem.ts'
import type { MapSource, Source } from '../model/source.ts'
import type { AnyTaskType } from '../model/task-type.ts'
import { findUnknown, Unknown, type Value } from '../model/value.ts'
import { compileExpression, evaluateExpression, evaluateValue } from './expression.ts'
import { plainSource, renderSource, syntaxProblems } from './render.ts'
import type { Scope } from './scope.ts'
import { mapOf } from './secrecy.ts'

export interface RenderedParams {
  /** for the task type: every condition and expression is `{text, result}` */
  readonly params: Value
  /** for the schema of the task type: conditions and expressions as written */
  readonly written: Value
  readonly problems: readonly Problem[]
}

type Treatment = 'rendered' | 'as written' | 'condition' | 'any value'

/** The parameters of a task with its own names for what is not a template. */
export function renderParams(params: Source, type: AnyTaskType | undefined, scope: Scope): RenderedParams {
  if (params.kind !== 'map') {
    const { value, problems } = renderSource(params, scope)
    return { params: value, written: value, problems }
  }
  const problems: Problem[] = []
  const entries = params.entries.map(({ key, value }): readonly [string, Value, Value] => {
    const treatment = treatmentOf(key, type)
    switch (treatment) {
      case 'as written':
        return [key, plainSource(value), plainSource(value)]
      case 'rendered': {
        const rendered = renderSource(value, scope)
        problems.push(...rendered.problems)
        return [key, rendered.value, rendered.value]
      }
      case 'condition':
      case 'any value':
        return [key, evaluated(value, treatment, scope, problems), plainSource(value)]
    }
  })
  return {
    params: mapOf(entries.map(([key, value]) => [key, value])),
    written: mapOf(entries.map(([key, , value]) => [key, value])),
    problems,
  }
}

/** Syntax problems of parameters, before anything is known of a host. */
export function paramsSyntax(params: Source, type: AnyTaskType | undefined): readonly Problem[] {
  if (params.kind !== 'map') return syntaxProblems(params)
  return params.entries.flatMap(({ key, value }) => {
    const treatment = treatmentOf(key, type)
    switch (treatment) {
      case 'as written':
        return []
      case 'rendered':
        return syntaxProblems(value)
      case 'condition':
      case 'any value':
        return expressionSyntax(value, treatment)
    }
  })
}

function treatmentOf(key: string, type: AnyTaskType | undefined): Treatment {
  if (type?.unrendered?.includes(key)) return 'as written'
  if (type?.conditions?.includes(key)) return 'condition'
  return type?.expressions?.includes(key) ? 'any value' : 'rendered'
}

function expressionSyntax(source: Source, gives: 'condition' | 'any value'): readonly Problem[] {
  if (source.kind === 'list') return source.items.flatMap((item) => expressionSyntax(item, gives))
  if (source.kind === 'map' || typeof source.value !== 'string') return []
  return compileExpression(source.value, source.at, gives).problems
}

/** An Unknown result stays inside, so the task as a whole is known after apply. */
function evaluated(source: Source, gives: 'condition' | 'any value', scope: Scope, problems: Problem[]): Value {
  if (source.kind === 'list') return source.items.map((item) => evaluated(item, gives, scope, problems))
  if (source.kind === 'map' || typeof source.value !== 'string')
    return { text: source.kind === 'map' ? '' : String(source.value), result: plainSource(source) }
  const { value: text, at } = source
  const expression = compileExpression(text, at, gives)
  if (gives === 'any value') {
    const found = evaluateValue(expression, scope)
    if (found.kind === 'failed') problems.push(...found.problems)
    return { text, result: found.kind === 'value' ? found.value : found.kind === 'unknown' ? new Unknown(found.why) : null }
  }
  const verdict = evaluateExpression(expression, scope)
  if (verdict.kind === 'failed') problems.push(...verdict.problems)
  return { text, result: verdict.kind === 'unknown' ? new Unknown(verdict.why) : verdict.kind === 'true' }
}

/** The environment of a task: texts by name. A name with an Unknown value is unknown as a whole. */
export function renderEnvironment(
  environment: MapSource | undefined,
  scope: Scope,
): { readonly value: Value; readonly unknown: Unknown | undefined; readonly problems: readonly Problem[] } {
  if (environment === undefined) return { value: {}, unknown: undefined, problems: [] }
  const { value, problems } = renderSource(environment, scope)
  return { value, unknown: findUnknown(value), problems }
}
