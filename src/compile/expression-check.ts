import type { ASTNode, DefinitionFunction, ParseResult } from '@marcbachmann/cel-js'
import type { Position, Problem } from '../model/problem.ts'
import { environment, matchesName } from './expression-environment.ts'
import { arity, usage } from './function-types.ts'
import { functions } from './functions.ts'
import { placeIn } from './place.ts'
import { didYouMean } from './suggest.ts'
import { countOf } from './template.ts'

let declarations: readonly DefinitionFunction[] | undefined

function declaredFunctions(): readonly DefinitionFunction[] {
  declarations ??= environment()
    .getDefinitions()
    .functions.filter((fn) => fn.name !== matchesName)
  return declarations
}

export interface Parsed {
  readonly program: ParseResult
  /** names as the program reads them -> names as written, where they differ */
  readonly aliases: ReadonlyMap<string, string>
}

// CEL takes these names for its types before it looks at variables, and `list` or `type` are likely names of one.
// `cel` and `optional` are namespaces of functions and stay.
const typeNames: readonly string[] = ['string', 'bool', 'int', 'uint', 'double', 'map', 'list', 'bytes', 'null_type', 'type', 'google']

/**
 * The program of a condition. Calls of `matches` are led to the linear engine, names of types to our own lookup; both
 * keep their length, so offsets stay true.
 */
export function parseCel(text: string): Parsed {
  const program = environment().parse(text)
  const aliases = new Map<string, string>()
  let safe = text
  const put = (from: number, word: string): void => {
    safe = `${safe.slice(0, from)}${word}${safe.slice(from + word.length)}`
  }
  for (const node of nodesIn(program.ast)) {
    if (node.op === 'rcall' && node.args[0] === 'matches') put(text.indexOf('matches', node.args[1].range.end), matchesName)
    if (node.op === 'id' && typeNames.includes(node.args)) {
      const alias = `_${node.args.slice(1)}`
      aliases.set(alias, node.args)
      put(node.range.start, alias)
    }
  }
  if (safe === text) return { program, aliases }
  const replaced = environment().parse(safe)
  if ([...nodesIn(replaced.ast)].some((node) => node.op === 'rcall' && node.args[0] === 'matches'))
    throw new Error('a call of matches was not replaced')
  return { program: replaced, aliases }
}

/** What CEL itself means by the name of a type. */
export function typeNamed(name: string): unknown {
  return typeNames.includes(name) ? environment().evaluate(name) : undefined
}

/** Every node of a syntax tree, outside in. */
function* nodesIn(node: ASTNode): Generator<ASTNode> {
  yield node
  yield* within(node.args)
}

function* within(part: unknown): Generator<ASTNode> {
  if (Array.isArray(part)) for (const item of part) yield* within(item)
  else if (typeof part === 'object' && part !== null && 'op' in part && 'range' in part) yield* nodesIn(part as ASTNode)
}

/** Every name that is read, with the first place. */
export function namesIn({ program, aliases }: Parsed): ReadonlyMap<string, { readonly start: number; readonly end: number }> {
  const names = new Map<string, { readonly start: number; readonly end: number }>()
  for (const node of nodesIn(program.ast)) {
    if (node.op !== 'id') continue
    const name = aliases.get(node.args) ?? node.args
    if (!names.has(name)) names.set(name, node.range)
  }
  return names
}

/** A function that does not exist or gets too few or too many arguments, told with the name that was meant. */
export function wrongCall(ast: ASTNode, text: string, at: Position): Problem | undefined {
  const declared = declaredFunctions()
  for (const node of nodesIn(ast)) {
    if (node.op !== 'call' && node.op !== 'rcall') continue
    const name = node.args[0]
    const method = node.op === 'rcall'
    const here = placeIn(at, text, node.range.start, node.range.end)
    const fitting = declared.filter((fn) => fn.name === name && (fn.receiverType !== null) === method)
    const ours = method ? undefined : functions.get(name)
    if (fitting.length === 0 && name !== matchesName) {
      const others = declared.filter((fn) => (fn.receiverType !== null) === method).map((fn) => fn.name)
      const hint =
        !method && declared.some((fn) => fn.name === name)
          ? `write value.${name}(...)`
          : method && functions.has(name)
            ? `write ${name}(value)`
            : didYouMean(name, others)
      return { code: 'HELPER_UNKNOWN', message: `there is no function ${name}`, at: here, ...(hint === undefined ? {} : { hint }) }
    }
    if (ours === undefined) continue
    const { least, most } = arity(ours)
    const given = node.args.at(-1)
    const count = Array.isArray(given) ? given.length : 0
    if (count < least || count > most)
      return {
        code: 'EXPRESSION_SYNTAX',
        message: `${name} takes ${countOf(least, most)}, got ${count}`,
        at: here,
        hint: `usage: ${usage(ours)}`,
      }
  }
  return undefined
}

/** The keys of an expression that only names a part of a variable: `a.b["c"][0]`. */
export function pathIn({ program, aliases }: Parsed): readonly string[] | undefined {
  return keysOf(program.ast, aliases)
}

function keysOf(node: ASTNode, aliases: Parsed['aliases']): readonly string[] | undefined {
  if (node.op === 'id') return [aliases.get(node.args) ?? node.args]
  if (node.op !== '.' && node.op !== '[]') return undefined
  const [owner, key] = node.args
  const path = keysOf(owner, aliases)
  if (path === undefined) return undefined
  if (typeof key === 'string') return [...path, key]
  return key.op === 'value' && (typeof key.args === 'string' || typeof key.args === 'bigint') ? [...path, String(key.args)] : undefined
}
