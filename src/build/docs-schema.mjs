import { code } from './docs-markdown.mjs'

/** One row per property of an object schema, nested objects by their dotted name: [name, type, default, description]. */
export function propertyRows({ properties = {}, required = [] }, prefix = '') {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`
    const standard = required.includes(key) ? 'required' : schema.default === undefined ? '' : code(JSON.stringify(schema.default))
    const own = [code(name), typeText(schema), standard, schema.description ?? '']
    return [own, ...(schema.type === 'object' ? propertyRows(schema, `${name}.`) : [])]
  })
}

/** What a value may be, in words for people: patterns are told by what they stand for, not shown. */
export function typeText(schema) {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  if (schema.enum !== undefined) return schema.enum.map((value) => code(value)).join(', ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return [...new Set(choices.map(typeText))].join(' or ')
  if (Array.isArray(schema.type)) return [...new Set(schema.type.map((type) => typeText({ ...schema, type })))].join(' or ')
  switch (schema.type) {
    case 'string':
      return stringText(schema)
    case 'integer':
      return `integer${rangeText(schema)}`
    case 'number':
      return `number${rangeText(schema)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return listText(schema)
    case 'object':
      return 'map'
    case 'null':
      return 'nothing'
    case undefined:
      return schema.$ref === undefined ? 'any value' : 'map'
    default:
      throw new Error(`no words for the type ${schema.type}`)
  }
}

function stringText({ pattern }) {
  if (pattern === undefined) return 'text'
  if (pattern.startsWith('^/')) return 'absolute path'
  return pattern.includes('[0-7]{3,4}') ? 'octal digits in quotes' : 'text'
}

function rangeText({ minimum, maximum, exclusiveMinimum }) {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` from ${minimum}`
  return maximum === undefined ? '' : ` up to ${maximum}`
}

function listText({ items }) {
  const inner = items === undefined ? 'any value' : typeText(items)
  return inner === 'any value' ? 'list' : `list of ${/^(?:text|integer|number|absolute path)$/.test(inner) ? `${inner}s` : inner}`
}
