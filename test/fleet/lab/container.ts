import { GenericContainer, StartupCheckStrategy, type StartedTestContainer } from 'testcontainers'
import type { Binaries } from './binary.ts'
import type { Engine } from './engine.ts'
import { builtFolder } from './host-built.ts'
import { type Identity, startScript } from './host-start.ts'
import type { Images } from './image.ts'
import { labLabel, owner, ownerLabel } from './owner.ts'
import { builtPrograms, type HostSpec, publishedPorts } from './spec.ts'
import { builds } from './versions.ts'

// Ryuk, the sweeper of testcontainers, is an image from a registry, which is not to be reached everywhere. sweep.ts does its work.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'

export interface HostSite {
  readonly engine: Engine
  readonly images: Images
  readonly binaries: Binaries
  readonly identity: Identity
  readonly network: string
}

/** Resolves when the container runs; whether the host in it is up is asked in ready.ts. */
export function startContainer(spec: HostSpec, site: HostSite): Promise<StartedTestContainer> {
  return new LabContainer(spec, site).start()
}

class LabContainer extends GenericContainer {
  constructor(spec: HostSpec, { engine, images, binaries, identity, network }: HostSite) {
    super(spec.kind === 'busybox' ? images.busybox : images.debian)
    const [key = '', value = ''] = labLabel.split('=')
    this.withLabels({ [key]: value, [ownerLabel]: owner() })
    this.withHostname(spec.name)
    this.withCommand(['/bin/sh', '-c', startScript(spec, identity, engine.cgroupVersion)])
    this.withExposedPorts(...publishedPorts(spec))
    this.withWaitStrategy(new NoWait())
    // Aliases by hand: withNetworkAliases would leave the container on the default bridge as well.
    this.withNetworkMode(network)
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { Aliases: [spec.name, ...(spec.aliases ?? [])] } } }
    this.withBindMounts(
      builtPrograms(spec).map((name) => ({ source: binaries[name], target: `${builtFolder}/${builds[name].binary}`, mode: 'ro' as const })),
    )
    if (spec.kind !== 'busybox') this.runSystemd()
    if (spec.capabilities !== undefined) this.withAddedCapabilities(...spec.capabilities)
  }

  /** What systemd 252 needs to reach `running` without --privileged; seen with docker 20.10 on cgroup v1 and v2. */
  private runSystemd(): void {
    this.withAddedCapabilities('SYS_ADMIN')
    this.withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
    this.withTmpFs({ '/run': '', '/run/lock': '' })
    // testcontainers 11 has no setter for it, and its types of the engine's API do not know it.
    Object.assign(this.hostConfig, { CgroupnsMode: 'private' })
  }

  protected override async beforeContainerCreated(): Promise<void> {
    // testcontainers 11 publishes on all addresses of the machine; hosts with known passwords belong on the loopback only.
    for (const bindings of Object.values(this.hostConfig.PortBindings ?? {}) as { HostIp?: string }[][]) {
      for (const binding of bindings) binding.HostIp = '127.0.0.1'
    }
  }
}

class NoWait extends StartupCheckStrategy {
  override checkStartupState(): Promise<'SUCCESS'> {
    return Promise.resolve('SUCCESS')
  }
}
