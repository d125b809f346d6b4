import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { programPath, removeTemporaryFolders, script, temporaryFolder, toolbox } from '../ssh/rig.ts'
import { LockShell } from './lock-shell.ts'

const shells = [['dash'], ['busybox', 'sh'], ['bash', '--norc'], ['mksh']].filter(([name = '']) => programPath(name) !== undefined)
const tools = ['id', 'ls', 'mkdir', 'ln', 'mv', 'rm', 'readlink', 'sleep', 'sh', 'cat']
const paths = { 'kernel lock': toolbox([...tools, 'flock']), links: toolbox(tools) }
const kinds = Object.keys(paths) as readonly (keyof typeof paths)[]
const line = (id: string): string => `${id} 2026-01-02T03:04:05.000Z who from`

let parent = ''
let folder = ''
let open: LockShell[] = []
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tlsplay-lock-'))
  folder = join(parent, 'state')
})
afterEach(async () => {
  await Promise.all(open.map((shell) => shell.end('kill')))
  open = []
  rmSync(parent, { recursive: true, force: true })
})
afterAll(removeTemporaryFolders)

function run(
  id: string,
  kind: keyof typeof paths,
  given: { readonly shell?: readonly string[]; readonly path?: string; readonly force?: string; readonly left?: number } = {},
): LockShell {
  const [program = 'dash', ...words] = given.shell ?? ['dash']
  const shell = new LockShell([programPath(program) ?? program, ...words], folder, id, { path: paths[kind], ...given })
  open.push(shell)
  return shell
}

/** A PATH on which whoever takes the lock has it, says so in the file `taken`, and gets no further before the file `hold` is gone. */
function paced(kind: keyof typeof paths, hold: string): string {
  const folder = temporaryFolder()
  const tool = kind === 'links' ? 'ln' : 'flock'
  script(
    join(folder, tool),
    `#!/bin/sh\n${programPath(tool)} "$@" || exit\n: >'${join(parent, 'taken')}'\nwhile [ -e '${hold}' ]; do sleep 0.01; done\n`,
  )
  return [folder, paths[kind]].join(delimiter)
}

async function until(holds: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 10_000, interval: 5 })
}

test('all four shells are here', () => expect(shells).toHaveLength(4))

