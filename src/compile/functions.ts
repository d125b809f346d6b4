import { findUnknown, type Value } from '../model/value.ts'
import { dataFunctions } from './functions-data.ts'
import { textFunctions } from './functions-text.ts'
import { type FunctionContext, FunctionError, type TemplateFunction } from './function-types.ts'
import { hide, holdsSecret, reveal } from './secrecy.ts'

/** The one table of functions, for templates and conditions. docs/functions.md is generated from it. */
export const functions: ReadonlyMap<string, TemplateFunction> = new Map([...dataFunctions, ...textFunctions].map((fn) => [fn.name, fn]))

/** What people of Ansible write, and the function that does it here. */
export const jinjaNames: ReadonlyMap<string, string> = new Map([
  ['to_json', 'toJson'],
  ['to_nice_json', 'toJson value 2'],
  ['from_json', 'fromJson'],
  ['to_yaml', 'toYaml'],
  ['to_nice_yaml', 'toYaml'],
  ['regex_replace', 'regexReplace'],
  ['urlsplit', 'urlHost'],
  ['count', 'length'],
  ['d', 'default'],
  ['hash', 'sha256'],
  ['password_hash', 'bcrypt'],
  ['map', 'mapAttribute'],
  ['selectattr', 'selectAttribute'],
  ['flatten', 'concat'],
  ['version', 'isVersion'],
  ['version_compare', 'isVersion'],
])

const wholeValue = 'leave it out: a text that is one {{ ... }} keeps the type of its value'
const eachOfMap = 'go through the map: {{#each map}}{{@key}} {{this}}{{/each}}, or write a list of items'

/** The same for what no single function does. */
export const jinjaWays: ReadonlyMap<string, string> = new Map([
  ...['int', 'float', 'string', 'bool', 'list'].map((name) => [name, wholeValue] as const),
  ...['dict2items', 'dictsort', 'items'].map((name) => [name, eachOfMap] as const),
  ['combine', 'write the map as a whole: maps are replaced, never merged'],
  ['union', 'write {{unique (concat a b)}}'],
  ['mandatory', 'leave it out: a name that nothing defines is an error'],
  ['from_yaml', 'read the file with vars_files or include_vars'],
  ['regex_search', 'write {{regexReplace text pattern "$1"}}, or name.matches("...") in a condition'],
  ['select', 'write {{selectAttribute list path value}}, or list.exists(i, ...) in a condition'],
])

/** Runs a function on values that may be unknown or secret; what is made of a secret is one, unless it is a number or boolean. */
export function applyFunction(fn: TemplateFunction, args: readonly (Value | undefined)[], context: FunctionContext): Value {
  const unknown = args.map((arg) => (arg === undefined ? undefined : findUnknown(arg))).find((found) => found !== undefined)
  if (unknown !== undefined) return unknown
  if (!args.some((arg) => arg !== undefined && holdsSecret(arg))) return fn.call(args, context)
  try {
    return hide(
      fn.call(
        args.map((arg) => (arg === undefined ? undefined : reveal(arg))),
        context,
      ),
    )
  } catch (error) {
    // A message may quote an argument, and here one of them is secret.
    if (error instanceof FunctionError) throw new FunctionError(`${fn.name} cannot use the secret it was given`)
    throw error
  }
}
