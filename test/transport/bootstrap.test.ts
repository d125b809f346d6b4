import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { prelude } from '../../src/lib/prelude.ts'
import {
  bootstrapLine,
  defaultSearchPath,
  endMark,
  firstFrame,
  frame,
  loginMarks,
  nonceFrom,
  readByLinesUpTo,
  shellStarts,
  type Bootstrap,
} from '../../src/transport/bootstrap.ts'
import { EndScanner } from '../../src/transport/end-scanner.ts'
import { programPath, removeTemporaryFolders, script, temporaryFolder } from '../ssh/rig.ts'

afterAll(removeTemporaryFolders)

const bootstrap: Bootstrap = { nonce: nonceFrom('0123456789abcdef0123456789abcdef'), searchPath: defaultSearchPath, become: undefined }
const becoming: Bootstrap = { ...bootstrap, become: { user: 'root', method: 'sudo', withPassword: true, loginUser: 'deploy' } }

describe('the command line', () => {
  const lines = [bootstrap, becoming].flatMap((each) => shellStarts.map((start) => bootstrapLine(each, start)))
  test.each(lines)('has nothing that a login shell would read its own way: %#', (line) => {
    const quotedParts = line.split("'").filter((_, index) => index % 2 === 1)
    expect(line.split("'").length % 2).toBe(1)
    expect(quotedParts.length).toBeGreaterThan(0)
    for (const part of quotedParts) expect(part).not.toMatch(/[!\\\n\0]/)
  })
  test('shows none of the lines that it will print', () => {
    for (const line of lines) for (const mark of Object.values(loginMarks(bootstrap))) expect(line).not.toContain(mark.trim())
    expect(firstFrame(bootstrap, ':').toString('latin1')).not.toContain(endMark(bootstrap))
  })
  test('becomes nobody when the login user is the wanted one', () => {
    expect(
      bootstrapLine({ ...becoming, become: { user: 'deploy', method: 'sudo', withPassword: false, loginUser: 'deploy' } }, 'sh'),
    ).not.toContain('sudo')
    expect(bootstrapLine(becoming, 'sh')).toContain('sudo')
  })
})

describe('who is already whom it should become is asked for its name only where it may be', () => {
  const uid = process.getuid?.() ?? 0
  const someoneElse = uid === 0 ? 65534 : uid
  test.each([
    { case: 'a user that does not own /', as: someoneElse, wanted: 'root', calls: 'sudo -n\n' },
    { case: 'a user that is wanted', as: someoneElse, wanted: 'deploy', calls: 'id\n' },
    ...(uid === 0 ? [{ case: 'root', as: 0, wanted: 'root', calls: 'id\n' }] : []),
  ])('$case', ({ as, wanted, calls }) => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o777)
    const log = join(folder, 'calls')
    script(join(folder, 'id'), `#!/bin/sh\necho id >>${log}\necho ${wanted}\n`)
    script(join(folder, 'sudo'), `#!/bin/sh\necho "sudo $1" >>${log}\n`)
    const here: Bootstrap = {
      ...bootstrap,
      searchPath: `${folder}:${defaultSearchPath}`,
      become: { user: wanted, method: 'sudo', withPassword: false, loginUser: undefined },
    }
    spawnSync('/bin/sh', ['-c', bootstrapLine(here, 'exec /bin/sh')], { uid: as, input: '' })
    expect(readFileSync(log, 'utf8')).toBe(calls)
  })
})

/** Feeds programs to a shell one after another, as a channel does; resolves with their answers. */
function talk(
  command: readonly [string, ...string[]],
  line: string,
  programs: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ output: string; rc: number }[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], [...command.slice(1), '-c', line], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    const answers: { output: string; rc: number }[] = []
    let heard = ''
    let scanner: EndScanner | undefined
    let sent = 0
    const next = (): void => {
      const program = programs[sent]
      if (program === undefined) {
        child.stdin.end()
        return
      }
      scanner = new EndScanner(endMark(bootstrap), 1e7)
      child.stdin.write(sent++ === 0 ? firstFrame(bootstrap, program) : frame(bootstrap, program))
    }
    child.stdin.on('error', () => undefined)
    child.stderr.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
    })
    child.stdout.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
      if (scanner === undefined) {
        if (heard.includes(loginMarks(bootstrap).ready)) next()
        return
      }
      const seen = scanner.push(chunk)
      if (seen.kind !== 'end') return
      answers.push({ output: seen.output.toString('latin1'), rc: seen.rc })
      next()
    })
    child.on('error', reject)
    child.on('close', () =>
      answers.length === programs.length
        ? resolve(answers)
        : reject(new Error(`it ended after ${answers.length} answers, having printed ${JSON.stringify(heard.slice(-300))}`)),
    )
  })
}

