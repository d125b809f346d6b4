import type { CommandResult } from './command.ts'
import type { HostKind } from './spec.ts'
import { quote } from './quote.ts'

/**
 * Path to one line: type, mode, uid:gid, size, mtime, ctime, inode, link target, SHA-256 of a regular file.
 * Times have nanoseconds: a file written again with the same bytes within one second is a change.
 */
export type Snapshot = ReadonlyMap<string, string>

// `find -xdev` stays in one filesystem, so each that a program could write to is named. Left out by that: /proc and /sys,
// which are views of the kernel; /dev, which holds device nodes whose times every terminal moves.
const roots = ['/', '/run', '/run/lock', '/dev/shm'] as const

/** Places that change while nobody does anything, each with the reason. Everything else is in the snapshot. */
export const volatilePaths: Readonly<Record<string, string>> = {
  '/var/lib/prometheus/metrics2': "Debian's Prometheus writes its samples here at each scrape",
  '/var/lib/prometheus/wal': 'the same for the upstream-style install',
  '/var/lib/prometheus/chunks_head': 'the same for the upstream-style install',
  '/var/lib/prometheus/queries.active': 'the same for the upstream-style install',
  '/home/prometheus/data': 'the same for the bare process',
  '/var/lib/influxdb': 'InfluxDB writes its own statistics into the database _internal every 10 s',
}

export async function takeSnapshot(kind: HostKind, exec: (script: string) => Promise<CommandResult>): Promise<Snapshot> {
  const result = await exec(kind === 'busybox' ? busyboxScript : gnuScript)
  if (result.code !== 0) throw new Error(`snapshot ended with ${result.code}: ${result.stderr}`)
  return parse(result.stdout)
}

/** One line per path that differs: `+ path`, `- path`, or `~ path: mtime, sha256`. Empty: nothing changed. */
export function changes(before: Snapshot, after: Snapshot): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)]
    if (was === is) return []
    if (was === undefined) return [`+ ${path}`]
    if (is === undefined) return [`- ${path}`]
    const [left, right] = [was.split('\t'), is.split('\t')]
    return [`~ ${path}: ${fields.filter((_, index) => left[index] !== right[index]).join(', ')}`]
  })
}

const fields = ['type', 'mode', 'owner', 'size', 'mtime', 'ctime', 'inode', 'target', 'sha256'] as const

const search = Object.keys(volatilePaths).flatMap((path) => ['-path', path, '-prune', '-o'])

// openssl is five times as fast as sha256sum here (0.7 s against 4.2 s for a whole host); a test may have taken it away.
// A file may be gone between find and digest (a rotated log): xargs then ends with 123, which is no failure of the snapshot.
const digests = (root: string) => `{
  if command -v openssl > /dev/null; then set -- openssl dgst -r -sha256; else set -- sha256sum; fi
  find ${root} -xdev ${quote([...search, '-type', 'f', '-print0'])} | xargs -0 -r "$@" || [ $? -eq 123 ] || echo 'digests failed'
} | tr '\\n' '\\0'`

const gnuScript = roots
  .map(
    (root) =>
      `find ${root} -xdev ${quote([...search, '-printf', 'f %y\\t%m\\t%U:%G\\t%s\\t%T@\\t%C@\\t%i\\t%l\\t%p\\0'])} || exit 1\n${digests(root)}`,
  )
  .join('\n')

// BusyBox 1.35: find has no -printf, and stat no link target. No name on this host holds a newline.
const busyboxScript = ['/', '/dev/shm']
  .map(
    (root) =>
      `{ find ${root} -xdev ${quote([...search, '-print0'])} | xargs -0 -r stat -c 'f %F	%a	%u:%g	%s	%y	%z	%i		%n' || echo 'stat failed'; } | tr '\\n' '\\0'\n${digests(root)}`,
  )
  .join('\n')

function parse(output: string): Snapshot {
  const facts = new Map<string, string>()
  const digestOf = new Map<string, string>()
  for (const record of output.split('\0')) {
    if (record.startsWith('f ')) {
      const columns = record.slice(2).split('\t')
      facts.set(columns.slice(8).join('\t'), columns.slice(0, 8).join('\t'))
    } else if (/^[0-9a-f]{64} [ *]/.test(record)) {
      digestOf.set(record.slice(66), record.slice(0, 64))
    } else if (record !== '' && !record.startsWith('\\')) {
      // A backslash marks a name with a newline, which both programs escape: its other facts have to do.
      throw new Error(`snapshot: cannot read ${JSON.stringify(record.slice(0, 200))}`)
    }
  }
  if (facts.size === 0) throw new Error('the snapshot saw no file at all')
  return new Map([...facts].map(([path, line]) => [path, `${line}\t${digestOf.get(path) ?? ''}`]))
}
