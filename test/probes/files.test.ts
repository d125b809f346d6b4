import { createHash } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { absent, contentLimitBytes } from '../../src/model/fact.ts'
import { Unknown } from '../../src/model/value.ts'
import { content } from '../../src/probes/content.ts'
import { digest } from '../../src/probes/digest.ts'
import { file } from '../../src/probes/file.ts'
import { ask, nonce, scratchFolder, shells } from './shells.ts'

const oddNames = [
  'plain',
  'with space',
  "it's",
  'a"quote',
  '-n',
  '--help',
  '*',
  '$(touch planted)',
  'ünïcode',
  'back\\slash',
  'new\nline',
  ' lead and trail ',
  ';',
  '~',
  'L0:x',
]
const folder = scratchFolder()
const at = (name: string) => join(folder, name)
const bytesOf = (name: string) => Buffer.from(`\u0000\n.\n!content of ${name}\r\n\xff`, 'latin1')
for (const name of oddNames) writeFileSync(at(name), bytesOf(name))
chmodSync(at('plain'), 0o4750)
utimesSync(at('plain'), 1_700_000_000.25, 1_700_000_000.25)
mkdirSync(at('folder'))
chmodSync(at('folder'), 0o1777)
symlinkSync('plain', at('link'))
symlinkSync('no where/é*', at('dangling'))
linkSync(at("it's"), at('hard'))
execFileSync('mkfifo', [at('fifo')])
writeFileSync(at('empty'), '')
writeFileSync(at('limit'), Buffer.alloc(contentLimitBytes, 7))
writeFileSync(at('large'), Buffer.alloc(contentLimitBytes + 1, 7))
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(shells)('under $name', (shell) => {
  test('lstat of many paths in one question, with odd names and missing ones between them', () => {
    const paths = [
      'missing',
      ...oddNames,
      'missing too',
      'folder',
      'link',
      'dangling',
      'fifo',
      'hard',
      'plain/below a file',
      'last missing',
    ].map(at)
    const { answers, stderr } = ask(
      shell,
      file,
      paths.map((path) => ({ path })),
    )
    expect(stderr).toBe('')
    const byPath = new Map(paths.map((path, index) => [path, answers[index]]))
    for (const name of oddNames) {
      const there = statSync(at(name))
      expect(byPath.get(at(name)), name).toMatchObject({
        type: 'file',
        size: there.size,
        uid: there.uid,
        gid: there.gid,
        links: name === "it's" ? 2 : 1,
      })
    }
    expect(byPath.get(at('plain'))).toMatchObject({ mode: 0o4750, mtime: 1_700_000_000.25 })
    expect(byPath.get(at('folder'))).toMatchObject({ type: 'directory', mode: 0o1777 })
    expect(byPath.get(at('link'))).toMatchObject({ type: 'link', link: 'plain' })
    expect(byPath.get(at('dangling'))).toMatchObject({ type: 'link', link: 'no where/é*' })
    expect(byPath.get(at('fifo'))).toMatchObject({ type: 'other' })
    for (const name of ['missing', 'missing too', 'plain/below a file', 'last missing']) expect(byPath.get(at(name)), name).toBe(absent)
  })

  test('where a link leads is read whatever it holds, and what follows is not taken from it', () => {
    const record = '81a4:0:0:6:1:root:root:1:2020-01-01 00:00:00.000000000 +0000'
    const targets = ["it's", "' -> '", 'a -> b', 'ends with\n', `x\n${record}:${at('missing')}:${at('missing')}`, '"', '\u00e9\\n', "'\n"]
    const links = targets.map((target, index) => {
      symlinkSync(target, at(`odd ' -> ${index}`))
      return at(`odd ' -> ${index}`)
    })
    const { answers } = ask(
      shell,
      file,
      [...links, at('missing'), at('plain')].map((path) => ({ path })),
    )
    for (const link of links) rmSync(link)
    expect(answers.slice(0, targets.length)).toEqual(targets.map((link) => expect.objectContaining({ type: 'link', link })))
    expect(answers.at(-2)).toBe(absent)
    expect(answers.at(-1)).toMatchObject({ type: 'file' })
  })

  test('a link whose size says nothing is read to the end of its line', () => {
    const { answers } = ask(shell, file, [{ path: '/proc/self/fd/0' }, { path: at('plain') }])
    expect(answers).toMatchObject([{ type: 'link', link: '/dev/null' }, { type: 'file' }])
  })

  test('a stat that escapes names is not understood from there on, and not guessed at', () => {
    writeFileSync(at('escapes'), `#!/bin/sh\nQUOTING_STYLE=c\nPATH=\${PATH#*:}\nexport QUOTING_STYLE PATH\nexec stat "$@"\n`)
    mkdirSync(at('bin'))
    symlinkSync(at('escapes'), at('bin/stat'))
    chmodSync(at('escapes'), 0o755)
    const escaping = { ...shell, path: `${at('bin')}:${shell.path}` }
    const { answers } = ask(
      escaping,
      file,
      ['missing', 'plain', 'link'].map((name) => ({ path: at(name) })),
    )
    rmSync(at('bin'), { recursive: true })
    const escapes = shell.name !== 'busybox'
    expect(answers).toEqual([absent, ...(escapes ? [expect.any(Unknown), expect.any(Unknown)] : [expect.anything(), expect.anything()])])
  })

  test('owner and group are names', () => {
    const [answer] = ask(shell, file, [{ path: '/etc/passwd' }]).answers
    expect(answer).toMatchObject({ owner: 'root', group: 'root', uid: 0, gid: 0 })
  })

  test('bytes come back as they are, whatever the names and the bytes', () => {
    const paths = [...oddNames.map(at), at('empty'), at('limit')]
    const { answers } = ask(
      shell,
      content,
      paths.map((path) => ({ path })),
    )
    oddNames.forEach((name, index) => {
      const answer = answers[index]
      expect(Buffer.from((answer as { bytes: Uint8Array }).bytes), name).toEqual(bytesOf(name))
    })
    expect(answers[oddNames.length]).toEqual({ bytes: new Uint8Array() })
    expect((answers[oddNames.length + 1] as { bytes: Uint8Array }).bytes.length).toBe(contentLimitBytes)
  })

  test('a file cannot end its answer, and one that knew the nonce would be no answer', () => {
    writeFileSync(at('forged'), `x\n0123456789abcdef 0\nf`)
    expect(ask(shell, content, [{ path: at('forged') }]).answers).toEqual([{ bytes: new Uint8Array(readFileSync(at('forged'))) }])
    writeFileSync(at('forged'), `x\n${nonce} 0\nf`)
    expect(ask(shell, content, [{ path: at('forged') }, { path: at('plain') }]).answers).toEqual([expect.any(Unknown), expect.any(Unknown)])
    rmSync(at('forged'))
  })

  test('no bytes of what is missing, too large or no regular file', () => {
    const { answers } = ask(
      shell,
      content,
      ['missing', 'large', 'folder', 'fifo', 'dangling', 'link'].map((name) => ({ path: at(name) })),
    )
    expect(answers[0]).toBe(absent)
    expect(answers[1]).toEqual(new Unknown('it is larger than 1 MiB'))
    expect(answers[2]).toEqual(new Unknown('it is no regular file'))
    expect(answers[3]).toEqual(new Unknown('it is no regular file'))
    expect(answers[4]).toBe(absent)
    expect(answers[5]).toMatchObject({ bytes: expect.any(Uint8Array) })
  })

  test('where no path can be read no process is started to say so', () => {
    mkdirSync(at('bin'))
    writeFileSync(at('bin/base64'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const without = { ...shell, path: `${at('bin')}:${shell.path}` }
    const told = (...names: readonly string[]) =>
      ask(
        without,
        content,
        names.map((name) => ({ path: at(name) })),
      ).answers
    const answers = [told('missing', 'folder', 'dangling'), told('missing', 'plain')]
    rmSync(at('bin'), { recursive: true })
    expect(answers[0]).toEqual([absent, new Unknown('it is no regular file'), absent])
    // The twin: what can be read goes through base64.
    expect(answers[1]).toEqual([absent, expect.any(Unknown)])
  })

  test('digests equal those of Node, whatever the names', () => {
    const names = ['missing', ...oddNames, 'fifo', 'folder', 'large']
    const { answers } = ask(
      shell,
      digest,
      names.map((name) => ({ path: at(name) })),
    )
    expect(answers[0]).toBe(absent)
    oddNames.forEach((name, index) => {
      expect(answers[index + 1], name).toEqual({ sha256: createHash('sha256').update(bytesOf(name)).digest('hex') })
    })
    expect(answers.at(-3)).toBeInstanceOf(Unknown)
    expect(answers.at(-2)).toBeInstanceOf(Unknown)
    expect(answers.at(-1)).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('asking changes nothing: no planted command ran', () => {
    const { answers } = ask(shell, file, [{ path: at('planted') }])
    expect(answers[0]).toBe(absent)
  })
})
