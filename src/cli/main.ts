#!/usr/bin/env node
import type { Io } from './io.ts'
import { optimizeLater } from './optimize-later.ts'
import { lastWrite } from './output.ts'

const output = lastWrite()

/** The only file, beside the last write, that touches the process. It loads nothing that `--version` does not need. */
async function main(): Promise<number> {
  const argv = process.argv.slice(2)
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { version } = await import('./version.ts')
    output.stdout.write(`${version}\n`)
    return 0
  }
  optimizeLater()
  const { runProgram } = await import('./program.ts')
  const here = io(argv)
  output.tellCrashes(async (error) => (await import('./failure.ts')).failureCode(error, here))
  return runProgram(here)
}

/** From the second signal to the end of the process. */
const lastWordMs = 1500

function io(argv: readonly string[]): Io {
  const interrupt = new AbortController()
  const leave = new AbortController()
  const stop = (code: number) => (): void => {
    if (!interrupt.signal.aborted) return interrupt.abort(code)
    // Asked a second time: the terminal belongs to the person again, after one last word at most.
    leave.abort(code)
    setTimeout(() => process.exit(code), lastWordMs)
  }
  process.on('SIGINT', stop(130))
  process.on('SIGTERM', stop(143))
  process.on('SIGHUP', stop(129))
  const { env, stdin, execPath, pid } = process
  const { stdout, stderr } = output
  const signals = { interrupted: interrupt.signal, leaving: leave.signal }
  return { argv, env, cwd: process.cwd(), stdin, stdout, stderr, node: execPath, pid, ...signals }
}

const exitCode = await main()
await output.settle()
process.exit(exitCode)
