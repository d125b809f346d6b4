import type { Command } from 'commander'
import { exitCodesHelp } from './exit-codes.ts'
import type { RoleRequest } from './options.ts'

interface Flags {
  readonly folder: string
  readonly name?: string
  readonly version?: string
  readonly path?: string
}

/** `tlsplay role ...`; `run` does what was asked for. */
export function roleCommands(program: Command, run: (request: RoleRequest) => Promise<void>): void {
  const role = program
    .command('role')
    .summary('roles of other teams: add, pin, install, verify, update; and roles of your own')
    .description(
      'Roles from git, npm, archives and folders. requirements.yml beside the playbook says where they come from, tlsplay.lock what exactly is used. Installing a role runs nothing of it.',
    )
  const command = (words: string, summary: string, description: string): Command =>
    role
      .command(words)
      .summary(summary)
      .description(description)
      .option('--folder <dir>', 'folder of the playbooks', '.')
      .addHelpText('after', exitCodesHelp)

  command('init <name>', 'begin a role', 'Makes a role below roles/ that works, with an input and a case that holds.').action(
    (name: string, { folder }: Flags) => run({ verb: 'init', name, folder }),
  )
  command(
    'add <src>',
    'add a role from elsewhere',
    'Writes a role into requirements.yml, locks it and installs it. SRC: git+https://HOST/PATH.git, npm:PACKAGE, ./FOLDER, FILE.tgz or https://HOST/FILE.tgz.',
  )
    .option('--name <name>', 'name of the role here (default: the last part of SRC)')
    .option('--version <version>', 'git: tag, branch or commit; npm: version or range; else: range that its version must be in')
    .option('--path <folder>', 'folder of the role within the source')
    .action((src: string, { folder, name, version, path }: Flags) => run({ verb: 'add', src, name, version, path, folder }))
  command(
    'install',
    'install what is locked, and lock what is new in requirements.yml',
    'Brings every role of requirements.yml: as locked where it is locked, else as it is today, which is locked then.',
  ).action(({ folder }: Flags) => run({ verb: 'install', folder }))
  command('update [names...]', 'take roles as they are today', 'Fetches roles anew and locks what they are now: all, or those named.')
    .option('--version <version>', 'ask for this version of the one role from now on')
    .action((names: readonly string[], { folder, version }: Flags) => run({ verb: 'update', names, version, folder }))
  command('remove <name>', 'let go of a role', 'Takes a role out of requirements.yml, the lock and vendor/roles.').action(
    (name: string, { folder }: Flags) => run({ verb: 'remove', name, folder }),
  )
  command('list', 'every role there is, and where it comes from', 'Lists the roles that playbooks of the folder can use.').action(
    ({ folder }: Flags) => run({ verb: 'list', folder }),
  )
  command(
    'verify',
    'hold installed roles against the lock',
    'Holds every file of every locked role against the lock, and the lock against requirements.yml. Fetches nothing.',
  ).action(({ folder }: Flags) => run({ verb: 'verify', folder }))
  command(
    'vendor',
    'carry roles along with the project',
    'Puts every locked role into vendor/roles, which goes before what is installed: a machine without network needs nothing else.',
  ).action(({ folder }: Flags) => run({ verb: 'vendor', folder }))
  command(
    'test [names...]',
    'plan roles on the hosts of their cases, and compare',
    'Plans roles on hosts that are data: cases/*.yml of a role give inputs and facts, and say what the plan must be. Needs no host. NAME may be a folder.',
  ).action((names: readonly string[], { folder }: Flags) => run({ verb: 'test', names, folder }))
}
