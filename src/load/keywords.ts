import { asCel } from '../lib/as-cel.ts'
import type { InheritedKeywords, Located } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import { becomeMethods } from '../ports/channel.ts'
import type { MapSource } from '../model/source.ts'
import { flagField, mapField, textField, textsField } from './fields.ts'

/** What a play, a role entry and a task may all carry. */
export function readKeywords(map: MapSource, problems: Problem[]): InheritedKeywords {
  return {
    become: flagField(map, 'become'),
    becomeUser: textField(map, 'become_user'),
    becomeMethod: readMethod(map),
    tags: readTags(map),
    when: readConditions(map, 'when', problems) ?? [],
    environment: mapField(map, 'environment'),
  }
}

/** Another word was reported by the validator. */
function readMethod(map: MapSource): InheritedKeywords['becomeMethod'] {
  const found = textField(map, 'become_method')
  const method = becomeMethods.find((one) => one === found?.value)
  return found === undefined || method === undefined ? undefined : { value: method, at: found.at }
}

/** `tags: a, b` is the list a, b. */
function readTags(map: MapSource): readonly string[] {
  return textsField(map, 'tags')
    .flatMap(({ value }) => value.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

export function readConditions(map: MapSource, key: string, problems: Problem[]): readonly Located<string | boolean>[] | undefined {
  const value = entryOf(map, key)?.value
  if (value === undefined) return undefined
  return (value.kind === 'list' ? value.items : [value]).flatMap((item) => {
    if (item.kind !== 'scalar' || (typeof item.value !== 'string' && typeof item.value !== 'boolean')) return []
    const condition = { value: item.value, at: item.at }
    const problem = bracesProblem(key, condition, value.kind === 'list')
    if (problem !== undefined) problems.push(problem)
    return [condition]
  })
}

/** An expression stands by itself; in braces it would be rendered first and its result read as code. */
function bracesProblem(key: string, { value, at }: Located<string | boolean>, isItem: boolean): Problem | undefined {
  if (typeof value !== 'string' || !/\{\{|\{%/.test(value)) return undefined
  const bare = asCel(value.replaceAll(/\{\{-?\s*(.*?)\s*-?\}\}/gs, '$1'))
  return {
    code: 'EXPRESSION_TEMPLATED',
    message: `${key}: an expression is written without braces`,
    at,
    hint: /\{\{|\{%/.test(bare)
      ? 'write it as an expression, like size(names) > 1'
      : `write ${isItem ? '-' : `${key}:`} ${needsQuotes(bare) ? JSON.stringify(bare) : bare}`,
  }
}

function needsQuotes(text: string): boolean {
  return /^[^A-Za-z_(]|: | #|[\n]/.test(text)
}
