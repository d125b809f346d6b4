import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TlsplayError } from '../model/problem.ts'
import { output } from './program.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface NpmPlace {
  readonly name: string
  /** a version, a range or a tag of the registry */
  readonly range: string
}

/**
 * The tarball of a package as the registry has it, and its exact version. npm only fetches: it unpacks nothing and runs
 * none of the package's scripts. Registries and tokens are those of the person and of `project`. Throws TlsplayError ROLE_SOURCE.
 */
export async function npmTarball(
  { name, range }: NpmPlace,
  { project, scratch, env }: { readonly project: string; readonly scratch: string; readonly env: Environment },
): Promise<{ readonly version: string; readonly archive: Uint8Array }> {
  const words = ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--no-update-notifier', `--pack-destination=${scratch}`]
  const told = await output({ argv: ['npm', ...words, '--', `${name}@${range}`], cwd: project, env })
  const [packed] = parsed(told)
  // it stands in a folder of its own, so the name that npm gives is only looked for there
  if (packed === undefined || !/^[\w.@+-]+$/.test(packed.filename))
    throw new TlsplayError([
      { code: 'ROLE_SOURCE', message: `npm gave no tarball of ${name}@${range}`, hint: 'correct the name or the version' },
    ])
  return { version: packed.version, archive: readFileSync(join(scratch, packed.filename)) }
}

interface Packed {
  readonly filename: string
  readonly version: string
}

/** A list, one entry per package. */
function parsed(told: Uint8Array): readonly Packed[] {
  try {
    return (JSON.parse(Buffer.from(told).toString()) as readonly Packed[]).filter(
      ({ filename, version }) => typeof filename === 'string' && typeof version === 'string',
    )
  } catch {
    return []
  }
}

/** Throws TlsplayError ROLE_SOURCE: npm would take a path, an address or an option for what is to be packed, and build it. */
export function checkNpmPlace({ name, range }: NpmPlace): void {
  const isName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name) && !name.startsWith('-')
  if (isName && /^[\w.^~<>=| *+-]+$/.test(range)) return
  throw new TlsplayError([
    {
      code: 'ROLE_SOURCE',
      message: `${name}@${range} is no package of npm with a version`,
      hint: 'write npm:NAME, and a version or a range',
    },
  ])
}
