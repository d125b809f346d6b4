import type { Answer, SystemFact } from '../model/fact.ts'
import { binary, unreadable, utf8, wholeNumber } from './bytes.ts'
import { clockTime } from './clock.ts'
import { defineProbe } from './probe-kind.ts'
import { osFamily, releaseValues } from './system-values.ts'

const fields = ['now', 'hostname', 'fqdn', 'addresses', 'init', 'user', 'uid', 'architecture', 'openssl'] as const

/**
 * The host itself. Each field is one line in fixed order, /etc/os-release is the rest. `hostname -f` may ask a name server
 * that does not answer, so it gets two seconds, and is left out where nothing can end it.
 */
export const system = defineProbe<'system'>({
  kind: 'system',
  tools: ['stat', 'id', 'uname'],
  script: (targets) => String.raw`tls_line() { IFS= read -r tls_l; printf '%s\n' "$tls_l"; cat >/dev/null; }
tls_addresses() {
  if command -v ip >/dev/null 2>&1; then
    ip -o addr show 2>/dev/null | while read -r tls_x tls_x tls_x tls_a tls_x; do printf '%s ' "${'$'}{tls_a%%/*}"; done
  else
    hostname -I 2>/dev/null || hostname -i 2>/dev/null
  fi
}
tls_init() {
  if [ -d /run/systemd/system ]; then echo systemd
  elif [ -d /run/openrc ] || command -v rc-service >/dev/null 2>&1; then echo openrc
  elif [ -d /etc/init.d ]; then echo sysvinit
  else echo none; fi
}
tls_system() {
  printf '%s\n' "$(stat -c '%Y %y' /proc/self/ 2>/dev/null || date +%s)"
  tls_h=$(hostname 2>/dev/null || uname -n)
  printf '%s\n' "$tls_h"
  { command -v timeout >/dev/null 2>&1 && timeout 2 hostname -f 2>/dev/null || echo; } | tls_line
  tls_addresses | tls_line
  tls_init
  tls_who; printf '%s\n' "$tls_me"
  id -u
  uname -m
  { openssl version 2>/dev/null || echo; } | tls_line
  cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
}
${targets.length === 0 ? '' : 'tls_system'}
`,
  parse(stdout, targets) {
    const answer = systemOf(binary(stdout).split('\n'))
    return targets.map(() => answer)
  },
})

function systemOf(lines: readonly string[]): Answer<SystemFact> {
  if (lines.length <= fields.length) return unreadable('itself')
  const line = (name: (typeof fields)[number]) => utf8(lines[fields.indexOf(name)] ?? '')
  const now = clockTime(line('now'))
  const uid = wholeNumber(line('uid'))
  if (now === undefined || uid === undefined) return unreadable('itself')
  const release = releaseValues(lines.slice(fields.length).map(utf8))
  const hostname = line('hostname')
  return {
    hostname,
    fqdn: line('fqdn') || hostname,
    addresses: line('addresses')
      .split(' ')
      .filter((address) => address !== '' && !/^(?:127\.|::1$|fe80:)/.test(address)),
    osFamily: osFamily(release),
    osId: release.get('ID') ?? '',
    osVersion: release.get('VERSION_ID') ?? '',
    init: line('init'),
    user: line('user'),
    uid,
    architecture: line('architecture'),
    opensslVersion: /^OpenSSL (\S+)/.exec(line('openssl'))?.[1] ?? '',
    now,
  }
}
