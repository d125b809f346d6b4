import { type Command, Option } from 'commander'
import type { Commands } from './commands.ts'
import type { Io } from './io.ts'
import { collect, outputFormat, wholeNumber } from './option-groups.ts'
import { type AuditRequest, auditFormats, type DoctorOptions } from './options.ts'
import { hostOptions } from './program-hosts.ts'

const never = 'Changes nothing on any host, and keeps nothing there.'
const root = 'Become root (`-b`) to see what only root may read.'

/** Commands that look at running services and say what they found. They never act. */
export function diagnoseCommands(program: Command, commands: Commands, finish: (code: number) => void, io: Io): void {
  hostOptions(program.command('audit'))
    .option('-p, --playbook <file>', 'say where hosts differ from what this playbook intends')
    .addOption(new Option('--min-days <n>', 'fewer days left than this are a fault').argParser(wholeNumber(0)).default(14))
    .addOption(new Option('--output <format>', 'form of the report').choices(auditFormats).default('table'))
    .option('-o, --save <file>', 'write the report to this file, in one step, and print nothing')
    .summary('list every certificate served and on disk, with what is wrong')
    .description(
      `Lists every certificate that the known services of the hosts serve or name in their settings: days left, issuer, names, which clients accept it, whether served, disk and intended differ, and weak settings. ${never} ${root} Exit 0: nothing is wrong; 2: faults; 4: hosts that could not be asked, and no faults; 1: it could not begin.`,
    )
    .action(async (options: AuditRequest) => {
      finish(await commands.audit(options, io))
    })
  hostOptions(program.command('doctor'))
    .option('-p, --playbook <file>', 'say what this playbook would do about each finding')
    .option(
      '--ca <file>',
      'PEM file with authorities that clients trust, beside those of the inventory and the hosts (repeatable)',
      collect,
      [],
    )
    .addOption(new Option('--since <minutes>', 'how far back logs count').argParser(wholeNumber(1)).default(60))
    .addOption(outputFormat('lines for people, or one JSON document'))
    .summary('find what is wrong with TLS, why, and what to do')
    .description(
      `Looks at the known services of the hosts, what they serve, their files, settings and logs, and names what is wrong with TLS: cause first, with evidence and what to do. ${never} ${root} Exit 0: nothing is wrong; 2: faults; 4: hosts that could not be asked, and no faults; 1: it could not begin.`,
    )
    .action(async (options: DoctorOptions) => {
      finish(await commands.doctor(options, io))
    })
}
