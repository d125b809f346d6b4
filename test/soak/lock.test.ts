import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const processes = 20
const rounds = 50

let folder = ''
beforeAll(() => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../src/build/build.mjs', import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-soak-lock-'))
  writeFileSync(
    join(folder, 'hosts.yml'),
    `all: { hosts: { here: { ansible_connection: local, tlsplay_state_folder: ${folder}/state } } }\n`,
  )
  // Whoever is not alone finds the folder there; the pause makes it likely to be met.
  const inside = `mkdir ${folder}/inside || { echo overlap >>${folder}/overlaps; exit 1; }; echo x >>${folder}/entered; sleep 0.1; rmdir ${folder}/inside`
  writeFileSync(join(folder, 'site.yml'), `- hosts: all\n  tasks:\n    - command: { argv: [sh, -c, "${inside}"] }\n`)
  writeFileSync(join(folder, 'entered'), '')
  writeFileSync(join(folder, 'overlaps'), '')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(): Promise<number | null> {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
  const child = spawn(process.execPath, [main, 'run', 'site.yml', '-i', 'hosts.yml'], {
    cwd: folder,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  return new Promise((resolve) => child.once('exit', resolve))
}

test(`${processes} runs that want one host at once, ${rounds} times: never two inside`, async () => {
  const codes: Record<string, number> = {}
  for (let round = 0; round < rounds; round += 1) {
    const ended = await Promise.all(Array.from({ length: processes }, run))
    for (const code of ended) codes[String(code)] = (codes[String(code)] ?? 0) + 1
    // One has it at least, and nobody is left waiting.
    expect({ round, entered: ended.includes(0) }).toEqual({ round, entered: true })
  }
  console.info(`${processes} processes x ${rounds} rounds, by exit code: ${JSON.stringify(codes)}`)
  expect(readFileSync(join(folder, 'overlaps'), 'utf8')).toBe('')
  expect(readFileSync(join(folder, 'entered'), 'utf8').length).toBe((codes['0'] ?? 0) * 2)
  expect(Object.keys(codes).toSorted()).toEqual(['0', '5'])
}, 3_600_000)
