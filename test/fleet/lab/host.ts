import type { StartedTestContainer } from 'testcontainers'
import { command, type CommandResult } from './command.ts'
import { takeSnapshot, type Snapshot } from './snapshot.ts'
import { type HostKind, type HostSpec, publishedPorts } from './spec.ts'

export interface ExecOptions {
  /** Default: root. */
  readonly user?: string
  readonly stdin?: string
  readonly timeoutMs?: number
}

export interface LabHost {
  readonly name: string
  readonly kind: HostKind
  /** Between the hosts of the fleet; from the controller use 127.0.0.1 and `port`. */
  readonly address: string
  /** On 127.0.0.1. */
  readonly sshPort: number
  /** `ssh-ed25519 AAAA...` */
  readonly hostKey: string
  readonly containerId: string
  /** Port on 127.0.0.1 behind which this port of the host is. Throws for one that the spec does not publish. */
  port(containerPort: number): number
  /** Runs POSIX sh in the host through the engine, beside ssh: for set-up and for looking at what really happened. */
  exec(script: string, options?: ExecOptions): Promise<CommandResult>
  /** The whole filesystem, but for the places in `volatilePaths`. */
  snapshot(): Promise<Snapshot>
}

export function labHost(spec: HostSpec, container: StartedTestContainer, network: string, hostKey: string): LabHost {
  const containerId = container.getId()
  const exec = (script: string, { user = 'root', stdin, timeoutMs }: ExecOptions = {}) =>
    command(['docker', 'exec', '--interactive', '--user', user, containerId, 'sh', '-c', script], {
      stdin,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
  return {
    name: spec.name,
    kind: spec.kind,
    address: container.getIpAddress(network),
    sshPort: container.getMappedPort(22),
    hostKey,
    containerId,
    port(containerPort) {
      if (publishedPorts(spec).includes(containerPort)) return container.getMappedPort(containerPort)
      throw new Error(`host ${spec.name} does not publish port ${containerPort}: add it to \`ports\` of its spec`)
    },
    exec,
    snapshot: () => takeSnapshot(spec.kind, exec),
  }
}
