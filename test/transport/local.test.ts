import { expect, test } from 'vitest'
import { localTransport } from '../../src/transport/local.ts'
import { optionsWith, problemOf, targetWith } from '../ssh/rig.ts'
import { transportContract } from './contract.ts'

const target = targetWith({ transport: 'local' })

transportContract('local', async () => ({
  transport: (more) => localTransport(optionsWith({}, more)),
  target,
  stop: () => Promise.resolve(),
}))

test('the environment given is the one that programs see', async () => {
  const channel = await localTransport(optionsWith({}, { environment: { GIVEN: 'yes', PATH: '/opt/own' } })).open(target)
  const { output } = await channel.exchange('echo "$GIVEN ${PATH##*:}"', { idleSeconds: 10 })
  expect(Buffer.from(output).toString()).toBe('yes /opt/own\n')
  await channel.close()
})

test('a user that sh could read as more than a name is refused', async () => {
  const become = { user: 'root;id', password: undefined, method: 'sudo' as const }
  expect((await problemOf(localTransport(optionsWith({})).open({ ...target, become }))).code).toBe('VALUE_INVALID')
})
