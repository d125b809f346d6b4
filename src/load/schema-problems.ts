import type { ErrorObject } from 'ajv'
import { nearest, suggestion } from '../lib/suggest.ts'
import type { Position, Problem } from '../model/problem.ts'
import { entryOf, sourceAt } from '../model/source.ts'
import type { Source } from '../model/source.ts'
import { isWildcard } from './plain.ts'
import { modeProblem } from './mode.ts'
import { alternatives, labelOf, typeLabels } from './value-labels.ts'

/** A validator made ahead of time by src/build/generate.mjs (ajv standalone, allErrors, verbose). */
export interface Validate {
  (data: unknown): boolean
  errors?: ErrorObject[] | null
}

export interface Place {
  /** how the document is called in a message: `a play`, `copy` */
  readonly what: string
  /** what the names of its parts start with: `names` in `names[1]` */
  readonly root?: string
  /** the text, for positions */
  readonly source: Source
  /** where to point when the whole document lacks something */
  readonly at?: Position
  /** what to do about a key at the top that belongs somewhere else */
  readonly keyHint?: (key: string) => string | undefined
  /** the value of a key is not shown, because it may be secret */
  readonly hidden?: (pointer: string) => boolean
}

/** Runs a validator and turns what it found into one positioned problem per mistake. */
export function validated(validate: Validate, data: unknown, place: Place): readonly Problem[] {
  if (validate(data)) return []
  const found = mistakes(validate.errors ?? [])
  return found.filter((mistake) => !isMisspelt(mistake, found)).map((mistake) => problemOf(mistake, place))
}

/** A key that is missing because it was misspelt: the unknown key is reported, with the right one. */
function isMisspelt({ error }: Mistake, found: readonly Mistake[]): boolean {
  if (error.keyword !== 'required') return false
  const wanted = String(error.params['missingProperty'])
  return found.some((other) => {
    if (other.error.keyword !== 'additionalProperties' || other.error.instancePath !== error.instancePath) return false
    const { properties } = other.error.parentSchema as { properties?: object }
    return nearest(String(other.error.params['additionalProperty']), Object.keys(properties ?? {})) === wanted
  })
}

/** One thing that is wrong: a failed keyword, or a union none of whose forms fits. */
type Mistake =
  | { readonly kind: 'leaf'; readonly error: ErrorObject }
  | { readonly kind: 'forms'; readonly error: ErrorObject; readonly expected: readonly ErrorObject[] }

/**
 * What a template will give is not known yet: whatever is said against it does not count. Why a name cannot be one is
 * told by the error of `propertyNames`, which follows.
 */
function isExcused(error: ErrorObject): boolean {
  return isWildcard(error.data) || error.propertyName !== undefined
}

function mistakes(errors: readonly ErrorObject[]): readonly Mistake[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const isInside = (error: ErrorObject, union: ErrorObject): boolean =>
    error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`) && isAtOrBelow(error.instancePath, union.instancePath)
  const outermost = unions.filter((union) => !unions.some((other) => isInside(union, other)))
  const found = outermost.flatMap((union) =>
    unionMistakes(
      union,
      errors.filter((error) => isInside(error, union)),
    ),
  )
  const leaves = errors.filter(
    (error) => !unions.includes(error) && !outermost.some((union) => isInside(error, union)) && error.keyword !== 'if' && !isExcused(error),
  )
  return [...leaves.map((error): Mistake => ({ kind: 'leaf', error })), ...found]
}

function isAtOrBelow(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`)
}

function unionMistakes(union: ErrorObject, inside: readonly ErrorObject[]): readonly Mistake[] {
  if (isExcused(union)) return []
  const forms = new Map<string, ErrorObject[]>()
  for (const error of inside) {
    const form = error.schemaPath.slice(union.schemaPath.length + 1).split('/', 1)[0] ?? ''
    const list = forms.get(form) ?? []
    list.push(error)
    forms.set(form, list)
  }
  if (forms.size === 0) return [{ kind: 'leaf', error: union }]
  const reduced = [...forms.values()].map(mistakes)
  // a form that only a template stands against may fit in the end
  if (reduced.some((form) => form.length === 0)) return []
  const fitting = reduced.filter((form) => !form.some((mistake) => isAboutWhole(mistake, union)))
  const [best] = fitting.sort((one, other) => weight(one, union) - weight(other, union))
  if (best !== undefined) return best
  return [
    {
      kind: 'forms',
      error: union,
      expected: reduced.flat().flatMap((mistake) => (mistake.kind === 'leaf' ? [mistake.error] : mistake.expected)),
    },
  ]
}

