import { expect, test } from 'vitest'
import { howReached, toldConnections } from '../../src/cli/told-connections.ts'
import type { RunEvent } from '../../src/model/event.ts'
import { Secret } from '../../src/model/value.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import { eventText } from '../../src/view/events-text.ts'
import { MemoryHost } from '../fakes/memory-host.ts'

const target: ConnectionTarget = {
  ...{ name: 'h1', at: { file: 'hosts', line: 1, column: 1 }, transport: 'ssh', address: '10.0.0.1', port: 2222, user: 'admin' },
  ...{ privateKeyFiles: ['/home/admin/.ssh/hunter2-key'], password: Secret.of('hunter2-login'), knownHostsFiles: [] },
  become: { user: 'root', password: Secret.of('hunter2-sudo'), method: 'sudo' },
  ...{ connectTimeoutSeconds: 10, exclusive: true, stateFolder: undefined },
}

test.each<{ more: Partial<ConnectionTarget>; how: string }>([
  { more: {}, how: 'by ssh to admin@10.0.0.1:2222, root by sudo' },
  { more: { become: undefined }, how: 'by ssh to admin@10.0.0.1:2222' },
  { more: { transport: 'openssh', sshName: 'web', become: undefined }, how: 'by openssh to web' },
  { more: { transport: 'local', become: undefined }, how: 'on this machine' },
  {
    more: {
      become: undefined,
      jumps: [
        { ...target, hop: 'gate' },
        { ...target, address: '10.0.0.9' },
      ],
    },
    how: 'by ssh to admin@10.0.0.1:2222 through gate, admin@10.0.0.9:2222',
  },
])('a host is reached $how', ({ more, how }) => {
  expect(howReached({ ...target, ...more })).toBe(how)
})

test('a connection is told once it is open, without a password', async () => {
  const told: RunEvent[] = []
  const host = new MemoryHost()
  const connector = toldConnections({ open: async () => host.session(true) }, (event) => told.push(event))
  const opening = connector.open(target)
  expect(told).toEqual([])
  await opening
  expect(told).toEqual([{ type: 'connected', host: 'h1', how: 'by ssh to admin@10.0.0.1:2222, root by sudo' }])
  expect(JSON.stringify(told)).not.toContain('hunter2')
  const text = told.map((event) => eventText(event, { diff: false, verbosity: 3, colour: false, stats: false }))
  expect(text).toEqual([{ out: '', err: 'connected: [h1] by ssh to admin@10.0.0.1:2222, root by sudo\n' }])
})

test('one that cannot be opened is not told', async () => {
  const told: RunEvent[] = []
  const failing = { open: () => Promise.reject(new Error('no')) }
  await expect(toldConnections(failing, (event) => told.push(event)).open(target)).rejects.toThrow('no')
  expect(told).toEqual([])
})
