import type { Position, Problem } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import type { Text, Value } from '../model/value.ts'
import { Secret, Unknown } from '../model/value.ts'
import type { Scope } from './scope.ts'
import { kindOf, mapOf } from './secrecy.ts'
import { compileTemplate } from './template.ts'
import { renderTemplate } from './template-render.ts'

/** A written value with every template in it rendered, lists and maps at any depth; keys and `!unsafe` texts stay as they are. */
export function renderSource(source: Source, scope: Scope): { readonly value: Value; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const render = (node: Source): Value => {
    switch (node.kind) {
      case 'scalar': {
        if (typeof node.value !== 'string' || node.unsafe === true) return node.value
        const rendered = renderTemplate(compileTemplate(node.value, node.at), scope)
        problems.push(...rendered.problems)
        return rendered.value
      }
      case 'list':
        return node.items.map(render)
      case 'map':
        return mapOf(node.entries.map(({ key, value }) => [key, render(value)]))
    }
  }
  return { value: render(source), problems }
}

/** A written value as it stands, nothing rendered. */
export function plainSource(source: Source): Value {
  switch (source.kind) {
    case 'scalar':
      return source.value
    case 'list':
      return source.items.map(plainSource)
    case 'map':
      return mapOf(source.entries.map(({ key, value }) => [key, plainSource(value)]))
  }
}

/** Syntax problems of every template in a written value, before anything is known of a host. */
export function syntaxProblems(source: Source): readonly Problem[] {
  switch (source.kind) {
    case 'scalar':
      return typeof source.value === 'string' && source.unsafe !== true ? compileTemplate(source.value, source.at).problems : []
    case 'list':
      return source.items.flatMap(syntaxProblems)
    case 'map':
      return source.entries.flatMap(({ value }) => syntaxProblems(value))
  }
}

/** A template whose result has to be a text: a name, a path, a label. */
export function renderText(
  text: string,
  at: Position,
  scope: Scope,
): { readonly value: Text | Unknown; readonly problems: readonly Problem[] } {
  const { value, problems } = renderTemplate(compileTemplate(text, at), scope)
  if (problems.length > 0) return { value: '', problems }
  if (typeof value === 'string' || value instanceof Secret || value instanceof Unknown) return { value, problems }
  if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value), problems }
  return { value: '', problems: [{ code: 'TEMPLATE_VALUE', message: `expected a text, got ${kindOf(value)}`, at }] }
}
