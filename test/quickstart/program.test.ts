import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Installed, install, start } from './installed.ts'

let installed: Installed
beforeAll(() => {
  installed = install()
})
afterAll(() => installed.remove())

/** Every module that a module brings in before its first line runs. */
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const names = readFileSync(file, 'utf8').matchAll(/(?:^|[;\n}])import\s*(?:[^'"()]*?from\s*)?["'](\.[^'"]+)["']/g)
  for (const [, name = ''] of names) loadedWith(join(dirname(file), name), seen)
  return seen
}

const kilobytes = (files: Iterable<string>): number => [...files].reduce((sum, file) => sum + statSync(file).size, 0) / 1024

// `tlsplay --version` may take 1.5 times as long as `node -e 0`; reading nothing is how it stays there on any machine.
test('the entry loads next to nothing, and parsing arguments loads no more than commander', () => {
  const dist = dirname(installed.main)
  // Most of it is the mask of the last write, which stands before anything can be written.
  expect(kilobytes(loadedWith(installed.main))).toBeLessThan(16)
  const program = /import\("(\.\/program-[^"]+)"\)/.exec(readFileSync(installed.main, 'utf8'))?.[1]
  expect(program).toBeDefined()
  const parsing = loadedWith(join(dist, program ?? ''))
  expect(kilobytes(parsing)).toBeLessThan(120)
  expect(parsing.size).toBeGreaterThan(1)
})

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(dirname(installed.main), '../package.json'), 'utf8'))
  expect(await start(installed, ['--version']).ended).toMatchObject({ code: 0, out: `${version}\n`, err: '' })
})

test('a reader that goes away is no crash', async () => {
  writeFileSync(join(installed.scratch, 'long.yml'), `- hosts: all\n  tasks:\n${'    - debug: { msg: word }\n'.repeat(2000)}`)
  const running = start(installed, ['plan', 'long.yml', '-i', 'localhost,', '-v'])
  running.stopReading()
  expect(await running.ended).toMatchObject({ code: 0, signal: null, err: expect.not.stringMatching(/EPIPE|bug in tlsplay/) })
})

test('a mistake on the command line is exit 1 with a suggestion', async () => {
  expect(await start(installed, ['rnu']).ended).toMatchObject({ code: 1, err: "error: unknown command 'rnu'\n(Did you mean run?)\n" })
})

test('a stand-in ends well when it is told to', async () => {
  const running = start(installed, ['stand-in', '--web.listen-address=127.0.0.1:0'])
  const ended = running.ended
  await running.heard('listening on http://127.0.0.1:')
  running.signal('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, signal: null })
})

test('the first signal lets the host at work end, the second one does not', async () => {
  const { scratch } = installed
  const [busy, begun] = [join(scratch, 'busy'), join(scratch, 'begun')]
  writeFileSync(busy, '')
  writeFileSync(
    join(scratch, 'wait.yml'),
    `- hosts: all\n  tasks:\n    - command: { argv: [sh, -c, 'while [ -e ${busy} ]; do sleep 0.1; done'] }\n    - copy: { dest: ${begun}, content: x }\n`,
  )
  const words = ['run', 'wait.yml', '-i', 'localhost,']

  const patient = start(installed, words)
  await patient.heard('applying')
  patient.signal('SIGINT')
  await patient.heard('interrupted: ')
  rmSync(busy)
  const { code, out } = await patient.ended
  expect(code).toBe(130)
  expect(out).toContain('PLAY RECAP')

  writeFileSync(busy, '')
  const hasty = start(installed, words)
  await hasty.heard('applying')
  hasty.signal('SIGINT')
  await hasty.heard('interrupted: ')
  hasty.signal('SIGTERM')
  const ended = await hasty.ended
  rmSync(busy)
  expect(ended.code).toBe(143)
  expect(ended.out).toContain('PLAY RECAP')
})
