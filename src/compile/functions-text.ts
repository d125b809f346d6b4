import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { parse as parseToml, stringify as toToml } from 'smol-toml'
import { stringify as toYaml } from 'yaml'
import { quote } from '../lib/sh.ts'
import { isList, isMap, type Value } from '../model/value.ts'
import { passwordHash } from './bcrypt.ts'
import { FunctionError, type TemplateFunction } from './function-types.ts'
import { isVersion } from './loose-version.ts'
import { pattern } from './regex.ts'
import { kindOf } from './secrecy.ts'

export function text(value: Value | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw new FunctionError(`${what} must be a text, got ${kindOf(value)}`)
}

export function whole(value: Value | undefined, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new FunctionError(`${what} must be a whole number, got ${kindOf(value)}`)
}

export function flag(value: Value | undefined, what: string): boolean {
  if (typeof value === 'boolean') return value
  throw new FunctionError(`${what} must be true or false, got ${kindOf(value)}`)
}

/** Texts, numbers and booleans as they stand in a text; lists, maps and null have no one right form. */
export function plainText(value: Value | undefined, what: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new FunctionError(`${what} must be a text, a number or a boolean, got ${kindOf(value)}`)
}

const value = { name: 'text' } as const
const widestIndent = 1000

export const textFunctions: readonly TemplateFunction[] = [
  { name: 'lower', params: [value], summary: 'the text in lower case', call: ([it]) => text(it, 'the value').toLowerCase() },
  { name: 'upper', params: [value], summary: 'the text in upper case', call: ([it]) => text(it, 'the value').toUpperCase() },
  { name: 'trim', params: [value], summary: 'the text without white space at both ends', call: ([it]) => text(it, 'the value').trim() },
  {
    name: 'replace',
    params: [value, { name: 'from' }, { name: 'to' }],
    summary: 'every occurrence of one text replaced by another',
    call: ([it, from, to]) => {
      const wanted = text(from, 'what to replace')
      if (wanted === '') throw new FunctionError('what to replace is empty')
      const by = text(to, 'the replacement')
      return text(it, 'the value').split(wanted).join(by)
    },
  },
  {
    name: 'regexReplace',
    params: [value, { name: 'pattern' }, { name: 'to' }],
    summary: 'every match of an RE2 pattern replaced; $1 or \\1 stands for the first group',
    call: ([it, wanted, to]) => {
      const by = text(to, 'the replacement')
      const matcher = pattern(text(wanted, 'the pattern')).matcher(text(it, 'the value'))
      return matcher.replaceAll((...found: unknown[]) => by.replace(/[$\\](\d)/g, (_, digit: string) => groupOf(found, Number(digit))))
    },
  },
  {
    name: 'isVersion',
    params: [value, { name: 'wanted' }, { name: 'operator', optional: true }],
    summary:
      'whether a version stands in this relation (`==`) to another, as Ansible\'s test `version`: `isVersion facts.openssl.version "3.0" ">="`',
    call: ([it, wanted, operator]) =>
      isVersion(
        text(it, 'the version'),
        text(wanted, 'the version wanted'),
        operator === undefined ? '==' : text(operator, 'the operator'),
      ),
  },
  {
    name: 'split',
    params: [value, { name: 'separator' }],
    summary: 'a list of the parts between separators',
    call: ([it, by]) => text(it, 'the value').split(text(by, 'the separator')),
  },
  {
    name: 'indent',
    params: [value, { name: 'width', optional: true }, { name: 'first', optional: true }],
    summary: 'the lines of the text moved right by `width` (4) blanks; the first line only when `first` is true',
    call: ([it, width, first]) => {
      const columns = width === undefined ? 4 : whole(width, 'the width')
      if (columns > widestIndent) throw new FunctionError(`the width is more than ${widestIndent}`)
      const blank = ' '.repeat(columns)
      const lines = text(it, 'the value').split('\n')
      return lines.map((line, index) => (line === '' || (index === 0 && first !== true) ? line : blank + line)).join('\n')
    },
  },
  {
    name: 'quote',
    params: [{ name: 'value' }],
    summary: 'one word of sh, or the words of a list, quoted where needed',
    call: ([it]) => (isList(it) ? it : [it ?? null]).map((word) => quoted(plainText(word, 'the value'))).join(' '),
  },
  {
    name: 'toJson',
    params: [{ name: 'value' }, { name: 'indent', optional: true }],
    summary: 'the value as JSON, on one line unless an indent is given',
    call: ([it, width]) => JSON.stringify(it ?? null, null, width === undefined ? 0 : whole(width, 'the indent')),
  },
  {
    name: 'toYaml',
    params: [{ name: 'value' }],
    summary: 'the value as YAML, block style, without a newline at the end',
    call: ([it]) => toYaml(it ?? null, { lineWidth: 0 }).replace(/\n$/, ''),
  },
  {
    name: 'toToml',
    params: [{ name: 'map' }],
    summary: 'a map as TOML, without a newline at the end',
    call: ([it]) => {
      if (!isMap(it)) throw new FunctionError(`TOML is made of a map, got ${kindOf(it)}`)
      try {
        return toToml(it).replace(/\n$/, '')
      } catch (error) {
        throw new FunctionError(`cannot be written as TOML: ${(error as Error).message.split('\n')[0]}`)
      }
    },
  },
  {
    name: 'fromJson',
    params: [value],
    summary: 'the value that a JSON text describes',
    call: ([it]) => {
      try {
        return JSON.parse(text(it, 'the value')) as Value
      } catch (error) {
        if (error instanceof FunctionError) throw error
        // The message of the engine quotes the text, which may be long or foreign.
        throw new FunctionError('the text is not JSON')
      }
    },
  },
  { name: 'fromToml', params: [value], summary: 'the map that a TOML text describes', call: ([it]) => tomlOf(text(it, 'the value')) },
  {
    name: 'b64encode',
    params: [value],
    summary: 'the text in base64',
    call: ([it]) => Buffer.from(text(it, 'the value'), 'utf8').toString('base64'),
  },
  { name: 'b64decode', params: [value], summary: 'the text that base64 stands for', call: ([it]) => decoded(text(it, 'the value')) },
  {
    name: 'sha256',
    params: [value],
    summary: 'the SHA-256 of the text in hexadecimal digits',
    call: ([it]) => createHash('sha256').update(text(it, 'the value'), 'utf8').digest('hex'),
  },
  {
    name: 'bcrypt',
    params: [{ name: 'password' }, { name: 'seed' }, { name: 'cost', optional: true }],
    summary:
      'the bcrypt hash of a password, for basic_auth_users; `seed` makes the salt, so that the hash stays the same: name what it is for, as inventory_hostname; `cost` is 10 unless given',
    call: ([it, seed, cost]) =>
      passwordHash(text(it, 'the password'), text(seed, 'the seed'), cost === undefined ? undefined : whole(cost, 'the cost')),
  },
  {
    name: 'basename',
    params: [{ name: 'path' }],
    summary: 'the last part of a path',
    call: ([it]) => posix.basename(text(it, 'the path')),
  },
  { name: 'dirname', params: [{ name: 'path' }], summary: 'the folder of a path', call: ([it]) => posix.dirname(text(it, 'the path')) },
  {
    name: 'urlHost',
    params: [{ name: 'url' }],
    summary: 'the host of a URL, without port and brackets',
    call: ([it]) => {
      const url = text(it, 'the URL')
      if (!URL.canParse(url) || new URL(url).hostname === '')
        throw new FunctionError('the text is not a URL with a host', 'a URL begins with a scheme, as https://h1.example:9090/')
      return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
    },
  },
  {
    name: 'env',
    params: [{ name: 'name' }, { name: 'fallback', optional: true }],
    summary: 'a variable of the environment that tlsplay was started in',
    call: ([name, fallback], context) => {
      const found = context.env(text(name, 'the name')) ?? fallback
      if (found === undefined)
        throw new FunctionError(`the environment has no variable ${text(name, 'the name')}`, 'give a second argument to fall back on')
      return found
    },
  },
]

function groupOf(found: readonly unknown[], index: number): string {
  const group = found[index]
  return typeof group === 'string' ? group : ''
}

function quoted(word: string): string {
  if (word.includes('\0')) throw new FunctionError('a NUL byte cannot be part of a word of sh')
  return quote(word)
}

function decoded(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') !== base64.replace(/\s+/g, '').replace(/=+$/, ''))
    throw new FunctionError('the text is not base64')
  return bytes.toString('utf8')
}

function tomlOf(source: string): Value {
  try {
    return JSON.parse(JSON.stringify(parseToml(source))) as Value
  } catch {
    throw new FunctionError('the text is not TOML')
  }
}
