import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js'
import type { Position, Problem } from '../model/problem.ts'
import { arity, usage } from './function-types.ts'
import { functions, jinjaNames, jinjaWays } from './functions.ts'
import { placeIn } from './place.ts'
import { didYouMean } from './suggest.ts'
import { type CallExpression, type Expression, type Span, TemplateFault } from './template-ast.ts'
import { type Scanned, scanTemplate, type Slot } from './template-scan.ts'

export type BlockName = 'if' | 'unless' | 'each' | 'with'

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly expression: Expression }
  | {
      readonly kind: 'block'
      readonly block: BlockName
      readonly argument: Expression
      readonly params: readonly string[]
      readonly body: readonly TemplateNode[]
      readonly otherwise: readonly TemplateNode[]
    }

/** A text that was read once. With problems it has no nodes and must not be rendered. */
export interface Template {
  readonly text: string
  readonly at: Position
  readonly nodes: readonly TemplateNode[]
  readonly problems: readonly Problem[]
}

const blockNames: readonly string[] = ['if', 'unless', 'each', 'with'] satisfies BlockName[]
const compiled = new WeakMap<Position, Map<string, Template>>()

/** Whether a text holds anything to render at all. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

/** Reads a template. Pure, and remembered per place, so that a text that a hundred hosts use is read once. */
export function compileTemplate(text: string, at: Position): Template {
  const here = compiled.get(at) ?? new Map<string, Template>()
  compiled.set(at, here)
  const known = here.get(text)
  if (known !== undefined) return known
  const template = read(text, at)
  here.set(text, template)
  return template
}

function read(text: string, at: Position): Template {
  if (!isTemplate(text)) return { text, at, nodes: text === '' ? [] : [{ kind: 'text', text }], problems: [] }
  const problems: Problem[] = []
  const fail = (fault: TemplateFault): void => {
    problems.push({
      code: fault.code,
      message: fault.message,
      at: placeIn(at, text, fault.span.start, fault.span.end),
      ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    })
  }
  try {
    const nodes = new Reader(scanTemplate(text), fail).nodes(text)
    return { text, at, nodes: problems.length > 0 ? [] : nodes, problems }
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error
    fail(error)
    return { text, at, nodes: [], problems }
  }
}

class Reader {
  readonly #scanned: Scanned
  readonly #fail: (fault: TemplateFault) => void

  constructor(scanned: Scanned, fail: (fault: TemplateFault) => void) {
    this.#scanned = scanned
    this.#fail = fail
  }

  nodes(text: string): readonly TemplateNode[] {
    const { skeleton } = this.#scanned
    let program: hbs.AST.Program
    try {
      program = parse(skeleton)
    } catch (error) {
      // The scanner has balanced every block and refused NUL bytes; what still fails has no better place than the whole text.
      const [first] = (error as Error).message.split('\n')
      throw new TemplateFault('TEMPLATE_SYNTAX', `cannot be read: ${first?.replace(/:$/, '').toLowerCase() ?? ''}`, {
        start: 0,
        end: text.length,
      })
    }
    return this.#body(program)
  }

  #body(program: hbs.AST.Program | undefined): readonly TemplateNode[] {
    return (program?.body ?? []).flatMap((statement) => this.#statement(statement))
  }

