import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { absent } from '../../src/model/fact.ts'
import { Unknown } from '../../src/model/value.ts'
import { packages } from '../../src/probes/package.ts'
import { ask, nonce, scratchFolder, type Shell, shells } from './shells.ts'

const folder = scratchFolder()
afterAll(() => rmSync(folder, { recursive: true }))

/** The shell with nothing on its path but these programs and sed. */
function withPrograms(shell: Shell, name: string, programs: Readonly<Record<string, string>>): Shell {
  const path = join(folder, `${shell.name}-${name}`)
  mkdirSync(path)
  symlinkSync(whereIs('sed'), join(path, 'sed'))
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(join(path, program), `#!/bin/sh\n${text}\n`)
    chmodSync(join(path, program), 0o755)
  }
  const [program = '', ...words] = shell.argv
  return { ...shell, argv: [whereIs(program), ...words], path }
}

function whereIs(program: string): string {
  return execFileSync('sh', ['-c', `command -v ${program}`])
    .toString()
    .trim()
}

const say = (text: string) => `printf '%s' '${text}'`
const targets = ['there', 'newer', 'missing', 'nobody', 'c++'].map((name) => ({ name }))

/** As Debian 12 prints it. */
const apt = {
  'apt-get': 'exit 1',
  'dpkg-query': `${say('I there ii  1.0-1\nI newer ii  1:1.0~rc1-1+b2\nI missing rc  0.9-1\nI c++ hi  2\n')}; exit 1`,
  'apt-cache': say(
    'there:\n  Installed: 1.0-1\n  Candidate: 1.0-1\n  Version table:\n *** 1.0-1 500\n        500 http://deb.debian.org/debian bookworm/main amd64 Packages\n' +
      'newer:\n  Installed: 1:1.0~rc1-1+b2\n  Candidate: 1:1.1-1\nmissing:\n  Installed: (none)\n  Candidate: 1.0-1\nc++:\n  Installed: 2\n  Candidate: (none)\n',
  ),
}

/** As the manual of apk shows it. */
const apk = {
  apk: `case "$1 $2" in
    'info -v') ${say('there-1.0-r1\nthere-doc-1.0-r1\nnewer-1.0_rc1-r0\nc++-2-r0\n')} ;;
    'policy there') ${say('there policy:\n  1.0-r1:\n    lib/apk/db/installed\n    http://dl-cdn.alpinelinux.org/alpine/v3.19/main\n')} ;;
    'policy newer') ${say('newer policy:\n  1.0_rc1-r0:\n    lib/apk/db/installed\n  1.1-r0:\n    http://dl-cdn.alpinelinux.org/alpine/v3.19/main\n')} ;;
    'policy missing') ${say('missing policy:\n  1.0-r1:\n    http://dl-cdn.alpinelinux.org/alpine/v3.19/main\n')} ;;
  esac`,
}

const dnf = { dnf: 'exit 1', rpm: `${say('I there 1.0-1.fc40\npackage missing is not installed\n')}; exit 1` }

describe.each(shells)('on $name', (shell) => {
  test.each([
    {
      manager: 'apt',
      programs: apt,
      facts: [
        { installed: '1.0-1', candidate: '1.0-1' },
        { installed: '1:1.0~rc1-1+b2', candidate: '1:1.1-1' },
        { candidate: '1.0-1' },
        {},
        { installed: '2' },
      ],
    },
    {
      manager: 'apk',
      programs: apk,
      facts: [
        { installed: '1.0-r1', candidate: '1.0-r1' },
        { installed: '1.0_rc1-r0', candidate: '1.1-r0' },
        { candidate: '1.0-r1' },
        {},
        { installed: '2-r0' },
      ],
    },
    { manager: 'dnf', programs: dnf, facts: [{ installed: '1.0-1.fc40' }, {}, {}, {}, {}] },
  ])('what $manager says', ({ manager, programs, facts }) => {
    expect(ask(withPrograms(shell, manager, programs), packages, targets)).toMatchObject({
      answers: facts.map((fact) => ({ manager, ...fact })),
      stderr: '',
    })
  })

  test('without a package manager there is none', () => {
    expect(ask(withPrograms(shell, 'none', {}), packages, [{ name: 'a' }]).answers).toEqual([absent])
  })
})

test('what is no answer is none', () => {
  expect(packages.parse(new Uint8Array(), [{ name: 'a' }], nonce)[0]).toBeInstanceOf(Unknown)
})
