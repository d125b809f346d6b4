import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prelude } from '../../../src/lib/prelude.ts'
import type { Change } from '../../../src/model/task-type.ts'
import { startedOf } from '../../../src/services/stable.ts'
import { applyService, type Deed, processLook, processScript, type UnitVerb, unitLook, unitScript } from '../../../src/tasks/service/act.ts'

let folder = ''
let server = ''
const wait = { stableSeconds: 0.2, timeoutSeconds: 5, port: undefined }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-act-'))
  server = join(folder, 'server.mjs')
  writeFileSync(
    server,
    "import { createServer } from 'node:net'\nconsole.log('up as', process.argv.slice(2).join('|'))\nif (process.argv[2] === 'fail') process.exit(3)\ncreateServer().listen(Number(process.argv[2]), '127.0.0.1')\n",
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

function sh(script: string): { readonly rc: number; readonly stdout: string } {
  const done = spawnSync('sh', ['-s'], { input: `${prelude}\n${script}`, encoding: 'utf8' })
  return { rc: done.status ?? -1, stdout: done.stdout }
}

/** A start, and the look at it that follows. */
function startAndLook(deed: Extract<Deed, { kind: 'process' }>): { readonly rc: number; readonly stdout: string } {
  const act = sh(processScript(deed))
  const started = startedOf(act.stdout)
  return started === undefined ? act : sh(processLook(deed, started))
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

const restart: Change<Deed> = {
  action: 'restart',
  target: 'a.service',
  summary: '',
  diffs: [],
  reason: '',
  data: { kind: 'unit', verb: 'restart', unit: 'a.service', wait },
}

describe('a process of its own, in a real shell', () => {
  const deed = (
    verb: 'start' | 'restart' | 'stop',
    port: number,
    words: readonly string[],
    pids: readonly number[] = [],
  ): Extract<Deed, { kind: 'process' }> => ({
    kind: 'process',
    verb,
    name: 'app',
    pids,
    wait: { ...wait, port },
    command: {
      argv: [process.execPath, server, ...words],
      exe: server,
      user: userInfo().username,
      logFile: join(folder, 'app.log'),
      stopSignal: 'TERM',
    },
  })
  const pidOn = (port: number): number => {
    const argvOf = (pid: string) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      } catch {
        // It has ended since its folder was listed.
        return []
      }
    }
    return Number(
      readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && argvOf(pid)[1] === server && argvOf(pid)[2] === String(port)) ?? 0,
    )
  }

  test('starts detached with its log, is replaced, and ends', async () => {
    const port = await freePort()
    expect(startAndLook(deed('start', port, [String(port), "it's a $word"]))).toEqual({ rc: 0, stdout: '' })
    expect(readFileSync(join(folder, 'app.log'), 'utf8')).toBe(`up as ${port}|it's a $word\n`)
    const first = pidOn(port)
    expect(startAndLook(deed('restart', port, [String(port)], [first])).rc).toBe(0)
    const second = pidOn(port)
    expect(second).toBeGreaterThan(0)
    expect(second).not.toBe(first)
    expect(sh(processScript(deed('stop', port, [], [second]))).rc).toBe(0)
    expect(pidOn(port)).toBe(0)
  })

  test('one that ends at once is reported with the last lines of its log', async () => {
    const port = await freePort()
    const { rc, stdout } = sh(processScript(deed('start', port, ['fail'])))
    expect(rc).toBe(1)
    expect(stdout).toMatch(/^its process ended soon after the start\n(?:.*\n)*up as fail\n$/)
  })

  test('one that never listens is given up', async () => {
    const [port, other] = [await freePort(), await freePort()]
    const { rc, stdout } = sh(
      processScript({ ...deed('start', port, [String(other)]), wait: { stableSeconds: 0.1, timeoutSeconds: 1, port } }),
    )
    expect({ rc, why: stdout.split('\n')[0] }).toEqual({ rc: 1, why: `nothing listens on port ${port}` })
    expect(sh(processScript(deed('stop', port, [], [pidOn(other)]))).rc).toBe(0)
  })

  test('a process id that now belongs to something else is left alone', async () => {
    const port = await freePort()
    expect(sh(`${processScript(deed('stop', port, [], [process.pid]))}`).rc).toBe(0)
    expect(process.pid).toBeGreaterThan(0)
  })

  test('a log that cannot be written is said', () => {
    const bad = deed('start', 1, ['1'])
    const { rc, stdout } = sh(processScript({ ...bad, command: { ...bad.command, logFile: '/proc/none/app.log' } }))
    expect({ rc, why: stdout.trim() }).toEqual({ rc: 1, why: `${userInfo().username} cannot write /proc/none/app.log` })
  })
})

