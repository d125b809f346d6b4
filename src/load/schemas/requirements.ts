import { Type } from 'typebox'

export const roleNamePattern = '^[A-Za-z0-9_][A-Za-z0-9_.-]*$'

const requiredRole = Type.Object(
  {
    src: Type.String({
      title: 'Source',
      description: 'git+https://HOST/PATH.git, npm:PACKAGE, a folder (./ or ../ first), or a .tgz: a file, or an https address',
      minLength: 1,
    }),
    name: Type.Optional(
      Type.String({ title: 'Name', description: 'name of the role here; default: the last part of src', pattern: roleNamePattern }),
    ),
    version: Type.Optional(
      Type.String({
        title: 'Version',
        description: 'git: tag, branch or commit; npm: version or range; folder and tarball: range that the version in role.yml must be in',
        minLength: 1,
      }),
    ),
    path: Type.Optional(
      Type.String({ title: 'Path', description: 'folder of the role within the source', pattern: '^[A-Za-z0-9_][A-Za-z0-9_./-]*$' }),
    ),
    scm: Type.Optional(Type.Enum(['git'], { title: 'SCM', description: 'git: src is a repository of git' })),
  },
  { title: 'Required role', description: 'a role and where it comes from', additionalProperties: false },
)

export const requirementsSchema = Type.Object(
  {
    roles: Type.Optional(
      Type.Union([Type.Array(Type.Union([requiredRole, Type.String()])), Type.Null()], {
        title: 'Roles',
        description: 'roles of other teams that the playbooks beside this file use',
      }),
    ),
  },
  {
    title: 'Requirements',
    description: 'requirements.yml: which roles come from elsewhere, and from where',
    additionalProperties: false,
  },
)

export const lockSchema = Type.Object(
  {
    formatVersion: Type.Literal(1, { title: 'Format', description: 'version of this format' }),
    roles: Type.Record(
      Type.String({ pattern: roleNamePattern }),
      Type.Object(
        {
          source: Type.String({ title: 'Source', description: 'where it came from, as src of requirements.yml', minLength: 1 }),
          path: Type.Optional(Type.String({ title: 'Path', description: 'folder of the role within the source', minLength: 1 })),
          requested: Type.Optional(Type.String({ title: 'Requested', description: 'the version that was asked for', minLength: 1 })),
          resolved: Type.Optional(
            Type.String({ title: 'Resolved', description: 'the commit of git, or the version of npm', minLength: 1 }),
          ),
          version: Type.String({ title: 'Version', description: 'version that its role.yml says', minLength: 1 }),
          tree: Type.String({ title: 'Tree', description: 'digest over all its files', pattern: '^sha256:[0-9a-f]{64}$' }),
        },
        { title: 'Locked role', description: 'what exactly is used', additionalProperties: false },
      ),
      { title: 'Roles', description: 'by name', additionalProperties: false },
    ),
  },
  { title: 'Lock', description: 'tlsplay.lock: which roles exactly are used; written by tlsplay role', additionalProperties: false },
)
