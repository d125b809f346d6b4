import { join } from 'node:path'
import { remedy } from '../../load/pinned-roles.ts'
import type { RoleHead } from '../../load/role-head.ts'
import { packageFolder } from '../package-folder.ts'
import { nodeFiles } from '../ports/node-files.ts'
import type { RoleProject } from './project.ts'

/** A line for each role that runs before this one and that nothing brings; a playbook that uses it would be refused. */
export function missingDependencies(
  name: string,
  { dependencies }: RoleHead,
  known: ReadonlySet<string>,
  { folder, io }: RoleProject,
): readonly string[] {
  const places = [join(folder, 'roles'), join(packageFolder, 'roles')]
  return dependencies
    .filter((one) => !known.has(one) && places.every((place) => nodeFiles.kind(join(place, one)) !== 'directory'))
    .map((one) => `  ${name} needs the role ${one}, which is not there: ${remedy('add', io.cwd, folder, 'SRC')} --name ${one}`)
}
