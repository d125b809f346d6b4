import { type Command, Option } from 'commander'
import type { Commands } from './commands.ts'
import { exitCodesHelp } from './exit-codes.ts'
import type { Io } from './io.ts'
import { collect, forceUnlock, reachOptions, runId, vaultOptions, verbosity, wholeNumber } from './option-groups.ts'
import type { HostOptions } from './options.ts'

/** Commands that look after what tlsplay keeps on hosts. */
export function hostCommands(program: Command, commands: Commands, finish: (code: number) => void, io: Io): void {
  hostOptions(program.command('history'))
    .summary('show what runs did on hosts, and which can be taken back')
    .description('Shows the last lines of what runs committed or took back on each host. Changes nothing.')
    .action(async (options: HostOptions) => {
      finish(await commands.hosts({ kind: 'history', options }, io))
    })
  hostOptions(program.command('rollback'))
    .addOption(new Option('--run <id>', 'the run to take back, as `tlsplay history` names it').argParser(runId).makeOptionMandatory())
    .addOption(forceUnlock())
    .summary('take back what a run changed')
    .description(
      'Takes back what a run committed on each host: files, then services. A host where any of these files changed since is left as it is, and they are named.',
    )
    .action(async ({ run, ...options }: HostOptions & { readonly run: string }) => {
      finish(await commands.hosts({ kind: 'rollback', run, options }, io))
    })
  hostOptions(program.command('clean'))
    .summary('remove what tlsplay keeps on hosts')
    .description('Removes old versions of files, the log and the lock from each host. What was committed can then not be taken back.')
    .action(async (options: HostOptions) => {
      finish(await commands.hosts({ kind: 'clean', options }, io))
    })
}

/** Which hosts, and how they are reached. */
export function hostOptions(command: Command): Command {
  return reachOptions(
    vaultOptions(command)
      .addOption(
        new Option('-i, --inventory <source>', 'inventory file, folder or list `h1,` (repeatable)')
          .argParser(collect)
          .makeOptionMandatory(),
      )
      .option('-l, --limit <pattern>', 'only these hosts: names, groups, globs, `!not`, `&and`')
      .option('-e, --extra-vars <vars>', '`name=value`, JSON or YAML, or `@file`; beats every other variable (repeatable)', collect, [])
      .addOption(new Option('-f, --forks <n>', 'hosts worked on at once (Ansible: 5)').argParser(wholeNumber(1)).default(10)),
  )
    .addOption(verbosity('say more (repeatable)'))
    .addHelpText('after', exitCodesHelp)
}
