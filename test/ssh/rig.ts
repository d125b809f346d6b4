import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { accessSync, constants } from 'node:fs'
import type { SshHost } from '../../src/embedded/ssh-host.ts'
import { TlsplayError, type Problem } from '../../src/model/problem.ts'
import type { ConnectionTarget } from '../../src/ports/channel.ts'
import type { Files } from '../../src/ports/ports.ts'
import type { TransportOptions } from '../../src/transport/options.ts'

/** Files of the controller that exist only here. */
export function memoryFiles(texts: Readonly<Record<string, string>>): Files {
  const has = (path: string): boolean => Object.hasOwn(texts, path)
  return {
    read: (path) => (has(path) ? Buffer.from(texts[path] ?? '') : undefined),
    list: () => undefined,
    kind: (path) => (has(path) ? 'file' : undefined),
    realPath: (path) => (has(path) ? path : undefined),
  }
}

export function optionsWith(texts: Readonly<Record<string, string>>, more: Partial<TransportOptions> = {}): TransportOptions {
  return {
    files: memoryFiles(texts),
    agentSocket: undefined,
    defaultKeyFiles: [],
    environment: { PATH: process.env['PATH'], HOME: tmpdir() },
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    ...more,
  }
}

export function targetWith(more: Partial<ConnectionTarget>): ConnectionTarget {
  return {
    name: 'h1',
    at: { file: 'inventory.yml', line: 3, column: 5 },
    transport: 'ssh',
    address: '127.0.0.1',
    port: 22,
    user: 'deploy',
    privateKeyFiles: ['/keys/client'],
    password: undefined,
    knownHostsFiles: ['/known_hosts'],
    become: undefined,
    connectTimeoutSeconds: 20,
    exclusive: true,
    stateFolder: undefined,
    ...more,
  }
}

/** The texts with which the in-process host is trusted and lets us in. */
export function trusting(host: SshHost): Record<string, string> {
  return { '/known_hosts': `${host.hostKeyLine}\n`, '/keys/client': host.clientKey }
}

/** It names the host, the place where that is written, and what to do; what the state of a host is about has no place but the host. */
function whole(problem: Problem): Problem {
  const { code, host, hint, at } = problem
  const ofHost = ['LOCKED', 'NO_WATCHDOG', 'STATE_UNUSABLE', 'ROLLED_BACK', 'PROTOCOL']
  const lacks = [
    ...(host === undefined ? ['its host'] : []),
    ...(hint === undefined && code !== 'VALUE_INVALID' ? ['what to do'] : []),
    ...(at === undefined && !ofHost.includes(code) ? ['a place'] : []),
  ]
  if (lacks.length > 0) throw new Error(`${code} lacks ${lacks.join(' and ')}: ${problem.message}`)
  return problem
}

export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  try {
    await promise
  } catch (error) {
    if (error instanceof TlsplayError) return whole(error.problems[0])
    throw error
  }
  throw new Error('it succeeded')
}

const folders: string[] = []

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-transport-'))
  folders.push(folder)
  return folder
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export function script(path: string, text: string): string {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

/** Where a program of this machine is, looked up without running anything. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/bin', '/usr/sbin', '/sbin']
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** A folder with these programs and nothing else, for a PATH under control. */
export function toolbox(names: readonly string[]): string {
  const folder = temporaryFolder()
  for (const name of names) {
    const path = programPath(name)
    if (path === undefined) throw new Error(`this machine has no ${name}`)
    symlinkSync(path, join(folder, name))
  }
  return folder
}
