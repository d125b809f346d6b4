import type { Answer, UnitFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { bootTime } from './clock.ts'
import { binary, unreadable, utf8, wholeNumber } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'
import { execLine, listWords, systemdTime, yes } from './unit-values.ts'

const properties = [
  'Id',
  'Names',
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'MainPID',
  'NRestarts',
  'Type',
  'CanReload',
  'ExecMainStartTimestamp',
  'ExecMainStartTimestampMonotonic',
  'User',
  'Group',
  'SupplementaryGroups',
  'FragmentPath',
  'DropInPaths',
  'EnvironmentFiles',
  'ExecStart',
  'ProtectHome',
  'PrivateTmp',
  'PrivateUsers',
  'ProtectSystem',
  'DynamicUser',
  'RootDirectory',
  'InaccessiblePaths',
  'TemporaryFileSystem',
]

/**
 * What systemd knows of units, in one call. Times with microseconds need --timestamp (systemd 248 and newer); before it the
 * monotonic time counts from the boot, whose time is now minus uptime. A host without systemd answers that nothing is there.
 */
export const unit = defineProbe<'unit'>({
  kind: 'unit',
  tools: [],
  script: (targets) => String.raw`tls_unit() {
  if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then :; else echo none; return; fi
  stat -c '%Y %y' /proc/self/ 2>/dev/null || echo
  read -r tls_l </proc/uptime && printf '%s\n' "$tls_l"
  tls_show="systemctl show --no-pager --property=${properties.join(',')}"
  [ $# != 0 ] || return
  $tls_show --timestamp=us+utc -- "$@" 2>/dev/null || $tls_show -- "$@" 2>/dev/null
}
tls_unit ${quoteAll(targets.map(({ name }) => name).filter(isUnitName))}
`,
  parse(stdout, targets) {
    const text = binary(stdout)
    if (text.startsWith('none\n')) return targets.map(() => absent)
    const [clock = '', uptime = '', ...rest] = text.split('\n')
    const boot = bootTime(clock, uptime)
    const units = rest.join('\n').split('\n\n').map(propertiesOf)
    return targets.map(({ name }): Answer<UnitFact> => {
      if (!isUnitName(name)) return absent
      const wanted = [name, `${name}.service`]
      const found = units.find((one) => [one.get('Id')?.[0] ?? '', ...wordsOf(one.get('Names'))].some((known) => wanted.includes(known)))
      if (found === undefined) return unreadable(`the unit ${name}`)
      return first(found, 'LoadState') === 'not-found' ? absent : unitOf(found, boot)
    })
  },
})

/** No unit has another character in its name, and systemctl would take `*` for a pattern. */
function isUnitName(name: string): boolean {
  return /^[A-Za-z0-9:_.\\@-]+$/.test(name)
}

type Properties = ReadonlyMap<string, readonly string[]>

/** Lines `Name=value`; a list prints its name once for each entry. */
function propertiesOf(block: string): Properties {
  const found = new Map<string, string[]>()
  for (const line of block.split('\n')) {
    const equals = line.indexOf('=')
    if (equals < 1) continue
    const name = line.slice(0, equals)
    const values = found.get(name)
    if (values === undefined) found.set(name, [utf8(line.slice(equals + 1))])
    else values.push(utf8(line.slice(equals + 1)))
  }
  return found
}

function unitOf(found: Properties, boot: number | undefined): UnitFact {
  const activeState = first(found, 'ActiveState')
  const runs = activeState !== 'inactive' && activeState !== 'failed' && activeState !== ''
  const monotonic = wholeNumber(first(found, 'ExecMainStartTimestampMonotonic')) ?? 0
  return {
    name: first(found, 'Id'),
    activeState,
    subState: first(found, 'SubState'),
    enabled: first(found, 'UnitFileState'),
    mainPid: wholeNumber(first(found, 'MainPID')) ?? 0,
    restarts: wholeNumber(first(found, 'NRestarts')) ?? 0,
    startedAt: runs
      ? (systemdTime(first(found, 'ExecMainStartTimestamp')) ?? (monotonic > 0 && boot !== undefined ? boot + monotonic / 1e6 : 0))
      : 0,
    user: first(found, 'User'),
    group: first(found, 'Group'),
    supplementaryGroups: wordsOf(found.get('SupplementaryGroups')),
    fragmentPath: first(found, 'FragmentPath'),
    dropIns: wordsOf(found.get('DropInPaths')),
    environmentFiles: (found.get('EnvironmentFiles') ?? [])
      .map((entry) => entry.replace(/ \(ignore_errors=(?:yes|no)\)$/, ''))
      .filter((path) => path !== ''),
    execStart: execLine(found.get('ExecStart')?.at(-1) ?? ''),
    canReload: yes(first(found, 'CanReload')),
    type: first(found, 'Type'),
    sandbox: {
      protectHome: first(found, 'ProtectHome') || 'no',
      privateTmp: yes(first(found, 'PrivateTmp')),
      privateUsers: yes(first(found, 'PrivateUsers')),
      protectSystem: first(found, 'ProtectSystem') || 'no',
      dynamicUser: yes(first(found, 'DynamicUser')),
      rootDirectory: first(found, 'RootDirectory'),
      inaccessiblePaths: wordsOf(found.get('InaccessiblePaths')).map(bare),
      temporaryFileSystems: wordsOf(found.get('TemporaryFileSystem')).map((entry) => bare(entry.split(':')[0] ?? '')),
    },
  }
}

function first(found: Properties, name: string): string {
  return found.get(name)?.[0] ?? ''
}

function wordsOf(values: readonly string[] | undefined): readonly string[] {
  return (values ?? []).flatMap(listWords)
}

/** `-` before a path: may be missing; `+`: below the root directory of the unit. */
function bare(path: string): string {
  return path.replace(/^[-+]+/, '')
}
