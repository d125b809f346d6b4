import { createHash } from 'node:crypto'
import { isUndoable } from '../../src/execute/journal.ts'
import { linkTarget } from '../../src/lib/paths.ts'
import { absent, type Probe, probeKey } from '../../src/model/fact.ts'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { openPrivateKey } from '../../src/pki/private-key.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import type { ProblemCode } from '../../src/model/problem-codes.ts'
import type { StepAnswer } from '../../src/model/step.ts'
import { revealText } from '../../src/model/value.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import { type ActStep, type Answers, type HostConnector, type HostSession, nothingUndone } from '../../src/ports/host-session.ts'

export interface MemoryFile {
  readonly type: 'file' | 'directory' | 'link'
  readonly content: string
  readonly owner: string
  readonly group: string
  readonly mode: number
  readonly link?: string
}

export interface CommandAnswer {
  readonly rc: number
  readonly stdout: string
}

/** A host that lives in memory: it answers questions and performs steps, and keeps a log of both. */
export class MemoryHost {
  readonly files = new Map<string, MemoryFile>()
  /** what was done, one line per visible step, in order */
  readonly deeds: string[] = []
  /** exchanges so far */
  exchanges = 0
  connections = 0
  /** transactions that counted */
  commits = 0
  /** command line -> answer, or its answers one after another of which the last one stays; anything else answers 0 and nothing */
  readonly commands = new Map<string, CommandAnswer | CommandAnswer[]>()
  unreachable = false
  /** what going back cannot take back */
  stuck: readonly string[] = []
  /** its files when the transaction that is open was opened */
  before: ReadonlyMap<string, MemoryFile> | undefined
  /** a run that is gone left changes there */
  leftover = false
  /** its connection ends when it is asked to act */
  lost = false
  /** a tool that every program for this host needs and that is not there */
  lacks: string | undefined
  /** what goes wrong with the host, and when; what was done until then stays done */
  breaks: { readonly at: 'open' | 'observe' | 'prepare' | 'act'; readonly code: ProblemCode } | undefined
  /** paths whose writing fails while staging */
  readonly full = new Set<string>()
  /** folders on a filesystem that is mounted read-only */
  readonly fixed = new Set<string>()
  #clock = 1000

  constructor() {
    for (const path of ['/', '/etc', '/etc/app', '/tmp', '/usr', '/var'])
      this.files.set(path, { type: 'directory', content: '', owner: 'root', group: 'root', mode: 0o755 })
  }

  put(path: string, content: string, owner = 'root', mode = 0o644): void {
    this.files.set(path, { type: 'file', content, owner, group: owner, mode })
  }

  answer(probe: Probe): unknown {
    switch (probe.kind) {
      case 'file': {
        const file = this.files.get(probe.target.path)
        if (file === undefined) return absent
        const id = (name: string): number => (name === 'root' ? 0 : 1000)
        return {
          type: file.type,
          owner: file.owner,
          group: file.group,
          uid: id(file.owner),
          gid: id(file.group),
          mode: file.mode,
          size: file.content.length,
          mtime: this.#clock,
          links: 1,
          ...(file.link === undefined ? {} : { link: file.link }),
        }
      }
      case 'content': {
        const file = this.#opened(probe.target.path)
        return file?.type === 'file' ? { bytes: Buffer.from(file.content) } : absent
      }
      case 'digest': {
        const file = this.#opened(probe.target.path)
        return file?.type === 'file' ? { sha256: createHash('sha256').update(file.content).digest('hex') } : absent
      }
      case 'certificate': {
        const file = this.#opened(probe.target.path)
        return file?.type === 'file' ? parseCertificateFile(file.content) : absent
      }
      case 'key': {
        const file = this.#opened(probe.target.path)
        if (file?.type !== 'file') return absent
        const key = openPrivateKey(file.content, probe.target.passphrase)
        return typeof key === 'string' ? { spki: undefined, broken: key } : { spki: key.spki, keyType: key.keyType }
      }
      case 'user':
        return ['root', 'app'].includes(probe.target.name)
          ? {
              name: probe.target.name,
              uid: probe.target.name === 'root' ? 0 : 1000,
              gid: probe.target.name === 'root' ? 0 : 1000,
              group: probe.target.name,
              gids: [],
            }
          : absent
      case 'group':
        return ['root', 'app'].includes(probe.target.name) ? { gid: probe.target.name === 'root' ? 0 : 1000 } : absent
      case 'space':
        return { mount: '/', freeKiB: 1_000_000, freeInodes: 1000, readOnly: this.fixed.has(probe.target.path) }
      case 'tool':
        return { path: `/usr/bin/${probe.target.name}` }
      case 'command': {
        const known = this.#commandAnswer(probe.target.argv.join(' '))
        return { rc: known?.rc ?? 0, stdout: known?.stdout ?? '', stderr: '' }
      }
      case 'system':
        return {
          hostname: 'h',
          fqdn: 'h.lab.test',
          addresses: ['127.0.0.1'],
          osFamily: 'Debian',
          osId: 'debian',
          osVersion: '12',
          init: 'systemd',
          user: 'root',
          uid: 0,
          architecture: 'x86_64',
          opensslVersion: '3.0.19',
          now: this.#clock,
        }
      default:
        return absent
    }
  }

