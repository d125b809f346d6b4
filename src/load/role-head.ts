import { documents } from '../generated/validators/index.js'
import type { Problem } from '../model/problem.ts'
import { listField, textField, textOf } from './fields.ts'
import { literalSource } from './plain.ts'
import { validated } from './schema-problems.ts'
import { parseYaml } from './yaml.ts'

/** What whoever installs a role has to know of it. */
export interface RoleHead {
  readonly version: string
  /** names of the roles that run before it */
  readonly dependencies: readonly string[]
}

/** Reads a role.yml on its own; undefined when it is broken, which is reported. */
export function readRoleHead(text: string, file: string, problems: Problem[]): RoleHead | undefined {
  const found: Problem[] = []
  const source = parseYaml({ file, text }, 'core', found)
  if (source !== undefined && source.kind !== 'map')
    found.push({
      code: 'TYPE_WRONG',
      message: 'expected a map with summary, version and inputs',
      at: source.at,
      hint: 'a role is described by a map',
    })
  if (source?.kind === 'map') found.push(...validated(documents.role, literalSource(source), { what: 'role.yml', source }))
  problems.push(...found)
  if (source?.kind !== 'map' || found.length > 0) return undefined
  const dependencies = listField(source, 'dependencies')?.items ?? []
  return {
    version: textField(source, 'version')?.value ?? '',
    dependencies: dependencies.flatMap(
      (item) => (textOf(item) ?? (item.kind === 'map' ? textField(item, 'role') : undefined))?.value ?? [],
    ),
  }
}
