import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Registry, startRegistry } from '../sources/fake-registry.ts'
import { Machine, packed, roleTexts } from '../sources/teams.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

let machine: Machine
let registry: Registry
beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'src/build/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
})
beforeEach(async () => {
  registry = await startRegistry()
  machine = new Machine({ npm_config_registry: registry.url })
  machine.env['npm_config_cache'] = join(machine.folder, 'npm')
})
afterEach(async () => {
  await registry.close()
  machine.remove()
})

/** Every program that the command started, itself aside: what execve was given. */
async function started(...words: readonly string[]): Promise<readonly string[]> {
  const trace = join(machine.folder, 'trace')
  const child = spawn(
    'strace',
    ['-f', '-qq', '-s', '400', '-e', 'trace=execve', '-o', trace, process.execPath, join(root, 'dist/main.js'), ...words],
    {
      ...{ cwd: machine.project, env: machine.env, stdio: ['ignore', 'ignore', 'pipe'] },
    },
  )
  const said: Buffer[] = []
  child.stderr.on('data', (part: Buffer) => said.push(part))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(Buffer.concat(said).toString())
  return readFileSync(trace, 'utf8')
    .split('\n')
    .flatMap((line) => (/execve\("([^"]+)", (\[.*?\]).* = 0$/.exec(line) ?? []).slice(1, 3).join(' ') || [])
    .slice(1)
}

/** git and its own parts; `sh` as git calls it for the other end of a repository on this machine; npm and the Node it is made of. */
const allowed =
  /^\S*\/(?:git|git-[a-z-]+) |^\/bin\/sh \["\/bin\/sh", "-c", "git-upload-pack |^\S*\/npm |^\S*\/node \[.*npm.*"pack", "--ignore-scripts"/

const evil = {
  'package.json': JSON.stringify({
    name: 'note',
    version: '1.0.0',
    scripts: { preinstall: 'id', prepare: 'id', prepack: 'id', postinstall: 'id' },
  }),
  '.npmrc': 'node-options=--require ./evil.cjs\n',
  'evil.cjs': 'require("fs").writeFileSync("/tmp/evil", "")\n',
  'binding.gyp': '{}',
  '.gitattributes': '* filter=x\n',
  '.husky/post-checkout': 'id\n',
  'node_modules/.bin/id': '#!/bin/sh\nid\n',
}

test('installing a role from git starts git and nothing else', async () => {
  const url = machine.repository('note', { v1: roleTexts('1.0.0', evil) })
  writeFileSync(join(machine.folder, 'note/.git/hooks/post-checkout'), '#!/bin/sh\nid\n', { mode: 0o755 })
  const programs = await started('role', 'add', url)
  expect(programs.filter((line) => !allowed.test(line))).toEqual([])
  expect(programs.some((line) => line.includes('"fetch"'))).toBe(true)
})

test('installing a role from npm starts npm and nothing else', async () => {
  registry.publish('note', '1.0.0', packed(roleTexts('1.0.0', evil)))
  const programs = await started('role', 'add', 'npm:note')
  expect(programs.filter((line) => !allowed.test(line))).toEqual([])
  expect(programs.some((line) => line.includes('"--ignore-scripts"'))).toBe(true)
})

test('installing a role from an archive starts nothing', async () => {
  writeFileSync(join(machine.project, 'note.tgz'), packed(roleTexts('1.0.0', evil)))
  expect(await started('role', 'add', './note.tgz')).toEqual([])
})

test.each(['/usr/bin/id ["id"]', '/bin/sh ["/bin/sh", "-c", "id"]', '/usr/bin/node ["node", "evil.cjs"]'])('%s would be seen', (line) => {
  expect(allowed.test(line)).toBe(false)
})
