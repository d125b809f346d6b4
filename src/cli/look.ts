import { resolve } from 'node:path'
import type { Files } from '../ports/ports.ts'
import { connectionOverrides } from './connection.ts'
import { inventoryPrograms } from './inventory-program.ts'
import type { Io } from './io.ts'
import type { LookOptions, PlayOptions } from './options.ts'
import { nodeFiles } from './ports/node-files.ts'
import { terminalPrompt } from './ports/terminal-prompt.ts'
import { type Prepared, prepare } from './prepare.ts'
import { vaultOf, withoutVaultPassword } from './vault-passwords.ts'

/** Everything of a run that is read before the first connection, for commands that only look at texts. */
export async function look(playbook: string | undefined, options: LookOptions, io: Io): Promise<Prepared> {
  if (playbook === undefined) {
    const { run, ...prepared } = await lookWith(nothingPlayed, withNothingPlayed(nodeFiles, io.cwd), options, io)
    return { ...prepared, run: { ...run, plays: [] } }
  }
  return lookWith(playbook, nodeFiles, options, io)
}

async function lookWith(playbook: string, files: Files, options: LookOptions, io: Io): Promise<Prepared> {
  const prompt = terminalPrompt(io)
  const vault = await vaultOf(options, io, prompt)
  const all = playOptionsOf(options)
  const connection = await connectionOverrides(all, io, prompt)
  return prepare(
    { playbook, options: all, checkMode: true, connection, files, vault, run: inventoryPrograms(io) },
    { cwd: io.cwd, env: withoutVaultPassword(io.env) },
  )
}

function playOptionsOf(options: LookOptions): PlayOptions {
  return {
    ...options,
    ...{ askPass: false, become: false, askBecomePass: false, forks: 1, tags: [], skipTags: [], check: true, diff: false, verbose: 0 },
    ...{ output: 'text', stats: false, knownHosts: [], detailedExitcode: false },
  }
}

const nothingPlayed = '.tlsplay-no-playbook.yml'

/** Inventories are read for a playbook; where none is named, one that does nothing lies in the folder you are in. */
function withNothingPlayed(files: Files, cwd: string): Files {
  const path = resolve(cwd, nothingPlayed)
  return {
    ...files,
    read: (asked) => (asked === path ? Buffer.from('- hosts: all\n') : files.read(asked)),
    kind: (asked) => (asked === path ? 'file' : files.kind(asked)),
  }
}
