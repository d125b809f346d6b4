import type { ListenerTarget } from '../model/fact.ts'
import { quote, quoteAll } from '../lib/sh.ts'
import { canonicalIp } from '../pki/ip.ts'
import { binary } from './bytes.ts'
import { type Heard, listenerFact } from './listener-fact.ts'
import { defineProbe } from './probe-kind.ts'

/** A server that says nothing for so long is taken to be silent. */
const timeoutSeconds = 5

/** What of an HTTP answer is read: the status line is at its start. */
const answerBytes = 65_536

/**
 * tls_limit SECONDS ARGV...  runs ARGV with the stdin given and ends it after SECONDS, where there is no `timeout`
 * tls_bound                  `timeout` or tls_limit: as a plain word before a command it costs a pipeline no shell between
 * tls_said NAME NOTE TEXT    prints TEXT with its length before it, so that nothing a server says can look like the next part
 */
const functions = String.raw`tls_limit() {
  tls_n=$1; shift
  {
    "$@" <&3 3<&- & tls_p=$!
    { sleep "$tls_n"; kill "$tls_p"; } >/dev/null 2>&1 3<&- & tls_w=$!
    wait "$tls_p"; tls_r=$?
    kill "$tls_w" 2>/dev/null
  } 3<&0
  return $tls_r
}
if command -v timeout >/dev/null 2>&1; then tls_bound=timeout; else tls_bound=tls_limit; fi
tls_said() { printf '%s %s %s\n%s\n' "$1" "$2" "${'$'}{#3}" "$3"; }
`

/**
 * Without a CA file of the target openssl would read the whole bundle of the host, five times the work of the dial itself
 * (measured: 55 ms against 9 ms), and trust what nobody asked it to trust.
 */
const noBundle = 'SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null'

/** Who answers on a port, asked with the host's own openssl: one process for each target unless its weaknesses are asked too. */
export const listener = defineProbe<'listener'>({
  kind: 'listener',
  tools: ['openssl', 'head', 'sed'],
  script: (targets) =>
    `${functions}${dialsOf(targets)
      .map(({ dial }) => scriptOf(dial))
      .join('')}`,
  parse(stdout, targets) {
    const heard = readHeard(binary(stdout))
    const answers = new Map(dialsOf(targets).flatMap(({ answers: own }, index) => own.map((target) => [target, heard[index]] as const)))
    return targets.map((target) => listenerFact(target, answers.get(target)))
  },
})

/**
 * Dials that answer all targets. Those that want the same port by the same name are answered by one dial, with the CA
 * file of one and the page of another; each reads from it what it asked for.
 */
function dialsOf(
  targets: readonly ListenerTarget[],
): readonly { readonly dial: ListenerTarget; readonly answers: readonly ListenerTarget[] }[] {
  const dials: { dial: ListenerTarget; answers: ListenerTarget[] }[] = []
  for (const target of targets) {
    const shared = dials.find(({ dial }) => sharesDial(dial, target))
    if (shared === undefined) dials.push({ dial: target, answers: [target] })
    else {
      shared.dial = { ...target, ...shared.dial, probeWeakness: shared.dial.probeWeakness || target.probeWeakness }
      shared.answers.push(target)
    }
  }
  return dials
}

function sharesDial(one: ListenerTarget, other: ListenerTarget): boolean {
  const agree = (first: string | undefined, second: string | undefined): boolean =>
    first === undefined || second === undefined || first === second
  return (
    one.address === other.address &&
    one.port === other.port &&
    one.serverName === other.serverName &&
    agree(one.caFile, other.caFile) &&
    agree(one.httpPath, other.httpPath) &&
    one.client?.certificate === other.client?.certificate &&
    one.client?.key === other.client?.key &&
    agree(one.floor, other.floor)
  )
}

