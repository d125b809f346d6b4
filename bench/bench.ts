import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { becomeOwner } from '../test/fleet/lab/owner.ts'
import { type BenchFleet, startBenchFleet } from './fleet.ts'
import { type BenchOptions, readOptions } from './options.ts'
import { type Comparison, type Exchanges, type Row, rows, table } from './report.ts'
import { alternate, type Side, timed } from './timing.ts'

/** Rounds of the start-up comparison: each is a twentieth of a second, so a few do not tell. */
const startupRounds = 21

const say = (line: string) => console.error(line)

/** Measures and prints; the exit code, 1 when something did not do what it is timed for. */
export async function main(words: readonly string[], root: string): Promise<number> {
  let options: BenchOptions
  try {
    options = readOptions(words)
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return 1
  }
  const result = await measure(options, root)
  const heading = `${options.hosts} hosts on a machine with ${cpus().length} cores, which they share with both sides; node ${process.versions.node}`
  console.log(`${heading}\n\n${table(result)}`)
  if (options.json !== undefined)
    await writeFile(
      options.json,
      `${JSON.stringify({ heading, hosts: options.hosts, rounds: options.rounds, rows: result }, undefined, 2)}\n`,
    )
  return 0
}

async function measure({ hosts, rounds, only }: BenchOptions, root: string): Promise<readonly Row[]> {
  const compared: Comparison[] = []
  if (only.includes('startup')) compared.push(await startup(root))
  if (!only.includes('nothing') && !only.includes('apply')) return compared.flatMap(rows)
  becomeOwner()
  const fleet = await startBenchFleet(hosts, join(root, 'bench/raw'), say)
  // Interrupted, the hosts must go too: they are containers, no children of this process.
  const interrupted = () => void fleet.stop().finally(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    await fleet.reset()
    if (only.includes('apply')) compared.push(await firstApply(fleet, root, hosts, rounds))
    if (only.includes('nothing')) compared.push(await nothingToDo(fleet, root, hosts, rounds))
  } finally {
    await fleet.stop()
  }
  return compared.flatMap(rows)
}

async function startup(root: string): Promise<Comparison> {
  say('start-up')
  const sides: readonly Side[] = [
    { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
    { name: 'tlsplay --version', argv: [process.execPath, join(root, 'dist/main.js'), '--version'] },
  ]
  const timings = await alternate(sides, startupRounds, () => undefined)
  return { name: 'start-up', baseline: 'node -e 0', targets: { 'tlsplay --version': 1.5 }, timings, exchanges: {} }
}

async function firstApply(fleet: BenchFleet, root: string, hosts: number, rounds: number): Promise<Comparison> {
  say('first apply')
  const tlsplay = tlsplaySide(fleet, root, hosts, 'changed')
  const unguarded: Side = { ...rawSide(fleet, fleet.applyScript), name: 'raw, no guard' }
  const fresh = { before: () => fleet.reset() }
  const sides: readonly Side[] = [
    { ...unguarded, ...fresh },
    { ...rawSide(fleet, fleet.guardedScript), ...fresh },
    { ...tlsplay, ...fresh },
  ]
  const timings = await alternate(sides, rounds, say)
  // Neither side is faster for doing less: each finds what the other made to be as it must be, and a fresh host not to be.
  await timed(rawSide(fleet, fleet.checkScript))
  await fleet.reset()
  await refused(rawSide(fleet, fleet.checkScript))
  const exchanges = await counted(tlsplay)
  for (const script of [fleet.applyScript, fleet.guardedScript]) {
    await fleet.reset()
    await timed(rawSide(fleet, script))
    const { output } = await timed(tlsplaySide(fleet, root, hosts, 'unchanged'))
    judge(output, hosts, 'unchanged')
  }
  return {
    name: 'first apply',
    baseline: 'raw',
    targets: { tlsplay: 1.05 },
    timings,
    exchanges: { [unguarded.name]: oneEach(hosts), raw: oneEach(hosts), tlsplay: exchanges },
  }
}

async function nothingToDo(fleet: BenchFleet, root: string, hosts: number, rounds: number): Promise<Comparison> {
  say('nothing to do')
  await fleet.reset()
  await timed(tlsplaySide(fleet, root, hosts, 'changed'))
  const tlsplay = tlsplaySide(fleet, root, hosts, 'unchanged')
  const floor: Side = { name: 'floor', argv: [process.execPath, join(root, 'bench/floor.mjs'), fleet.folder, fleet.checkScript] }
  const timings = await alternate([rawSide(fleet, fleet.checkScript), tlsplay, floor], rounds, say)
  const exchanges = { raw: oneEach(hosts), tlsplay: await counted(tlsplay), floor: oneEach(hosts) }
  return { name: 'nothing to do', baseline: 'raw', targets: { tlsplay: 1 }, timings, exchanges }
}

/** A check that cannot fail would prove nothing. */
async function refused(side: Side): Promise<void> {
  const passed = await timed(side).then(
    () => true,
    () => false,
  )
  if (passed) throw new Error(`${side.name}: the check passes on hosts that nothing was done to`)
}

/** Ends with 1 unless everything on every host is as it must be, seen from the host and from here. */
function rawSide(fleet: BenchFleet, script: string): Side {
  return { name: 'raw', argv: ['sh', fleet.fleetScript, fleet.folder, script] }
}

function tlsplaySide(fleet: BenchFleet, root: string, hosts: number, outcome: Outcome): Side {
  return {
    name: 'tlsplay',
    argv: [
      process.execPath,
      join(root, 'dist/main.js'),
      'run',
      join(root, 'bench/site.yml'),
      '-i',
      fleet.inventory,
      '--forks',
      String(hosts),
    ],
    judge: (output) => judge(output, hosts, outcome),
  }
}

type Outcome = 'changed' | 'unchanged'

function judge(output: string, hosts: number, outcome: Outcome): void {
  const changed = [...output.matchAll(/ changed=(\d+) /g)].map(([, number]) => Number(number))
  const right = changed.length === hosts && changed.every((number) => (outcome === 'changed' ? number > 0 : number === 0))
  if (!right) throw new Error(`tlsplay: expected ${hosts} hosts ${outcome}:\n${output}`)
}

/** What the transport counted, in a run that is not timed. */
async function counted(tlsplay: Side): Promise<Exchanges> {
  const [program, ...words] = tlsplay.argv
  const { output } = await timed({ name: tlsplay.name, argv: [program, ...words, '--stats'] })
  const [, connections, exchanges] = /^all +total +: (\d+) connections?, \d+ channels?, (\d+) exchanges?/m.exec(output) ?? []
  if (connections === undefined || exchanges === undefined) throw new Error(`tlsplay --stats counted nothing:\n${output}`)
  return { connections: Number(connections), exchanges: Number(exchanges) }
}

/** One ssh for each host, which is fed its script and answers once. */
function oneEach(hosts: number): Exchanges {
  return { connections: hosts, exchanges: hosts }
}
