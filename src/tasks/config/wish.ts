import type { Setting } from '../../lib/edit/edit-path.ts'
import type { FlagWish } from '../../lib/edit/flags.ts'
import { parseMode } from '../../lib/mode.ts'
import { tidyPath } from '../../lib/paths.ts'
import type { Problem } from '../../model/problem.ts'
import type { Step } from '../../model/step.ts'
import type { Text } from '../../model/value.ts'
import { revealText, Secret } from '../../model/value.ts'
import { unitName } from '../../services/index.ts'
import type { ConfigParams } from './schema.ts'

export type Format = 'toml' | 'yaml' | 'env'

/** Settings of one file. */
export interface FileWish {
  readonly kind: 'file'
  readonly path: string
  readonly format: Format
  readonly set: readonly (readonly [path: string, setting: Setting])[]
  readonly remove: readonly string[]
  readonly create: boolean
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number | undefined
}

/** Flags of one service. */
export interface FlagsWish {
  readonly kind: 'flags'
  readonly unit: string
  readonly flags: readonly (readonly [flag: string, wish: FlagWish])[]
  readonly variable: string | undefined
}

export type Wish = FileWish | FlagsWish | { readonly kind: 'invalid'; readonly problem: Problem }

/** What one change of this task does, in order. */
export interface Deed {
  readonly steps: readonly Step[]
}

/** Which of its two forms a task has; the schema cannot say it without making every typo two errors. */
export function wishOf(params: ConfigParams): Wish {
  const { path, service, flags } = params
  if (path !== undefined && service !== undefined)
    return invalid('path and service exclude each other', 'write one task for the file and one for the flags')
  if (service !== undefined) {
    if (flags === undefined) return invalid('service needs flags', 'add flags: { --web.config.file: /etc/prometheus/web.yml }')
    const fileOnly = (['at', 'set', 'remove', 'create', 'format', 'owner', 'group', 'mode'] as const).find(
      (key) => params[key] !== undefined,
    )
    if (fileOnly !== undefined) return invalid(`${fileOnly} belongs to path, not to service`, `remove ${fileOnly}`)
    return {
      kind: 'flags',
      unit: unitName(service),
      flags: Object.entries(flags).map(([flag, wish]) => [flag, typeof wish === 'number' ? String(wish) : flagWish(wish)]),
      variable: params.env_var,
    }
  }
  if (path === undefined) return invalid('expected path, or service with flags', 'name the file: path: /etc/influxdb/influxdb.conf')
  if (flags !== undefined || params.env_var !== undefined)
    return invalid('flags and env_var need service', 'name the unit: service: prometheus')
  if (params.set === undefined && params.remove === undefined)
    return invalid('expected set or remove', 'name a setting: set: { http.https-enabled: true }')
  const format = params.format ?? formatOf(path)
  if (format === undefined) return invalid(`the format of ${path} cannot be told from its name`, 'add format: toml, yaml or env')
  const { at } = params
  if (at !== undefined && format === 'env') return invalid('at needs toml or yaml: a file of variables has no tables', 'remove at')
  if (format === 'env' && Object.values(params.set ?? {}).some(isMapping))
    return invalid('a file of variables has no maps', 'give each variable a text')
  const within = (setting: string) => (at === undefined ? setting : `${at}.${setting}`)
  return {
    kind: 'file',
    path: tidyPath(path),
    format,
    set: Object.entries(params.set ?? {}).flatMap(([name, setting]) => settingsBelow(within(name), setting)),
    remove: (params.remove ?? []).map(within),
    create: params.create ?? false,
    owner: params.owner,
    group: params.group,
    mode: params.mode === undefined ? undefined : parseMode(params.mode),
  }
}

/** Command lines are public on a host (/proc), so a flag is shown as it is; compile refuses secrets in it. */
function flagWish(wish: Text | boolean): FlagWish {
  return typeof wish === 'boolean' ? wish : revealText(wish)
}

function formatOf(path: string): Format | undefined {
  if (/\.ya?ml$/.test(path)) return 'yaml'
  if (/\.toml$|\/(?:influxdb|telegraf|kapacitor)\.conf$|\/telegraf\.d\/[^/]+\.conf$/.test(path)) return 'toml'
  return /^\/etc\/(?:default|sysconfig)\/[^/]+$|\.env$/.test(path) ? 'env' : undefined
}

function invalid(message: string, hint: string): Wish {
  return { kind: 'invalid', problem: { code: 'VALUE_INVALID', message: `config: ${message}`, hint } }
}

type Given = NonNullable<ConfigParams['set']>[string]

function isMapping(given: Given): given is Extract<Given, Readonly<Record<string, Setting>>> {
  return typeof given === 'object' && !Array.isArray(given) && !(given instanceof Secret)
}

/** The keys of a map are names as they stand, not paths. */
function settingsBelow(path: string, given: Given): readonly (readonly [string, Setting])[] {
  if (!isMapping(given)) return [[path, given]]
  return Object.entries(given).map(([name, setting]) => [`${path}."${name.replaceAll(/[\\"]/g, '\\$&')}"`, setting])
}