  /** What opening a path opens: through the links at its end. */
  #opened(path: string): MemoryFile | undefined {
    const file = this.files.get(path)
    return file?.link === undefined ? file : this.#opened(linkTarget(path, file.link))
  }

  perform(step: ActStep): StepAnswer {
    const done = (line: string, stdout = ''): StepAnswer => {
      this.deeds.push(line)
      this.#clock += 1
      return { ok: true, rc: 0, stdout, stderr: '' }
    }
    switch (step.kind) {
      case 'write': {
        const content = step.content instanceof Uint8Array ? Buffer.from(step.content).toString() : revealText(step.content)
        const before = this.files.get(step.path)
        const drift =
          step.expect === 'absent'
            ? before !== undefined
            : createHash('sha256')
                .update(before?.content ?? '')
                .digest('hex') !== step.expect.sha256
        if (drift) return { ok: false, rc: 97, stdout: '', stderr: 'the file changed since it was planned' }
        this.files.set(step.path, { type: 'file', content, owner: step.owner ?? 'root', group: step.group ?? 'root', mode: step.mode })
        return done(`write ${step.path}`)
      }
      case 'directory':
        this.files.set(step.path, {
          type: 'directory',
          content: '',
          owner: step.owner ?? 'root',
          group: step.group ?? 'root',
          mode: step.mode,
        })
        return done(`directory ${step.path}`)
      case 'link':
        this.files.set(step.path, { type: 'link', content: '', owner: 'root', group: 'root', mode: 0o777, link: step.to })
        return done(`link ${step.path}`)
      case 'attributes': {
        const before = this.files.get(step.path)
        if (before !== undefined)
          this.files.set(step.path, {
            ...before,
            owner: step.owner ?? before.owner,
            group: step.group ?? before.group,
            mode: step.mode ?? before.mode,
          })
        return done(`attributes ${step.path}`)
      }
      case 'remove':
        for (const path of [...this.files.keys()]) if (path === step.path || path.startsWith(`${step.path}/`)) this.files.delete(path)
        return done(`remove ${step.path}`)
      case 'run': {
        const line = 'argv' in step.command ? step.command.argv.join(' ') : revealText(step.command.script)
        const known = this.#commandAnswer(line)
        const answer = done(`run ${line}`, known?.stdout ?? '')
        return { ...answer, rc: known?.rc ?? 0, ok: step.mayFail || (known?.rc ?? 0) === 0 }
      }
      case 'install':
        throw new Error('a memory host makes no files')
    }
  }

  #commandAnswer(line: string): CommandAnswer | undefined {
    const known = this.commands.get(line)
    if (!Array.isArray(known)) return known
    return known.length > 1 ? known.shift() : known[0]
  }

  reach(moment: NonNullable<MemoryHost['breaks']>['at'], name: string): void {
    if (this.breaks?.at !== moment) return
    const at = { file: 'inventory.yml', line: 1, column: 1 }
    throw new TlsplayError([{ code: this.breaks.code, host: name, at, message: `${name}: it broke to see what happens` }])
  }

  /** `exclusive`: what is done over it can be taken back, as over the connection of a host that a run has to itself. */
  session(exclusive = true, name = ''): HostSession {
    this.connections += 1
    const host = this
    const before = host.exchanges
    /** the transaction that is open is of this session */
    let mine = false
    return {
      async observe(probes) {
        host.exchanges += 1
        host.reach('observe', name)
        if (host.lacks !== undefined) throw new TlsplayError([{ code: 'TOOL_MISSING', message: `${host.lacks} is not installed` }])
        return new Map(probes.map((probe) => [probeKey(probe), host.answer(probe)]))
      },
      async prepare(steps) {
        host.exchanges += 1
        host.reach('prepare', name)
        return new Map(
          steps.map(({ number, step }) => [
            number,
            host.full.has(step.kind === 'write' ? step.path : '')
              ? { ok: false, rc: 1, stdout: '', stderr: 'No space left on device' }
              : { ok: true, rc: 0, stdout: '', stderr: '' },
          ]),
        )
      },
      async act(groups): Promise<Answers> {
        host.exchanges += 1
        if (host.lost) throw new TlsplayError([{ code: 'CONNECTION_LOST', message: 'the connection ended' }])
        host.reach('act', name)
        const answers = new Map<number, StepAnswer>()
        for (const group of groups) {
          let waits = false
          for (const { number, step } of group.steps) {
            if (exclusive && isUndoable(step)) {
              host.before ??= new Map(host.files)
              mine = true
            }
            const answer = host.perform(step)
            answers.set(number, answer)
            waits ||= answer.rc !== 0
            if (answer.ok) continue
            if (!group.mayFail) return answers
            break
          }
          if (waits && !group.mayFail) return answers
        }
        return answers
      },
      async discard() {},
      get uncommitted() {
        return mine && host.before !== undefined
      },
      get unfinished() {
        return exclusive && host.leftover
      },
      async commit() {
        if (mine && host.before !== undefined) host.commits += 1
        host.before = undefined
        mine = false
      },
      async rollback() {
        if (host.leftover) {
          host.leftover = false
          host.deeds.push('rollback')
          return nothingUndone
        }
        if (host.before === undefined) return nothingUndone
        host.files.clear()
        for (const [path, file] of host.before) host.files.set(path, file)
        host.before = undefined
        mine = false
        host.deeds.push('rollback')
        return { ...nothingUndone, any: true, left: host.stuck }
      },
      get stats() {
        return {
          connections: host.connections,
          channels: host.connections,
          exchanges: host.exchanges - before,
          bytesSent: 0,
          bytesReceived: 0,
        }
      },
      async close() {},
    }
  }
}

/** Hosts by name; a name that is missing or marked is unreachable. */
export function memoryHosts(hosts: ReadonlyMap<string, MemoryHost>): HostConnector {
  return {
    async open(target: ConnectionTarget) {
      const host = hosts.get(target.name)
      if (host === undefined || host.unreachable)
        throw new TlsplayError([{ code: 'HOST_UNREACHABLE', host: target.name, message: `cannot reach ${target.name} over ssh` }])
      host.reach('open', target.name)
      return host.session(target.exclusive, target.name)
    },
  }
}
