import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { breaches, type SourceFile } from './architecture/rules.ts'

const source = fileURLToPath(new URL('../src', import.meta.url))

function sourceFiles(): readonly SourceFile[] {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${source}/generated/`))
    .map((path) => ({ path: relative(source, path), text: readFileSync(path, 'utf8') }))
}

test('every file imports only what its folder may import', () => {
  expect(breaches(sourceFiles())).toEqual([])
})

describe('the check finds a planted breach', () => {
  test.each([
    { case: 'model imports a folder', path: 'model/x.ts', text: "import { quote } from '../lib/sh.ts'" },
    { case: 'lib reads files', path: 'lib/x.ts', text: "import { readFileSync } from 'node:fs'" },
    { case: 'a task type imports another', path: 'tasks/copy/x.ts', text: "import { file } from '../file/index.ts'" },
    { case: 'a task type reaches the transport', path: 'tasks/copy/x.ts', text: "import { ssh } from '../../transport/ssh.ts'" },
    { case: 'plan writes to the console', path: 'plan/x.ts', text: "console.log('hello')" },
    { case: 'view touches process', path: 'view/x.ts', text: 'process.stdout.write(text)' },
    { case: 'execute imports node-ssh', path: 'execute/x.ts', text: "import { NodeSSH } from 'node-ssh'" },
    { case: 'execute imports the transport', path: 'execute/x.ts', text: "import { transports } from '../transport/transports.ts'" },
    { case: 'somebody imports the command line', path: 'execute/x.ts', text: "import { main } from '../cli/main.ts'" },
    { case: 'a dynamic import is an import', path: 'plan/x.ts', text: "const ssh = await import('../transport/ssh.ts')" },
    { case: 'main writes past the last write', path: 'cli/main.ts', text: 'process.stderr.write(text)' },
    { case: 'main takes a stream apart', path: 'cli/main.ts', text: 'const { env, stdout } = process' },
    { case: 'an embedded program prints', path: 'embedded/x.ts', text: "console.log('hello')" },
    { case: 'a file descriptor is written', path: 'cli/x.ts', text: 'writeSync(2, text)' },
    { case: 'console by another spelling', path: 'view/x.ts', text: "console['log'](text)" },
    { case: 'a command touches process', path: 'cli/commands/x.ts', text: 'process.exit(1)' },
    { case: 'pki opens connections', path: 'pki/public-roots.ts', text: "import { connect } from 'node:tls'" },
    { case: 'typebox at run time', path: 'tasks/copy/index.ts', text: "import { Type } from 'typebox'" },
  ])('$case', ({ path, text }) => {
    expect(breaches([{ path, text }])).toHaveLength(1)
  })
})
