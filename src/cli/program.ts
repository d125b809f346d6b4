import { Command, CommanderError, Option } from 'commander'
import { exitCodes, exitCodesHelp } from './exit-codes.ts'
import { failureCode } from './failure.ts'
import type { Io } from './io.ts'
import type {
  ApplyOptions,
  AuthorityPlace,
  CaInitOptions,
  InventoryOptions,
  PlayOptions,
  QuickstartOptions,
  ShowOptions,
} from './options.ts'
import { type Commands, lazyCommands } from './commands.ts'
import {
  collect,
  collectColons,
  forceUnlock,
  outputFormat,
  reachOptions,
  split,
  vaultOptions,
  verbosity,
  wholeNumber,
} from './option-groups.ts'
import { diagnoseCommands } from './program-diagnose.ts'
import { hostCommands } from './program-hosts.ts'
import { lookCommands } from './program-look.ts'
import { vaultCommands } from './program-vault.ts'
import { roleCommands } from './program-role.ts'
import { version } from './version.ts'

/** Parses and runs one command. Never throws, never exits; what each command needs is loaded when it is called. */
export async function runProgram(io: Io, commands: Commands = lazyCommands): Promise<number> {
  let code: number = exitCodes.done
  const program = tlsplay(io, commands, (chosen) => {
    code = chosen
  })
  try {
    await program.parseAsync([...io.argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      if (isInventoryMissing(error)) io.stderr.write(`  hint: ${inventoryHint(program, io.argv)}\n`)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.refused
    }
    return failureCode(error, io)
  }
}

function isInventoryMissing({ code, message }: CommanderError): boolean {
  return code === 'commander.missingMandatoryOptionValue' && message.includes('--inventory')
}

/** The words of the command that was called, without its arguments: some of them may be secret. */
function inventoryHint(program: Command, argv: readonly string[]): string {
  const path: string[] = []
  for (let at: Command | undefined = program; at !== undefined; ) {
    path.push(at.name())
    const { commands }: Command = at
    at = commands.find((one) => one.name() === argv[path.length - 1])
  }
  return `name the hosts: ${path.join(' ')} -i inventory.yml …, or by name, with a comma: -i h1,`
}

/** The tree of commands; `finish` takes the exit code of the one that ran. */
function tlsplay(io: Io, commands: Commands, finish: (code: number) => void): Command {
  const program = new Command('tlsplay')
    .description('Playbooks that turn TLS on, and keep it right, across fleets of Prometheus, its exporters and InfluxDB.')
    .version(version)
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .configureHelp({ helpWidth: 110, optionDescription })
    .exitOverride()
    // `role add --version` is the version of the role
    .enablePositionalOptions()
    .addHelpText('after', exitCodesHelp)

  playOptions(program.command('plan').option('-o, --save <file>', 'keep the plan in this file, for `tlsplay apply`'))
    .summary('show exactly what a run would change; changes nothing')
    .description('Reads everything, changes nothing, and shows exactly what a run would change.')
    .action(async (playbook: string, options: PlayOptions) => {
      finish(await commands.plan(playbook, options, io))
    })

  playOptions(program.command('run'))
    .addOption(forceUnlock())
    .addOption(watchdog())
    .summary('plan, apply, verify, and look again until nothing is left to do')
    .description('Plans every play, applies, verifies what is served, then observes and plans again: that plan must be empty.')
    .option('--step', 'ask before each task, once for all hosts: no, yes, or continue without asking')
    .action(async (playbook: string, options: PlayOptions) => {
      finish(await commands.run(playbook, options, io))
    })

  program
    .command('show')
    .argument('<file>', 'what `tlsplay plan -o` wrote')
    .summary('show a saved plan')
    .description('Shows a saved plan as it was shown when it was made, and refuses one that was changed since. Connects to nothing.')
    .addOption(outputFormat('lines for people, or the plan as JSON'))
    .addOption(verbosity('list what has nothing to do as well'))
    .addHelpText('after', exitCodesHelp)
    .action(async (file: string, options: ShowOptions) => {
      finish(await commands.show(file, options, io))
    })

  program
    .command('apply')
    .argument('<file>', 'what `tlsplay plan -o` wrote')
    .summary('do what a saved plan says, if nothing it was made from has changed')
    .description(
      'Observes and plans again, and applies only when playbook, roles, inventory, variables, tlsplay itself and every observed fact are those of the saved plan. Else it names what differs and changes nothing.',
    )
    .option('-e, --extra-vars <vars>', 'what `plan` got, again: extra variables are not kept (repeatable)', collect, [])
    .option('-D, --diff', 'show how files and certificates differ', false)
    .option('--ca-passphrase-file <file>', passphraseDescription)
    .addOption(outputFormat('lines for people, or one JSON event per line'))
    .option('--stats', 'print connections, exchanges and bytes per host', false)
    .addOption(verbosity())
    .addOption(forceUnlock())
    .addOption(watchdog())
    .addHelpText('after', exitCodesHelp)
    .action(async (file: string, options: ApplyOptions) => {
      finish(await commands.apply(file, options, io))
    })

  inventoryOptions(program.command('inventory'))
    .summary('show what inventories say: as JSON, as a tree, or of one host')
    .description('Reads inventories and prints what tlsplay makes of them, in the form of ansible-inventory; passwords are hidden.')
    .action(async ({ graph, ...options }: InventoryFlags) => {
      finish(await commands.inventory({ ...options, ...(graph === undefined ? {} : { graph: graph === true ? 'all' : graph }) }, io))
    })

  const ca = program
    .command('ca')
    .summary('the certificate authorities that live beside an inventory')
    .description('The certificate authorities that live beside an inventory.')
  ca.command('init')
    .argument('[name]', 'name of the authority, as `generate` names it in `authority`', 'default')
    .summary('make a certificate authority')
    .description('Makes a certificate authority: a root and the key that signs for `generate`, the key encrypted with a passphrase.')
    .option('-i, --inventory <source>', 'make it beside this inventory', collect)
    .option('--folder <dir>', 'make it in this folder instead')
    .addOption(new Option('--days <days>', 'validity of the authority').argParser(wholeNumber(1)).default(3650))
    .option('--permit <name>', 'DNS name or address range it may sign for, and nothing else (repeatable)', collect, [])
    .option('--ca-passphrase-file <file>', 'read the passphrase from a file instead of asking (also TLSPLAY_CA_PASSPHRASE_FILE)')
    .addHelpText('after', exitCodesHelp)
    .action(async (name: string, options: CaInitFlags) => {
      finish(await commands.caInit(name, { ...options, ...place(options) }, io))
    })
  authorityOptions(ca.command('rotate'))
    .summary('replace an authority, in three steps with a run behind each')
    .description(
      'Takes the next of three steps: clients trust old and new, the new one signs, the old one is dropped. Says which playbooks to run before the next.',
    )
    .option('--ca-passphrase-file <file>', 'read the passphrase from a file instead of asking (also TLSPLAY_CA_PASSPHRASE_FILE)')
    .action(async (name: string, options: PlaceFlags & { readonly caPassphraseFile?: string }) => {
      finish(await commands.caRotate(name, { ...options, ...place(options) }, io))
    })
  authorityOptions(ca.command('show'))
    .summary('show what an authority is and may sign')
    .description('Shows until when an authority is valid and what it may sign. Needs no passphrase.')
    .action(async (name: string, options: PlaceFlags) => {
      finish(await commands.caShow(name, place(options), io))
    })
  authorityOptions(ca.command('export'))
    .summary('print the certificate that clients trust')
    .description('Prints the certificate of an authority, for clients to trust. Needs no passphrase.')
    .action(async (name: string, options: PlaceFlags) => {
      finish(await commands.caExport(name, place(options), io))
    })

  vaultCommands(program, commands, io, finish)
  lookCommands(program, commands, io, finish)
  roleCommands(program, async (request) => finish(await commands.role(request, io)))

  hostCommands(program, commands, finish, io)
  diagnoseCommands(program, commands, finish, io)

  program
    .command('quickstart')
    .summary('see it work on three hosts of its own; no root, no Docker')
    .description('Starts three ssh hosts inside this process, each with a small service of ours, and turns TLS on on all of them.')
    .addOption(verbosity())
    .action(async (options: QuickstartOptions) => {
      finish(await commands.quickstart(options, io))
    })

  // What the quickstart has its hosts start; the flags are those of Prometheus exporters.
  program
    .command('stand-in', { hidden: true })
    .description('A small metrics service that treats its web-config file as Prometheus exporters do.')
    .requiredOption('--web.listen-address <address>', 'address:port')
    .option('--web.config.file <file>', 'plain HTTP without it', '')
    .action(async (options: Readonly<Record<string, string>>) => {
      const [listenAddress, webConfigFile] = [options['web.listenAddress'] ?? '', options['web.config.file'] ?? '']
      finish(await commands.standIn({ listenAddress, webConfigFile }, io))
    })
  return program
}

type PlaceFlags = Omit<AuthorityPlace, 'inventory'> & { readonly inventory?: readonly string[] }
type CaInitFlags = Omit<CaInitOptions, 'inventory'> & PlaceFlags

function place({ inventory, folder }: PlaceFlags): AuthorityPlace {
  return { inventory: inventory ?? [], ...(folder === undefined ? {} : { folder }) }
}

function authorityOptions(command: Command): Command {
  return command
    .argument('[name]', 'name of the authority, as `generate` names it in `authority`', 'default')
    .option('-i, --inventory <source>', 'it lies beside this inventory', collect)
    .option('--folder <dir>', 'it lies in this folder')
    .addHelpText('after', exitCodesHelp)
}

function playOptions(command: Command): Command {
  return reachOptions(
    vaultOptions(command)
      .argument('<playbook>', 'YAML file')
      .addOption(
        new Option('-i, --inventory <source>', 'inventory file, folder or list `h1,` (repeatable)')
          .argParser(collect)
          .makeOptionMandatory(),
      )
      .option('-l, --limit <pattern>', 'only these hosts: names, groups, globs, `!not`, `&and`')
      .option('-t, --tags <tags>', 'only tasks with these tags (comma separated, repeatable)', collectCommas, [])
      .option('--skip-tags <tags>', 'no task with these tags (comma separated, repeatable)', collectCommas, [])
      .option(
        '--start-at-task <name>',
        'pass over what stands before the first task of this name (or `role : name`; `*` and `?` fit), also inside includes',
      )
      .option('--list-hosts', 'only print the hosts of each play')
      .option('--list-tasks', 'only print the tasks that are selected, included ones too')
      .option('--list-tags', 'only print the tags of each play')
      .option('--syntax-check', 'only read and check the playbook; connect to nothing')
      .option('-e, --extra-vars <vars>', '`name=value`, JSON or YAML, or `@file`; beats every other variable (repeatable)', collect, [])
      .option('-C, --check', 'change nothing: the same as `tlsplay plan`', false)
      .option('-D, --diff', 'show how files and certificates differ (plan and --check always do)', false)
      .addOption(new Option('-f, --forks <n>', 'hosts worked on at once (Ansible: 5)').argParser(wholeNumber(1)).default(10)),
  )
    .option('--roles-path <dirs>', 'folders with roles, separated by colons (repeatable)', collectColons, [])
    .option('--ca-passphrase-file <file>', passphraseDescription)
    .addOption(outputFormat('lines for people, or one JSON event per line'))
    .option('--stats', 'print connections, exchanges and bytes per host', false)
    .option('--detailed-exitcode', 'exit 2 when changes are pending (plan and run --check)', false)
    .addOption(verbosity())
    .addHelpText('after', exitCodesHelp)
}

const passphraseDescription = 'passphrase of the certificate authority (also TLSPLAY_CA_PASSPHRASE_FILE)'

function watchdog(): Option {
  const description = 'a host that does not hear of the run for so long takes back what is not committed; 0: never by itself (default: 60)'
  return new Option('--watchdog <seconds>', description).argParser(wholeNumber(0))
}

/** `--graph` may come without a group. */
type InventoryFlags = Omit<InventoryOptions, 'graph'> & { readonly graph?: string | true }

function inventoryOptions(command: Command): Command {
  return vaultOptions(command)
    .addOption(
      new Option('-i, --inventory <source>', 'inventory file, folder or list `h1,` (repeatable)').argParser(collect).makeOptionMandatory(),
    )
    .option('--list', 'every group and host, and the variables of each host', false)
    .option('--graph [group]', 'the tree of groups and hosts')
    .option('--host <name>', 'the variables of one host')
    .option('-l, --limit <pattern>', 'list only these hosts: names, groups, globs, `!not`, `&and`')
    .option('--export', 'list variables where they are set, groups with their own', false)
    .option('--vars', 'variables in the tree', false)
    .option('--playbook-dir <dir>', 'folder whose group_vars and host_vars count as well (default: the folder you are in)')
    .addHelpText('after', exitCodesHelp)
}

/** commander would also print that a switch is off and a list is empty. */
function optionDescription(option: Option): string {
  const choices = option.argChoices === undefined ? [] : [option.argChoices.join(' or ')]
  const given = option.required && ['string', 'number'].includes(typeof option.defaultValue) ? [`default: ${option.defaultValue}`] : []
  const notes = [...choices, ...given]
  return notes.length === 0 ? option.description : `${option.description} (${notes.join(', ')})`
}

function collectCommas(word: string, words: readonly string[]): readonly string[] {
  return [...words, ...split(word, ',')]
}