describe.each(kinds)('with a %s', (kind) => {
  test.each(shells)('%s %s: one enters, the other learns who is inside, and enters once that one is gone', async (...shell) => {
    const first = run('aaaaaaaa', kind, { shell })
    const second = run('bbbbbbbb', kind, { shell })
    expect(await first.enter()).toBe('0')
    expect(await second.enter()).toBe(`1 ${line('aaaaaaaa')}`)
    await first.leave()
    expect(await second.enter()).toBe(`1 ${line('aaaaaaaa')}`)
    expect(await first.enter()).toBe('0')
    await first.end()
    expect(await second.enter()).toBe('0')
    expect(readdirSync(parent)).toEqual(['state'])
  })

  test('who was killed in the middle of a step is in nobody’s way', async () => {
    const first = run('aaaaaaaa', kind)
    expect(await first.enter()).toBe('0')
    await first.end('kill')
    expect(readdirSync(folder).filter((name) => name.startsWith('acting.aaaaaaaa'))).toHaveLength(1)
    expect(await run('bbbbbbbb', kind).enter()).toBe('0')
    expect(readdirSync(folder).filter((name) => name.startsWith('acting.aaaaaaaa'))).toEqual([])
  })

  test('whoever acted since this run looked at the host is told of', async () => {
    const late = run('cccccccc', kind)
    await late.ask('tls_seen=; echo looked')
    const first = run('aaaaaaaa', kind)
    await first.enter()
    await first.end()
    expect(await late.enter()).toBe(`4 ${line('aaaaaaaa')}`)
    await late.end()
    const looked = run('dddddddd', kind)
    await looked.ask(`read -r tls_seen <'${folder}/owner'; echo looked`)
    expect(await looked.enter()).toBe('0')
  })

  test('the same run under another name of the host is let in, and keeps others out when the first has gone', async () => {
    const first = run('aaaaaaaa', kind)
    const again = run('aaaaaaaa', kind)
    expect([await first.enter(), await again.enter()]).toEqual(['0', '0'])
    await first.end()
    expect(await run('bbbbbbbb', kind).enter()).toBe(`1 ${line('aaaaaaaa')}`)
    await again.leave()
    expect(await again.enter()).toBe('0')
    expect(await run('cccccccc', kind).enter()).toBe(`1 ${line('aaaaaaaa')}`)
  })

  test.each(['aaaaaaaa', 'bbbbbbbb'])('%s comes while the first has the lock and has not said yet who it is', async (id) => {
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(join(folder, 'owner'), `${line('00000000')}\n`)
    const hold = join(parent, 'hold')
    writeFileSync(hold, '')
    const first = run('aaaaaaaa', kind, { path: paced(kind, hold) })
    const entered = first.enter()
    await until(() => readdirSync(parent).includes('taken'))
    const second = run(id, kind)
    const answer = second.enter()
    await until(
      () => existsSync(join(folder, `acting.${id}.${second.pid}`)) && statSync(join(folder, `acting.${id}.${second.pid}`)).size === 0,
    )
    rmSync(hold)
    expect(await entered).toBe('0')
    expect(await answer).toBe(id === 'aaaaaaaa' ? '0' : `1 ${line('aaaaaaaa')}`)
  })

  test('who was killed before it said who it is holds nobody up', async () => {
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(join(folder, 'acting.cccccccc.4194303'), 'takes\n')
    const first = run('aaaaaaaa', kind)
    expect(await first.enter()).toBe('0')
    writeFileSync(join(folder, 'acting.cccccccc.4194303'), 'takes\n')
    expect(await run('bbbbbbbb', kind).enter()).toBe(`1 ${line('aaaaaaaa')}`)
  })

  test('by its id a host is taken from a run that lives, which stops before its next step', async () => {
    const first = run('aaaaaaaa', kind)
    await first.enter()
    await first.leave()
    expect(await run('bbbbbbbb', kind, { force: 'cccccccc' }).enter()).toBe(`1 ${line('aaaaaaaa')}`)
    expect(await first.enter()).toBe('0')
    await first.leave()
    const taker = run('dddddddd', kind, { force: 'aaaaaaaa' })
    expect(await taker.enter()).toBe('0')
    expect(await first.enter()).toBe(`3 ${line('dddddddd')}`)
    await taker.leave()
    expect(await first.enter()).toBe(`3 ${line('dddddddd')}`)
    await first.end()
    expect(await run('eeeeeeee', kind).enter()).toBe(`1 ${line('dddddddd')}`)
    expect(await taker.enter()).toBe('0')
  })

  test('a host that is taken in the middle of a step changes hands when that step is over', async () => {
    const first = run('aaaaaaaa', kind)
    await first.enter()
    const taker = run('bbbbbbbb', kind, { force: 'aaaaaaaa' })
    const taken = taker.enter()
    const log = join(parent, 'log')
    // It is fenced, waits, and the step goes on to its end.
    while (!readFileSync(join(folder, 'owner'), 'utf8').startsWith('bbbbbbbb')) await new Promise((resolve) => setTimeout(resolve, 10))
    await first.ask(`echo 'end of the step' >>'${log}'; echo done`)
    await first.leave()
    expect(await taken).toBe('0')
    await taker.ask(`echo 'begin of the other' >>'${log}'; echo done`)
    expect(readFileSync(log, 'utf8')).toBe('end of the step\nbegin of the other\n')
    expect(await first.enter()).toBe(`3 ${line('bbbbbbbb')}`)
  })

  test('its patience ends, and then nobody acts', async () => {
    const first = run('aaaaaaaa', kind)
    await first.enter()
    expect(await run('bbbbbbbb', kind, { force: 'aaaaaaaa', left: 1 }).enter()).toBe(`5 ${line('aaaaaaaa')}`)
    await first.leave()
    expect(await first.enter()).toBe(`3 ${line('bbbbbbbb')}`)
  })

  test('of twenty that come at once one enters, again and again', async () => {
    const counts: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const all = Array.from({ length: 20 }, (_, at) => run(`${round}${String(at).padStart(7, '0')}`, kind))
      const overlap = `mkdir '${parent}/inside' && sleep 0.01 && rmdir '${parent}/inside'`
      const answers = await Promise.all(
        all.map((shell) =>
          shell.ask(`if tls_enter; then { ${overlap.replace('rmdir', 'rm -r')}; } 2>&1 && echo alone || echo overlap; else echo "$?"; fi`),
        ),
      )
      expect(answers.filter((answer) => !['alone', '1'].includes(answer))).toEqual([])
      counts.push(answers.filter((answer) => answer === 'alone').length)
      await Promise.all(all.map((shell) => shell.end()))
    }
    expect(counts).toEqual([1, 1, 1])
  })
})

