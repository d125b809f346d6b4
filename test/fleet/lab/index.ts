export { ensureEngine } from './engine.ts'
export { type CommandResult, command } from './command.ts'
export { type Fleet, type SshOptions, startFleet } from './fleet.ts'
export type { ExecOptions, LabHost } from './host.ts'
export type { InventoryOptions, LabUser } from './inventory.ts'
export { changes, type Snapshot, volatilePaths } from './snapshot.ts'
export {
  bareInfluxdb2,
  barePrometheus,
  type FleetSpec,
  type HostKind,
  type HostSpec,
  type Service,
  services,
  upstreamPrometheus,
} from './spec.ts'
export { type SweepScope, type Swept, sweep } from './sweep.ts'
