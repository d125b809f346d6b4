import { type Position, type Problem, TlsplayError } from '../model/problem.ts'
import type { ProblemCode } from '../model/problem-codes.ts'
import { Unknown, type Value } from '../model/value.ts'
import { asCel } from '../lib/as-cel.ts'
import { namesIn, parseCel, type Parsed, pathIn, typeNamed, wrongCall } from './expression-check.ts'
import { celMessage } from './expression-words.ts'
import { evaluating, type Evaluation, MissingSignal, missingCodes } from './expression-environment.ts'
import { fromCel, toCel, type Touched, UnknownSignal } from './expression-values.ts'
import { FunctionError } from './function-types.ts'
import { partOf } from './functions-data.ts'
import { placeIn } from './place.ts'
import type { Scope } from './scope.ts'
import { hide } from './secrecy.ts'
import { didYouMean, factHint, loopHint } from './suggest.ts'

/** A condition that was read once. With problems it must not be evaluated. */
export interface Condition {
  readonly text: string
  readonly at: Position
  readonly problems: readonly Problem[]
  readonly parsed: Parsed | undefined
  /** where each name is first read, as offsets */
  readonly names: ReadonlyMap<string, { readonly start: number; readonly end: number }>
}

export type Verdict =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

interface CelError {
  readonly code: string
  readonly summary: string
  readonly range?: { readonly start: number; readonly end: number }
}

const compiled = new WeakMap<Position, Map<string, Condition>>()

/** Reads an expression in CEL that has to be a condition, or may give any value. Pure; remembered per place. */
export function compileExpression(text: string, at: Position, gives: 'condition' | 'any value' = 'condition'): Condition {
  const here = compiled.get(at) ?? new Map<string, Condition>()
  compiled.set(at, here)
  const key = `${gives} ${text}`
  const known = here.get(key)
  if (known !== undefined) return known
  const condition = read(text, at, gives)
  here.set(key, condition)
  return condition
}

function read(text: string, at: Position, gives: 'condition' | 'any value'): Condition {
  const refused = (code: ProblemCode, message: string, start: number, end: number, hint: string | undefined): Condition => {
    const problem: Problem = { code, message, at: placeIn(at, text, start, end), ...(hint === undefined ? {} : { hint }) }
    return { text, at, problems: [problem], parsed: undefined, names: new Map() }
  }
  const braces = text.indexOf('{{')
  if (braces >= 0)
    return refused(
      'EXPRESSION_TEMPLATED',
      'an expression is written without braces',
      braces,
      text.length,
      inCel(
        text
          .replaceAll(/\{\{-?|-?\}\}/g, '')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      ),
    )
  if (text.trim() === '') return refused('EXPRESSION_SYNTAX', 'the expression is empty', 0, 0, undefined)
  try {
    const parsed = parseCel(text)
    const { program } = parsed
    const problem = wrongCall(program.ast, text, at)
    if (problem !== undefined) return { text, at, problems: [problem], parsed: undefined, names: new Map() }
    const checked = program.check()
    if (checked.error !== undefined) {
      const { start, end } = rangeOf(checked.error, text)
      return refused(
        'EXPRESSION_TYPE',
        celMessage(checked.error.summary, text.slice(start, end)),
        start,
        end,
        typeHint(checked.error.summary),
      )
    }
    if (gives === 'condition' && checked.type !== 'bool' && checked.type !== 'dyn')
      return refused(
        'EXPRESSION_TYPE',
        `a condition must be true or false, this is ${typeNames[checked.type ?? ''] ?? checked.type ?? 'of no known type'}`,
        0,
        text.length,
        hintFor(checked.type ?? ''),
      )
    return { text, at, problems: [], parsed, names: namesIn(parsed) }
  } catch (error) {
    if (!isCelError(error)) throw error
    const { start, end } = rangeOf(error, text)
    const hint = asCel(text) === text && !/\bis\b|\|/.test(text) ? undefined : inCel(text)
    return refused('EXPRESSION_SYNTAX', celMessage(error.summary, text.slice(start, end)), start, end, hint)
  }
}

