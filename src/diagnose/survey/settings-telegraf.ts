import { parseToml } from '../../lib/edit/toml-guard.ts'
import { known, textOf } from './look.ts'
import {
  type Calling,
  dialled,
  flagOf,
  isTrue,
  listOf,
  type Listening,
  mapOf,
  type Plain,
  type Reading,
  type Settings,
  type Start,
  wordOf,
} from './settings.ts'

/** Telegraf: plugins in a file and in a folder of more files; those with `urls` call, those with a certificate of a server listen. */
export function telegrafSettings(start: Start, { look }: Reading): Settings {
  const { argv, env } = start
  const main = flagOf(argv, 'config') ?? env.get('TELEGRAF_CONFIG_PATH') ?? start.settingsFile ?? ''
  const folder = flagOf(argv, 'config-directory')
  const listed = folder === undefined ? undefined : known(look('command', { argv: ['ls', '-1', '--', folder] }))
  const dropIns = (listed?.stdout ?? '').split('\n').filter((name) => name.endsWith('.conf'))
  const files = [main, ...dropIns.map((name) => `${folder}/${name}`)]
  const texts = files.map((path) => ({ path, text: textOf(look, path) }))
  const roots = texts.map(({ path, text }) => ({ path, parsed: text === undefined ? undefined : parseToml(text) }))
  const plugins = roots.flatMap(({ parsed }) => (parsed?.kind === 'root' ? pluginsOf(parsed.root) : []))
  return {
    files,
    listening: plugins.flatMap(({ name, plugin }) => listeningOf(name, plugin)),
    calling: plugins.flatMap(({ name, plugin }) => callingOf(name, plugin)),
    faults: roots.flatMap(({ path, parsed }) => (parsed?.kind === 'broken' ? [{ row: 'settings', what: `${path}: ${parsed.why}` }] : [])),
  }
}

interface Plugin {
  readonly name: string
  readonly plugin: Plain
}

function pluginsOf(root: Plain): readonly Plugin[] {
  return ['inputs', 'outputs'].flatMap((kind) =>
    Object.entries(mapOf(root[kind])).flatMap(([name, instances]) =>
      listOf(instances).map((one) => ({ name: `${kind}.${name}`, plugin: mapOf(one) })),
    ),
  )
}

function callingOf(name: string, plugin: Plain): readonly Calling[] {
  const urls = [...listOf(plugin['urls']), plugin['url']].flatMap((one) => wordOf(one) ?? []).filter((url) => /^https?:\/\//.test(url))
  if (urls.length === 0) return []
  return [
    {
      ...{ what: name, urls, ca: wordOf(plugin['tls_ca']), certificate: wordOf(plugin['tls_cert']), key: wordOf(plugin['tls_key']) },
      ...{ serverName: wordOf(plugin['tls_server_name']), unchecked: isTrue(plugin['insecure_skip_verify']) },
    },
  ]
}

function listeningOf(name: string, plugin: Plain): readonly Listening[] {
  const bind = wordOf(plugin['service_address']) ?? wordOf(plugin['listen'])
  const certificate = wordOf(plugin['tls_cert'])
  if (bind === undefined || certificate === undefined || wordOf(plugin['tls_key']) === undefined) return []
  const allowed = listOf(plugin['tls_allowed_cacerts']).flatMap((one) => wordOf(one) ?? [])
  return [
    {
      what: name,
      ...dialled(bind.replace(/^[a-z0-9]+:\/\//, ''), 0),
      tls: true,
      ...{ certificate, key: wordOf(plugin['tls_key']), clientCa: allowed[0], asksClients: allowed.length > 0 },
      minVersion: wordOf(plugin['tls_min_version']),
    },
  ]
}
