import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { driftStatus } from '../../src/execute/put-in-place.ts'
import { actProgram, checkSection, discardProgram, prepareProgram, stagedVariable } from '../../src/execute/step-program.ts'
import { sha256Hex } from '../../src/lib/digest.ts'
import { prelude } from '../../src/lib/prelude.ts'
import { parseSections } from '../../src/lib/sections.ts'
import type { WriteStep } from '../../src/model/step.ts'
import { Secret } from '../../src/model/value.ts'
import type { ActStep, Numbered, StageStep } from '../../src/ports/host-session.ts'

const nonce = 'aabbccdd'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-steps-'))
})
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})

/** Runs programs one after another in one shell, as a channel does, and answers with the sections of all. */
function shell(
  programs: readonly string[],
  path?: string,
): { sections: Map<number, { rc: number; stdout: string; stderr: string }>; output: string } {
  const { stdout } = spawnSync('/bin/sh', [], {
    input: `umask 077\n${prelude}\n${programs.join('\n')}\n`,
    env: { PATH: path ?? process.env['PATH'], LC_ALL: 'C' },
    maxBuffer: 64 << 20,
  })
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
  return {
    output: text(stdout),
    sections: new Map(
      parseSections(stdout, nonce).map((section) => [
        section.index,
        { rc: section.rc, stdout: text(section.stdout), stderr: text(section.stderr) },
      ]),
    ),
  }
}

const prepare = (...steps: Numbered<StageStep>[]): string => prepareProgram(steps, new Map(), nonce, 'run1')
const act = (...steps: Numbered<ActStep>[]): string => actProgram([{ steps, mayFail: false }], new Map(), nonce)
const write = (path: string, content: WriteStep['content'], more: Partial<WriteStep> = {}): WriteStep => ({
  kind: 'write',
  path,
  content,
  owner: undefined,
  group: undefined,
  mode: 0o640,
  expect: 'absent',
  ...more,
})

