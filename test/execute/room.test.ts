import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fullFilesystems } from '../../src/execute/room.ts'
import type { HostSession, StageStep } from '../../src/ports/host-session.ts'
import { removeTemporaryFolders, script, targetWith, temporaryFolder } from '../ssh/rig.ts'
import { localHosts } from './local-hosts.ts'

const head = (what: string) => `Filesystem     ${what} Available Capacity Mounted on`

describe('what df says of where a file was staged', () => {
  test.each([
    {
      case: 'room',
      said: `${head('1024-blocks')}\n/dev/vda 64 10 54 20% /srv\n${head('Inodes')}\n/dev/vda 5 2 3 40% /srv`,
      full: undefined,
    },
    { case: 'no block', said: `${head('1024-blocks')}\ntmpfs 64 64 0 100% /srv`, full: '/srv has 0 KiB left, which is too little' },
    {
      case: 'no inode',
      said: `${head('1024-blocks')}\ntmpfs 64 1 63 2% /srv\n${head('Inodes')}\ntmpfs 5 5 0 100% /srv`,
      full: '/srv has no inodes left',
    },
    {
      case: 'a filesystem that counts no inodes',
      said: `${head('1024-blocks')}\nnone 64 1 63 2% /srv\n${head('Inodes')}\nnone 0 0 0 - /srv`,
      full: undefined,
    },
    { case: 'nothing', said: '', full: undefined },
  ])('$case', ({ said, full }) => {
    expect(fullFilesystems(`for /srv/.tlsplay.ab.tls_s7\n${said}\n`)(7).full?.said).toBe(full)
    expect(fullFilesystems(`for /srv/.tlsplay.ab.tls_s7KEY\n${said}\n`)(7).full?.said).toBe(full)
    expect(fullFilesystems(`for /srv/.tlsplay.ab.tls_s7\n${said}\n`)(8)).toEqual({})
  })
})

describe('a disk that is full', () => {
  let folder = ''
  let host: HostSession
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tlsplay-room-'))
    mkdirSync(join(folder, 'etc'))
  })
  afterEach(async () => {
    await host.close()
    rmSync(folder, { recursive: true, force: true })
  })
  afterAll(removeTemporaryFolders)

  async function stage(
    tools: Readonly<Record<string, string>>,
  ): Promise<ReadonlyMap<number, { readonly ok: boolean; readonly full?: unknown }>> {
    const bin = temporaryFolder()
    for (const [name, body] of Object.entries(tools)) script(join(bin, name), `#!/bin/sh\n${body}\n`)
    const path = `${bin}:/usr/bin:/bin:/usr/sbin:/sbin`
    const hosts = localHosts({ path, run: { watchdogSeconds: 0 } })
    host = await hosts.open(targetWith({ transport: 'local', stateFolder: join(folder, 'state') }))
    const step: StageStep = {
      ...{
        kind: 'write',
        path: join(folder, 'etc/x'),
        content: Buffer.from('new\n'),
        owner: undefined,
        group: undefined,
        mode: 0o600,
        expect: 'absent',
      },
    }
    return host.prepare([{ number: 3, step }])
  }

  const df = `echo '${head('blocks')}'; echo "tmpfs 64 64 0 100% /srv"`

  test.each([
    { writer: 'says so', tools: { base64: 'echo "No space left on device"; exit 1', df } },
    { writer: 'answers 0 and leaves half a file, as that of BusyBox', tools: { base64: 'cat >/dev/null; printf ne', df } },
  ])('is told of where the writer $writer', async ({ tools }) => {
    expect((await stage(tools)).get(3)).toMatchObject({
      ok: false,
      full: { said: '/srv has 0 KiB left, which is too little', mount: '/srv' },
    })
    await host.discard()
    expect(readdirSync(join(folder, 'etc'))).toEqual([])
  })

  test('is not what is told where the writer fails for another reason', async () => {
    const answer = (await stage({ base64: 'exit 1' })).get(3)
    expect([answer?.ok, answer?.full]).toEqual([false, undefined])
  })

  const mounts =
    spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=64k none "$d" 2>/dev/null && umount "$d" && rmdir "$d"']).status === 0
  test.runIf(mounts)('for real', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', join(folder, 'etc')])
    try {
      execFileSync('sh', ['-c', `head -c 70000 /dev/zero >'${join(folder, 'etc/full')}' 2>/dev/null || true`])
      expect((await stage({})).get(3)).toMatchObject({ ok: false, full: { mount: join(folder, 'etc') } })
    } finally {
      await host.close()
      execFileSync('umount', [join(folder, 'etc')])
    }
  })
})
