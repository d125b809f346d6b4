import type { Product } from './product.ts'

/** InfluxDB 2.x. No version up to 2.10.0 handles SIGHUP (read in its sources), which therefore ends it. */
export const influxdb2: Product = {
  name: 'influxdb2',
  units: ['influxdb.service'],
  // Told from 1.x by nobody: both programs are called influxd, so a playbook has to name this product.
  binaries: [],
  user: 'influxdb',
  port: 8086,
  settingsFile: '/etc/influxdb/config.toml',
  webConfigFlag: () => undefined,
  tlsSince: [2, 0, 0],
  rulesByVersion: false,
  versionArgv: (binary) => [binary.endsWith('/influxd') ? binary : 'influxd', 'version'],
  takesOver: () => 'on restart',
  survivesHangup: () => false,
  keyModeLimit: () => undefined,
  minVersionWord: (protocol) => (protocol === 'TLSv1.2' ? '1.2' : '1.3'),
  checker: undefined,
  logs: {
    tlsOn: 'transport=https',
    failures: [
      'Failed to load x509 key pair',
      // Only one of tls-cert and tls-key is set: it goes on without TLS.
      'TLS requires specifying both cert and key, falling back to HTTP',
      'unsupported TLS version',
      'found flags from an InfluxDB 1.x configuration',
    ],
  },
}