/** How to write a condition of Ansible, for a hint: no line that would be refused as well. */
function inCel(text: string): string {
  const better = asCel(text)
  try {
    if (wrongCall(parseCel(better).program.ast, better, { file: '', line: 1, column: 1 }) === undefined) return `write ${better}`
  } catch (error) {
    if (!isCelError(error)) throw error
  }
  return 'write it in CEL, like a == "b" && size(names) > 1'
}

/** Evaluates a condition; what it gives has to be true or false. Only errors that are not TlsplayError are thrown. */
export function evaluateExpression(condition: Condition, scope: Scope): Verdict {
  const run = evaluate(condition, scope)
  if (run.kind !== 'result') return run
  const { result } = run
  if (typeof result === 'boolean') return { kind: result ? 'true' : 'false' }
  const type = result === null ? 'null' : Array.isArray(result) ? 'list' : typeof result
  const hint = hintFor(type, condition.text)
  return {
    kind: 'failed',
    problems: [
      {
        code: 'EXPRESSION_TYPE',
        message: `a condition must be true or false, got ${typeNames[type] ?? type}`,
        at: placeIn(condition.at, condition.text, 0, condition.text.length),
        ...(hint === undefined ? {} : { hint }),
      },
    ],
  }
}

/** Evaluates an expression that may give any value; one that computes with a secret gives a secret. */
export function evaluateValue(
  condition: Condition,
  scope: Scope,
): { readonly kind: 'value'; readonly value: Value } | Extract<Verdict, { kind: 'unknown' | 'failed' }> {
  const path = condition.parsed === undefined ? undefined : pathIn(condition.parsed)
  try {
    const part = path === undefined ? undefined : partAlong(scope, path)
    // A bare name gives the value itself, so what is secret or unknown in it stays marked one by one.
    if (part instanceof Unknown) return { kind: 'unknown', why: part.why }
    if (part !== undefined) return { kind: 'value', value: part }
    const run = evaluate(condition, scope)
    if (run.kind !== 'result') return run
    const value = fromCel(run.result)
    return { kind: 'value', value: run.touched.secret ? hide(value) : value }
  } catch (error) {
    // A map is read as it is converted, so only here what is inside of it comes to light.
    if (error instanceof UnknownSignal) return { kind: 'unknown', why: error.value.why }
    if (error instanceof TlsplayError) return { kind: 'failed', problems: error.problems }
    throw error
  }
}

function partAlong(scope: Scope, [root, ...keys]: readonly string[]): Value | undefined {
  let value = scope.lookup(root ?? '')
  for (const key of keys) {
    if (value === undefined || value instanceof Unknown) return value
    value = partOf(value, key)
  }
  return value
}

type Run =
  | { readonly kind: 'result'; readonly result: unknown; readonly touched: Touched }
  | Extract<Verdict, { kind: 'unknown' | 'failed' }>

/** Unknown when it reads one and `&&`, `||` or `?:` does not decide it without; CEL's own rule for errors gives just that. */
function evaluate(condition: Condition, scope: Scope): Run {
  if (condition.parsed === undefined) return { kind: 'failed', problems: condition.problems }
  const { program, aliases } = condition.parsed
  const touched: Touched = { secret: false, unknown: undefined }
  const missing: string[] = []
  const evaluation: Evaluation = {
    touched,
    tolerant: 0,
    env: (name) => scope.env(name),
    lookup: (name) => reading(() => scope.lookup(name)),
  }
  let raised: unknown
  const reading = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof UnknownSignal)) raised ??= error
      throw error
    }
  }
  const root = (read: string): unknown => {
    const name = aliases.get(read) ?? read
    const value = reading(() => scope.lookup(name))
    if (value !== undefined) return reading(() => toCel(value, touched, reading))
    const type = read === name ? undefined : typeNamed(name)
    if (type !== undefined) return type
    // What is missing behind an Unknown may be guarded by it: `found.rc == 0 && later`.
    if (evaluation.tolerant === 0 && touched.unknown === undefined) missing.push(name)
    throw new MissingSignal(name)
  }
  const context = new Proxy(Object.create(null) as object, { get: (_, name) => (typeof name === 'string' ? root(name) : undefined) })
  let result: unknown
  let failure: { readonly error: unknown } | undefined
  try {
    result = evaluating(evaluation, () => program(context))
  } catch (error) {
    failure = { error }
  }
  if (raised instanceof TlsplayError) return { kind: 'failed', problems: raised.problems }
  const [absent] = missing
  if (absent !== undefined) return { kind: 'failed', problems: [undefinedName(absent, condition, scope)] }
  if (failure === undefined) return { kind: 'result', result, touched }
  if (raised !== undefined) throw raised
  if (touched.unknown !== undefined) return { kind: 'unknown', why: touched.unknown.why }
  return { kind: 'failed', problems: [failed(failure.error, condition, touched.secret)] }
}