  #statement(statement: hbs.AST.Statement): readonly TemplateNode[] {
    switch (statement.type) {
      case 'ContentStatement': {
        const { value } = statement as hbs.AST.ContentStatement
        return value === '' ? [] : [{ kind: 'text', text: value }]
      }
      case 'CommentStatement':
        return []
      case 'MustacheStatement': {
        const { expression } = this.#slot((statement as hbs.AST.MustacheStatement).path as hbs.AST.PathExpression)
        this.#check(expression)
        return [{ kind: 'value', expression }]
      }
      case 'BlockStatement':
        return this.#block(statement as hbs.AST.BlockStatement)
      default:
        throw new Error(`the scanner let a ${statement.type} through`)
    }
  }

  #slot(path: hbs.AST.PathExpression): Slot {
    const slot = this.#scanned.slots[Number(path.original.slice(1))]
    if (slot === undefined) throw new Error(`no slot ${path.original}`)
    return slot
  }

  #block(statement: hbs.AST.BlockStatement): readonly TemplateNode[] {
    if (statement.path.original === 'raw') return this.#body(statement.program)
    const { expression, blockParams, span } = this.#slot(statement.path)
    const body = this.#body(statement.program)
    const otherwise = this.#body(statement.inverse)
    const argument = this.#blockArgument(expression, span)
    if (argument === undefined) return []
    this.#check(argument)
    const block = (expression as CallExpression).name as BlockName
    return [{ kind: 'block', block, argument, params: blockParams, body, otherwise }]
  }

  #blockArgument(expression: Expression, span: Span): Expression | undefined {
    if (expression.kind !== 'call' || !blockNames.includes(expression.name)) {
      const name = expression.kind === 'call' ? expression.name : undefined
      const bare = expression.kind === 'path' && expression.parts.length === 1 && blockNames.includes(String(expression.parts[0]?.key))
      if (bare) this.#fail(new TemplateFault('TEMPLATE_SYNTAX', `a block {{#${String(expression.parts[0]?.key)}}} needs a value`, span))
      else
        this.#fail(
          new TemplateFault(
            'HELPER_UNKNOWN',
            'expected a block: if, unless, each or with',
            span,
            (name === undefined ? undefined : didYouMean(name, blockNames)) ?? 'write {{#each list}} or {{#if value}}',
          ),
        )
      return undefined
    }
    const [argument, ...more] = expression.args
    if (argument !== undefined && more.length === 0 && expression.named.length === 0) return argument
    const negated = argument?.kind === 'path' && argument.parts[0]?.key === 'not'
    this.#fail(
      new TemplateFault(
        'TEMPLATE_SYNTAX',
        `a block {{#${expression.name}}} takes one value`,
        span,
        negated ? 'write {{#unless value}} or {{#if (not value)}}' : 'put a call into parentheses: {{#if (contains list item)}}',
      ),
    )
    return undefined
  }

  /** Functions exist and get as many arguments as they take; known before any host is asked. */
  #check(expression: Expression): void {
    switch (expression.kind) {
      case 'literal':
        return
      case 'path':
        for (const part of expression.parts) if (typeof part.key !== 'string') this.#check(part.key)
        return
      case 'call':
        for (const argument of expression.args) this.#check(argument)
        for (const { value } of expression.named) this.#check(value)
        this.#checkCall(expression)
    }
  }

  #checkCall(call: CallExpression): void {
    const fn = functions.get(call.name)
    if (fn === undefined) {
      const here = jinjaNames.get(call.name)
      const hint = blockNames.includes(call.name)
        ? `write {{#${call.name} ...}}...{{/${call.name}}}`
        : here === undefined
          ? (jinjaWays.get(call.name) ?? didYouMean(call.name, functions.keys()))
          : `write ${here}`
      this.#fail(new TemplateFault('HELPER_UNKNOWN', `there is no function ${call.name}`, call.nameSpan, hint))
      return
    }
    for (const { name, span } of call.named) {
      if (!fn.params.some((param) => param.name === name))
        this.#fail(
          new TemplateFault(
            'TEMPLATE_SYNTAX',
            `${call.name} has no argument ${name}`,
            span,
            didYouMean(
              name,
              fn.params.map((param) => param.name),
            ) ?? `usage: ${usage(fn)}`,
          ),
        )
    }
    const { least, most } = arity(fn)
    const given = call.args.length + call.named.length
    if (given < least || given > most)
      this.#fail(
        new TemplateFault('TEMPLATE_SYNTAX', `${call.name} takes ${countOf(least, most)}, got ${given}`, call.span, `usage: ${usage(fn)}`),
      )
  }
}

export function countOf(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return 'any number of arguments'
  return `${least === most ? least : `${least} to ${most}`} argument${most === 1 ? '' : 's'}`
}