const wholeKeywords = ['type', 'const', 'enum']

function isAboutWhole({ error }: Mistake, union: ErrorObject): boolean {
  return error.instancePath === union.instancePath && (wholeKeywords.includes(error.keyword) || error.keyword === 'anyOf')
}

/** The form that was meant is the one with the fewest mistakes; a wrong fixed word (state: link) says that it was not. */
function weight(form: readonly Mistake[], union: ErrorObject): number {
  const depth = union.instancePath.split('/').length + 1
  return form.reduce(
    (sum, { error }) => sum + (['const', 'enum'].includes(error.keyword) && error.instancePath.split('/').length === depth ? 10 : 1),
    0,
  )
}

function problemOf(mistake: Mistake, place: Place): Problem {
  const { error } = mistake
  const at = sourceAt(place.source, error.instancePath).at
  const subject = nameOf(error.instancePath, place.root ?? '')
  const prefix = subject === '' ? place.what : subject
  const wrongMode = modeProblem(error.instancePath, error.data, place.source)
  if (wrongMode !== undefined) return wrongMode
  const show = (value: unknown): string => (place.hidden?.(error.instancePath) === true ? 'a secret' : labelOf(value))
  if (mistake.kind === 'forms') return formsProblem(mistake.expected, error, { prefix, at, show })
  const schema = (error.parentSchema ?? {}) as KeyedSchema
  const invalid = (message: string, hint = schema.description): Problem => ({
    code: 'VALUE_INVALID',
    message: `${prefix}: ${message}`,
    at,
    ...hinted(hint),
  })
  const params = error.params as Record<string, unknown>
  const limit = String(params['limit'])
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(String(params['additionalProperty'] ?? params['unevaluatedProperty']), schema, error, place, prefix)
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return {
        code: 'KEY_MISSING',
        message: `${prefix} needs the key "${String(params['missingProperty'])}"`,
        at: error.instancePath === '' ? (place.at ?? at) : at,
        ...hinted(descriptionOf(schema.properties, String(params['missingProperty']))),
      }
    case 'type':
      return {
        code: 'TYPE_WRONG',
        message: `${prefix}: expected ${typeLabels(params['type'])}, got ${show(error.data)}`,
        at,
        ...hinted(quotesHint(String(params['type']), error.data) ?? schema.description),
      }
    case 'enum':
    case 'const': {
      const allowed = (params['allowedValues'] as readonly unknown[] | undefined) ?? [params['allowedValue']]
      return oneOfProblem(allowed, error.data, { prefix, at, show })
    }
    case 'pattern':
      return invalid(`${show(error.data)} is not allowed`)
    case 'minimum':
      return invalid(`expected at least ${limit}, got ${show(error.data)}`)
    case 'exclusiveMinimum':
      return invalid(`expected more than ${limit}, got ${show(error.data)}`)
    case 'maximum':
      return invalid(`expected at most ${limit}, got ${show(error.data)}`)
    case 'exclusiveMaximum':
      return invalid(`expected less than ${limit}, got ${show(error.data)}`)
    case 'minLength':
      return invalid(limit === '1' ? 'the text is empty' : `expected at least ${limit} characters`)
    case 'maxLength':
      return invalid(`expected at most ${limit} characters`)
    case 'minItems':
      return invalid(limit === '1' ? 'the list is empty' : `expected at least ${limit} items`)
    case 'maxItems':
      return invalid(`expected at most ${limit} items`)
    case 'propertyNames':
      return wrongName(String(params['propertyName']), schema, error, place, prefix)
    case 'uniqueItems':
      return invalid('an item is given twice')
    case 'minProperties':
      return invalid(limit === '1' ? 'the map is empty' : `expected at least ${limit} keys`)
    case 'oneOf':
      return invalid('more than one form of this value applies, it must be clear which one is meant')
    default:
      return invalid('this combination of values is not allowed')
  }
}

interface Wording {
  readonly prefix: string
  readonly at: Position
  readonly show: (value: unknown) => string
}