describe('write', () => {
  test('nothing is visible after staging, all of it after the act', () => {
    const path = join(folder, 'a file')
    const step = { number: 0, step: write(path, 'hello\n') }
    const staged = shell([prepare(step), `ls -A ${folder} | sed 's/^/seen /'; [ -e '${path}' ] && echo visible`])
    expect(staged.sections.get(0)?.rc).toBe(0)
    expect(staged.sections.get(checkSection)?.rc).toBe(0)
    expect(staged.output).toContain('seen .tlsplay.run1.tls_s0')
    expect(staged.output).not.toContain('visible')
    expect(readdirSync(folder)).toEqual([])

    shell([prepare(step), act(step)])
    expect(readFileSync(path, 'utf8')).toBe('hello\n')
    expect(lstatSync(path).mode & 0o7777).toBe(0o640)
    expect(readdirSync(folder)).toEqual(['a file'])
  })

  test.each([
    { case: 'empty', content: '' },
    { case: 'no newline at the end', content: 'x' },
    { case: 'quotes, dollars, backslashes', content: `'"$HOME\`id\`\\n\n` },
    { case: 'the word that ends the here-document', content: 'TLSPLAY_END\nx\n' },
    { case: 'bytes', content: Uint8Array.from({ length: 300 }, (_, at) => at % 256) },
    { case: 'a megabyte', content: 'x'.repeat(1 << 20) },
    { case: 'a secret', content: new Secret(['user: ', { hidden: 'hunter2' }]) },
  ])('content comes through unchanged: $case', ({ content }) => {
    const path = join(folder, 'f')
    const step = { number: 3, step: write(path, content) }
    expect(shell([prepare(step), act(step)]).sections.get(3)?.rc).toBe(0)
    // equals, not toEqual: a deep comparison of a megabyte takes seconds
    expect(readFileSync(path).equals(Buffer.from(content instanceof Secret ? content.reveal() : content))).toBe(true)
  })

  test('a file below a folder that is not there yet is staged above it and lands in it', () => {
    const path = join(folder, 'new', 'deep', 'f')
    const steps = [
      { number: 0, step: { kind: 'directory', path: join(folder, 'new'), owner: undefined, group: undefined, mode: 0o750 } },
      { number: 1, step: { kind: 'directory', path: join(folder, 'new', 'deep'), owner: undefined, group: undefined, mode: 0o755 } },
      { number: 2, step: write(path, 'x') },
    ] as const
    shell([prepare(steps[2]), act(...steps)])
    expect(readFileSync(path, 'utf8')).toBe('x')
    expect(lstatSync(join(folder, 'new')).mode & 0o7777).toBe(0o750)
  })

  test('a target that changed since the plan is left alone', () => {
    const path = join(folder, 'f')
    writeFileSync(path, 'somebody was here')
    const step = { number: 0, step: write(path, 'ours', { expect: { sha256: sha256Hex('what the plan saw') } }) }
    expect(shell([prepare(step), act(step)]).sections.get(0)?.rc).toBe(driftStatus)
    const created = { number: 1, step: write(path, 'ours', { expect: 'absent' }) }
    expect(shell([prepare(created), act(created)]).sections.get(1)?.rc).toBe(driftStatus)
    expect(readFileSync(path, 'utf8')).toBe('somebody was here')
    expect(readdirSync(folder)).toEqual(['f'])
  })

  test('a second write of the same path in one run is measured against the first', () => {
    const path = join(folder, 'f')
    writeFileSync(path, 'one')
    const steps = [
      { number: 0, step: write(path, 'two', { expect: { sha256: sha256Hex('one') } }) },
      { number: 1, step: write(path, 'three', { expect: { sha256: sha256Hex('two') } }) },
    ]
    const { sections } = shell([prepare(...steps), act(...steps)])
    expect([sections.get(0)?.rc, sections.get(1)?.rc]).toEqual([0, 0])
    expect(readFileSync(path, 'utf8')).toBe('three')
  })

  test('a directory in the place of the file is refused', () => {
    const path = join(folder, 'd')
    mkdirSync(path)
    const step = { number: 0, step: write(path, 'x', { expect: { sha256: sha256Hex('') } }) }
    expect(shell([prepare(step), act(step)]).sections.get(0)?.rc).not.toBe(0)
    expect(readdirSync(path)).toEqual([])
  })

  test('a tool that lies is found out: what was staged is measured, not believed', () => {
    const tools = join(folder, 'bin')
    mkdirSync(tools)
    writeFileSync(join(tools, 'base64'), '#!/bin/sh\ncat >/dev/null\nprintf half\n', { mode: 0o755 })
    const step = { number: 0, step: write(join(folder, 'f'), Buffer.from('the whole text')) }
    const { sections } = shell([prepare(step)], `${tools}:${process.env['PATH']}`)
    expect(sections.get(0)?.rc).toBe(0)
    expect(sections.get(checkSection)?.rc).not.toBe(0)
    expect(sections.get(checkSection)?.stdout).toContain(`.${stagedVariable(0)}: `)
  })

  test('what was staged is removed when asked, and when the shell ends', () => {
    const step = { number: 0, step: write(join(folder, 'f'), 'x') }
    expect(shell([prepare(step), discardProgram, `ls -A ${folder} | sed 's/^/left /'`]).output).not.toContain('left')
    shell([prepare(step), prepare({ number: 1, step: write(join(folder, 'g'), 'y') })])
    expect(readdirSync(folder)).toEqual([])
  })

  test('a staged name that somebody made first is not followed', () => {
    const outside = join(folder, 'outside')
    writeFileSync(outside, 'safe')
    symlinkSync(outside, join(folder, '.tlsplay.run1.tls_s0'))
    const step = { number: 0, step: write(join(folder, 'f'), 'evil') }
    expect(shell([prepare(step)]).sections.get(0)?.rc).not.toBe(0)
    expect(readFileSync(outside, 'utf8')).toBe('safe')
  })
})