const programs = [
  'x=5; f() { echo "f $x"; }; echo one; false',
  'f; cat; read y; echo "rc $? <$y>"',
  "cat <<'END'\n  a $b `c` \\d\n\ttab\n\nEND\nprintf 'no newline'",
  `: ${'y'.repeat(readByLinesUpTo)}\ncat <<'END'\n${'0123456789abcdef\n'.repeat(9000)}END\n(exit 7)`,
  'umask; echo "$LC_ALL ${ENV-none} ${BASH_ENV-none} ${CDPATH-none}"; printf "%s" "$IFS" | od -An -c; echo "${PATH%%:*}"; command -v tls_as >/dev/null && echo prelude',
]

async function proves(
  command: readonly [string, ...string[]],
  line: string,
  env: Readonly<Record<string, string | undefined>> = { PATH: defaultSearchPath },
): Promise<void> {
  const answers = await talk(command, line, programs, env)
  expect(answers[0]).toEqual({ output: 'one\n', rc: 1 })
  expect(answers[1]).toEqual({ output: 'f 5\nrc 1 <>\n', rc: 0 })
  expect(answers[2]).toEqual({ output: '  a $b `c` \\d\n\ttab\n\nno newline', rc: 0 })
  expect(answers[3]).toEqual({ output: '0123456789abcdef\n'.repeat(9000), rc: 7 })
  expect(answers[4]?.output).toMatch(/^0?077\n/)
  expect(answers[4]?.output.slice(answers[4].output.indexOf('\n') + 1)).toBe('C none none none\n      \\t  \\n\n/usr/local/sbin\nprelude\n')
}

describe('login shells', () => {
  const wanted = ['dash', 'bash', 'fish', 'tcsh', 'csh', 'mksh', 'zsh', 'ksh93', 'yash']
  const present = wanted.filter((name) => programPath(name) !== undefined)
  test(`of this machine: ${present.join(', ')}; not here: ${wanted.filter((name) => !present.includes(name)).join(', ')}`, () => {
    expect(programPath('sh')).toBeDefined()
  })
  test.each(['sh', ...present])('%s hands the line to sh', async (name) => {
    await proves([programPath(name) ?? name], bootstrapLine(bootstrap, 'exec /bin/sh'))
  })
  test.each(['sh', ...present])('%s runs it by the plain name', async (name) => {
    await proves([programPath(name) ?? name], bootstrapLine(bootstrap, 'sh'))
  })
  test('a noisy one that shows its commands does not fool the nonce', async () => {
    const bash = programPath('bash') ?? programPath('sh') ?? ''
    await proves([bash, '-x', '-v'], `echo welcome; ${bootstrapLine(bootstrap, 'exec /bin/sh')}`)
  })
})

describe('shells that run the programs', () => {
  const wanted = ['dash', 'bash', 'busybox', 'mksh', 'ksh93', 'yash', 'zsh']
  const present = wanted.filter((name) => programPath(name) !== undefined)
  test.each(present)('%s as sh', async (name) => {
    const folder = temporaryFolder()
    symlinkSync(programPath(name) ?? '', join(folder, 'sh'))
    await proves([programPath('dash') ?? '/bin/sh'], bootstrapLine(bootstrap, 'sh'), { PATH: `${folder}:${defaultSearchPath}` })
  })
  // mksh and yash end there: the channel is lost then, which is told.
  test.each(present.filter((name) => ['dash', 'bash', 'busybox'].includes(name)))(
    '%s outlives a program with a syntax error',
    async (name) => {
      const folder = temporaryFolder()
      symlinkSync(programPath(name) ?? '', join(folder, 'sh'))
      const answers = await talk(['/bin/sh'], bootstrapLine(bootstrap, 'sh'), ['if then', 'echo next'], {
        PATH: `${folder}:${defaultSearchPath}`,
      })
      expect(answers[0]?.rc).not.toBe(0)
      expect(answers[1]).toEqual({ output: 'next\n', rc: 0 })
    },
  )
  test('a hostile environment changes nothing', async () => {
    const env = {
      PATH: `/nowhere:${defaultSearchPath}`,
      IFS: 'x0',
      ENV: '/nowhere/env',
      BASH_ENV: '/nowhere/env',
      CDPATH: '/:/usr',
      LC_ALL: 'C.UTF-8',
      LANGUAGE: 'de',
      SHELLOPTS: 'nounset:noglob',
      'BASH_FUNC_cat%%': '() { echo stolen; }',
      'BASH_FUNC_head%%': '() { echo stolen; }',
      'BASH_FUNC_read%%': '() { echo stolen; }',
      'BASH_FUNC_printf%%': '() { echo stolen; }',
      'BASH_FUNC_[%%': '() { echo stolen; }',
      'BASH_FUNC_compgen%%': '() { echo stolen; }',
    }
    await proves(['/bin/sh'], bootstrapLine(bootstrap, 'exec /bin/sh'), env)
    const bash = programPath('bash')
    if (bash === undefined) return
    const folder = temporaryFolder()
    symlinkSync(bash, join(folder, 'sh'))
    await proves([programPath('dash') ?? bash], bootstrapLine(bootstrap, 'sh'), { ...env, PATH: `${folder}:${defaultSearchPath}` })
  })
  test('a head without -c leaves long programs to the lines', async () => {
    const folder = temporaryFolder()
    script(join(folder, 'head'), '#!/bin/sh\necho "head: unknown option" >&2\nexit 1\n')
    const line = bootstrapLine(bootstrap, 'exec /bin/sh')
    const long = `: ${'y'.repeat(readByLinesUpTo)}\necho "$x done"`
    const poor = { ...bootstrap, searchPath: `${folder}:${defaultSearchPath}` }
    const answers = await talk(['/bin/sh'], line, [`x=5; PATH=${folder}:$PATH`, long, 'command -v head'], { PATH: poor.searchPath })
    expect(answers.map(({ output }) => output)).toEqual(['', '5 done\n', `${folder}/head\n`])
  })
})

