import type { Product } from './product.ts'

/** As a client. SIGHUP makes it read everything again; with a bad file it then ends, so `telegraf config check` comes first. */
export const telegraf: Product = {
  name: 'telegraf',
  units: ['telegraf.service'],
  binaries: ['telegraf'],
  user: 'telegraf',
  port: 8125,
  settingsFile: '/etc/telegraf/telegraf.conf',
  webConfigFlag: () => undefined,
  tlsSince: [1, 7, 0],
  rulesByVersion: false,
  versionArgv: (binary) => [binary, '--version'],
  takesOver: () => 'on SIGHUP',
  survivesHangup: () => true,
  keyModeLimit: () => undefined,
  minVersionWord: (protocol) => (protocol === 'TLSv1.2' ? 'TLS12' : 'TLS13'),
  checker: undefined,
  logs: { tlsOn: '', failures: ['Error running agent', 'could not parse any PEM certificates', 'could not read certificate'] },
}
