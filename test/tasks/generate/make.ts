import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quote } from '../../../src/lib/sh.ts'
import type { MakeStep, Step, StepAnswer } from '../../../src/model/step.ts'
import type { Change, TaskResult } from '../../../src/model/task-type.ts'
import { revealText } from '../../../src/model/value.ts'
import type { Issuer } from '../../../src/ports/ports.ts'
import { type Shell, shells } from '../../probes/shells.ts'
import { applyDeed } from '../../../src/tasks/generate/apply.ts'
import type { GenerateDeed } from '../../../src/tasks/generate/deed.ts'

/** A folder that goes away with the test. */
export function folderFor(onEnd: (clean: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-generate-'))
  onEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Performed {
  readonly result: TaskResult
  readonly rounds: readonly (readonly Step[])[]
  /** what the scripts printed */
  readonly printed: string
}

/** Performs a deed for real, below a folder that stands for the root of the host: /bin/sh and openssl of this machine. */
export async function perform(data: GenerateDeed, issuer: Issuer, shell: Shell = shells[0] as Shell): Promise<Performed> {
  const change: Change<GenerateDeed> = { action: 'create', target: '', summary: '', diffs: [], reason: '', data }
  const deed = applyDeed(change)
  const rounds: (readonly Step[])[] = []
  const staged = new Map<string, string>()
  let printed = ''
  let turn = deed.next()
  while (turn.done !== true) {
    rounds.push(turn.value)
    const answers: StepAnswer[] = []
    for (const step of turn.value) {
      if (step.kind === 'make') {
        const answer = make(step, staged, shell)
        printed += answer.stdout
        answers.push(answer)
      } else if (step.kind === 'issue') answers.push({ ok: true, rc: 0, stdout: '', stderr: '', chain: await issuer.issue(step) })
      else {
        if (step.kind === 'install') execFileSync('mv', [staged.get(step.path) ?? '', step.path])
        if (step.kind === 'write') writeFileSync(step.path, String(step.content))
        answers.push({ ok: true, rc: 0, stdout: '', stderr: '' })
      }
    }
    turn = deed.next(answers)
  }
  return { result: turn.value, rounds, printed }
}

function make(step: MakeStep, staged: Map<string, string>, shell: Shell): StepAnswer {
  for (const path of Object.values(step.files)) staged.set(path, `${path}.staged`)
  const used = Object.entries(step.uses ?? {}).map(([name, path]) => [name, staged.get(path) ?? ''] as const)
  const variables = [
    ...Object.entries(step.files).map(([name, path]) => `${name}=${quote(`${path}.staged`)}`),
    ...used.map(([name, path]) => `${name}=${quote(path)}`),
  ]
  const [program = '', ...words] = shell.argv
  const script = `( ${[...variables, ':'].join('; ')}\n${revealText(step.script)}\n) </dev/null 2>&1`
  const ran = spawnSync(program, [...words, '-c', script], {
    encoding: 'utf8',
    env: { PATH: `${shell.path}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C', HOME: '/' },
  })
  return { ok: ran.status === 0, rc: ran.status ?? -1, stdout: ran.stdout, stderr: '' }
}

export function read(path: string): string {
  return readFileSync(path, 'utf8')
}

export function openssl(...words: readonly string[]): string {
  return execFileSync('openssl', words, { encoding: 'utf8' })
}
