import { exitCodes } from '../exit-codes.ts'
import { failureCode } from '../failure.ts'
import type { Io } from '../io.ts'
import type { RoleRequest } from '../options.ts'
import { initRole } from '../roles/init.ts'
import { addRole, installRoles, removeRole, updateRoles, vendorRoles } from '../roles/install.ts'
import { listRoles, verifyRoles } from '../roles/list.ts'
import { openProject } from '../roles/project.ts'

/** Everything that has to do with roles of other teams; resolves with the exit code. */
export async function roleCommand(request: RoleRequest, io: Io): Promise<number> {
  const { escapeLine } = await import('../../view/escape.ts')
  const say = (line: string): void => {
    io.stdout.write(`${escapeLine(line)}\n`)
  }
  const texts = new Map<string, string>()
  try {
    if (request.verb === 'init') {
      initRole(request.name, request.folder, io, say)
      return exitCodes.done
    }
    const project = openProject(request.folder, io, texts)
    switch (request.verb) {
      case 'add':
        await addRole(request, project, say)
        break
      case 'install':
        await installRoles(project, say)
        break
      case 'update':
        await updateRoles(request.names, request.version, project, say)
        break
      case 'remove':
        removeRole(request.name, project, say)
        break
      case 'list':
        listRoles(project, say)
        break
      case 'verify':
        verifyRoles(project, say)
        break
      case 'test':
        await (await import('../roles/test-roles.ts')).testRoles(request.names, project, texts, say)
        break
      case 'vendor':
        await vendorRoles(project, say)
    }
    return exitCodes.done
  } catch (error) {
    return failureCode(error, io, texts)
  }
}