const typeNames: Readonly<Record<string, string>> = {
  ...{ string: 'a text', bigint: 'a whole number', int: 'a whole number', number: 'a number', double: 'a number' },
  ...{ list: 'a list', object: 'a map', map: 'a map', null: 'null' },
}

function hintFor(type: string, name = 'value'): string | undefined {
  switch (type) {
    case 'string':
      return `compare it: ${name} != ""`
    case 'bigint':
    case 'int':
    case 'number':
    case 'double':
      return `compare it: ${name} != 0`
    case 'list':
    case 'map':
    case 'object':
      return `write size(${name}) > 0`
    case 'null':
      return `compare it: ${name} != null`
    default:
      return undefined
  }
}

const pythonWords: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
])

function undefinedName(name: string, condition: Condition, scope: Scope): Problem {
  const span = condition.names.get(name)
  const word = pythonWords.get(name)
  const hint =
    word === undefined
      ? (didYouMean(name, scope.names()) ??
        loopHint(name) ??
        factHint(name) ??
        `define ${name}, or test it first: defined("${name}") && ...`)
      : `write ${word}`
  return {
    code: 'VARIABLE_UNDEFINED',
    message: `${name} is not defined`,
    at: placeIn(condition.at, condition.text, span?.start ?? 0, span?.end ?? condition.text.length),
    hint,
  }
}

function failed(error: unknown, condition: Condition, secret: boolean): Problem {
  const span = isCelError(error) ? rangeOf(error, condition.text) : { start: 0, end: condition.text.length }
  const at = placeIn(condition.at, condition.text, span.start, span.end)
  // What went wrong may be told in words of the values, and one of them is secret.
  if (secret) return { code: 'EXPRESSION_VALUE', message: 'the condition cannot use the secret it reads', at }
  if (error instanceof FunctionError)
    return { code: 'EXPRESSION_VALUE', message: error.message, at, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  if (!isCelError(error)) throw error
  const message = celMessage(error.summary, condition.text.slice(span.start, span.end))
  if (missingCodes.includes(error.code))
    return {
      code: 'VARIABLE_UNDEFINED',
      message,
      at,
      hint: 'test it first with defined("...") or has(...), or write default(value, fallback)',
    }
  const typed = /overload|_type$|operand|condition/.test(error.code)
  const hint = typeHint(error.summary)
  return { code: typed ? 'EXPRESSION_TYPE' : 'EXPRESSION_VALUE', message, at, ...(hint === undefined ? {} : { hint }) }
}

function typeHint(summary: string): string | undefined {
  return summary.startsWith('no such overload') ? 'convert one side: int(x), double(x) or string(x)' : undefined
}

function isCelError(error: unknown): error is Error & CelError {
  return error instanceof Error && 'summary' in error && 'code' in error
}

function rangeOf(error: Pick<CelError, 'range'>, text: string): { readonly start: number; readonly end: number } {
  return { start: error.range?.start ?? 0, end: error.range?.end ?? text.length }
}