test('a program that was cut before its end line never runs', async () => {
  const marker = 'echo "ran"'
  const whole = frame(bootstrap, marker)
  const heard = await new Promise<string>((resolve) => {
    const child = spawn('/bin/sh', ['-c', `${bootstrapLine(bootstrap, 'exec /bin/sh')}`])
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    child.on('close', () => resolve(text))
    child.stdin.write(firstFrame(bootstrap, 'echo first'))
    child.stdin.end(whole.subarray(0, whole.length - 1))
  })
  expect(heard).toContain('first\n')
  expect(heard).not.toContain('ran')
})

const mark = endMark(bootstrap)

describe('the end of a program', () => {
  const bytes = Buffer.concat([Buffer.from([0, 255, 10, 30, 10]), Buffer.from('text'), Buffer.from(mark), Buffer.from('17\nstray')])
  test.each(Array.from({ length: bytes.length - 6 }, (_, index) => index + 1))('is found when the stream is cut at byte %i', (cut) => {
    const scanner = new EndScanner(mark, 1000)
    const first = scanner.push(bytes.subarray(0, cut))
    const seen = first.kind === 'more' ? scanner.push(bytes.subarray(cut)) : first
    expect(seen).toEqual({ kind: 'end', output: bytes.subarray(0, 9), rc: 17 })
  })
  test('is found in slices of one byte', () => {
    const scanner = new EndScanner(mark, 1000)
    const kinds = [...bytes].map((byte) => scanner.push(Buffer.from([byte])).kind)
    expect(kinds.indexOf('end')).toBe(bytes.length - 6)
  })
  test('a mark of another channel is output', () => {
    expect(new EndScanner(mark, 1000).push(Buffer.from(mark.replace('0123', '3210'))).kind).toBe('more')
  })
  test.each([
    { case: 'no number', tail: 'x\n', kind: 'broken' },
    { case: 'an endless number', tail: '12345', kind: 'broken' },
    { case: 'an unfinished number', tail: '12', kind: 'more' },
  ])('a status with $case is $kind', ({ tail, kind }) => {
    expect(new EndScanner(mark, 1000).push(Buffer.from(mark + tail)).kind).toBe(kind)
  })
  test.each([
    { size: 10, kind: 'end' },
    { size: 11, kind: 'too much' },
  ])('$size bytes under a limit of 10: $kind', ({ size, kind }) => {
    expect(new EndScanner(mark, 10).push(Buffer.from(`${'x'.repeat(size)}${mark}0\n`)).kind).toBe(kind)
    const sliced = new EndScanner(mark, 10)
    const kinds = [...Buffer.from(`${'x'.repeat(size)}${mark}0\n`)].map((byte) => sliced.push(Buffer.from([byte])).kind)
    expect(kinds).toContain(kind)
  })
})

test('a stream without an end is cut off at the limit', () => {
  const scanner = new EndScanner(mark, 10)
  const kinds = Array.from({ length: 11 + mark.length }, () => scanner.push(Buffer.from('x')).kind)
  expect(kinds.at(-1)).toBe('too much')
})

test('the prelude goes with the first program only', () => {
  expect(firstFrame(bootstrap, ':').toString()).toContain(prelude)
  expect(frame(bootstrap, ':').toString()).not.toContain(prelude)
})