function formsProblem(expected: readonly ErrorObject[], union: ErrorObject, wording: Wording): Problem {
  const words = expected.flatMap(({ keyword, params }) => {
    if (keyword === 'const') return [params['allowedValue'] as unknown]
    return keyword === 'enum' ? [...(params['allowedValues'] as readonly unknown[])] : []
  })
  const types = expected.flatMap(({ keyword, params }) => (keyword === 'type' ? [typeLabels(params['type'])] : []))
  const sameType = words.some((word) => typeof word === typeof union.data)
  if (sameType && (types.length === 0 || words.length > 1)) return oneOfProblem([...new Set(words)], union.data, wording)
  const labels = [...new Set([...words.map((word) => labelOf(word)), ...types])]
  const description = (union.parentSchema as { description?: string } | undefined)?.description
  return {
    code: sameType ? 'VALUE_INVALID' : 'TYPE_WRONG',
    message: `${wording.prefix}: expected ${alternatives(labels)}, got ${wording.show(union.data)}`,
    at: wording.at,
    ...hinted(description),
  }
}

function oneOfProblem(allowed: readonly unknown[], given: unknown, { prefix, at, show }: Wording): Problem {
  const words = allowed.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))
  const sameType = allowed.some((word) => typeof word === typeof given)
  const hint = typeof given === 'string' ? suggestion(given, words, 'allowed') : undefined
  return {
    code: sameType ? 'VALUE_INVALID' : 'TYPE_WRONG',
    message: `${prefix}: expected ${words.length === 1 ? words[0] : `one of ${words.join(', ')}`}, got ${show(given)}`,
    at,
    ...hinted(hint?.startsWith('did you mean') === true ? hint : undefined),
  }
}

/** Types that differ by quotes alone, and words that are booleans in YAML 1.1 only. */
function quotesHint(wanted: string, given: unknown): string | undefined {
  if (wanted === 'string' && (typeof given === 'number' || typeof given === 'boolean')) return 'put the value in quotes'
  if (typeof given !== 'string') return undefined
  if (wanted === 'boolean' && /^(?:y|yes|on|true)$/i.test(given)) return 'write true, without quotes'
  if (wanted === 'boolean' && /^(?:n|no|off|false)$/i.test(given)) return 'write false, without quotes'
  return (wanted === 'integer' || wanted === 'number') && /^-?[0-9]+$/.test(given) ? `write ${given}, without quotes` : undefined
}

interface KeyedSchema {
  readonly description?: string
  readonly properties?: object
  readonly patternProperties?: object
  readonly propertyNames?: { readonly pattern?: string }
}

function unknownKey(key: string, schema: KeyedSchema, error: ErrorObject, place: Place, prefix: string): Problem {
  if (schema.patternProperties !== undefined) return wrongName(key, schema, error, place, prefix)
  const known = Object.keys(schema.properties ?? {})
  const elsewhere = error.instancePath === '' && nearest(key, known) === undefined ? place.keyHint?.(key) : undefined
  return {
    code: 'KEY_UNKNOWN',
    message: `${labelOf(key)} is no key of ${prefix}`,
    at: keyPlace(key, error, place),
    ...hinted(elsewhere ?? suggestion(key, known, 'keys')),
  }
}

/** namePattern of schemas/shared.ts, which the program cannot import: it would bring TypeBox along. */
const variablePattern = '^[A-Za-z_][A-Za-z0-9_]*$'

function wrongName(key: string, schema: KeyedSchema, error: ErrorObject, place: Place, prefix: string): Problem {
  const patterns = [schema.propertyNames?.pattern, ...Object.keys(schema.patternProperties ?? {})]
  const hint = patterns.includes(variablePattern)
    ? 'a name is made of letters, digits and _, and does not start with a digit'
    : schema.description
  return { code: 'VALUE_INVALID', message: `${prefix}: ${labelOf(key)} cannot be a name`, at: keyPlace(key, error, place), ...hinted(hint) }
}

function keyPlace(key: string, error: ErrorObject, place: Place): Position {
  const holder = sourceAt(place.source, error.instancePath)
  return (holder.kind === 'map' ? entryOf(holder, key)?.keyAt : undefined) ?? holder.at
}

function descriptionOf(properties: object | undefined, key: string): string | undefined {
  const description = (properties as Record<string, { description?: string }> | undefined)?.[key]?.description
  return description === undefined ? undefined : `${key}: ${description}`
}

function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint }
}

/** `/files/0/src` -> `files[0].src` */
function nameOf(pointer: string, root: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (name, word) => (/^[0-9]+$/.test(word) ? `${name}[${word}]` : name === '' ? word : `${name}.${word}`),
      pointer === '' ? '' : root,
    )
}
