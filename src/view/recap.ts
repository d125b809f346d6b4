import type { HostRecap, HostStats, Report } from '../model/report.ts'
import { escapeLine, joinLines } from './escape.ts'
import { type Paint, painter, type Tone } from './paint.ts'
import { count } from './words.ts'

const counters = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored'] as const

const tones: Readonly<Record<(typeof counters)[number], Tone>> = {
  ok: 'good',
  changed: 'change',
  unreachable: 'bad',
  failed: 'bad',
  skipped: 'ask',
  rescued: 'change',
  ignored: 'change',
}

/** One line per host as Ansible prints it, with what Ansible does not know: whether the host converged. */
export function recapText(report: Report, options: { readonly colour: boolean; readonly stats: boolean }): string {
  const paint = painter(options.colour)
  const width = Math.max(...report.recap.map((host) => escapeLine(host.host).length), 0)
  return joinLines([
    paint('strong', 'PLAY RECAP'),
    ...report.recap.map((host) => hostLine(host, width, paint)),
    ...notProvableLines(report, paint),
    ...waitingLines(report, paint),
    ...(options.stats ? ['', ...statsLines(report.stats)] : []),
  ])
}

function hostLine(host: HostRecap, width: number, paint: Paint): string {
  const parts = counters.map((name) => {
    const text = `${name}=${host[name]}`.padEnd(name.length + 3)
    return host[name] === 0 ? text : paint(tones[name], text)
  })
  const converged = host.converged === undefined ? '' : ` ${host.converged ? paint('good', 'converged') : paint('bad', 'not converged')}`
  return `host ${escapeLine(host.host).padEnd(width)} : ${parts.join(' ')}${converged}`
}

function waitingLines({ waiting = [] }: Report, paint: Paint): readonly string[] {
  if (waiting.length === 0) return []
  return ['', paint('quiet', 'waiting for a signature:'), ...waiting.map((line) => `  - ${escapeLine(line)}`)]
}

function notProvableLines(report: Report, paint: Paint): readonly string[] {
  if (report.notProvable.length === 0) return []
  return ['', paint('quiet', 'not proved by looking again:'), ...report.notProvable.map((line) => `  - ${escapeLine(line)}`)]
}

/** What the run cost on the wire, as the transport counted it. */
function statsLines(stats: readonly HostStats[]): readonly string[] {
  const width = Math.max(...stats.map((host) => escapeLine(host.host).length), 'total'.length)
  const total = stats.reduce(
    (sum, host) => ({
      host: 'total',
      connections: sum.connections + host.connections,
      channels: sum.channels + host.channels,
      exchanges: sum.exchanges + host.exchanges,
      bytesSent: sum.bytesSent + host.bytesSent,
      bytesReceived: sum.bytesReceived + host.bytesReceived,
    }),
    { host: 'total', connections: 0, channels: 0, exchanges: 0, bytesSent: 0, bytesReceived: 0 },
  )
  return ['STATS', ...stats.map((host) => statsLine('host', host, width)), statsLine('all ', total, width)]
}

function statsLine(scope: 'host' | 'all ', host: HostStats, width: number): string {
  const sent = count(host.bytesSent, 'byte')
  const received = count(host.bytesReceived, 'byte')
  const parts = [count(host.connections, 'connection'), count(host.channels, 'channel'), count(host.exchanges, 'exchange')]
  return `${scope} ${escapeLine(host.host).padEnd(width)} : ${parts.join(', ')}, ${sent} sent, ${received} received`
}
