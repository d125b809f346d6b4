#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import type { Io } from './io.ts'

/** The only file that touches the process. It loads nothing that `--version` does not need. */
async function main(): Promise<number> {
  const argv = process.argv.slice(2)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { version } = await import('./version.ts')
    process.stdout.write(`${version}\n`)
    return 0
  }
  optimizeLater()
  const { runProgram } = await import('./program.ts')
  return runProgram(io(argv))
}

/** From the second signal to the end of the process. */
const lastWordMs = 1500

/**
 * Most runs are over before code that V8 optimizes has paid for its compilation, which shares the cores with everything
 * else: with fifteen times its budget of 67,584 a run with nothing to do on ten hosts takes 12 % less processor time
 * (measured on Node 20 with two cores), and what stays hot for longer is still optimized. Only for the V8 of Node 20: that of
 * Node 26 has no such flag and complains on stderr.
 */
function optimizeLater(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000')
}

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
  const { env, stdin, stdout, stderr, execPath, pid } = process
  const signals = { interrupted: interrupt.signal, leaving: leave.signal }
  return { argv, env, cwd: process.cwd(), stdin, stdout, stderr, node: execPath, pid, ...signals }
}

/** `tlsplay plan | head` is no failure, and a run goes on when nobody reads it any more; a closed terminal says EIO. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
}

const written = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()))

const exitCode = await main()
await Promise.all([written(process.stdout), written(process.stderr)])
process.exit(exitCode)
