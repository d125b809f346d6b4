import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { CaseFile, RoleCase } from '../../load/role-case.ts'
import { absent, type Probe, probeKey } from '../../model/fact.ts'
import { parseCertificateFile } from '../../pki/parse.ts'
import { type HostConnector, nothingUndone } from '../../ports/host-session.ts'

/** Seconds since 1970 by the clock of every host of a case, and of the plan. */
export const caseClock = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000

const idOf = (name: string): number => (name === 'root' ? 0 : 999)

/** An ordinary answer of each kind; a case says what differs from it. */
const ordinary: Readonly<Record<string, (target: Readonly<Record<string, unknown>>) => object>> = {
  unit: ({ name }) => ({
    ...{ name, activeState: 'active', subState: 'running', enabled: 'enabled', mainPid: 100, restarts: 0, startedAt: caseClock - 3600 },
    ...{ user: '', group: '', supplementaryGroups: [], fragmentPath: `/lib/systemd/system/${String(name)}` },
    ...{ dropIns: [], environmentFiles: [], execStart: '', canReload: false, type: 'simple', sandbox },
  }),
  user: ({ name }) => ({ name, uid: idOf(String(name)), gid: idOf(String(name)), group: name, gids: [idOf(String(name))] }),
  group: ({ name }) => ({ gid: idOf(String(name)) }),
  listener: () => ({ state: 'closed', chain: [] }),
  process: () => ({ processes: [] }),
  command: () => ({ rc: 0, stdout: '', stderr: '' }),
  log: () => ({ lines: [] }),
  key: () => ({ spki: undefined }),
  certificate: () => ({ chain: [] }),
  tool: ({ name }) => ({ path: `/usr/bin/${String(name)}` }),
  space: () => ({ mount: '/', freeKiB: 1_000_000, freeInodes: 100_000, readOnly: false }),
  system: () => ({
    ...{ hostname: 'host', fqdn: 'host.example.net', addresses: ['192.0.2.10'], osFamily: 'Debian', osId: 'debian', osVersion: '12' },
    ...{ init: 'systemd', user: 'root', uid: 0, architecture: 'x86_64', opensslVersion: '3.0.19', now: caseClock },
  }),
}

const sandbox = {
  ...{ protectHome: 'no', privateTmp: false, privateUsers: false, protectSystem: 'no', dynamicUser: false, rootDirectory: '' },
  ...{ inaccessiblePaths: [], temporaryFileSystems: [] },
}

/** What a host answers of which nothing was said: tools, room, the system, root and the users of its files. */
const always: ReadonlySet<string> = new Set(['tool', 'space', 'system', 'process', 'listener', 'log'])

/** A host that has what a case says and nothing else. It only answers; commands that were asked and not told are kept in `unanswered`. */
export function caseHost(one: Pick<RoleCase, 'files' | 'facts'>): {
  readonly connector: HostConnector
  readonly unanswered: readonly string[]
} {
  const files = hostFiles(one.files)
  const owners = new Set(['root', ...[...files.values()].flatMap(({ owner, group }) => [owner, group])])
  const unanswered: string[] = []

  const answer = (probe: Probe): unknown => {
    const target = probe.target as Readonly<Record<string, unknown>>
    const told = one.facts.find((fact) => probe.kind in fact && covers(fact[probe.kind] ?? {}, target))
    const usual = ordinary[probe.kind]?.(target) ?? {}
    if (told !== undefined) return told.is === 'absent' ? absent : { ...usual, ...told.is }
    const file = typeof target['path'] === 'string' ? files.get(target['path']) : undefined
    switch (probe.kind) {
      case 'file':
        return file === undefined ? absent : fileFact(file)
      case 'content':
        return file?.type === 'file' ? { bytes: Buffer.from(file.content) } : absent
      case 'digest':
        return file?.type === 'file' ? { sha256: createHash('sha256').update(file.content).digest('hex') } : absent
      case 'certificate':
        return file?.type === 'file' ? parseCertificateFile(file.content) : absent
      case 'user':
      case 'group':
        return owners.has(String(target['name'])) ? usual : absent
      case 'command':
        unanswered.push(JSON.stringify(target['argv']))
        return usual
      default:
        return always.has(probe.kind) ? usual : absent
    }
  }
  const nothing = async () => new Map()
  const connector: HostConnector = {
    open: async () => ({
      observe: async (probes) => new Map(probes.map((probe) => [probeKey(probe), answer(probe)])),
      ...{ prepare: nothing, act: nothing, discard: async () => undefined, close: async () => undefined },
      ...{ uncommitted: false, unfinished: false, commit: async () => undefined, rollback: async () => nothingUndone },
      stats: { connections: 0, channels: 0, exchanges: 0, bytesSent: 0, bytesReceived: 0 },
    }),
  }
  return { connector, unanswered }
}

/** What a case says of a target may leave parts of it open. */
function covers(said: Readonly<Record<string, unknown>>, target: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(said).every(([key, value]) => isDeepStrictEqual(value, target[key]))
}

type WholeFile = Required<CaseFile>

const folders = ['/', '/etc', '/home', '/opt', '/tmp', '/usr', '/usr/bin', '/usr/local', '/usr/local/share', '/var', '/var/lib', '/var/log']

function hostFiles(given: RoleCase['files']): ReadonlyMap<string, WholeFile> {
  const folder: WholeFile = { type: 'directory', content: '', owner: 'root', group: 'root', mode: '0755', link: '' }
  const files = new Map<string, WholeFile>(folders.map((path) => [path, folder]))
  for (const path of Object.keys(given))
    for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) files.set(path.slice(0, at), folder)
  for (const [path, file] of Object.entries(given)) {
    const { type = 'file', ...rest } = typeof file === 'string' ? { content: file } : (file as CaseFile)
    const owner = rest.owner ?? 'root'
    files.set(path, { ...folder, type, mode: type === 'directory' ? '0755' : '0644', group: owner, ...rest })
  }
  return files
}

function fileFact({ type, owner, group, mode, content, link }: WholeFile) {
  return {
    ...{ type, owner, group, uid: idOf(owner), gid: idOf(group), mode: Number.parseInt(mode, 8), size: Buffer.byteLength(content) },
    ...{ mtime: caseClock - 7200, links: 1 },
    ...(type === 'link' ? { link } : {}),
  }
}
