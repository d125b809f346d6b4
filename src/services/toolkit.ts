import type { Product, ProductName } from './product.ts'
import { isAtLeast, type Version } from './version.ts'

interface ToolkitApp {
  readonly name: ProductName
  readonly units: readonly string[]
  readonly binaries: readonly string[]
  readonly port: number
  readonly tlsSince: Version
  /** first version with --web.config.file; older ones that serve TLS call it --web.config */
  readonly flagSince: Version
  readonly settingsFile?: string
}

/**
 * Prometheus and the apps built on exporter-toolkit. They read web config, certificate and key again on every handshake
 * (seen with 2.42 and with toolkit 0.17), so a renewal needs no act at all; but whether TLS is on is settled at start.
 */
function toolkitApp({ flagSince, settingsFile, ...app }: ToolkitApp): Product {
  return {
    ...app,
    user: 'prometheus',
    settingsFile,
    webConfigFlag: (version) =>
      isAtLeast(version, flagSince) ? '--web.config.file' : isAtLeast(version, app.tlsSince) ? '--web.config' : undefined,
    rulesByVersion: false,
    versionArgv: (binary) => [binary, '--version'],
    takesOver: () => 'by itself',
    survivesHangup: () => true,
    keyModeLimit: () => undefined,
    minVersionWord: (protocol) => (protocol === 'TLSv1.2' ? 'TLS12' : 'TLS13'),
    // One promtool checks the web config of every toolkit app. It opens the key, so it must run as the service user.
    checker: { argv: (webConfig) => ['promtool', 'check', 'web-config', webConfig] },
    logs: {
      tlsOn: 'TLS is enabled.',
      failures: [
        'Unable to validate web configuration file',
        'failed to load X509KeyPair',
        'failed to read cert_file',
        'failed to read key_file',
      ],
    },
  }
}

/** Versions from the release notes of each project: web TLS, and the name of the flag. */
export const toolkitApps: readonly Product[] = [
  toolkitApp({
    name: 'prometheus',
    units: ['prometheus.service'],
    binaries: ['prometheus'],
    port: 9090,
    tlsSince: [2, 24, 0],
    flagSince: [2, 24, 0],
    settingsFile: '/etc/prometheus/prometheus.yml',
  }),
  toolkitApp({
    name: 'node_exporter',
    units: ['prometheus-node-exporter.service', 'node_exporter.service'],
    binaries: ['prometheus-node-exporter', 'node_exporter'],
    port: 9100,
    tlsSince: [1, 0, 0],
    flagSince: [1, 5, 0],
  }),
  toolkitApp({
    name: 'alertmanager',
    units: ['prometheus-alertmanager.service', 'alertmanager.service'],
    binaries: ['prometheus-alertmanager', 'alertmanager'],
    port: 9093,
    tlsSince: [0, 22, 0],
    flagSince: [0, 22, 0],
    settingsFile: '/etc/prometheus/alertmanager.yml',
  }),
  toolkitApp({
    name: 'pushgateway',
    units: ['prometheus-pushgateway.service', 'pushgateway.service'],
    binaries: ['prometheus-pushgateway', 'pushgateway'],
    port: 9091,
    tlsSince: [1, 4, 0],
    flagSince: [1, 4, 0],
  }),
  toolkitApp({
    name: 'blackbox_exporter',
    units: ['prometheus-blackbox-exporter.service', 'blackbox_exporter.service'],
    binaries: ['prometheus-blackbox-exporter', 'blackbox_exporter'],
    port: 9115,
    tlsSince: [0, 19, 0],
    flagSince: [0, 19, 0],
    settingsFile: '/etc/prometheus/blackbox.yml',
  }),
]
