import { spawn } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { tlsplayJson } from '../support/program.ts'
import { until } from '../support/until.ts'
import { type KillSite, type Place, watchdogSeconds, words } from './site.ts'
import { type Moment, moments } from './watcher.ts'

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** What one kill came to. */
export interface Struck {
  /** where the run really was; undefined: it had ended before */
  readonly moment: Moment | undefined
  readonly outcome: 'old' | 'new'
  /** seconds from when a program of the run was last seen at work on the host until its guard began, if it had to; by the clock of the host */
  readonly guardBegan: number | undefined
  /** and until nothing of the transaction was left */
  readonly guardDone: number | undefined
  readonly violations: readonly string[]
}

/** How long each moment lasts in a run that nobody disturbs, in milliseconds. */
export type Lengths = Record<Moment, number>

function start(site: KillSite, place: Place, round: number, given: { struck: boolean; fails: boolean }) {
  const child = spawn(process.execPath, [main, ...words(site, place, round, given)], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
  })
  return { child, ended: new Promise<number | null>((resolve) => child.once('exit', resolve)) }
}

/** Two runs that are only watched: one that ends well and one that goes back. */
export async function measure(site: KillSite, place: Place, round: number): Promise<Lengths> {
  const begins = new Map<string, number>()
  for (const fails of [true, false]) {
    const begun = performance.now()
    place.watcher.say('aim', 'none', 0)
    const { ended } = start(site, place, round, { struck: true, fails })
    const code = await ended
    if ((code === 0) === fails) throw new Error(`${place.host.name}: an undisturbed run ended with ${code}`)
    const closed = performance.now()
    place.watcher.say('go')
    const passing = (line: string, at: number): void => {
      if (line.startsWith('at ') && (!fails || line === 'at x')) begins.set(line.slice(3), at)
    }
    await place.watcher.hear('gone', 10_000, passing)
    await place.watcher.hear('rest', 60_000)
    begins.set('c', begun)
    if (fails) begins.set('end of x', closed)
    else begins.set('end of f', closed)
  }
  const lengths = moments.map((moment, index) => {
    const from = begins.get(moment)
    const to = moment === 'x' || moment === 'f' ? begins.get(`end of ${moment}`) : begins.get(moments[index + 1] ?? '')
    // What is too short to be seen is struck as soon as it begins. Behind the commit the controller soon is at its end.
    const part = moment === 'f' ? 0.5 : 1
    return [moment, from === undefined || to === undefined ? 0 : Math.max(0, to - from) * part] as const
  })
  return Object.fromEntries(lengths) as Record<Moment, number>
}

/** Kills a run of this round at a moment, `into` of its length (0 to 1) behind its begin, and judges what becomes of the host. */
export async function strike(
  site: KillSite,
  place: Place,
  kill: { moment: Moment; into: number; length: number; round: number; before: number },
): Promise<Struck> {
  const { watcher } = place
  const delay = kill.into * kill.length
  watcher.say('aim', kill.moment, delay.toFixed(1))
  await watcher.hear('aimed', 10_000)
  const { child, ended } = start(site, place, kill.round, { struck: true, fails: kill.moment === 'x' })
  if (kill.moment === 'c') setTimeout(() => child.kill('SIGKILL'), delay)
  // Whether it was killed or came to its end before: then the host goes on.
  const over = ended.then((code) => {
    watcher.say('go')
    return code
  })
  const { rest: gone } = await watcher.hear('gone', 240_000, (line) => {
    if (line.startsWith('stopped ')) child.kill('SIGKILL')
  })
  const code = await over
  const struck = child.signalCode === 'SIGKILL'
  let [quiet, undoing] = [0, 0]
  const moment = struck ? (gone as Moment) : undefined
  const heard = await watcher
    .hear('rest', 240_000, (line) => {
      const [word, seconds] = line.split(' ')
      if (word === 'quiet') quiet = Number(seconds)
      if (word === 'undoing') undoing = Number(seconds)
    })
    .catch(() => undefined)
  // Nothing is judged of a host that does not come to rest, but what it is at.
  if (heard === undefined) return { ...restless, moment, violations: [`${place.host.name} never came to rest:\n${await atWork(place)}`] }
  const rest = Number(heard.rest)
  const found = await judge(place, kill, moment ?? (code === 0 ? 'f' : 'c'))
  // Going back that the controller had begun, or its host ends, is none of the guard.
  const guarded = undoing > 0 && moment !== undefined && moment !== 'x'
  return {
    ...{ moment, outcome: found.outcome, violations: found.violations },
    guardBegan: guarded ? undoing - quiet : undefined,
    guardDone: guarded ? rest - quiet : undefined,
  }
}

const restless = { outcome: 'old', guardBegan: undefined, guardDone: undefined } as const

async function atWork({ host }: Place): Promise<string> {
  const state = '/var/lib/tlsplay'
  return (await host.exec(`ls -la ${state} ${state}/open ${state}/undoing 2>&1; tail -n 3 ${state}/log; ps -eo pid,ppid,stat,etime,args`))
    .stdout
}

