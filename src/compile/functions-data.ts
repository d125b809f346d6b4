import { isList, isMap, type Value } from '../model/value.ts'
import { flag, plainText, text } from './functions-text.ts'
import { FunctionError, type TemplateFunction } from './function-types.ts'
import { kindOf } from './secrecy.ts'

const list = { name: 'list' } as const

function items(value: Value | undefined, what = 'the value'): readonly Value[] {
  if (isList(value)) return value
  throw new FunctionError(`${what} must be a list, got ${kindOf(value)}`)
}

/** Equal in kind and content; maps regardless of the order of their keys. */
export function same(left: Value, right: Value): boolean {
  if (isList(left)) return isList(right) && left.length === right.length && left.every((item, index) => same(item, right[index] ?? null))
  if (!isMap(left)) return left === right
  if (!isMap(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && same(left[key] ?? null, right[key] ?? null))
  )
}

/** A part of a value by name or index; undefined when it is not there. Own properties only: data has no prototype. */
export function partOf(value: Value, key: string): Value | undefined {
  if (isMap(value)) return Object.hasOwn(value, key) ? value[key] : undefined
  if (isList(value) && /^(0|-?[1-9]\d{0,8})$/.test(key)) return value.at(Number(key))
  return undefined
}

function partAt(value: Value, path: string): Value | undefined {
  let part: Value | undefined = value
  for (const key of path.split('.')) {
    if (part === undefined) return undefined
    part = partOf(part, key)
  }
  return part
}

function compare(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  throw new FunctionError(`only numbers or only texts can be sorted, got ${kindOf(left)} and ${kindOf(right)}`)
}

function edge(value: Value | undefined, index: 0 | -1): Value {
  const found = isList(value) ? value.at(index) : [...text(value, 'the value')].at(index)
  if (found === undefined) throw new FunctionError('there is no item: the value is empty')
  return found
}

export const dataFunctions: readonly TemplateFunction[] = [
  {
    name: 'defined',
    params: [{ name: 'name' }],
    summary: 'whether a variable or a part of one exists: `defined "a.b"`',
    call: ([it]) => it !== undefined,
  },
  {
    name: 'default',
    params: [{ name: 'value' }, { name: 'fallback' }, { name: 'alsoEmpty', optional: true }],
    summary: 'the value, or the fallback when nothing defines it; with a third argument true also when it is null, false, 0 or empty',
    call: ([it, fallback, alsoEmpty]) => {
      const or = fallback ?? null
      if (it === undefined) return or
      return alsoEmpty !== undefined && flag(alsoEmpty, 'the third argument') && isEmpty(it) ? or : it
    },
  },
  {
    name: 'ternary',
    params: [{ name: 'condition' }, { name: 'yes' }, { name: 'no' }],
    summary: 'the second argument when the first is true, else the third',
    call: ([condition, yes, no]) => (flag(condition, 'the condition') ? yes : no) ?? null,
  },
  {
    name: 'equals',
    params: [{ name: 'left' }, { name: 'right' }],
    summary: 'whether two values are the same in kind and content',
    call: ([left, right]) => same(left ?? null, right ?? null),
  },
  { name: 'not', params: [{ name: 'condition' }], summary: 'true for false, false for true', call: ([it]) => !flag(it, 'the condition') },
  {
    name: 'lookup',
    params: [{ name: 'value' }, { name: 'key' }],
    summary: 'the item of a list or map by index or name',
    call: ([it, key]) => {
      const found = partOf(it ?? null, plainText(key, 'the key'))
      if (found === undefined) throw new FunctionError(`${kindOf(it)} has no ${plainText(key, 'the key')}`)
      return found
    },
  },
  {
    name: 'join',
    params: [list, { name: 'separator', optional: true }],
    summary: 'the items of a list as one text, the separator (nothing) between them',
    call: ([it, by]) =>
      items(it)
        .map((item) => plainText(item, 'every item'))
        .join(by === undefined ? '' : text(by, 'the separator')),
  },
  { name: 'first', params: [list], summary: 'the first item of a list, or letter of a text', call: ([it]) => edge(it, 0) },
  { name: 'last', params: [list], summary: 'the last item of a list, or letter of a text', call: ([it]) => edge(it, -1) },
  {
    name: 'length',
    params: [{ name: 'value' }],
    summary: 'how many items, keys or letters',
    call: ([it]) => (isList(it) ? it.length : isMap(it) ? Object.keys(it).length : [...text(it, 'the value')].length),
  },
  {
    name: 'unique',
    params: [list],
    summary: 'the list without repeated items, first ones kept',
    call: ([it]) => items(it).filter((item, index, all) => all.findIndex((other) => same(other, item)) === index),
  },
  {
    name: 'sort',
    params: [list],
    summary: 'the list in order: numbers by size, texts by code',
    call: ([it]) => items(it).toSorted(compare),
  },
  {
    name: 'mapAttribute',
    params: [list, { name: 'path' }],
    summary: 'one attribute of every item: `mapAttribute users "name"`',
    call: ([it, path]) =>
      items(it).map((item, index) => {
        const found = partAt(item, text(path, 'the path'))
        if (found === undefined) throw new FunctionError(`item ${index} has no ${text(path, 'the path')}`)
        return found
      }),
  },
  {
    name: 'selectAttribute',
    params: [list, { name: 'path' }, { name: 'value', optional: true }],
    summary: 'the items whose attribute equals the value, or is there and not empty when none is given',
    call: ([it, path, wanted]) =>
      items(it).filter((item) => {
        const found = partAt(item, text(path, 'the path'))
        return found !== undefined && (wanted === undefined ? !isEmpty(found) : same(found, wanted))
      }),
  },
  {
    name: 'concat',
    params: [{ name: 'values', rest: true }],
    summary: 'lists as one list, or texts and numbers as one text',
    call: (all) =>
      all.length > 0 && all.every(isList) ? (all.flat() as readonly Value[]) : all.map((item) => plainText(item, 'every value')).join(''),
  },
  {
    name: 'contains',
    params: [{ name: 'value' }, { name: 'item' }],
    summary: 'whether a list has the item, a map the key, a text the part',
    call: ([it, wanted]) => {
      if (isList(it)) return it.some((item) => same(item, wanted ?? null))
      if (isMap(it)) return Object.hasOwn(it, text(wanted, 'the key'))
      return text(it, 'the value').includes(text(wanted, 'the part'))
    },
  },
]

/** What `{{#if}}` takes for no: Handlebars' own rule, false, null, 0, the empty text and the empty list. */
export function isEmpty(value: Value): boolean {
  return value === null || value === false || value === 0 || value === '' || (isList(value) && value.length === 0)
}
