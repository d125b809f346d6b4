import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sha256Hex } from '../../src/lib/digest.ts'
import type { ActStep, StageStep } from '../../src/ports/host-session.ts'
import type { HostSession } from '../../src/ports/host-session.ts'
import { defaultSearchPath } from '../../src/transport/bootstrap.ts'
import { problemOf, programPath, removeTemporaryFolders, script, targetWith, temporaryFolder, toolbox } from '../ssh/rig.ts'
import { localHosts } from './local-hosts.ts'

let folder = ''
let managed = ''
let open: HostSession[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-transaction-'))
  managed = join(folder, 'etc')
  mkdirSync(managed)
  writeFileSync(at('replaced'), 'old\n', { mode: 0o640 })
  writeFileSync(at('removed'), 'old too\n', { mode: 0o600 })
  writeFileSync(at('opened'), 'same\n', { mode: 0o600 })
  symlinkSync('replaced', at('link'))
  mkdirSync(at('folder'))
  writeFileSync(at('folder/inside'), 'deep\n')
})
afterEach(async () => {
  await Promise.all(open.map((session) => session.close()))
  open = []
  // A guard that waits for its run sees that all is gone, and goes too.
  rmSync(folder, { recursive: true, force: true })
})
afterAll(removeTemporaryFolders)

const at = (name: string): string => join(managed, name)
const state = (...names: readonly string[]): string => join(folder, 'state', ...names)

async function session(id: string, given: { readonly seconds?: number; readonly path?: string } = {}): Promise<HostSession> {
  const { seconds = 60, path } = given
  const hosts = localHosts({ path, now: Date.parse('2026-01-02T03:05:00.000Z'), run: { id, watchdogSeconds: seconds } })
  const opened = await hosts.open(targetWith({ transport: 'local', stateFolder: state() }))
  open.push(opened)
  return opened
}

const ours = { owner: undefined, group: undefined }
const write = (name: string, content: string, was: string | undefined): ActStep & StageStep => ({
  ...{ kind: 'write', path: at(name), content, ...ours, mode: 0o600 },
  expect: was === undefined ? 'absent' : { sha256: sha256Hex(was) },
})
const service = (): ActStep => ({
  ...{ kind: 'run', command: { script: `echo started >>${folder}/service` }, mayFail: true },
  undo: `cat ${at('replaced')} >>${folder}/service`,
})

/** One step of every kind. */
const steps = (): readonly ActStep[] => [
  write('replaced', 'new\n', 'old\n'),
  write('replaced', 'newer\n', 'new\n'),
  { kind: 'directory', path: at('made'), ...ours, mode: 0o755 },
  write('made/created', 'new\n', undefined),
  { kind: 'link', path: at('link'), to: 'opened' },
  { kind: 'link', path: at('new-link'), to: 'opened' },
  { kind: 'attributes', path: at('opened'), ...ours, mode: 0o644 },
  { kind: 'remove', path: at('removed'), recursive: false },
  { kind: 'remove', path: at('folder'), recursive: true },
  { kind: 'remove', path: at('never-there'), recursive: false },
  service(),
]

/** Stages and does them all, and tells which failed. */
async function apply(host: HostSession, wanted: readonly ActStep[] = steps(), from = 0): Promise<readonly string[]> {
  const numbered = wanted.map((step, index) => ({ number: from + index, step }))
  const staged = numbered.filter((one): one is { number: number; step: ActStep & StageStep } => one.step.kind === 'write')
  const answers = [...(await host.prepare(staged)), ...(await host.act([{ mayFail: false, steps: numbered }]))]
  return answers.flatMap(([number, { ok, stdout, stderr }]) => (ok ? [] : [`${number}: ${stdout}${stderr}`]))
}

/** Every path below, with all that going back must bring back; an inode tells that no file was copied. */
function snapshot(): readonly string[] {
  return readdirSync(managed, { recursive: true })
    .map(String)
    .toSorted()
    .map((name) => {
      const stat = lstatSync(at(name))
      const what = stat.isSymbolicLink() ? readlinkSync(at(name)) : stat.isFile() ? `${stat.ino} ${readFileSync(at(name), 'utf8')}` : ''
      return `${name} ${stat.mode.toString(8)} ${what}`
    })
}

/** Not merely a zombie that nobody has collected yet. */
function isAlive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z'
  return !/\) [ZX]/.test(stat)
}