describe('a file that takes the place of another', () => {
  const path = (): string => join(folder, 'f')
  const old = { sha256: sha256Hex('old\n') }
  const replaced = (more: Partial<WriteStep> = {}): Numbered<WriteStep> => ({
    number: 0,
    step: write(path(), 'new\n', { expect: old, ...more }),
  })
  beforeEach(() => writeFileSync(path(), 'old\n', { mode: 0o644 }))

  /** setxattr(2) by its number, for no package that every machine has gives an ACL: u::rw-, u:1:r--, g::r--, m::r--, o::r--. */
  function giveAcl(): void {
    const entries = '02000000 01000600ffffffff 0200040001000000 04000400ffffffff 10000400ffffffff 20000400ffffffff'.replaceAll(' ', '')
    const call = process.arch === 'arm64' ? 5 : 188
    const program = `my $v = pack 'H*', '${entries}'; my $n = 'system.posix_acl_access'; syscall(${call}, $ARGV[0], $n, $v, length $v, 0) == 0 or die $!`
    const { status, stderr } = spawnSync('perl', ['-e', program, path()], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  }
  const listed = (): string => spawnSync('ls', ['-l', path()], { encoding: 'utf8' }).stdout.split(' ')[0] ?? ''

  test.each([
    { case: 'text', content: 'new\n' },
    { case: 'bytes', content: Buffer.from('new\n') },
  ])('keeps the ACL of what was there, with the mode that is wanted: $case', ({ content }) => {
    giveAcl()
    const step = replaced({ content })
    const { sections, output } = shell([prepare(step), `ls -l ${folder}/.tlsplay.run1.tls_s0`, act(step)])
    expect(sections.get(0)?.rc).toBe(0)
    // Staged, and not put in place yet: the owner alone may read it, the ACL and the old mode notwithstanding.
    expect(output).toMatch(/^-rw-r-----\+ .*tls_s0$/m)
    expect(readFileSync(path(), 'utf8')).toBe('new\n')
    expect(listed()).toBe('-rw-r-----+')
  })

  test('is closed to all but its owner from its first byte on, though the mode of what was there was open', () => {
    giveAcl()
    const tools = join(folder, 'bin')
    mkdirSync(tools)
    writeFileSync(join(tools, 'base64'), `#!/bin/sh\nls -l ${folder}/.tlsplay.run1.tls_s0 >${folder}/seen\nexec /usr/bin/base64 "$@"\n`, {
      mode: 0o755,
    })
    const step = replaced({ content: Secret.of('new\n'), mode: 0o600 })
    shell([prepare(step), act(step)], `${tools}:${process.env['PATH']}`)
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toMatch(/^-rw-------\+ /)
    expect(listed()).toBe('-rw-------+')
  })

  test('the twin: where there was no ACL there is none', () => {
    shell([prepare(replaced()), act(replaced())])
    expect(readFileSync(path(), 'utf8')).toBe('new\n')
    expect(listed()).toBe('-rw-r-----')
  })

  test('a link that somebody puts in the place of what is staged leads neither ACL nor mode elsewhere', () => {
    giveAcl()
    const [tools, outside] = [join(folder, 'bin'), join(folder, 'outside')]
    mkdirSync(tools)
    writeFileSync(outside, 'safe', { mode: 0o604 })
    const staged = `${folder}/.tlsplay.run1.tls_s0`
    writeFileSync(join(tools, 'cp'), `#!/bin/sh\nrm ${staged}; ln -s ${outside} ${staged}\nexec /bin/cp "$@"\n`, { mode: 0o755 })
    shell([prepare(replaced())], `${tools}:${process.env['PATH']}`)
    expect(spawnSync('ls', ['-l', outside], { encoding: 'utf8' }).stdout).toMatch(/^-rw----r-- /)
    expect(readFileSync(outside, 'utf8')).toBe('safe')
  })

  /** What is called, on a host that says of itself that SELinux is on, or off. */
  function labelled(isOn: boolean, step: Numbered<WriteStep>): string {
    const tools = join(folder, 'bin')
    mkdirSync(tools)
    const tool = (name: string, body: string): void => writeFileSync(join(tools, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    writeFileSync(join(folder, 'calls'), '')
    tool('selinuxenabled', `exit ${isOn ? 0 : 1}`)
    tool('chcon', `echo "chcon $1 $(readlink /proc/$$/fd/1), $(wc -c </proc/$$/fd/1) bytes" >>${folder}/calls`)
    tool('mv', `echo "mv $*" >>${folder}/calls; exec /bin/mv "$@"`)
    shell([prepare(step), act(step)], `${tools}:${process.env['PATH']}`)
    return readFileSync(join(folder, 'calls'), 'utf8').replaceAll(`${folder}/`, '')
  }

  test('has the SELinux label of what was there before it has a byte, and before it is put in place', () => {
    expect(labelled(true, replaced())).toBe('chcon --reference=f .tlsplay.run1.tls_s0, 0 bytes\nmv -fT -- .tlsplay.run1.tls_s0 f\n')
  })

  test.each([
    { case: 'where SELinux is off', isOn: false, expect: old },
    { case: 'where nothing was there', isOn: true, expect: 'absent' as const },
  ])('the twin: no label is set $case', ({ isOn, expect: expected }) => {
    if (expected === 'absent') rmSync(path())
    expect(labelled(isOn, replaced({ expect: expected }))).toBe('mv -fT -- .tlsplay.run1.tls_s0 f\n')
  })

  test('a label that cannot be set fails the step, and what was there stays', () => {
    const tools = join(folder, 'bin')
    mkdirSync(tools)
    writeFileSync(join(tools, 'selinuxenabled'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(join(tools, 'chcon'), '#!/bin/sh\necho "chcon: Operation not permitted" >&2\nexit 1\n', { mode: 0o755 })
    const { sections } = shell([prepare(replaced())], `${tools}:${process.env['PATH']}`)
    expect(sections.get(0)).toMatchObject({ rc: 1, stdout: 'chcon: Operation not permitted\n' })
    expect(readFileSync(path(), 'utf8')).toBe('old\n')
  })
})

describe('make and install', () => {
  test('a file made while staging is private, and lands with its mode', () => {
    const path = join(folder, 'key')
    const make = {
      number: 0,
      step: { kind: 'make', script: 'echo made >"$KEY"; stat -c %a "$KEY"', files: { KEY: path }, tools: [] },
    } as const
    const install = { number: 1, step: { kind: 'install', name: 'KEY', path, owner: undefined, group: undefined, mode: 0o400 } } as const
    const { sections } = shell([
      prepare(make),
      actProgram([{ steps: [install], mayFail: false }], new Map([[path, stagedVariable(0, 'KEY')]]), nonce),
    ])
    expect(sections.get(0)).toMatchObject({ rc: 0, stdout: '600\n' })
    expect(lstatSync(path).mode & 0o7777).toBe(0o400)
    expect(readFileSync(path, 'utf8')).toBe('made\n')
  })
})

describe('one process where one is enough', () => {
  const [dash, busybox] = ['/bin/sh', spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim()]
  const uid = String(process.getuid?.() ?? 0)
  const gid = String(process.getgid?.() ?? 0)
  const directory = (path: string, mode: number): ActStep => ({ kind: 'directory', path, owner: uid, group: gid, mode })
  const link = (path: string, to: string): ActStep => ({ kind: 'link', path, to })
  const numbered = (steps: readonly ActStep[]): Numbered<ActStep>[] => steps.map((step, number) => ({ number, step }))
  const at = (name: string): string => join(folder, name)

  /** What is called of these tools, in their order; each is the real one, or BusyBox's. `without`: not there. */
  function called(steps: readonly ActStep[], { busy = false, without = '' } = {}) {
    const tools = mkdtempSync(join(tmpdir(), 'tlsplay-tools-'))
    for (const name of ['chown', 'chmod', 'install', 'ln', 'mkdir', 'mv', 'rm']) {
      const real = busy ? `${busybox} ${name}` : spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
      if (name !== without)
        writeFileSync(join(tools, name), `#!${dash}\necho ${name} >>${tools}/calls\nexec ${real} "$@"\n`, { mode: 0o755 })
    }
    const { sections } = shell([actProgram([{ steps: numbered(steps), mayFail: false }], new Map(), nonce)], tools)
    const calls = existsSync(join(tools, 'calls')) ? readFileSync(join(tools, 'calls'), 'utf8').trim().split('\n').join(' ') : ''
    rmSync(tools, { recursive: true })
    return { calls, rcs: [...sections.values()].map(({ rc }) => rc) }
  }

  test.each([
    { case: 'a folder that only its owner writes to', mode: 0o750, calls: 'install' },
    { case: 'a folder where nobody has an install', mode: 0o750, without: 'install', calls: 'mkdir chown chmod' },
    { case: 'a folder that others may write to', mode: 0o2770, calls: 'mkdir chown chmod' },
  ])('$case', ({ mode, without, calls }) => {
    expect(called([directory(at('d'), mode)], { without })).toEqual({ calls, rcs: [0] })
    expect(lstatSync(at('d')).mode & 0o7777).toBe(mode)
  })

  test.each([
    { case: 'is there', plant: () => mkdirSync(at('d'), { mode: 0o700 }) },
    { case: 'is a link to one', plant: () => symlinkSync('.', at('d')) },
    { case: 'has none above it', plant: () => undefined, path: 'none/d' },
  ])('a folder that $case is not made, and nothing else for it', ({ plant, path = 'd' }) => {
    plant()
    const before = readdirSync(folder)
    const { rcs } = called([directory(at(path), 0o755)])
    expect(rcs).toEqual([1])
    expect(readdirSync(folder)).toEqual(before)
    if (before.length > 0) expect(lstatSync(at('d')).mode & 0o7777).not.toBe(0o755)
  })

  test.each(['GNU', ...(busybox === '' ? [] : ['BusyBox'])])('links of %s into one folder, over what is there', (kind) => {
    mkdirSync(at('pair'))
    symlinkSync('pair', at('crt'))
    const steps = [link(at('crt'), 'pair/crt'), link(at('key'), 'pair/key'), link(at('web'), 'pair/other'), link(at('pair/crt'), '/x/crt')]
    expect(called(steps, { busy: kind === 'BusyBox' })).toEqual({ calls: 'ln ln ln', rcs: [0, 0, 0, 0] })
    expect(['crt', 'key', 'web', 'pair/crt'].map((name) => readlinkSync(at(name)))).toEqual([
      'pair/crt',
      'pair/key',
      'pair/other',
      '/x/crt',
    ])
    expect(readdirSync(at('pair'))).toEqual(['crt'])
  })

  test('a link that cannot be made fails the step that made it along', () => {
    mkdirSync(at('key'))
    writeFileSync(at('key/x'), '')
    expect(called([link(at('crt'), 'pair/crt'), link(at('key'), 'pair/key')]).rcs).toEqual([1])
    expect(lstatSync(at('key')).isDirectory()).toBe(true)
  })

  test('the owner of files that are installed one after another', () => {
    const tools = mkdtempSync(join(tmpdir(), 'tlsplay-tools-'))
    writeFileSync(
      join(tools, 'chown'),
      `#!${dash}\nshift 2; for f; do echo "\${f##*.}" >>${tools}/calls; done; echo end >>${tools}/calls\n`,
      { mode: 0o755 },
    )
    const files = { KEY: at('key'), CERT: at('crt'), CHAIN: at('chain') }
    const make = {
      number: 0,
      step: { kind: 'make', script: 'for f in "$KEY" "$CERT" "$CHAIN"; do echo x >"$f"; done', files, tools: [] },
    } as const
    const install = (name: keyof typeof files, number: number, owner: string, mode: number) =>
      ({ number, step: { kind: 'install', name, path: files[name], owner, group: undefined, mode } }) as const
    const steps = [install('KEY', 1, 'app', 0o400), install('CERT', 2, 'app', 0o644), install('CHAIN', 3, 'web', 0o644)]
    const made = new Map(Object.entries(files).map(([name, path]) => [path, stagedVariable(0, name)]))
    shell([prepare(make), actProgram([{ steps, mayFail: false }], made, nonce)], `${tools}:${process.env['PATH']}`)
    expect(readFileSync(join(tools, 'calls'), 'utf8')).toBe('tls_s0KEY\ntls_s0CERT\nend\ntls_s0CHAIN\nend\n')
    expect(['key', 'crt', 'chain'].map((name) => lstatSync(at(name)).mode & 0o777)).toEqual([0o400, 0o644, 0o644])
    rmSync(tools, { recursive: true })
  })
})

describe('other steps', () => {
  test('links, attributes and removal', () => {
    writeFileSync(join(folder, 'f'), 'x', { mode: 0o600 })
    const steps = [
      { number: 0, step: { kind: 'link', path: join(folder, 'l'), to: 'f' } },
      { number: 1, step: { kind: 'attributes', path: join(folder, 'f'), owner: undefined, group: undefined, mode: 0o644 } },
      { number: 2, step: { kind: 'link', path: join(folder, 'l'), to: 'g' } },
    ] as const
    shell([act(...steps)])
    expect(readlinkSync(join(folder, 'l'))).toBe('g')
    expect(lstatSync(join(folder, 'f')).mode & 0o777).toBe(0o644)
    shell([act({ number: 3, step: { kind: 'remove', path: join(folder, 'f'), recursive: false } })])
    expect(existsSync(join(folder, 'f'))).toBe(false)
  })

  test.each([
    {
      case: 'streams apart',
      step: { command: { script: 'echo out; echo err >&2; exit 3' }, mayFail: true },
      expected: { rc: 3, stdout: 'out\n', stderr: 'err\n' },
    },
    {
      case: 'arguments as they are',
      step: { command: { argv: ['printf', '%s|', 'a b', "it's", '$HOME', '*', ''] }, mayFail: false },
      expected: { rc: 0, stdout: "a b|it's|$HOME|*||", stderr: '' },
    },
    { case: 'empty stdin', step: { command: { argv: ['cat'] }, mayFail: false }, expected: { rc: 0, stdout: '', stderr: '' } },
    {
      case: 'stdin as given',
      step: { command: { argv: ['cat'] }, stdin: 'in\nput', mayFail: false },
      expected: { rc: 0, stdout: 'in\nput', stderr: '' },
    },
    {
      case: 'environment and folder',
      step: { command: { script: 'echo "$WORD"; pwd' }, env: { WORD: "a'b" }, chdir: '/', mayFail: false },
      expected: { rc: 0, stdout: "a'b\n/\n", stderr: '' },
    },
    {
      case: 'a script with a deadline',
      step: { command: { script: 'echo "$0 $HOME" | sed s/.*sh.*/sh/; cat; exit 4' }, timeoutSeconds: 5, mayFail: true },
      expected: { rc: 4, stdout: 'sh\n', stderr: '' },
    },
    {
      case: 'a deadline',
      step: { command: { argv: ['sleep', '30'] }, timeoutSeconds: 1, mayFail: true },
      expected: { rc: 124, stdout: '', stderr: '' },
    },
  ])('run: $case', ({ step, expected }) => {
    expect(shell([act({ number: 7, step: { kind: 'run', ...step } })]).sections.get(7)).toEqual(expected)
  })

  test('a secret input and a secret script never become an argument', () => {
    const spy = join(folder, 'spy')
    const step = {
      number: 0,
      step: {
        kind: 'run',
        command: {
          script: new Secret([
            `cat >/dev/null; for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done >${spy}; : `,
            { hidden: 'hunter2-script' },
          ]),
        },
        stdin: Secret.of('hunter2-input'),
        mayFail: false,
      },
    } as const
    expect(shell([act(step)]).sections.get(0)?.rc).toBe(0)
    expect(readFileSync(spy, 'utf8')).not.toContain('hunter2')
  })
})

describe('order and failure', () => {
  const touch = (number: number, name: string): Numbered<ActStep> => ({
    number,
    step: { kind: 'run', command: { script: `echo x >${join(folder, name)}` }, mayFail: false },
  })
  const broken = (number: number): Numbered<ActStep> => ({ number, step: { kind: 'run', command: { script: 'exit 5' }, mayFail: false } })

  test('nothing runs behind a failure', () => {
    const { sections } = shell([act(touch(0, 'a'), broken(1), touch(2, 'b'))])
    expect([...sections.keys()]).toEqual([0, 1])
    expect(readdirSync(folder)).toEqual(['a'])
  })

  test.each([
    { case: 'waits with the next group until a command that failed is judged', status: 7, mayFail: false, sections: [0, 1], files: ['a'] },
    { case: 'goes on when it did not fail', status: 0, mayFail: false, sections: [0, 1, 2], files: ['a', 'b'] },
    { case: 'goes on when the group may fail', status: 7, mayFail: true, sections: [0, 1, 2], files: ['a', 'b'] },
  ])('$case', ({ status, mayFail, sections, files }) => {
    const tried: Numbered<ActStep> = { number: 0, step: { kind: 'run', command: { script: `exit ${status}` }, mayFail: true } }
    const groups = [
      { steps: [tried, touch(1, 'a')], mayFail },
      { steps: [touch(2, 'b')], mayFail: false },
    ]
    const ran = shell([actProgram(groups, new Map(), nonce)])
    expect([...ran.sections.keys()]).toEqual(sections)
    expect(readdirSync(folder)).toEqual(files)
  })

  test('a group that may fail forgives its own failure, not one before it', () => {
    const groups = [
      { steps: [broken(0)], mayFail: false },
      { steps: [broken(1)], mayFail: true },
      { steps: [touch(2, 'b')], mayFail: false },
    ]
    expect([...shell([actProgram(groups, new Map(), nonce)]).sections.keys()]).toEqual([0])
    expect(readdirSync(folder)).toEqual([])
  })

  test('without a private folder nothing runs', () => {
    const step = touch(0, 'a')
    const { sections } = shell([`TMPDIR=${folder}/nowhere`, act(step)])
    expect(sections.get(0)?.rc).not.toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  test('the first word of a command is a program, whatever it is called', () => {
    const named = (argv: readonly string[]): Numbered<ActStep> => ({ number: 0, step: { kind: 'run', command: { argv }, mayFail: true } })
    expect(shell([act(named(['if', 'true']))]).sections.get(0)?.rc).toBe(127)
    expect(shell([act(named(['A=1', 'true']))]).sections.get(0)?.rc).toBe(127)
  })

  test('a group that may fail ends early and the next one runs', () => {
    const groups = [
      { steps: [broken(0), touch(1, 'a')], mayFail: true },
      { steps: [touch(2, 'b')], mayFail: false },
    ]
    const { sections } = shell([actProgram(groups, new Map(), nonce)])
    expect([...sections].map(([number, { rc }]) => [number, rc])).toEqual([
      [0, 5],
      [2, 0],
    ])
    expect(readdirSync(folder)).toEqual(['b'])
  })
})
