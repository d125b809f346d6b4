import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { say } from './say.ts'

const program = fileURLToPath(new URL('../../bench/scale.mjs', import.meta.url))
const scale = (...words: readonly string[]) => spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' })

test('2,000 tasks and 5,000 hosts are read, checked and compiled in under 2 s and 400 MiB', () => {
  const { status, stdout, stderr } = scale('--rounds', '5')
  say(`scale: ${stdout.trim().replaceAll(/\s*\n\s*/g, '; ')}`)
  expect(stdout, stderr).toMatch(/^2000 tasks, 5000 hosts/)
  expect({ status, ending: stdout.trim().split('\n').at(-1) }).toEqual({
    status: 0,
    ending: 'meets its target: under 2 s and 400 MiB',
  })
})

test('what takes longer is told', () => {
  const { status, stdout } = scale('--rounds', '1', '--tasks', '20000', '--hosts', '20')
  expect({ status, ending: stdout.trim().split('\n').at(-1) }).toEqual({
    status: 1,
    ending: 'misses its target: under 2 s and 400 MiB',
  })
})
