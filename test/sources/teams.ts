import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { tar } from './tar.ts'

export type Texts = Readonly<Record<string, string>>

/** A role that writes one file with the version of the role in it. */
export function roleTexts(version: string, more: Texts = {}): Texts {
  return {
    'role.yml': `summary: a note\nversion: ${JSON.stringify(version)}\ninputs:\n  path: { type: string, description: where, default: /tmp/note }\n`,
    'tasks/main.yml': `- copy: { dest: "{{ path }}", content: "version ${version}" }\n`,
    ...more,
  }
}

export function writeTexts(folder: string, texts: Texts): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** What `npm pack` makes of a package. */
export function packed(texts: Texts): Uint8Array {
  return gzipSync(tar(...Object.entries(texts).map(([path, content]) => ({ name: `package/${path}`, content }))))
}

/** A machine with a home of its own, and a project on it; the program runs inside of this process. */
export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'tlsplay-teams-'))
  readonly project = join(this.folder, 'project')
  readonly env: Record<string, string>

  constructor(more: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.project)
    mkdirSync(join(this.folder, 'home'))
    this.env = {
      ...{ HOME: join(this.folder, 'home'), PATH: process.env['PATH'] ?? '' },
      ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ALLOW_PROTOCOL: 'file' },
      ...more,
    }
  }

  async run(...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const io = fakeIo(argv, { cwd: this.project, env: this.env })
    const code = await runProgram(io)
    return { code, out: io.out(), err: io.err() }
  }

  /** Throws when it is refused. */
  async must(...argv: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run(...argv)
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${err}`)
    return out
  }

  git(folder: string, ...words: readonly string[]): string {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@lab.test', '-c', 'commit.gpgsign=false', '-c', 'init.defaultBranch=main']
    return execFileSync('git', [...who, ...words], { cwd: folder, env: this.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** A repository in a folder of this name, with one commit and tag for each version; gives its address. */
  repository(name: string, versions: Readonly<Record<string, Texts>>): string {
    const folder = join(this.folder, name)
    mkdirSync(folder)
    this.git(folder, 'init', '-q')
    for (const [tag, texts] of Object.entries(versions)) this.commit(name, tag, texts)
    return `git+file://${folder}`
  }

  /** One more commit; the tag moves when it was there. */
  commit(name: string, tag: string, texts: Texts): string {
    const folder = join(this.folder, name)
    writeTexts(folder, texts)
    this.git(folder, 'add', '-A')
    this.git(folder, 'commit', '-q', '-m', tag)
    this.git(folder, 'tag', '-f', tag)
    return this.git(folder, 'rev-parse', 'HEAD').trim()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
