import type { Product } from './product.ts'
import { isAtLeast, type Version } from './version.ts'

// 1.12.3 brought two things at once: SIGHUP reads settings and certificate again, and a key looser than 0600 is refused.
// Before it SIGHUP ends the process (seen with 1.6.7; read in the source of 1.12.3; seen with 1.13.2).
const hangupSince: Version = [1, 12, 3]

export const influxdb1: Product = {
  name: 'influxdb1',
  units: ['influxdb.service'],
  binaries: ['influxd'],
  user: 'influxdb',
  port: 8086,
  settingsFile: '/etc/influxdb/influxdb.conf',
  webConfigFlag: () => undefined,
  tlsSince: [0, 9, 3],
  rulesByVersion: true,
  // Upstream's unit starts a wrapper script, which knows no `version`; influxd is on the path in both packages.
  versionArgv: (binary) => [binary.endsWith('/influxd') ? binary : 'influxd', 'version'],
  takesOver: (version) => (reloads(version) ? 'on SIGHUP' : 'on restart'),
  survivesHangup: (version) => reloads(version),
  keyModeLimit: (version) => (isAtLeast(version, hangupSince) ? 0o600 : undefined),
  // `tls1.3` is a start failure before 1.8.0 (seen with 1.6.7).
  minVersionWord: (protocol, version) => (protocol === 'TLSv1.2' ? 'tls1.2' : isAtLeast(version, [1, 8, 0]) ? 'tls1.3' : undefined),
  checker: undefined,
  logs: {
    tlsOn: 'https=true',
    failures: [
      'run: open server: open service:',
      'error creating TLS manager',
      'file permissions are too open',
      'run: parse config:',
      'not found! Exiting...',
    ],
  },
}

function reloads(version: Version | undefined): boolean {
  return version !== undefined && isAtLeast(version, hangupSince)
}