function scriptOf(target: ListenerTarget): string {
  const { httpPath, probeWeakness } = target
  const request =
    httpPath === undefined
      ? ''
      : `printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nUser-Agent: tlsplay\\r\\n\\r\\n' ${quote(httpPath)} ${quote(hostHeader(target))} | `
  const client = `${noBundle} $tls_bound ${timeoutSeconds} openssl s_client ${clientArguments(target)}`
  const dial =
    httpPath === undefined
      ? `${client} </dev/null 2>&1`
      : `${request}${client} -ign_eof 2>&1 | head -c ${answerBytes} | sed '/HTTP\\/1\\.[01] [0-9]/q'`
  return [
    'set --',
    // openssl would not dial at all with a file that it cannot read.
    ...(target.caFile === undefined ? [] : [`[ ! -r ${quote(target.caFile)} ] || set -- -CAfile ${quote(target.caFile)}`]),
    'tls_c=$#',
    ...(target.client === undefined ? [] : [clientScript(target.client)]),
    `tls_o=$(${dial}); tls_said main $tls_c "$tls_o"`,
    ...(probeWeakness ? [weaknessScript(target)] : []),
    'echo end',
    '',
  ].join('\n')
}

function clientScript({ certificate, key }: NonNullable<ListenerTarget['client']>): string {
  return `{ [ ! -r ${quote(certificate)} ] || [ ! -r ${quote(key)} ]; } || set -- "$@" ${quoteAll(['-cert', certificate, '-key', key])}`
}

/** Both attempts only where something answered the first one. */
function weaknessScript(target: ListenerTarget): string {
  const old = target.floor === 'TLSv1.3' ? '-tls1_2' : '-tls1_1'
  const url = `http://${hostPort(target)}/`
  return `case $tls_o in *'BEGIN CERTIFICATE'*)
  tls_o=$(${noBundle} $tls_bound ${timeoutSeconds} openssl s_client ${quoteAll(['-connect', hostPort(target), ...serverName(target), old, '-cipher', 'DEFAULT:@SECLEVEL=0'])} </dev/null 2>&1)
  tls_said old 0 "$tls_o"
esac
case $tls_o in *CONNECTED*)
  if command -v curl >/dev/null 2>&1; then
    tls_o=$(curl -q -s -o /dev/null -m ${timeoutSeconds} --noproxy '*' -w 'HTTP/1.0 %{http_code}' ${quote(url)} 2>/dev/null)
    tls_said plain 0 "$tls_o"
  elif command -v nc >/dev/null 2>&1; then
    tls_o=$(printf 'GET / HTTP/1.0\\r\\n\\r\\n' | $tls_bound ${timeoutSeconds} nc ${quoteAll([target.address, String(target.port)])} 2>/dev/null | head -c 512)
    tls_said plain 0 "$tls_o"
  elif command -v wget >/dev/null 2>&1; then
    tls_o=$($tls_bound ${timeoutSeconds} wget -S -O /dev/null ${quote(url)} 2>&1)
    tls_said plain 0 "$tls_o"
  fi
esac`
}

function clientArguments(target: ListenerTarget): string {
  const check =
    target.serverName === '' ? [] : [canonicalIp(target.serverName) === undefined ? '-verify_hostname' : '-verify_ip', target.serverName]
  return `${quoteAll(['-connect', hostPort(target), ...serverName(target), '-showcerts', ...check])} "$@"`
}

/** openssl sends the host of -connect when it is a name, and -noservername came with 1.1.1: only then is it needed. */
function serverName({ serverName: name, address }: ListenerTarget): readonly string[] {
  if (name !== '' && canonicalIp(name) === undefined) return ['-servername', name]
  return canonicalIp(address) === undefined ? ['-noservername'] : []
}

function hostPort({ address, port }: ListenerTarget): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

function hostHeader(target: ListenerTarget): string {
  const host = target.serverName === '' ? target.address : target.serverName
  return hostPort({ ...target, address: host })
}

/** Parts of each target up to its `end`. What does not follow the form ends the reading. */
function readHeard(text: string): readonly Heard[] {
  const all: Heard[] = []
  let parts: Record<string, { readonly note: string; readonly text: string }> = {}
  for (let at = 0; at < text.length; ) {
    const line = text.slice(at, text.indexOf('\n', at))
    at += line.length + 1
    if (line === 'end') {
      all.push(parts)
      parts = {}
      continue
    }
    const [, name, note, length] = /^(main|old|plain) (\d+) (\d+)$/.exec(line) ?? []
    if (name === undefined || note === undefined || length === undefined) break
    parts[name] = { note, text: text.slice(at, at + Number(length)) }
    at += Number(length) + 1
  }
  return all
}
