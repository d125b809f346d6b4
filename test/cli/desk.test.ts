import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { terminalDesk } from '../../src/cli/ports/desk.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
let outside: string
let folder: string

beforeEach(() => {
  outside = realpathSync(mkdtempSync(join(tmpdir(), 'tlsplay-desk-')))
  folder = join(outside, 'playbook')
  mkdirSync(folder)
})
afterEach(() => rmSync(outside, { recursive: true }))

function desk(isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => undefined })
  const abort = new AbortController()
  const said: string[] = []
  const io = { stdin, stderr: new PassThrough(), interrupted: abort.signal }
  return { abort, said, stdin, ...terminalDesk({ io, aside: (act) => act(), say: (text) => void said.push(text), playbookFolder: folder }) }
}

test('a rest says what it is for, and ends at once when the run is interrupted', async () => {
  const { rest, abort, said } = desk()
  await rest(0, 'a reason')
  const long = rest(86_400_000, 'long')
  abort.abort()
  await long
  expect(said).toEqual(['resting 0 s: a reason', 'resting 86400 s: long'])
})

test('two questions at once get an answer each, in their order', async () => {
  const { answer, stdin } = desk()
  const answers = Promise.all([answer('first', true), answer('second', false)])
  await new Promise((settled) => setImmediate(settled))
  stdin.write('one\n')
  await new Promise((settled) => setImmediate(settled))
  stdin.write('two\r')
  expect(await answers).toEqual(['one', 'two'])
})

test('without a terminal nobody answers', async () => {
  await expect(desk(false).answer('who', true)).rejects.toMatchObject({ problems: [{ code: 'OPTION_INVALID' }] })
})

describe('a file that is kept', () => {
  const place = { root: 'fetched', below: 'h1/etc/app.conf', anywhere: false }

  test('is written for its owner alone, and only when it differs', async () => {
    const { keep } = desk()
    const path = join(folder, 'fetched/h1/etc/app.conf')
    expect(await keep(place, bytes('a'))).toBe(true)
    const { ino } = statSync(path)
    expect(await keep(place, bytes('a'))).toBe(false)
    expect(statSync(path).ino).toBe(ino)
    expect(await keep(place, bytes('b'))).toBe(true)
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['b', 0o600])
  })

  test('replaces a link at its name and leaves alone what that leads to', async () => {
    writeFileSync(join(outside, 'kept'), 'kept')
    mkdirSync(join(folder, 'fetched/h1/etc'), { recursive: true })
    symlinkSync(join(outside, 'kept'), join(folder, 'fetched/h1/etc/app.conf'))
    await desk().keep(place, bytes('b'))
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept')
    expect(readFileSync(join(folder, 'fetched/h1/etc/app.conf'), 'utf8')).toBe('b')
  })

  test.each([
    { case: 'a root outside of the playbook', more: { root: '../elsewhere' } },
    { case: 'an absolute root', more: { root: '/tmp/tlsplay-elsewhere' } },
    { case: 'a path that climbs', more: { below: '../../elsewhere' } },
    { case: 'a path that climbs, though the root may lie anywhere', more: { below: '../elsewhere', anywhere: true } },
  ])('stays inside: $case', async ({ more }) => {
    await expect(desk().keep({ ...place, ...more }, bytes('x'))).rejects.toMatchObject({ problems: [{ code: 'PATH_ESCAPE' }] })
  })

  test.each(['fetched', 'fetched/h1', 'fetched/h1/etc'])('stays inside though %s is a link', async (link) => {
    mkdirSync(join(outside, 'elsewhere'))
    mkdirSync(join(folder, link, '..'), { recursive: true })
    symlinkSync(join(outside, 'elsewhere'), join(folder, link))
    await expect(desk().keep(place, bytes('x'))).rejects.toMatchObject({ problems: [{ code: 'PATH_ESCAPE' }] })
    expect(statSync(join(outside, 'elsewhere')).nlink).toBe(2)
  })

  test('may lie anywhere when a playbook says so', async () => {
    await desk().keep({ root: join(outside, 'there'), below: 'x', anywhere: true }, bytes('x'))
    expect(readFileSync(join(outside, 'there/x'), 'utf8')).toBe('x')
  })

  test('says when it cannot be written', async () => {
    writeFileSync(join(folder, 'fetched'), '')
    await expect(desk().keep(place, bytes('x'))).rejects.toMatchObject({ problems: [{ code: 'WRITE_FAILED' }] })
  })
})
