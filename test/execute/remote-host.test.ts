import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WriteStep } from '../../src/model/step.ts'
import { localTransport } from '../../src/transport/local.ts'
import { optionsWith, targetWith } from '../ssh/rig.ts'
import { localHosts } from './local-hosts.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-remote-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What staging says when the host's base64 is this script. */
async function staged(base64: string) {
  writeFileSync(join(folder, 'base64'), `#!/bin/sh\n${base64}\n`, { mode: 0o755 })
  const hosts = localHosts({ transport: localTransport(optionsWith({}, { searchPath: folder })) })
  const session = await hosts.open(targetWith({ transport: 'local', stateFolder: join(folder, 'state') }))
  const step: WriteStep = {
    kind: 'write',
    path: join(folder, 'f'),
    content: Buffer.from('x'),
    owner: undefined,
    group: undefined,
    mode: 0o600,
    expect: 'absent',
  }
  try {
    return (await session.prepare([{ number: 0, step }])).get(0)
  } finally {
    await session.close()
  }
}

test('a tool that lies is found out while staging, whatever it ends with', async () => {
  expect(await staged('cat >/dev/null; printf half')).toMatchObject({
    ok: false,
    stderr: expect.stringContaining('what was written is not what was sent'),
  })
  expect(readdirSync(folder).toSorted()).toEqual(['base64', 'state'])
})

test('the twin: one that does what it should is believed', async () => {
  expect(await staged('exec /usr/bin/base64 "$@"')).toMatchObject({ ok: true })
})

test('what is staged at once is bounded: more goes in more exchanges, in order', async () => {
  const hosts = localHosts({ run: { watchdogSeconds: 0 } })
  const session = await hosts.open(targetWith({ transport: 'local', stateFolder: join(folder, 'state') }))
  const write = (number: number, mebibytes: number): { readonly number: number; readonly step: WriteStep } => ({
    number,
    step: {
      ...{ kind: 'write', path: join(folder, `f${number}`), content: Buffer.alloc(mebibytes * 1024 * 1024, 65) },
      ...{ owner: undefined, group: undefined, mode: 0o600, expect: 'absent' },
    },
  })
  try {
    const answers = await session.prepare([write(0, 1), write(1, 1), write(2, 5), write(3, 1)])
    expect([...answers].map(([number, { ok }]) => [number, ok])).toEqual([0, 1, 2, 3].map((number) => [number, true]))
    expect(session.stats.exchanges).toBe(3)
  } finally {
    await session.close()
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('.tlsplay'))).toEqual([])
})
