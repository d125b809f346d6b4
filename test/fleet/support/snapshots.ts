import { changes, type Fleet, type LabHost, type Snapshot, volatilePaths } from '../lab/index.ts'
import { quote } from '../lab/quote.ts'

/** What `ssh HOST 'sudo -n true'` alone changes is asserted in lab.test.ts: login records, the journal, sessions below /run. */
const byLogin =
  /^\S+ (?:~ (?:\/run(?:\/\S*)?|\/var\/log\/(?:journal\/\S+|lastlog|wtmp|btmp|faillog)|\/var\/lib\/(?:systemd|private)\/\S*)(?::|$)|[+-] \/(?:run|var\/log\/journal)\/)/

const inodes = `find / /run /run/lock /dev/shm -xdev ${quote([...Object.keys(volatilePaths).flatMap((path) => ['-path', path, '-prune', '-o']), '-printf', '%y\\t%m\\t%U:%G\\t%s\\t%T@\\t%C@\\t%i\\t%l\\t%p\\0'])}`

/**
 * The same without digests, for tests that look often: nobody can write, replace, rename or chmod a file and keep its ctime
 * and inode. GNU find only.
 */
async function inodeSnapshot(host: LabHost): Promise<Snapshot> {
  const records = (await prepared(host, inodes)).split('\0').filter((record) => record !== '')
  return new Map(
    records.map((record) => record.split('\t')).map((columns) => [columns.slice(8).join('\t'), columns.slice(0, 8).join('\t')]),
  )
}

/** Does something between two snapshots of all hosts: `host ~ path: what` for all that changed, but for what a login changes by itself. */
export async function changesDuring<T>(
  fleet: Fleet,
  act: () => Promise<T>,
  depth: 'inodes' | 'digests' = 'inodes',
): Promise<{ readonly told: T; readonly touched: readonly string[] }> {
  const snapshots = () => Promise.all(fleet.hosts.map((host) => (depth === 'digests' ? host.snapshot() : inodeSnapshot(host))))
  const before = await snapshots()
  const told = await act()
  const after = await snapshots()
  const all = before.flatMap((snapshot, at) =>
    changes(snapshot, after[at] ?? new Map()).map((change) => `${fleet.hosts[at]?.name} ${change}`),
  )
  return { told, touched: all.filter((line) => !byLogin.test(line)) }
}

/** Runs set-up beside ssh; it must succeed. Answers with what it printed. */
export async function prepared(host: LabHost, script: string): Promise<string> {
  const { code, stdout, stderr } = await host.exec(script)
  if (code !== 0) throw new Error(`${host.name}: ${script}: exit ${code}: ${stderr || stdout}`)
  return stdout
}
