import { spawn } from 'node:child_process'
import { refused } from './client.ts'

export interface HookRun {
  readonly argv: readonly string[]
  /** playbook's folder */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const deadlineMs = 300_000

/** Runs the program that puts a DNS record in place or takes it away; it ends with 0 once the record can be seen. Throws TlsplayError. */
export function runHook(
  { argv: [program = '', ...words], cwd, env }: HookRun,
  action: 'present' | 'cleanup',
  record: string,
  value: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...words, action, record, value], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: deadlineMs })
    let said = ''
    const hear = (chunk: Buffer): void => {
      said = (said + chunk.toString('utf8')).slice(-2000)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', (error) => reject(refused(`${program} could not be run: ${error.message}`)))
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(refused(`${program} ${action} ${record} ended with ${code ?? signal}: ${said.trim().split('\n').at(-1) ?? ''}`))
    })
  })
}