describe('what others left', () => {
  test.each([
    { shape: 'an empty owner', owner: '' },
    { shape: 'half a line', owner: 'aaaa' },
    { shape: 'no line at all', owner: '\n' },
    { shape: 'something else', owner: '\x1b[31mhello' },
  ])('$shape holds nobody up', async ({ owner }) => {
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(join(folder, 'owner'), owner)
    for (const kind of kinds) {
      const shell = run('aaaaaaaa', kind)
      expect(await shell.enter()).toBe('0')
      await shell.end()
    }
  })

  test.each([
    { shape: 'of another boot', text: () => `another-boot:${process.pid}:${startOf(process.pid)}`, enters: '0' },
    { shape: 'of a process that is gone', text: () => `${boot()}:4194303:1`, enters: '0' },
    { shape: 'of a process whose number another has now', text: () => `${boot()}:${process.pid}:1`, enters: '0' },
    { shape: 'of a process that lives', text: () => `${boot()}:${process.pid}:${startOf(process.pid)}`, enters: '1' },
  ])('a link $shape: $enters', async ({ text, enters }) => {
    mkdirSync(folder, { mode: 0o700 })
    symlinkSync(text(), join(folder, 'lock.41'))
    const shell = run('aaaaaaaa', 'links')
    expect(await shell.enter()).toBe(enters)
    const links = readdirSync(folder).filter((name) => name.startsWith('lock.'))
    expect(links).toEqual([enters === '0' ? 'lock.42' : 'lock.41'])
    if (enters === '0') expect(readlinkSync(join(folder, 'lock.42'))).toBe(`${boot()}:${shell.pid}:${startOf(shell.pid)}`)
  })
})

describe('a folder that is not safe is refused by its name, and nothing is made in it', () => {
  const cases: readonly { readonly shape: string; readonly make: () => void; readonly says: RegExp }[] = [
    { shape: 'a link', make: () => symlinkSync(parent, folder), says: /is a link/ },
    { shape: 'open to others', make: () => openFolder(folder, 0o755), says: /is open to others/ },
    { shape: 'a file', make: () => writeFileSync(folder, ''), says: /^2 / },
    {
      shape: 'below a folder that anybody may write',
      make: () => {
        chmodSync(parent, 0o777)
        mkdirSync(folder, { mode: 0o700 })
      },
      says: /anybody may write/,
    },
  ]
  test.each(cases)('$shape', async ({ make, says }) => {
    make()
    const before = readdirSync(parent, { recursive: true })
    const said = await run('aaaaaaaa', 'kernel lock').enter()
    expect(said).toMatch(/^2 /)
    expect(said).toMatch(says)
    expect(readdirSync(parent, { recursive: true })).toEqual(before)
  })

  test('the twin: folders that it has to make are ours alone', async () => {
    folder = join(parent, 'a', 'b', 'state')
    expect(await run('aaaaaaaa', 'kernel lock').enter()).toBe('0')
    expect(existsSync(join(folder, 'owner'))).toBe(true)
  })
})

function openFolder(path: string, mode: number): void {
  mkdirSync(path)
  chmodSync(path, mode)
}

function boot(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