/** `moment`: where it was, or for one that ended before what it told. Old or new and nothing between; the key belongs to the certificate; no debris; and what is served is what lies there. */
async function judge(place: Place, kill: { round: number; before: number }, moment: Moment) {
  const { host, certificate, key, watcher, port } = place
  watcher.say('look', certificate, key)
  const [crt, pem] = [await watcher.hear('file', 10_000), await watcher.hear('file', 10_000)]
  const debris = Number((await watcher.hear('debris', 10_000)).rest)
  const violations: string[] = []
  let round = -1
  let fingerprint = ''
  try {
    const found = new X509Certificate(Buffer.from(crt.rest, 'hex'))
    round = Number(/round(\d+)\./.exec(found.subjectAltName ?? '')?.[1] ?? -1)
    fingerprint = found.fingerprint256
    if (!found.checkPrivateKey(createPrivateKey(Buffer.from(pem.rest, 'hex'))))
      violations.push('the key does not belong to the certificate')
  } catch (error) {
    violations.push(`key or certificate cannot be read: ${String(error)}`)
  }
  const mayBe = roundsAfter(kill, moment)
  if (!mayBe.includes(round)) violations.push(`the certificate is of round ${round}, not of ${mayBe.join(' or ')}`)
  if (debris > 0) violations.push(`${debris} files of the run were left behind`)
  await until(
    () => `${host.name} serves what lies there`,
    async () => ((await served(host.port(port))) === fingerprint ? true : undefined),
    60_000,
  ).catch((error: unknown) => violations.push(String(error)))
  return {
    outcome: round === kill.round ? ('new' as const) : ('old' as const),
    violations: violations.map((one) => `${host.name}: ${one}`),
  }
}

/** A run that had committed is done; one that was about to may be; everything else goes back. */
function roundsAfter(kill: { round: number; before: number }, moment: Moment): readonly number[] {
  if (moment === 'f') return [kill.round]
  return moment === 'v' ? [kill.before, kill.round] : [kill.before]
}

function served(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, servername: 'localhost' }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256)
      socket.destroy()
    })
    socket.once('error', () => resolve(undefined))
    socket.setTimeout(5000, () => {
      resolve(undefined)
      socket.destroy()
    })
  })
}

export interface Matrix {
  readonly struck: ReadonlyMap<Moment, readonly Struck[]>
  readonly missed: number
  readonly violations: readonly string[]
}

/**
 * Kills of every moment on one host until each was met so often, always where there were fewest. Behind every tenth of them the
 * same command has to finish the job, and to find nothing to do then.
 */
export async function killMatrix(site: KillSite, place: Place, each: number, random: () => number): Promise<Matrix> {
  const struck = new Map<Moment, Struck[]>(moments.map((moment) => [moment, []]))
  const violations = [...(await finishes(site, place, 0))]
  const lengths = { ...(await measure(site, place, 1)) }
  let [before, missed, kills] = [1, 0, 0]
  const least = (): Moment | undefined =>
    moments
      .filter((moment) => (struck.get(moment)?.length ?? 0) < each)
      .toSorted((one, other) => (struck.get(one)?.length ?? 0) - (struck.get(other)?.length ?? 0))[0]
  for (let moment = least(); moment !== undefined && kills < each * moments.length * 2; moment = least()) {
    kills += 1
    const round = 1 + kills
    const result = await strike(site, place, { moment, into: random(), length: lengths[moment], round, before })
    violations.push(...result.violations.map((one) => `kill ${kills} at ${result.moment ?? 'its end'}, meant for ${moment}: ${one}`))
    if (result.moment === undefined) missed += 1
    else struck.get(result.moment)?.push(result)
    // It passed sooner than where it was measured: the next one comes earlier.
    if (result.moment === undefined || moments.indexOf(result.moment) > moments.indexOf(moment)) lengths[moment] *= 0.7
    if (result.outcome === 'new') before = round
    if (kills % 10 === 0) {
      before = round
      violations.push(...(await finishes(site, place, round)).map((one) => `behind kill ${kills} at ${result.moment}: ${one}`))
    }
  }
  return { struck, missed, violations }
}

/** Of several hosts. */
export function merged(matrices: readonly Matrix[]): Matrix {
  return {
    struck: new Map(moments.map((moment) => [moment, matrices.flatMap(({ struck }) => struck.get(moment) ?? [])])),
    missed: matrices.reduce((sum, { missed }) => sum + missed, 0),
    violations: matrices.flatMap(({ violations }) => violations),
  }
}

async function finishes(site: KillSite, place: Place, round: number): Promise<readonly string[]> {
  const again = await tlsplayJson(words(site, place, round, { struck: false, fails: false }))
  const third = await tlsplayJson(words(site, place, round, { struck: false, fails: false }))
  const changed = third.report.recap.reduce((sum, one) => sum + one.changed, 0)
  return [
    ...again.report.problems.map(({ code, message }) => `the same command again: ${code} ${message}`),
    ...(changed === 0 ? [] : [`a third run changed ${changed}`]),
  ]
}

/** One line for docs/reliability.md, and what a guard took at most, in seconds. */
export function summary(
  name: string,
  { struck, missed }: Matrix,
): { readonly line: string; readonly began: number; readonly done: number } {
  const all = [...struck.values()].flat()
  const most = (of: (one: Struck) => number | undefined): number => Math.max(0, ...all.map((one) => of(one) ?? 0))
  const count = (outcome: 'old' | 'new'): number => all.filter((one) => one.outcome === outcome).length
  const [began, done] = [most((one) => one.guardBegan), most((one) => one.guardDone)]
  const guarded = all.filter((one) => one.guardDone !== undefined).length
  const perMoment = [...struck].map(([moment, found]) => `${moment} ${found.length}`).join(', ')
  return {
    ...{ began, done },
    line: `kills, ${name}: ${all.length} (${perMoment}; ${missed} came too late): ${count('old')} old, ${count('new')} new; ${guarded} by the guard, which began ${began.toFixed(1)} s and was done ${done.toFixed(1)} s after the last program at most (watchdog ${watchdogSeconds} s)`,
  }
}

/** Moments that were met less often than wanted. */
export function unmet(matrix: Matrix, each: number): readonly string[] {
  return moments
    .filter((moment) => (matrix.struck.get(moment)?.length ?? 0) < each)
    .map((moment) => `${moment}: ${matrix.struck.get(moment)?.length} of ${each}`)
}
