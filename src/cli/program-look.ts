import { type Command, Option } from 'commander'
import type { Commands } from './commands.ts'
import { exitCodesHelp } from './exit-codes.ts'
import type { Io } from './io.ts'
import { collect, collectColons, outputFormat, vaultOptions } from './option-groups.ts'
import type { ExplainOptions, ExplainVariableOptions, LintOptions } from './options.ts'

/** Commands that read playbooks and inventories, say something about them and connect to nothing. */
export function lookCommands(program: Command, commands: Commands, io: Io, finish: (code: number) => void): void {
  lookOptions(program.command('lint'))
    .argument('<playbooks...>', 'YAML files')
    .option('--skip-rule <id>', 'do not ask this rule (repeatable)', collect, [])
    .addOption(outputFormat('lines for people, or one JSON document'))
    .summary('say what is risky or hard to read in playbooks')
    .description(
      'Reads playbooks with their roles and inventories and says what is risky or hard to read. Exit 0: nothing; 2: findings; 1: it could not look.',
    )
    .addHelpText('after', exitCodesHelp)
    .action(async (playbooks: readonly string[], options: LintOptions) => {
      finish(await commands.lint(playbooks, options, io))
    })

  const explain = program
    .command('explain')
    .summary('say where a value comes from, and what decides over a task')
    .description('Says where the value of a variable comes from, what a host is, and what decides over a task. Connects to nothing.')
  explainOptions(explain.command('var'))
    .argument('<name>', 'name of a variable')
    .requiredOption('--host <name>', 'the host that sees it')
    .summary('every layer that gives a variable a value, the winner marked')
    .description('Shows every layer that gives a variable of a host a value, with its place, from the highest down; the winner is marked.')
    .action(async (name: string, options: ExplainVariableOptions) => {
      finish(await commands.explainVariable(name, options, io))
    })
  explainOptions(explain.command('host'))
    .argument('<name>', 'name of a host')
    .summary('groups, plays and variables of a host')
    .description('Shows the groups of a host in the order they count, the plays that reach it, and where each of its variables is set.')
    .action(async (name: string, options: ExplainOptions) => {
      finish(await commands.explainHost(name, options, io))
    })
  explainOptions(explain.command('task'))
    .argument('<name>', 'name of a task or handler; * and ? stand for parts of it')
    .summary('what decides whether, where and as whom a task runs')
    .description(
      'Shows for each task of that name where it is written and what decides whether, where and as whom it runs. Needs --playbook.',
    )
    .action(async (name: string, options: ExplainOptions) => {
      finish(await commands.explainTask(name, options, io))
    })
}

function explainOptions(command: Command): Command {
  return lookOptions(command)
    .option('-p, --playbook <file>', 'the playbook that is asked about')
    .addOption(outputFormat('lines for people, or one JSON document'))
    .addHelpText('after', exitCodesHelp)
}

function lookOptions(command: Command): Command {
  return vaultOptions(command)
    .addOption(
      new Option('-i, --inventory <source>', 'inventory file, folder or list `h1,` (repeatable)').argParser(collect).makeOptionMandatory(),
    )
    .option('-e, --extra-vars <vars>', '`name=value`, JSON or YAML, or `@file` (repeatable)', collect, [])
    .option('--roles-path <dirs>', 'folders with roles, separated by colons (repeatable)', collectColons, [])
}
