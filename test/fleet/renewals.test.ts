import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { shakeHands } from './support/handshakes.ts'
import { changed, tlsplayJson, type Told } from './support/program.ts'

/** How many handshakes; the figure of docs/reliability.md was made with 100,000. */
const wanted = Number(process.env['TLSPLAY_HANDSHAKES'] ?? 1500)
const leastRenewals = 3
const clients = 8

let fleet: Fleet
let port: number
beforeAll(async () => {
  fleet = await startFleet({ hosts: [{ kind: 'prometheus', name: 'h1' }] })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  port = fleet.host('h1').port(9090)
})
afterAll(() => fleet?.stop())

async function renew(organisation: string): Promise<Told> {
  const inventory = await fleet.inventory({ extraVarsPerHost: { h1: { published: port, organisation } } })
  const told = await tlsplayJson(['run', join(fleet.folder, 'renewals.yml'), '-i', inventory])
  expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
  return told
}

const exec = async (program: string): Promise<string> => (await fleet.host('h1').exec(program)).stdout.trim()

test(
  'no handshake fails while the pair of a service that reads it on every handshake is renewed again and again',
  async () => {
    await renew('first')
    const before = await exec('systemctl show -p MainPID prometheus')
    const hands = shakeHands(port, clients)
    let renewals = 0
    while (renewals < leastRenewals || hands.count() < wanted) {
      renewals += 1
      const told = await renew(`renewal ${renewals}`)
      expect(changed(told).filter((label) => label.endsWith('web config file'))).toHaveLength(1)
    }
    const { count, failed, served } = await hands.end()
    process.stderr.write(`${count} handshakes of ${clients} clients over ${renewals} renewals: ${failed.length} failed\n`)
    expect(failed).toEqual([])
    expect(served).toHaveLength(renewals + 1)
    // It was never started again, one pair is left, and old keys are kept by number.
    expect(await exec('systemctl show -p MainPID prometheus')).toBe(before)
    expect(await exec('ls /etc/prometheus/tls')).toBe(`pair-${renewals + 1}\nserver.crt\nserver.key`)
    expect(Number(await exec(`grep -rlF 'PRIVATE KEY' /var/lib/tlsplay /etc/prometheus | wc -l`))).toBeLessThanOrEqual(1 + 2)
    const quiet = await renew(`renewal ${renewals}`)
    expect(changed(quiet)).toEqual([])
    expect(quiet.report.stats[0]?.exchanges).toBeLessThanOrEqual(2)
  },
  Math.max(120_000, wanted * 60),
)

test('a client that is turned away is counted', async () => {
  const hands = shakeHands(port, 1)
  await exec('systemctl stop prometheus')
  while (hands.count() === 0) await exec('true')
  const { failed } = await hands.end()
  await exec('systemctl start prometheus')
  expect(failed.length).toBeGreaterThan(0)
})