const log = (): string => readFileSync(state('log'), 'utf8')

const canFreeze =
  spawnSync('sh', ['-c', 'f=$(mktemp) && chattr +i "$f" 2>/dev/null && chattr -i "$f" && rm -f "$f"']).status === 0 &&
  process.getuid?.() === 0
describe.runIf(canFreeze)('a file that is immutable', () => {
  afterEach(() => {
    spawnSync('chattr', ['-i', at('opened')])
  })
  const wanted = (): readonly ActStep[] => [write('replaced', 'new\n', 'old\n'), write('opened', 'other\n', 'same\n')]

  test('fails its step, stays as it is, and what came before it goes back', async () => {
    expect(spawnSync('chattr', ['+i', at('opened')]).status).toBe(0)
    const before = snapshot()
    const host = await session('aaaaaaaa')
    const failed = await apply(host, wanted())
    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatch(/^1: .*Operation not permitted/s)
    expect(readFileSync(at('replaced'), 'utf8')).toBe('new\n')
    expect(await host.rollback('failed')).toMatchObject({ any: true, left: [] })
    expect(snapshot()).toEqual(before)
  })

  test('is named where it is another one than was there', async () => {
    const host = await session('aaaaaaaa')
    expect(await apply(host, [write('opened', 'other\n', 'same\n')])).toEqual([])
    expect(spawnSync('chattr', ['+i', at('opened')]).status).toBe(0)
    expect((await host.rollback('failed')).left).toEqual([expect.stringContaining(`${at('opened')}: what was there still lies at`)])
  })

  test('the twin: the same steps end well where it is not', async () => {
    expect(await apply(await session('aaaaaaaa'), wanted())).toEqual([])
    expect(readFileSync(at('opened'), 'utf8')).toBe('other\n')
  })
})

test('a commit leaves what is new, and the old versions in the history alone', async () => {
  const host = await session('aaaaaaaa')
  expect(await apply(host)).toEqual([])
  expect(host.uncommitted).toBe(true)
  const guard = Number(readFileSync(state('open/armed'), 'utf8'))
  expect(isAlive(guard)).toBe(true)
  await host.commit()
  await vi.waitFor(() => expect(isAlive(guard)).toBe(false), { timeout: 500, interval: 10 })
  expect(host.uncommitted).toBe(false)
  expect(snapshot().map((line) => line.split(' ')[0])).toEqual(['link', 'made', 'made/created', 'new-link', 'opened', 'replaced'])
  expect(readFileSync(at('replaced'), 'utf8')).toBe('newer\n')
  expect(log()).toBe('committed 2026-01-02T03:05:00.000Z aaaaaaaa 2026-01-02T03:04:05.000Z alice desk\n')
  const kept = readdirSync(state('history', '2026-01-02T03:04:05.000Z.aaaaaaaa.1')).filter((name) => name.startsWith('.tlsplay'))
  expect(kept.map((name) => name.replace(/.*\./, ''))).toEqual(['o0', 'o1', 'o4', 'o7', 'o8'])
  expect(lstatSync(state('history')).mode & 0o7777).toBe(0o700)
})

test('journal and staged files are on the disk before the first rename, and the folders before the commit', async () => {
  const tools = temporaryFolder()
  const seen = join(tools, 'seen')
  for (const tool of ['sync', 'mv']) script(join(tools, tool), `#!/bin/sh\necho "${tool} $*" >>${seen}\nexec ${programPath(tool)} "$@"\n`)
  const host = await session('aaaaaaaa', { path: `${tools}:/usr/bin:/bin:/usr/sbin:/sbin` })
  expect(await apply(host, [write('replaced', 'new\n', 'old\n')])).toEqual([])
  await host.commit()
  const [before = '', swap = '', folders = '', commit = ''] = readFileSync(seen, 'utf8').split('\n')
  expect(before).toMatch(/^sync \S+\/open\/files\.000001 \S+\/open \S+\/etc\/\.tlsplay\.[0-9a-f]+\.tls_s0$/)
  expect(swap).toBe(`mv -fT -- ${before.split(' ').at(-1)} ${at('replaced')}`)
  expect(folders).toBe(`sync ${managed}`)
  expect(commit).toContain('/open ')
})

