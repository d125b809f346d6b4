import type { Version } from './version.ts'

export const productNames = [
  'prometheus',
  'node_exporter',
  'alertmanager',
  'pushgateway',
  'blackbox_exporter',
  'influxdb1',
  'influxdb2',
  'telegraf',
] as const
export type ProductName = (typeof productNames)[number]

/** How a running process takes over a certificate that was replaced on disk. */
export type TakesOver = 'by itself' | 'on SIGHUP' | 'on restart'

/** What is known of one product, as data and rules over its version. */
export interface Product {
  readonly name: ProductName
  /** units of Debian's package and of upstream's, the likelier first */
  readonly units: readonly string[]
  /** base names of its binary */
  readonly binaries: readonly string[]
  /** user that packages run it as */
  readonly user: string
  readonly port: number
  /** file whose edits need a restart, undefined when flags are all there is */
  readonly settingsFile: string | undefined
  /** flag that names the web config file, for a version; undefined when there is none */
  webConfigFlag(version: Version): string | undefined
  /** first version that can serve TLS */
  readonly tlsSince: Version
  /** whether what it does with certificates and keys depends on its version */
  readonly rulesByVersion: boolean
  versionArgv(binary: string): readonly string[]
  /** what happens to a new certificate on disk; an unknown version is the most careful one */
  takesOver(version: Version | undefined): TakesOver
  /** whether SIGHUP makes it read its settings again; where it does not, SIGHUP ends the process */
  survivesHangup(version: Version | undefined): boolean
  /** the loosest mode of a private key that it accepts, undefined when it does not look */
  keyModeLimit(version: Version): number | undefined
  /** how the minimum protocol is written in its settings, undefined when this version does not know it */
  minVersionWord(protocol: 'TLSv1.2' | 'TLSv1.3', version: Version): string | undefined
  /** checks a candidate web config as the user of the service */
  readonly checker: { argv(webConfig: string): readonly string[] } | undefined
  /** parts of log lines */
  readonly logs: { readonly tlsOn: string; readonly failures: readonly string[] }
}
