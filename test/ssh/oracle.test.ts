import { spawn } from 'node:child_process'
import { createPrivateKey, webcrypto } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Problem } from '../../src/model/problem.ts'
import { mint, type Minted } from '../fakes/certificates.ts'
import { type Expected, snapshot, type Version, versionOf, violations } from './oracle.ts'
import { removeTemporaryFolders, temporaryFolder } from './rig.ts'

/** The judge of all faults is judged here: it says nothing of what is well, and finds each thing that is not. */

const lost: Problem = {
  ...{ code: 'CONNECTION_LOST', message: 'h1: the connection ended', host: 'h1' },
  at: { file: 'inventory.yml', line: 1, column: 1 },
}
let pems: Record<'oldKey' | 'oldCertificate' | 'newKey' | 'newCertificate', string>
let folder = ''
let expected: Expected

beforeAll(async () => {
  const year = { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2027, 0) }
  const [old, fresh] = [await mint({ names: ['old.test'], ...year }), await mint({ names: ['new.test'], ...year })]
  pems = { oldKey: await pemOf(old), oldCertificate: old.fact.pem, newKey: await pemOf(fresh), newCertificate: fresh.fact.pem }
})
afterAll(removeTemporaryFolders)

async function pemOf({ keys }: Minted): Promise<string> {
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey as webcrypto.CryptoKey))
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }).toString()
}

const file = (name: string, content: string, mode = 0o640): void => {
  writeFileSync(join(folder, name), content, { mode })
  chmodSync(join(folder, name), mode)
}

beforeEach(() => {
  // What tlsplay keeps lies beside what is looked at.
  folder = join(temporaryFolder(), 'host')
  mkdirSync(join(folder, 'tls'), { recursive: true })
  file('web.yml', 'old settings\n')
  file('bystander', 'not ours\n')
  file('tls/server.key', pems.oldKey)
  file('tls/server.crt', pems.oldCertificate)
  symlinkSync('tls/server.crt', join(folder, 'current'))
  const { tls = 'absent', bystander = 'absent' } = snapshot(folder)
  const was = (name: string): Exclude<Version, 'absent'> => versionOf(join(folder, name)) as Exclude<Version, 'absent'>
  const becoming = (name: string, content: string) => ({ old: was(name), new: { ...was(name), content } as Version })
  expected = {
    folder,
    managed: {
      'web.yml': becoming('web.yml', 'new settings\n'),
      'tls/server.key': becoming('tls/server.key', pems.newKey),
      'tls/server.crt': becoming('tls/server.crt', pems.newCertificate),
      current: { old: was('current'), new: { kind: 'link', to: 'tls/other.crt' } },
    },
    others: { tls, bystander },
    pairs: [{ key: 'tls/server.key', certificate: 'tls/server.crt' }],
    told: [lost],
    codes: ['CONNECTION_LOST'],
    processes: [],
    lockFree: () => true,
    served: { old: 'aa', new: 'bb', seen: [{ fingerprint: 'aa' }, { fingerprint: 'bb' }] },
    state: join(folder, '../state'),
    output: { text: 'h1: lost (secret)', secrets: ['hunter2-hunter2'] },
  }
})

/** Planted on the host, not in what is expected of it. */
const does = (act: () => void): Partial<Expected> => {
  act()
  return {}
}

const renew = (): void => {
  file('tls/server.key', pems.newKey)
  file('tls/server.crt', pems.newCertificate)
}

test('all old is well, all new is well, and so is each path by itself', () => {
  expect(violations(expected)).toEqual([])
  renew()
  expect(violations(expected)).toEqual([])
  file('web.yml', 'new settings\n')
  rmSync(join(folder, 'current'))
  symlinkSync('tls/other.crt', join(folder, 'current'))
  expect(violations({ ...expected, told: 'done' })).toEqual([])
})