test('a disk that does not take the journal keeps everything as it is', async () => {
  const before = snapshot()
  const tools = temporaryFolder()
  script(join(tools, 'sync'), '#!/bin/sh\nexit 1\n')
  const host = await session('aaaaaaaa', { path: `${tools}:/usr/bin:/bin:/usr/sbin:/sbin` })
  expect((await problemOf(apply(host, [write('replaced', 'new\n', 'old\n')]))).code).toBe('STATE_UNUSABLE')
  await host.discard()
  expect(snapshot()).toEqual(before)
})

test('of ten commits the old versions of two are kept', async () => {
  for (let round = 0; round < 10; round += 1) {
    const host = await session(`0000000${round}`)
    expect(await apply(host, [write('replaced', `${round}\n`, round === 0 ? 'old\n' : `${round - 1}\n`)])).toEqual([])
    await host.commit()
    await host.close()
  }
  expect(readdirSync(state('history')).map((name) => name.slice(-10, -2))).toEqual(['00000008', '00000009'])
})

describe('going back', () => {
  test('brings back every file, link, mode and folder by a rename, then the service, and leaves nothing', async () => {
    const before = snapshot()
    const host = await session('aaaaaaaa')
    expect(await apply(host)).toEqual([])
    expect(await host.rollback('failed')).toMatchObject({ any: true, left: [] })
    expect(snapshot()).toEqual(before)
    expect(readFileSync(join(folder, 'service'), 'utf8')).toBe('started\nold\n')
    expect(
      readdirSync(state())
        .toSorted()
        .filter((name) => !name.startsWith('acting')),
    ).toEqual(['history', 'lock', 'log', 'owner'])
    expect(log()).toMatch(/^undone \S+ failed aaaaaaaa /)
    // And it can go on: with another transaction.
    expect(await apply(host, [write('replaced', 'again\n', 'old\n')], 100)).toEqual([])
    await host.commit()
    expect(readFileSync(at('replaced'), 'utf8')).toBe('again\n')
  })

  test('covers every program of the transaction, and stops at what never happened', async () => {
    const before = snapshot()
    const host = await session('aaaaaaaa')
    expect(await apply(host, [write('replaced', 'new\n', 'old\n')])).toEqual([])
    const failed = await apply(
      host,
      [write('opened', 'new\n', 'same\n'), { kind: 'link', path: join(folder, 'no/such/x'), to: 'x' }, service()],
      10,
    )
    expect(failed).toHaveLength(1)
    expect(await host.rollback('failed')).toMatchObject({ any: true, left: [] })
    expect(snapshot()).toEqual(before)
    expect(existsSync(join(folder, 'service'))).toBe(false)
  })

  test('names what it cannot take back, takes back the rest, and is done by the next run', async () => {
    const host = await session('aaaaaaaa')
    expect(await apply(host, [write('replaced', 'new\n', 'old\n'), write('opened', 'new\n', 'same\n')])).toEqual([])
    rmSync(at('replaced'))
    mkdirSync(at('replaced'))
    const { left } = await host.rollback('failed')
    expect(left).toEqual([`${at('replaced')}: a folder is in the way of what was there`])
    expect(readFileSync(at('opened'), 'utf8')).toBe('same\n')
    expect(log()).toMatch(/^incomplete \S+ failed aaaaaaaa /)
    await host.close()
    const second = await session('bbbbbbbb')
    await second.observe([{ kind: 'file', target: { path: '/' } }])
    expect(second.unfinished).toBe(true)
    expect((await problemOf(apply(second, [write('opened', 'b', 'same\n')]))).code).toBe('ROLLED_BACK')
    rmSync(at('replaced'), { recursive: true })
    expect(await second.rollback('found')).toMatchObject({ any: false, left: [] })
    expect(readFileSync(at('replaced'), 'utf8')).toBe('old\n')
    expect(await apply(second, [write('opened', 'b', 'same\n')], 50)).toEqual([])
  })

  const shells = [['dash'], ['busybox', 'sh'], ['bash'], ['mksh']]
  test.each(shells)('works in %s %s, and after being killed at any of its renames', async (program, ...words) => {
    const before = snapshot()
    for (let fatal = 1; ; fatal += 1) {
      const host = await session('aaaaaaaa', { seconds: 0 })
      expect(await apply(host)).toEqual([])
      await host.close()
      rmSync(state('owner'))
      spawnSync('mv', [state('open'), state('undoing')])
      const tools = temporaryFolder()
      const counter = join(tools, 'count')
      script(
        join(tools, 'mv'),
        `#!/bin/sh\necho >>${counter}\n[ $(wc -l <${counter}) != ${fatal} ] || { kill -9 $PPID; exit 1; }\nexec ${programPath('mv')} "$@"\n`,
      )
      const undo = (path: string) =>
        spawnSync(programPath(program ?? '') ?? '', [...words, state('undoing/watch'), 'now', 'found'], {
          env: { PATH: path, LC_ALL: 'C' },
        })
      const first = undo(`${tools}${delimiter}${process.env['PATH']}`)
      if (first.signal === null) {
        expect(fatal).toBeGreaterThan(4)
        expect(snapshot()).toEqual(before)
        return
      }
      undo(process.env['PATH'] ?? '')
      expect(snapshot()).toEqual(before)
      // Killed at the very last, nothing is left to do but to clear away.
      rmSync(state(), { recursive: true, force: true })
    }
  })
})

