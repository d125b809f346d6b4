import { expect, test } from 'vitest'
import type { Probe } from '../../src/model/fact.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import { seeded } from '../fakes/canaries.ts'
import { MemoryHost } from '../fakes/memory-host.ts'
import { play } from '../fakes/play.ts'

/** What a host says of itself may be called anything: it never says how it, or another host, is reached. */

const names = [
  ...['ansible_host', 'ansible_port', 'ansible_user', 'ansible_connection', 'ansible_become', 'ansible_become_user', 'ansible_password'],
  ...['ansible_ssh_private_key_file', 'ansible_ssh_common_args', 'ansible_python_interpreter', 'ansible_shell_executable'],
  ...['tlsplay_jump', 'tlsplay_known_hosts_file', 'tlsplay_state_folder', 'transport', 'address', 'user', 'become'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'then', 'toJSON', 'facts', 'ansible_facts', 'hostvars', 'vars'],
]

function tree(random: () => number, depth: number): unknown {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  if (depth === 0 || random() < 0.3) return pick(['evil.example', 'local', 22, true, null, '{{ inventory_hostname }}', '-oProxyCommand=x'])
  if (random() < 0.15) return [tree(random, depth - 1)]
  const entries = Array.from({ length: 1 + Math.floor(random() * 4) }, () => [pick(names), tree(random, depth - 1)] as const)
  // As JSON brings it: `__proto__` is a key of its own there.
  return JSON.parse(`{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',')}}`)
}

/** Says more of itself than it is asked for, at every place where it says something. */
class HostileHost extends MemoryHost {
  readonly #random: () => number
  constructor(random: () => number) {
    super()
    this.#random = random
    this.commands.set('tell', { rc: 0, stdout: JSON.stringify(tree(random, 4)) })
  }
  override answer(probe: Probe): unknown {
    const answer = super.answer(probe)
    const said = tree(this.#random, 4)
    return probe.kind === 'system' && typeof said === 'object' ? { ...said, ...(answer as object) } : answer
  }
}

/** Asks, registers, keeps what was said as facts of the run, and reaches all hosts again for a second play and from others. */
const site = `
- hosts: all
  tasks:
    - {name: asked, debug: {msg: "{{ facts.hostname }} {{ facts.user }}"}}
    - {name: tell, command: {argv: [tell]}, register: said}
    - {name: kept, set_fact: {kept: "{{ fromJson said.stdout }}", ansible_facts: "{{ fromJson said.stdout }}"}}
    - {name: elsewhere, command: {argv: [there]}, delegate_to: h0}
- hosts: all
  tasks:
    - {name: again, command: {argv: [again]}}
`

async function targets(hosts: ReadonlyMap<string, MemoryHost>): Promise<readonly ConnectionTarget[]> {
  const reached: ConnectionTarget[] = []
  const { problems } = await play(site, hosts, { reached: (target) => reached.push(target) })
  expect(problems).toEqual([])
  return reached.toSorted((one, other) => `${one.name} ${one.exclusive}`.localeCompare(`${other.name} ${other.exclusive}`))
}

test('3,000 trees of hostile facts: every host is reached as if it had said nothing', { timeout: 120_000 }, async () => {
  const hosts = (make: () => MemoryHost) => new Map(Array.from({ length: 250 }, (_, index) => [`h${index}`, make()] as const))
  const plain = await targets(hosts(quiet))
  expect(plain.length).toBeGreaterThanOrEqual(250)
  const random = seeded(3)
  for (let round = 0; round < 6; round += 1) {
    const told = await targets(hosts(() => new HostileHost(random)))
    expect(told).toEqual(plain)
  }
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as Record<string, unknown>)['ansible_host']).toBeUndefined()
})

function quiet(): MemoryHost {
  const host = new MemoryHost()
  host.commands.set('tell', { rc: 0, stdout: '{}' })
  return host
}

test('the twin: what the inventory says of a host is how it is reached', async () => {
  const reached: ConnectionTarget[] = []
  await play(site, new Map([['h0', quiet()]]), {
    files: { '/p/inventory.yml': 'all: { hosts: { h0: { ansible_host: elsewhere.example, ansible_port: 2222 } } }\n' },
    reached: (target) => reached.push(target),
  })
  expect(reached[0]).toMatchObject({ address: 'elsewhere.example', port: 2222 })
})
