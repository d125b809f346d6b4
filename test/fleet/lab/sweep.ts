import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mustRun } from './command.ts'
import { labLabel, owner, ownerLabel, ownerLives } from './owner.ts'

/** `dead`: what runs left that are gone. `own`: that, and what this run started. `all`: also what a run beside this one is using. */
export type SweepScope = 'dead' | 'own' | 'all'

/** Number of things removed. */
export interface Swept {
  readonly containers: number
  readonly networks: number
  readonly folders: number
}

export const folderPrefix = 'tlsplay-fleet-'

/** Removes containers, networks and folders of the lab by their labels and names. Nothing else is looked at. */
export async function sweep(scope: SweepScope = 'dead'): Promise<Swept> {
  const goes = (mark: string): boolean => scope === 'all' || (scope === 'own' && mark === owner()) || (mark !== '' && !ownerLives(mark))
  const format = `{{.ID}} {{.Label "${ownerLabel}"}}`
  const containers = await labelled(['ps', '--all', '--no-trunc', '--filter', `label=${labLabel}`, '--format', format], goes)
  await remove(['rm', '--force', '--volumes'], containers)
  const networks = await labelled(['network', 'ls', '--no-trunc', '--filter', `label=${labLabel}`, '--format', format], goes)
  await remove(['network', 'rm'], networks)
  const folders = (await readdir(tmpdir())).filter(
    (name) => name.startsWith(folderPrefix) && goes(name.slice(folderPrefix.length).split('-')[0] ?? ''),
  )
  await Promise.all(folders.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })))
  return { containers: containers.length, networks: networks.length, folders: folders.length }
}

async function labelled(list: readonly string[], goes: (mark: string) => boolean): Promise<string[]> {
  const lines = (await mustRun(['docker', ...list]))
    .trim()
    .split('\n')
    .filter((line) => line !== '')
  return lines.flatMap((line) => {
    const [id = '', mark = ''] = line.split(' ')
    return goes(mark) ? [id] : []
  })
}

export async function remove(how: readonly string[], ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await mustRun(['docker', ...how, ...ids])
}
