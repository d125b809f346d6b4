import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prelude } from '../../src/lib/prelude.ts'
import type { ProbeKindName, Target } from '../../src/model/fact.ts'
import type { ProbeKind } from '../../src/probes/probe-kind.ts'

export interface Shell {
  readonly name: string
  readonly argv: readonly string[]
  readonly path: string
}

const here = process.env['PATH'] ?? '/usr/bin:/bin'

/** Every shell this machine has. BusyBox brings its own programs as well: its applets alone stand on the PATH. */
export const shells: readonly Shell[] = [
  { name: 'sh', argv: ['/bin/sh'], path: here },
  ...(has('bash') ? [{ name: 'bash', argv: ['bash'], path: here }] : []),
  ...(has('mksh') ? [{ name: 'mksh', argv: ['mksh'], path: here }] : []),
  ...(has('busybox') ? [busybox()] : []),
]

/** What execute draws anew for each exchange. */
export const nonce = '5eed5eed5eed5eed'

/** Runs what a probe asks, as execute does: after the prelude, in a subshell, with empty stdin. */
export function ask<K extends ProbeKindName>(shell: Shell, probe: ProbeKind<K>, targets: readonly Target<K>[]) {
  const { stdout, stderr } = run(shell, probe.script(targets, nonce))
  return { answers: probe.parse(stdout, targets, nonce), stdout, stderr: stderr.toString() }
}

export function run(shell: Shell, script: string) {
  const [program = '', ...words] = shell.argv
  const { stdout, stderr } = spawnSync(program, words, {
    input: `${prelude}\n(\n${script}\n) </dev/null\n`,
    env: { PATH: shell.path, LC_ALL: 'C', HOME: '/' },
    maxBuffer: 64 * 1024 * 1024,
  })
  return { stdout: new Uint8Array(stdout), stderr }
}

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-probes-'))
  chmodSync(folder, 0o755)
  return folder
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

function busybox(): Shell {
  const folder = scratchFolder()
  execFileSync('busybox', ['--install', '-s', folder])
  return { name: 'busybox', argv: [join(folder, 'sh')], path: folder }
}
