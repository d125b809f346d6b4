import type { Io } from './io.ts'
import type {
  ApplyOptions,
  AuditRequest,
  AuthorityPlace,
  CaInitOptions,
  CaRotateOptions,
  DoctorOptions,
  ExplainOptions,
  ExplainVariableOptions,
  HostRequest,
  InventoryOptions,
  LintOptions,
  PlayOptions,
  QuickstartOptions,
  RoleRequest,
  ShowOptions,
  StandInOptions,
  VaultDecryptOptions,
  VaultRekeyOptions,
  VaultSealOptions,
  VaultStringOptions,
  VaultViewOptions,
} from './options.ts'

/** What each command does; resolves with the exit code. */
export interface Commands {
  plan(playbook: string, options: PlayOptions, io: Io): Promise<number>
  run(playbook: string, options: PlayOptions, io: Io): Promise<number>
  show(file: string, options: ShowOptions, io: Io): Promise<number>
  apply(file: string, options: ApplyOptions, io: Io): Promise<number>
  inventory(options: InventoryOptions, io: Io): Promise<number>
  caInit(name: string, options: CaInitOptions, io: Io): Promise<number>
  caRotate(name: string, options: CaRotateOptions, io: Io): Promise<number>
  caShow(name: string, options: AuthorityPlace, io: Io): Promise<number>
  caExport(name: string, options: AuthorityPlace, io: Io): Promise<number>
  vaultEncrypt(files: readonly string[], options: VaultSealOptions, io: Io): Promise<number>
  vaultDecrypt(files: readonly string[], options: VaultDecryptOptions, io: Io): Promise<number>
  vaultView(files: readonly string[], options: VaultViewOptions, io: Io): Promise<number>
  vaultRekey(files: readonly string[], options: VaultRekeyOptions, io: Io): Promise<number>
  vaultString(text: string | undefined, options: VaultStringOptions, io: Io): Promise<number>
  role(request: RoleRequest, io: Io): Promise<number>
  lint(playbooks: readonly string[], options: LintOptions, io: Io): Promise<number>
  explainVariable(name: string, options: ExplainVariableOptions, io: Io): Promise<number>
  explainHost(name: string, options: ExplainOptions, io: Io): Promise<number>
  explainTask(name: string, options: ExplainOptions, io: Io): Promise<number>
  hosts(request: HostRequest, io: Io): Promise<number>
  audit(options: AuditRequest, io: Io): Promise<number>
  doctor(options: DoctorOptions, io: Io): Promise<number>
  quickstart(options: QuickstartOptions, io: Io): Promise<number>
  standIn(options: StandInOptions, io: Io): Promise<number>
}

/** Loads a command when it is called: loading everything would make every start 2.5 times as long as bare Node. */
export const lazyCommands: Commands = {
  plan: async (playbook, options, io) => (await import('./commands/plan.ts')).planCommand(playbook, options, io),
  run: async (playbook, options, io) => (await import('./commands/run.ts')).runCommand(playbook, options, io),
  show: async (file, options, io) => (await import('./commands/show.ts')).showCommand(file, options, io),
  apply: async (file, options, io) => (await import('./commands/apply.ts')).applyCommand(file, options, io),
  inventory: async (options, io) => (await import('./commands/inventory.ts')).inventoryCommand(options, io),
  caInit: async (name, options, io) => (await import('./commands/ca-init.ts')).caInitCommand(name, options, io),
  caRotate: async (name, options, io) => (await import('./commands/ca-rotate.ts')).caRotateCommand(name, options, io),
  caShow: async (name, options, io) => (await import('./commands/ca-show.ts')).caShowCommand(name, options, io),
  caExport: async (name, options, io) => (await import('./commands/ca-show.ts')).caExportCommand(name, options, io),
  vaultEncrypt: async (files, options, io) => (await import('./commands/vault.ts')).vaultEncryptCommand(files, options, io),
  vaultDecrypt: async (files, options, io) => (await import('./commands/vault.ts')).vaultDecryptCommand(files, options, io),
  vaultView: async (files, options, io) => (await import('./commands/vault.ts')).vaultViewCommand(files, options, io),
  vaultRekey: async (files, options, io) => (await import('./commands/vault.ts')).vaultRekeyCommand(files, options, io),
  vaultString: async (text, options, io) => (await import('./commands/vault-string.ts')).vaultStringCommand(text, options, io),
  role: async (request, io) => (await import('./commands/role.ts')).roleCommand(request, io),
  lint: async (playbooks, options, io) => (await import('./commands/lint.ts')).lintCommand(playbooks, options, io),
  explainVariable: async (name, options, io) => (await import('./commands/explain.ts')).explainVariableCommand(name, options, io),
  explainHost: async (name, options, io) => (await import('./commands/explain.ts')).explainHostCommand(name, options, io),
  explainTask: async (name, options, io) => (await import('./commands/explain.ts')).explainTaskCommand(name, options, io),
  hosts: async (request, io) => (await import('./commands/hosts.ts')).hostsCommand(request, io),
  audit: async (options, io) => (await import('./commands/audit.ts')).auditCommand(options, io),
  doctor: async (options, io) => (await import('./commands/doctor.ts')).doctorCommand(options, io),
  quickstart: async (options, io) => (await import('./commands/quickstart.ts')).quickstartCommand(options, io),
  standIn: async (options, io) => (await import('./commands/stand-in.ts')).standInCommand(options, io),
}