test.each<{ planted: string; plant: () => Partial<Expected>; finds: RegExp }>([
  {
    planted: 'a torn file',
    plant: () => does(() => file('web.yml', 'new set')),
    finds: /web\.yml is neither old nor new: 7 bytes instead of 13/,
  },
  { planted: 'an emptied file', plant: () => does(() => file('web.yml', '')), finds: /web\.yml is neither old nor new: 0 bytes/ },
  { planted: 'a file that is gone', plant: () => does(() => rmSync(join(folder, 'web.yml'))), finds: /a file became nothing/ },
  {
    planted: 'a mode that others may read',
    plant: () => does(() => file('web.yml', 'new settings\n', 0o644)),
    finds: /mode 644 instead of 640/,
  },
  {
    planted: 'another owner',
    plant: () => {
      const { old } = expected.managed['web.yml'] ?? {}
      const other = { ...(old as object), uid: 4711 } as Version
      return { managed: { ...expected.managed, 'web.yml': { old: other, new: other } } }
    },
    finds: /web\.yml is neither old nor new: owner \d+:\d+ instead of 4711/,
  },
  {
    planted: 'a link where a file was',
    plant: () =>
      does(() => {
        renameSync(join(folder, 'web.yml'), join(folder, 'bystander'))
        symlinkSync('bystander', join(folder, 'web.yml'))
      }),
    finds: /web\.yml is neither old nor new: a file became a link/,
  },
  {
    planted: 'a link that leads elsewhere',
    plant: () =>
      does(() => {
        rmSync(join(folder, 'current'))
        symlinkSync('/etc/passwd', join(folder, 'current'))
      }),
    finds: /current is neither old nor new: it leads to \/etc\/passwd/,
  },
  {
    planted: 'the new key beside the old certificate',
    plant: () => does(() => file('tls/server.key', pems.newKey)),
    finds: /server\.key does not belong to tls\/server\.crt/,
  },
  { planted: 'a key without its certificate', plant: () => does(() => rmSync(join(folder, 'tls/server.crt'))), finds: /cannot be read/ },
  {
    planted: 'a staged file left behind',
    plant: () => does(() => file('tls/.tlsplay.0a.tls_s0', 'x')),
    finds: /tls\/\.tlsplay\.0a\.tls_s0 was left behind/,
  },
  { planted: 'a bystander that was changed', plant: () => does(() => file('bystander', 'ours now\n')), finds: /bystander was touched/ },
  {
    planted: 'a bystander that is gone',
    plant: () => does(() => rmSync(join(folder, 'bystander'))),
    finds: /bystander was touched: a file became nothing/,
  },
  { planted: 'a process that goes on', plant: () => ({ processes: [process.pid] }), finds: /the process \d+ still runs/ },
  { planted: 'a lock that is held', plant: () => ({ lockFree: () => false }), finds: /the lock of the run is still held/ },
  { planted: 'a success that is none', plant: () => ({ told: 'done' }), finds: /success was told, and web\.yml is not new/ },
  { planted: 'a failure without a word', plant: () => ({ told: [] }), finds: /one diagnostic was expected, 0 came/ },
  { planted: 'a failure told twice', plant: () => ({ told: [lost, lost] }), finds: /one diagnostic was expected, 2 came/ },
  {
    planted: 'a code that does not fit',
    plant: () => ({ told: [{ ...lost, code: 'TIMED_OUT' }] }),
    finds: /the code TIMED_OUT does not fit/,
  },
  {
    planted: 'a diagnostic without a place',
    plant: () => ({ told: [{ code: 'CONNECTION_LOST', message: 'gone', host: 'h1' }] }),
    finds: /names no host or no place/,
  },
  {
    planted: 'a stack instead of a sentence',
    plant: () => ({ told: [{ ...lost, message: 'Error: x\n    at foo (bar.ts:1:1)' }] }),
    finds: /is no sentence/,
  },
  {
    planted: 'a certificate that nobody issued',
    plant: () => ({ served: { old: 'aa', new: 'bb', seen: [{ fingerprint: 'cc' }] } }),
    finds: /neither old nor new/,
  },
  {
    planted: 'an outage',
    plant: () => ({ served: { old: 'aa', new: 'bb', seen: [{ fingerprint: 'aa' }, { error: 'ECONNREFUSED' }] } }),
    finds: /1 of 2 handshakes failed/,
  },
  {
    planted: 'a half of it',
    plant: () => {
      file('web.yml', 'new settings\n')
      return { together: true }
    },
    finds: /some of it is old, and some is new/,
  },
  {
    planted: 'a transaction that is open',
    plant: () => does(() => mkdirSync(join(folder, '../state/open'), { recursive: true })),
    finds: /a transaction is left: open/,
  },
  {
    planted: 'one that could not be taken back',
    plant: () =>
      does(() => {
        mkdirSync(join(folder, '../state/undoing'), { recursive: true })
        file('../state/undoing/failed', '/etc/x: it is in the way\n')
      }),
    finds: /a transaction is left: undoing, \/etc\/x: it is in the way/,
  },
  {
    planted: 'a guard of what is over',
    plant: () =>
      does(() => {
        mkdirSync(join(folder, '../state/history/one'), { recursive: true })
        file('../state/history/one/armed', `${process.pid}\n`)
      }),
    finds: /the guard \d+ still stands/,
  },
  {
    planted: 'a secret in the output',
    plant: () => ({ output: { text: 'it is hunter2-hunter2', secrets: ['hunter2-hunter2'] } }),
    finds: /secret 0 is in the output/,
  },
])('$planted is found', ({ plant, finds }) => {
  const planted = plant()
  expect(violations({ ...expected, ...planted }).join('\n')).toMatch(finds)
})

test('a transaction that is over is well', () => {
  mkdirSync(join(folder, '../state/history/one'), { recursive: true })
  file('../state/log', 'committed\n')
  expect(violations(expected)).toEqual([])
})

test('a process that has ended is none', async () => {
  const child = spawn('true')
  await new Promise((resolve) => child.on('close', resolve))
  expect(violations({ ...expected, processes: [child.pid ?? 0] })).toEqual([])
})