describe('a host that does not hear of its run', () => {
  const left = (): readonly string[] => readdirSync(state()).filter((name) => name === 'open' || name.startsWith('undoing'))
  const undone = async (limitMs: number): Promise<void> => {
    await vi.waitFor(() => expect([existsSync(state('log')) && log(), left()]).toEqual([expect.stringMatching(/^undone /), []]), {
      timeout: limitMs,
      interval: 50,
    })
  }

  test('goes back by itself, within its time and two seconds', async () => {
    const before = snapshot()
    const host = await session('aaaaaaaa', { seconds: 1 })
    expect(await apply(host)).toEqual([])
    await host.close()
    await undone(3000 + 1000)
    expect(snapshot()).toEqual(before)
    expect(readFileSync(join(folder, 'service'), 'utf8')).toBe('started\nold\n')
    expect(log()).toMatch(/ watchdog aaaaaaaa /)
  })

  test('goes back as well when only files were staged, and clears those away', async () => {
    const before = snapshot()
    const host = await session('aaaaaaaa', { seconds: 1 })
    await host.prepare([{ number: 0, step: write('replaced', 'new\n', 'old\n') as StageStep }])
    await host.close()
    await undone(4000)
    expect(snapshot()).toEqual(before)
  })

  test('waits as long as it is heard of, and keeps what is committed', async () => {
    const { path, pass } = steppedGuard()
    const host = await session('aaaaaaaa', { seconds: 1, path })
    expect(await apply(host)).toEqual([])
    const beat = (): string => readFileSync(state('open/beat'), 'utf8')
    // A second is four looks.
    for (let look = 0; look < 6; look += 1) {
      const heard = beat()
      await vi.waitFor(() => expect(beat()).not.toBe(heard), { timeout: 60_000, interval: 10 })
      await pass()
    }
    await host.commit()
    expect(readFileSync(at('replaced'), 'utf8')).toBe('newer\n')
    expect(log()).toMatch(/^committed /)
  })

  test('the twin: a second in which it hears nothing, and it goes back', async () => {
    const before = snapshot()
    const { path, pass } = steppedGuard()
    const host = await session('aaaaaaaa', { seconds: 1, path })
    expect(await apply(host)).toEqual([])
    await host.close()
    for (let look = 0; look < 6 && existsSync(state('open')); look += 1) await pass()
    await undone(10_000)
    expect(snapshot()).toEqual(before)
  })

  /**
   * A guard whose next nap passes when it is told. It has passed once the guard has looked who is heard, and naps again or has
   * begun to go back: what is heard before that look counts for it, and not for the next one.
   */
  function steppedGuard(): { readonly path: string; readonly pass: () => Promise<void> } {
    const [next, begun] = [join(folder, 'next'), join(folder, 'begun')]
    const path = withSleep(
      `echo >>${begun}\nuntil rm ${next} 2>/dev/null; do ${programPath('sleep')} 0.01; [ -d ${folder} ] || exit 1; done`,
    )
    const naps = (): number => (existsSync(begun) ? readFileSync(begun).length : 0)
    let passed = 0
    const pass = async (): Promise<void> => {
      const waiting = { timeout: 60_000, interval: 10 }
      await vi.waitFor(() => expect(naps()).toBeGreaterThan(passed), waiting)
      writeFileSync(next, '')
      passed += 1
      await vi.waitFor(() => expect(naps() > passed || !existsSync(state('open'))).toBe(true), waiting)
    }
    return { path, pass }
  }

  /** Folders of tools in which a nap of the guard is what `body` makes of it; systemd would start it among tools of its own. */
  function withSleep(body: string): string {
    const tools = temporaryFolder()
    script(join(tools, 'sleep'), `#!/bin/sh\n[ "$1" = 0.25 ] || exec ${programPath('sleep')} "$@"\n${body}\n`)
    script(join(tools, 'systemd-run'), '#!/bin/sh\nexit 1\n')
    return `${tools}${delimiter}${defaultSearchPath}`
  }

  /** A guard whose naps fly while the file is there, one line for each of them, and stand still else. */
  function fastGuard(): { readonly path: string; readonly naps: string } {
    const [sleep, naps] = [programPath('sleep'), join(folder, 'naps')]
    return {
      path: withSleep(`until [ -e ${naps} ]; do ${sleep} 0.01; [ -d ${folder} ] || exit 1; done\necho >>${naps}`),
      naps,
    }
  }

  test('waits for a step that goes on', async () => {
    const { path, naps } = fastGuard()
    const host = await session('aaaaaaaa', { seconds: 15, path })
    const longStep = `: >${naps}; until [ $(wc -l <${naps}) -gt 150 ]; do sleep 0.01; done; rm ${naps}`
    expect(
      await apply(host, [write('replaced', 'new\n', 'old\n'), { kind: 'run', command: { script: longStep }, mayFail: false }]),
    ).toEqual([])
    await host.commit()
    expect(readFileSync(at('replaced'), 'utf8')).toBe('new\n')
  })

  test('the twin: as many seconds without a step at work, and it goes back', async () => {
    const before = snapshot()
    const { path, naps } = fastGuard()
    const host = await session('aaaaaaaa', { seconds: 15, path })
    expect(await apply(host, [write('replaced', 'new\n', 'old\n')])).toEqual([])
    writeFileSync(naps, '')
    await undone(10_000)
    expect((await problemOf(host.commit())).code).toBe('ROLLED_BACK')
    expect(snapshot()).toEqual(before)
  })

  test('tells the run that comes back, and does nothing more of it', async () => {
    const before = snapshot()
    const host = await session('aaaaaaaa')
    expect(await apply(host, [write('replaced', 'new\n', 'old\n')])).toEqual([])
    // As the watchdog decides it.
    spawnSync('mv', [state('open'), state('undoing')])
    spawnSync('/bin/sh', [state('undoing/watch'), 'now', 'watchdog'])
    expect(await problemOf(apply(host, [write('opened', 'late\n', 'same\n')], 10))).toMatchObject({ code: 'ROLLED_BACK', host: 'h1' })
    expect(snapshot()).toEqual(before)
    await host.close()
    const second = await session('bbbbbbbb')
    await apply(second, [write('replaced', 'new\n', 'old\n')])
    spawnSync('mv', [state('open'), state('undoing')])
    spawnSync('/bin/sh', [state('undoing/watch'), 'now', 'watchdog'])
    expect((await problemOf(second.commit())).code).toBe('ROLLED_BACK')
  })

  test('where nothing can stand guard, nothing is changed unless one does without', async () => {
    const before = snapshot()
    const tools = [
      'sh',
      'id',
      'ls',
      'mkdir',
      'ln',
      'mv',
      'rm',
      'cat',
      'cp',
      'chmod',
      'flock',
      'sleep',
      'base64',
      'sha256sum',
      'mktemp',
      'head',
      'stat',
      'chown',
      'rmdir',
      'date',
    ]
    const path = toolbox(tools)
    const problem = await problemOf(apply(await session('aaaaaaaa', { path })))
    expect(problem).toMatchObject({ code: 'NO_WATCHDOG', hint: expect.stringContaining('--watchdog 0') })
    expect(snapshot()).toEqual(before)
    await open[0]?.close()
    const without = await session('bbbbbbbb', { path, seconds: 0 })
    expect(await apply(without)).toEqual([])
    expect(await without.rollback('failed')).toMatchObject({ any: true, left: [] })
    expect(snapshot()).toEqual(before)
  })
})
