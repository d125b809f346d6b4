import type { Position } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import { parseCel, namesIn } from './expression-check.ts'
import { functions } from './functions.ts'
import { isTemplate } from './template.ts'
import { type Expression, TemplateFault } from './template-ast.ts'
import { scanTemplate } from './template-scan.ts'

/** A variable that a text reads, with the place of the text. */
export interface NameRead {
  readonly name: string
  readonly at: Position
}

/** Variables that the templates of a written value read. Behind `{{#each}}` and `{{#with}}` a name may be a key of an item: left out. */
export function namesInSource(source: Source): readonly NameRead[] {
  switch (source.kind) {
    case 'scalar':
      if (typeof source.value !== 'string' || source.unsafe === true || !isTemplate(source.value)) return []
      return namesInTemplate(source.value).map((name) => ({ name, at: source.at }))
    case 'list':
      return source.items.flatMap(namesInSource)
    case 'map':
      return source.entries.flatMap(({ value }) => namesInSource(value))
  }
}

/** Variables that a condition reads; none where it cannot be read, which is told elsewhere. */
export function namesInCondition(text: string): readonly string[] {
  try {
    return [...namesIn(parseCel(text)).keys()]
  } catch {
    return []
  }
}

function namesInTemplate(text: string): readonly string[] {
  const slots = slotsOf(text)
  const scoped = slots.findIndex(({ span }) => opensScope(text.slice(span.start, span.end)))
  const seen = scoped < 0 ? slots : slots.slice(0, scoped + 1)
  const params = new Set(slots.flatMap(({ blockParams }) => blockParams))
  return seen.flatMap(({ expression }) => namesInExpression(expression)).filter((name) => !params.has(name))
}

function slotsOf(text: string) {
  try {
    return scanTemplate(text).slots
  } catch (error) {
    if (error instanceof TemplateFault) return []
    throw error
  }
}

function opensScope(written: string): boolean {
  return /^\{\{~?#\s*(?:each|with)\b/.test(written)
}

function namesInExpression(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'literal':
      return []
    case 'call':
      return [...expression.args, ...expression.named.map(({ value }) => value)].flatMap(namesInExpression)
    case 'path': {
      const inner = expression.parts.flatMap(({ key }) => (typeof key === 'string' ? [] : namesInExpression(key)))
      const head = expression.parts[0]?.key
      const isName = typeof head === 'string' && !expression.data && !expression.fromContext && !functions.has(head)
      return isName ? [head, ...inner] : inner
    }
  }
}
