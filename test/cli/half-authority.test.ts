import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-half-'))
  mkdirSync(join(cwd, 'host'))
  writeFileSync(join(cwd, 'hosts.yml'), `all: { hosts: { here: { ansible_connection: local, tlsplay_state_folder: ${cwd}/state } } }\n`)
  writeFileSync(join(cwd, 'pass'), 'correct horse\n')
  const certificate = `{ certificate: ${cwd}/host/h1.crt, private_key: ${cwd}/host/h1.key, names: [h1.lab.test], issuer: ca }`
  writeFileSync(
    join(cwd, 'site.yml'),
    `- hosts: all\n  tasks:\n    - copy: { content: changed, dest: ${cwd}/host/before }\n    - generate: ${certificate}\n`,
  )
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function tlsplay(...words: readonly string[]) {
  const io = fakeIo([...words, '-i', 'hosts.yml', '--ca-passphrase-file', 'pass'], { cwd, env: { PATH: process.env['PATH'] ?? '' } })
  return { code: await runProgram(io), said: io.out() + io.err() }
}

test.each(['ca.crt', 'ca.key'])('a run that finds the authority without its %s stops before any change', async (half) => {
  await tlsplay('ca', 'init')
  rmSync(join(cwd, 'ca/default', half))
  const { code, said } = await tlsplay('run', 'site.yml')
  expect(code).toBe(1)
  expect(said).toContain('the certificate authority is incomplete')
  expect(said).not.toContain('bug in tlsplay')
  expect(existsSync(join(cwd, 'host/before'))).toBe(false)
})

test('with both halves the same run changes what it says', async () => {
  await tlsplay('ca', 'init')
  const { code, said } = await tlsplay('run', 'site.yml')
  expect(said).not.toContain('incomplete')
  expect(code).toBe(0)
  for (const name of ['before', 'h1.crt', 'h1.key']) expect(existsSync(join(cwd, 'host', name))).toBe(true)
})
