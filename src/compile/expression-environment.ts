import { Environment } from '@marcbachmann/cel-js'
import { arity, type FunctionContext } from './function-types.ts'
import { functions } from './functions.ts'
import { fromCel, toCel, type Touched } from './expression-values.ts'
import { partOf } from './functions-data.ts'
import { pattern } from './regex.ts'
import { Unknown, type Value } from '../model/value.ts'

/** One evaluation that is going on; cel-js gives functions no context of their own. */
export interface Evaluation extends FunctionContext {
  readonly touched: Touched
  lookup(name: string): Value | undefined
  /** set while `default` and `defined` try something that may be missing */
  tolerant: number
}

let current: Evaluation | undefined

/** Runs `work` as an evaluation; nests, because reading a variable may evaluate another text. */
export function evaluating<T>(evaluation: Evaluation, work: () => T): T {
  const outer = current
  current = evaluation
  try {
    return work()
  } finally {
    current = outer
  }
}

function running(): Evaluation {
  if (current === undefined) throw new Error('a function of a condition ran outside of an evaluation')
  return current
}

/** Something is not there: a name, a key, an index. */
export class MissingSignal extends Error {}

/** Codes of cel-js for a part that is not there. */
export const missingCodes: readonly string[] = ['no_such_key', 'index_out_of_bounds', 'unknown_variable']

/**
 * `matches` of cel-js runs on the backtracking engine of JavaScript and cannot be replaced, so conditions call this name
 * of the same length in its place, which keeps columns true.
 */
export const matchesName = 'reMatch'

interface MacroNode {
  readonly op: string
  readonly args: unknown
}
interface Macro {
  readonly args: readonly MacroNode[]
}
interface Checker {
  check(node: MacroNode, context: unknown): unknown
  getType(name: string): unknown
}
interface Runner {
  run(node: MacroNode, context: unknown): unknown
}

/** Functions that see their arguments before they are evaluated, so that missing ones are no error. */
function tolerantMacro(type: string, evaluate: (runner: Runner, macro: Macro, context: unknown) => unknown): (call: Macro) => unknown {
  return ({ args }) => ({
    args,
    async: false,
    typeCheck: (checker: Checker, macro: Macro, context: unknown) => {
      for (const arg of macro.args) checker.check(arg, context)
      return checker.getType(type)
    },
    evaluate,
  })
}

/** The value of a node, undefined where a name or part is missing. */
function attempt(runner: Runner, node: MacroNode, context: unknown): unknown {
  const evaluation = running()
  evaluation.tolerant += 1
  try {
    return runner.run(node, context)
  } catch (error) {
    if (error instanceof MissingSignal || missingCodes.includes(String((error as { code?: unknown }).code))) return undefined
    throw error
  } finally {
    evaluation.tolerant -= 1
  }
}

function isDefined(runner: Runner, { args: [node] }: Macro, context: unknown): boolean {
  if (node === undefined) return false
  if (node.op !== 'value' || typeof node.args !== 'string') return attempt(runner, node, context) !== undefined
  const [root, ...rest] = node.args.split('.')
  let value = running().lookup(root ?? '')
  for (const key of rest) {
    if (value === undefined) return false
    // Whether a value that is not known yet has a part is not known either.
    if (value instanceof Unknown) toCel(value, running().touched)
    value = partOf(value, key)
  }
  return value !== undefined
}

function orDefault(runner: Runner, { args: [node, fallback, alsoEmpty] }: Macro, context: unknown): unknown {
  if (node === undefined || fallback === undefined) return null
  const value = attempt(runner, node, context)
  if (value === undefined) return runner.run(fallback, context)
  const emptyCounts = alsoEmpty !== undefined && runner.run(alsoEmpty, context) === true
  const empty =
    value === null || value === false || value === 0n || value === 0 || value === '' || (Array.isArray(value) && value.length === 0)
  return emptyCounts && empty ? runner.run(fallback, context) : value
}

/** Most arguments of a function that takes any number: CEL wants each count declared. */
const mostRest = 8

function build(): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false, enableOptionalTypes: true })
  const sync = { async: false }
  environment.registerFunction('defined(ast): bool', tolerantMacro('bool', isDefined), sync)
  for (const signature of ['default(ast, ast): dyn', 'default(ast, ast, ast): dyn'])
    environment.registerFunction(signature, tolerantMacro('dyn', orDefault), sync)
  environment.registerFunction(
    `string.${matchesName}(string): bool`,
    (text: string, regex: string) => pattern(regex).matcher(text).find(),
    sync,
  )
  for (const fn of functions.values()) {
    if (fn.name === 'defined' || fn.name === 'default') continue
    const { least, most } = arity(fn)
    for (let count = least; count <= Math.min(most, mostRest); count += 1) {
      const types = Array.from({ length: count }, () => 'dyn').join(', ')
      environment.registerFunction(
        `${fn.name}(${types}): dyn`,
        (...args: unknown[]) => toCel(fn.call(args.map(fromCel), running()), running().touched),
        sync,
      )
    }
  }
  return environment
}

let built: Environment | undefined

export function environment(): Environment {
  built ??= build()
  return built
}
