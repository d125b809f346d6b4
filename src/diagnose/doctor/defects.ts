import type { Installed } from '../../model/diagnosis.ts'
import { findVersion, isAtLeast, type Version, versionText } from '../../services/version.ts'
import type { HostSurvey } from '../survey/survey.ts'

interface Defect {
  readonly program: string
  /** first version that has it; undefined: all before `until` */
  readonly from?: Version
  /** first version without it */
  readonly until?: Version
  readonly what: string
}

/**
 * What is known of TLS in versions of what the hosts run, from the release notes and issues of each project. The fleet
 * has one version of each program, so most of it was not seen there.
 */
export const defects: readonly Defect[] = [
  {
    program: 'openssl',
    until: [1, 1, 0],
    what: 'refuses chains that end in an expired root although a shorter path is trusted; no TLS 1.3',
  },
  { program: 'openssl', from: [1, 1, 0], until: [3, 0, 0], what: 'the 1.1 line gets no more public fixes since September 2023' },
  {
    program: 'openssl',
    from: [3, 0, 0],
    until: [3, 0, 7],
    what: 'overruns a buffer while it checks names in certificates (CVE-2022-3602, CVE-2022-3786), unless the distribution has mended it',
  },
  { program: 'influxdb1', until: [1, 8, 0], what: 'does not start with min-version tls1.3, and takes a bare 1.0 for TLS 1.1' },
  { program: 'influxdb1', until: [1, 12, 3], what: 'SIGHUP ends it; a renewed certificate needs a restart' },
  { program: 'influxdb1', until: [1, 10, 8], what: 'lets TLS 1.0 in unless min-version is set, when its Go is older than 1.22' },
  { program: 'influxdb1', from: [1, 12, 3], what: 'refuses to start with a key open wider than 0600' },
  {
    program: 'influxdb2',
    from: [2, 0, 0],
    until: [2, 0, 5],
    what: 'tls-strict-ciphers leaves HTTP/2 without a suite, so it does not start (influxdb 20762)',
  },
  {
    program: 'influxdb2',
    from: [2, 0, 8],
    what: 'the start script of its package waits for ever when influxd ends or answers by another scheme',
  },
  { program: 'influxdb2', what: 'SIGHUP ends it; a renewed certificate needs a restart (influxdb 24652)' },
  { program: 'influxdb2', what: 'offers P-256, P-384 and P-521 only: clients with X25519 alone are sent away' },
  { program: 'prometheus', until: [2, 24, 0], what: 'cannot serve TLS' },
  { program: 'prometheus', from: [2, 24, 0], until: [2, 41, 0], what: 'takes new client certificates over only with a reload' },
  {
    program: 'prometheus',
    until: [3, 8, 0],
    what: 'may end when a ca_file is missing for a moment: replace it by a rename (prometheus 17418)',
  },
  { program: 'node_exporter', until: [1, 0, 0], what: 'cannot serve TLS' },
  { program: 'node_exporter', from: [1, 0, 0], until: [1, 5, 0], what: 'calls its flag --web.config, not --web.config.file' },
  { program: 'alertmanager', until: [0, 22, 0], what: 'cannot serve TLS' },
  { program: 'pushgateway', until: [1, 4, 0], what: 'cannot serve TLS' },
  { program: 'blackbox_exporter', until: [0, 19, 0], what: 'cannot serve TLS' },
  {
    program: 'telegraf',
    until: [1, 22, 0],
    what: 'reads certificates only when it first writes, so a check of its settings misses bad ones',
  },
  { program: 'telegraf', from: [1, 35, 0], what: 'no longer knows ssl_ca, ssl_cert and ssl_key; telegraf config migrate renames them' },
  { program: 'telegraf', what: 'SIGHUP with a bad setting or certificate ends it: telegraf config check comes first' },
]

export function defectsOf(program: string, version: Version): readonly string[] {
  return defects
    .filter((one) => one.program === program)
    .filter(({ from, until }) => (from === undefined || isAtLeast(version, from)) && (until === undefined || !isAtLeast(version, until)))
    .map(({ what }) => what)
}

/** OpenSSL and each service of a host, with what is known of their versions. */
export function installedOn(host: string, { system, services }: HostSurvey): readonly Installed[] {
  const openssl = findVersion(system?.opensslVersion ?? '')
  const programs = new Map(services.map(({ product, version }) => [product.name as string, version]))
  return [['openssl', openssl] as const, ...programs].map(([program, version]) => ({
    ...{ host, program, version: version === undefined ? '' : versionText(version) },
    defects: version === undefined ? [] : defectsOf(program, version),
  }))
}
