import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256Hex } from '../../src/lib/digest.ts'
import type { WriteStep } from '../../src/model/step.ts'
import { Unknown } from '../../src/model/value.ts'
import type { HostSession } from '../../src/ports/host-session.ts'
import { problemOf, programPath, removeTemporaryFolders, script, targetWith, temporaryFolder } from '../ssh/rig.ts'
import { localHosts } from './local-hosts.ts'

/** A disk that fails: the kernel answers EIO to a call of a tool of the host. strace puts the answer in its place (strace(1), "Tampering"). */
interface Failing {
  readonly tool: string
  /** system calls, by name */
  readonly calls: string
  /** which of them fails, counted from 1 within one process */
  readonly nth: number
  /** only those for this file count */
  readonly path?: string
  /** how often the tool was started before that process; default: any number, it fails each time */
  readonly starts?: number
}

let folder = ''
let open: HostSession[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-disk-'))
  mkdirSync(join(folder, 'etc'))
  writeFileSync(at('one'), 'old one\n')
  writeFileSync(at('two'), Buffer.alloc(300_000, 'old two\n'))
})
afterEach(async () => {
  await Promise.all(open.map((session) => session.close()))
  open = []
  rmSync(folder, { recursive: true, force: true })
})
afterAll(removeTemporaryFolders)

const at = (name: string): string => join(folder, 'etc', name)

async function session(failing?: Failing): Promise<HostSession> {
  const bin = temporaryFolder()
  if (failing !== undefined) {
    const { tool, calls, nth, path: only, starts } = failing
    const [real, count] = [programPath(tool), join(bin, 'count')]
    const inject = `${only === undefined ? '' : `-P ${only} `}-e trace=${calls} -e inject=${calls}:error=EIO:when=${nth}`
    const isIt = starts === undefined ? ':' : `[ $(wc -l <${count}) = ${starts + 1} ]`
    script(
      join(bin, tool),
      `#!/bin/sh\necho >>${count}\n${isIt} || exec ${real} "$@"\nexec ${programPath('strace')} -f -qq -o /dev/null ${inject} ${real} "$@"\n`,
    )
  }
  const path = `${bin}:/usr/bin:/bin:/usr/sbin:/sbin`
  const hosts = localHosts({ path, run: { watchdogSeconds: 0 } })
  const opened = await hosts.open(targetWith({ transport: 'local', stateFolder: join(folder, 'state') }))
  open.push(opened)
  return opened
}

describe('what is read of it is whole or unknown, never what came before the error', () => {
  const whole = (): Buffer => readFileSync(at('two'))
  const cases = [
    { tool: 'head', kind: 'content', known: () => ({ bytes: new Uint8Array(whole()) }) },
    { tool: 'sha256sum', kind: 'digest', known: () => ({ sha256: sha256Hex(whole()) }) },
  ] as const
  const looked = async (host: HostSession, kind: 'content' | 'digest'): Promise<unknown> =>
    [...(await host.observe([{ kind, target: { path: at('two') } }])).values()][0]

  test.each(cases)('read by $tool', async ({ tool, kind }) => {
    const answer = await looked(await session({ tool, calls: 'read', nth: 2, path: at('two') }), kind)
    expect(answer).toBeInstanceOf(Unknown)
    expect((answer as Unknown).why).toMatch(/could not (?:read it|be read) to its end/)
  })

  test.each(cases)('the twin: read by $tool on a disk that does not fail', async ({ kind, known }) => {
    expect(await looked(await session(), kind)).toEqual(known())
  })
})

describe('what cannot be written leaves every file as it was', () => {
  const write = (name: string, content: string): WriteStep => ({
    ...{ kind: 'write', path: at(name), content: Buffer.from(content), owner: undefined, group: undefined, mode: 0o600 },
    expect: { sha256: sha256Hex(readFileSync(at(name))) },
  })
  const files = (): readonly string[] => readdirSync(join(folder, 'etc')).toSorted()

  /** Both files anew, as a run does it: nothing acts that could not be staged. Answers with what was said of it. */
  async function renewed(host: HostSession): Promise<readonly string[]> {
    const steps = [write('one', 'new one\n'), write('two', 'new two\n'.repeat(40_000))].map((step, number) => ({ number, step }))
    const said = (answers: ReadonlyMap<number, { ok: boolean; stdout: string; stderr: string }>): readonly string[] =>
      [...answers].flatMap(([number, { ok, stdout, stderr }]) => (ok ? [] : [`${number}: ${stdout}${stderr}`]))
    const staged = said(await host.prepare(steps))
    return staged.length > 0 ? staged : said(await host.act([{ mayFail: false, steps }]))
  }

  test.each<Failing & { readonly step: number }>([
    { tool: 'base64', calls: 'write', nth: 1, starts: 0, step: 0 },
    { tool: 'base64', calls: 'write', nth: 3, starts: 1, step: 1 },
    { tool: 'mv', calls: 'rename,renameat,renameat2', nth: 1, starts: 0, step: 0 },
    { tool: 'mv', calls: 'rename,renameat,renameat2', nth: 1, starts: 1, step: 1 },
  ])('$tool, step $step: it fails with the words of the tool', async ({ step, ...failing }) => {
    const before = [readFileSync(at('one')), readFileSync(at('two'))]
    const host = await session(failing)
    expect((await renewed(host)).find((line) => line.startsWith(`${step}: `))).toMatch(/(?:Input\/output|write) error/)
    await host.rollback('failed')
    await host.discard()
    expect([readFileSync(at('one')), readFileSync(at('two'))]).toEqual(before)
    expect(files()).toEqual(['one', 'two'])
  })

  test('what the disk does not confirm is not built upon: nothing is renamed', async () => {
    const before = readFileSync(at('one'))
    const host = await session({ tool: 'sync', calls: 'fsync', nth: 1 })
    expect(await problemOf(renewed(host))).toMatchObject({ code: 'STATE_UNUSABLE', host: 'h1', hint: expect.stringContaining('journal') })
    await host.discard()
    expect(readFileSync(at('one'))).toEqual(before)
    expect(files()).toEqual(['one', 'two'])
  })

  test('the twin: on a disk that does not fail both are new', async () => {
    const host = await session()
    expect(await renewed(host)).toEqual([])
    await host.commit()
    expect([readFileSync(at('one'), 'utf8'), readFileSync(at('two')).length]).toEqual(['new one\n', 320_000])
  })
})
