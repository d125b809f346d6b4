import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { type AnsibleOptions, ansible } from './ansible.ts'

export type Tree = Readonly<Record<string, string | Uint8Array>>

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A folder that both programs work in. */
export interface Scratch {
  readonly path: string
  tlsplay(...args: readonly string[]): Promise<Ended>
  ansible(program: string, args: readonly string[], options?: Omit<AnsibleOptions, 'cwd'>): Promise<Ended>
  remove(): void
}

/** What begins with `#!` becomes executable. `env`: of both programs, beside what they always have. */
export function scratch(files: Tree, env: Readonly<Record<string, string>> = {}): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'tlsplay-conformance-'))
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (typeof text === 'string' && text.startsWith('#!')) chmodSync(file, 0o755)
  }
  return {
    path,
    tlsplay: async (...args) => {
      const io = fakeIo(args, { cwd: path, env: { HOME: path, PATH: process.env['PATH'], ...env } })
      const code = await runProgram(io)
      return { code, out: io.out(), err: io.err() }
    },
    ansible: async (program, args, options) => {
      const { code, stdout, stderr } = await ansible(program, args, { cwd: path, ...options, env: { ...env, ...options?.env } })
      return { code, out: stdout, err: stderr }
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
