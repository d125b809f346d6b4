import { spawn } from 'node:child_process'
import type { ServerChannel } from 'ssh2'

export interface RunningCommand {
  /** ends it and everything it started in its process group; resolves when it is gone */
  kill(): Promise<void>
}
export type RunningCommands = Set<RunningCommand>

/** Runs one exec request as sshd does: its end and status go back, and a client that is gone shows as the end of stdin. */
export function runCommand(
  channel: ServerChannel,
  command: string,
  user: string,
  options: { readonly folder: string; readonly env?: Readonly<Record<string, string>>; readonly shell?: string },
  running: RunningCommands,
): void {
  const shell = options.shell ?? '/bin/sh'
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...options.env,
    HOME: options.folder,
    USER: user,
    LOGNAME: user,
    SHELL: shell,
  }
  // A process group of its own, so that all of it can be ended at once.
  const child = spawn(shell, ['-c', command], { cwd: options.folder, env, stdio: 'pipe', detached: true })
  const group = child.pid
  let resolveGone: () => void
  const gone = new Promise<void>((resolve) => {
    resolveGone = resolve
  })
  const entry: RunningCommand = {
    async kill() {
      if (group !== undefined) signalGroup(group, 'SIGKILL')
      child.stdout.destroy()
      child.stderr.destroy()
      await gone
    },
  }
  running.add(entry)
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.stdin.on('error', () => undefined)
  channel.on('error', () => undefined)
  channel.on('close', () => {
    child.stdin.end()
    child.stdout.destroy()
    child.stderr.destroy()
  })
  child.once('error', (error) => {
    running.delete(entry)
    resolveGone()
    channel.stderr.write(`${error.message}\n`)
    channel.exit(127)
    channel.end()
  })
  child.once('close', (code, signal) => {
    resolveGone()
    // What it left in the background stays on the list, to be ended with the host.
    if (group === undefined || !signalGroup(group, 0)) running.delete(entry)
    if (signal === null) channel.exit(code ?? 255)
    else channel.exit(signal.replace(/^SIG/, ''), false, '')
    channel.end()
  })
}

/** Whether the group had a member to take the signal. */
function signalGroup(group: number, signal: 'SIGKILL' | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    // ESRCH: nobody is left in it
    return false
  }
}
