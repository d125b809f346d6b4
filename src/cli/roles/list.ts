import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { requirementsName } from '../../load/requirements.ts'
import { lockName } from '../../load/role-lock.ts'
import { remedy, vendorFolder } from '../../load/pinned-roles.ts'
import { type Problem, throwIfAny } from '../../model/problem.ts'
import { packageFolder } from '../package-folder.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { lineOf, type Say } from './install.ts'
import { headOf, type RoleProject, stateOf } from './project.ts'

/** Every role that a playbook of the folder can use, and where each comes from. */
export function listRoles(project: RoleProject, say: Say): void {
  const { lock, requirements, folder } = project
  const rows: (readonly [string, string, string])[] = []
  for (const [name, locked] of lock) {
    const { home, problem } = stateOf(name, locked, project)
    const where = home === undefined ? 'not installed' : home.folder.startsWith(vendorFolder(folder)) ? 'vendor/roles' : 'installed'
    const asked = locked.requested === undefined ? '' : ` ${locked.requested}`
    rows.push([lineOf(name, locked), `${locked.source}${asked}`, problem === undefined || home === undefined ? where : `${where}, changed`])
  }
  for (const { name, src } of requirements) if (!lock.has(name)) rows.push([name, src, 'not locked yet'])
  for (const [place, label] of [
    [join(folder, 'roles'), 'roles/'],
    [join(packageFolder, 'roles'), 'with tlsplay'],
  ] as const) {
    for (const name of nodeFiles.list(place) ?? []) {
      if (rows.some(([row]) => row.split(' ')[0] === name)) continue
      const text = nodeFiles.read(join(place, name, 'role.yml'))
      if (text !== undefined) rows.push([`${name} ${versionOf(text)}`, '', label])
    }
  }
  const [first, second] = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column as 0 | 1].length)))
  for (const [name, source, where] of rows) say(`${name.padEnd(first ?? 0)}  ${source.padEnd(second ?? 0)}  ${where}`)
}

function versionOf(text: Uint8Array): string {
  try {
    return headOf(new Map([['role.yml', text]]), 'role.yml').version
  } catch {
    return '?'
  }
}

/** Holds every locked role against its digest, and requirements.yml and vendor/ against the lock. Throws TlsplayError. */
export function verifyRoles(project: RoleProject, say: Say): void {
  const { lock, requirements, folder, io } = project
  const problems: Problem[] = []
  for (const [name, locked] of lock) {
    const { problem } = stateOf(name, locked, project)
    if (problem === undefined) say(`${lineOf(name, locked)}: as locked`)
    else problems.push(problem)
    if (!requirements.some((one) => one.name === name))
      problems.push({
        code: 'ROLE_LOCK',
        message: `${lockName} has the role ${name}, ${requirementsName} has not`,
        hint: remedy('install', io.cwd, folder),
      })
  }
  for (const { name, src, version, at } of requirements) {
    const locked = lock.get(name)
    if (locked !== undefined && locked.source === src && locked.requested === version) continue
    problems.push({
      code: 'ROLE_LOCK',
      message: `${lockName} is not what ${requirementsName} asks for: ${name}`,
      at,
      hint: remedy('install', io.cwd, folder),
    })
  }
  const stray = (nodeFiles.kind(vendorFolder(folder)) === 'directory' ? readdirSync(vendorFolder(folder)) : []).filter(
    (name) => !lock.has(name.replace(/\.sha256$/, '')),
  )
  for (const name of stray)
    problems.push({ code: 'ROLE_LOCK', message: `vendor/roles/${name} is not in ${lockName}`, hint: remedy('vendor', io.cwd, folder) })
  throwIfAny(problems)
  if (lock.size === 0) say(`${lockName} has no role`)
}