describe('a unit, against a systemctl that plays one', () => {
  /**
   * A stand-in whose unit is what five variables say; `acts` is what a restart does to them, `later` what has become of them
   * when the next program looks. Its process is this one, which is there for every program.
   */
  const systemctl = (acts: string, state = 'active') => `
S=${state} P=$PPID N=0 R=old W=success
systemctl() {
  echo "$*" >>${folder}/calls
  case $1 in
    show) printf 'ActiveState=%s\\nSubState=x\\nMainPID=%s\\nNRestarts=%s\\nInvocationID=%s\\nExecMainStartTimestampMonotonic=1\\nResult=%s\\n' "$S" "$P" "$N" "$R" "$W" ;;
    restart|start|reload|kill) ${acts} ;;
  esac
}
journalctl() { echo 'last words'; }
`
  const units = { stableSeconds: 0.2, timeoutSeconds: 1, port: undefined }
  const play = (acts: string, verb: UnitVerb, state?: string, later = ':') => {
    writeFileSync(join(folder, 'calls'), '')
    const act = sh(`${systemctl(acts, state)}${unitScript("it's.service", verb, units)}`)
    const started = startedOf(act.stdout)
    const done = started === undefined ? act : sh(`${systemctl(':')}${acts}; ${later}\n${unitLook("it's.service", verb, units, started)}`)
    return {
      ...done,
      calls: readFileSync(join(folder, 'calls'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('show')),
    }
  }

  test.each<{
    case: string
    acts: string
    verb: UnitVerb
    state?: string
    later?: string
    rc: number
    says: string
    calls: readonly string[]
  }>([
    { case: 'a good restart', acts: 'R=new', verb: 'restart', rc: 0, says: '', calls: ["restart --no-block it's.service"] },
    {
      case: 'the state from before the restart does not count',
      acts: ':',
      verb: 'restart',
      rc: 1,
      says: 'it is active (x); gave up after 1 s',
      calls: ["restart --no-block it's.service"],
    },
    {
      case: 'a failed one is reset first',
      acts: 'R=new; S=active',
      verb: 'start',
      state: 'failed',
      rc: 0,
      says: '',
      calls: ["reset-failed it's.service", "start --no-block it's.service"],
    },
    {
      case: 'it fails',
      acts: 'R=new; S=failed',
      verb: 'restart',
      rc: 1,
      says: 'it failed to start',
      calls: ["restart --no-block it's.service"],
    },
    {
      case: 'there is too little memory for it',
      acts: 'R=new; S=failed W=oom-kill',
      verb: 'restart',
      rc: 1,
      says: 'it ran out of memory: that of the host, or what MemoryMax= of its unit lets it have',
      calls: ["restart --no-block it's.service"],
    },
    {
      case: 'there is too little memory for it, and systemd tries again and again',
      acts: 'R=new; S=activating W=oom-kill',
      verb: 'restart',
      rc: 1,
      says: 'it ran out of memory: that of the host, or what MemoryMax= of its unit lets it have; gave up after 1 s',
      calls: ["restart --no-block it's.service"],
    },
    {
      case: 'it ends at once',
      acts: 'R=new; S=inactive',
      verb: 'restart',
      rc: 1,
      says: 'it ended right after the start',
      calls: ["restart --no-block it's.service"],
    },
    {
      case: 'its process is gone',
      acts: 'R=new; P=999999999',
      verb: 'restart',
      rc: 1,
      says: 'its process ended soon after the start; gave up after 1 s',
      calls: ["restart --no-block it's.service"],
    },
    {
      case: 'systemctl refuses',
      acts: 'return 1',
      verb: 'restart',
      rc: 1,
      says: 'systemctl refused',
      calls: ["restart --no-block it's.service"],
    },
    { case: 'a signal that it survives', acts: ':', verb: 'hangup', rc: 0, says: '', calls: ["kill -s HUP --kill-whom=main it's.service"] },
    {
      case: 'an older systemctl knows another word',
      acts: '[ "$4" != --kill-whom=main ]',
      verb: 'hangup',
      rc: 0,
      says: '',
      calls: ["kill -s HUP --kill-whom=main it's.service", "kill -s HUP --kill-who=main it's.service"],
    },
    {
      case: 'a signal that ends it',
      acts: 'R=new',
      verb: 'hangup',
      rc: 1,
      says: 'it ended on the signal and was started again',
      calls: ["kill -s HUP --kill-whom=main it's.service"],
    },
    {
      case: 'its process ends while it is looked at, and nothing starts it again',
      acts: 'R=new',
      later: 'P=999999999 S=failed',
      verb: 'restart',
      rc: 1,
      says: 'it failed to start',
      calls: ["restart --no-block it's.service"],
    },
    {
      case: 'systemd has started it once more, and that start stays',
      acts: 'R=new',
      later: 'R=newer N=1',
      verb: 'restart',
      rc: 0,
      says: 'started again\n',
      calls: ["restart --no-block it's.service"],
    },
    { case: 'a stop', acts: ':', verb: 'stop', rc: 0, says: '', calls: ["stop it's.service"] },
  ])('$case', ({ acts, verb, state, later, rc, says, calls }) => {
    const done = play(acts, verb, state, later)
    expect({ rc: done.rc, stdout: done.stdout }).toEqual({ rc, stdout: rc === 0 ? says : `${says}\nlast words\n` })
    expect(done.calls).toEqual(calls)
  })

  test('systemd that starts it again and again is no success', () => {
    // Each look finds one more restart, as with a program that ends after a second.
    const again = systemctl(':').replace('show) ', 'show) N=$(wc -l <"$COUNT"); echo >>"$COUNT"; ')
    const started = { pid: process.pid, count: 0, run: '.new.1', before: '.older.1', since: 0 }
    const { rc, stdout } = sh(`COUNT=${folder}/count; : >"$COUNT"\n${again}${unitLook('a.service', 'restart', units, started)}`)
    expect({ rc, why: stdout.split('\n')[0] }).toEqual({ rc: 1, why: 'systemd started it again and again; gave up after 1 s' })
  })
})

test.each([
  { said: 'up 12 0 34 .a.5 .b.6', started: { pid: 12, count: 0, since: 34, run: '.a.5', before: '.b.6' } },
  { said: 'noise\nup 12 3 34 - \n', started: { pid: 12, count: 3, since: 34, run: '', before: '' } },
  { said: 'up 12 0 34', started: undefined },
  { said: '', started: undefined },
])('what a start says of itself is read: $said', ({ said, started }) => {
  expect(startedOf(said)).toEqual(started)
})

test('a start whose word of itself cannot be read is no success', () => {
  const acts = applyService(restart)
  acts.next()
  expect(acts.next([{ ok: true, rc: 0, stdout: 'up and away', stderr: '' }]).value).toMatchObject({
    failed: 'a.service: restart failed: what it printed of its start cannot be read\n  up and away',
  })
})

test('a failure is told with the reason, the log and where to look', () => {
  const acts = applyService(restart)
  const first = acts.next()
  expect(first.value).toMatchObject([{ kind: 'run', mayFail: true }])
  const end = acts.next([{ ok: false, rc: 1, stdout: 'it failed to start\nrun: bad key\n', stderr: '' }])
  expect(end.value).toEqual({
    changed: true,
    failed: 'a.service: restart failed: it failed to start\n  run: bad key',
    hint: 'look at its log\njournalctl -u a.service -n 50',
  })
})
