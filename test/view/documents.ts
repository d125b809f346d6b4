import type { Plan, PlannedTask } from '../../src/model/plan.ts'
import type { Report } from '../../src/model/report.ts'

const at = { file: 'roles/certificate/tasks/main.yml', line: 4, column: 3 }
const base = { type: 'generate', at, handler: false, changes: [], warnings: [] } as const

const madeOn = (host: string): PlannedTask => ({
  ...base,
  id: 'p0/r0/t0',
  label: 'certificate : certificate and key',
  outcome: 'change',
  reason: 'there is no certificate',
  changes: [
    {
      action: 'create',
      target: '/etc/prometheus/tls/server.crt',
      summary: `make a certificate for ${host}.lab.test`,
      reason: 'there is no certificate',
      diffs: [
        {
          kind: 'fields',
          fields: [
            { name: 'subject', before: undefined, after: `CN=${host}.lab.test` },
            { name: 'names', before: undefined, after: `DNS:${host}.lab.test, IP:10.0.0.${host.at(-1)}` },
            { name: 'fingerprint', before: undefined, after: '(known after apply)' },
          ],
        },
      ],
    },
  ],
})

const renewed: PlannedTask = {
  ...madeOn('h3'),
  reason: 'expires in 12 days, renews below 30',
  changes: [
    {
      action: 'update',
      target: '/etc/prometheus/tls/server.crt',
      summary: 'renew the certificate for h3.lab.test',
      reason: 'expires in 12 days, renews below 30',
      diffs: [
        {
          kind: 'fields',
          fields: [
            { name: 'subject', before: 'CN=h3.lab.test', after: 'CN=h3.lab.test' },
            { name: 'not after', before: '2026-01-14', after: '2026-05-02' },
            { name: 'email', before: 'ops@lab.test', after: undefined },
          ],
        },
      ],
    },
  ],
}

const webConfig: PlannedTask = {
  ...base,
  id: 'p0/r0/t1',
  label: 'web config',
  type: 'template',
  at: { ...at, line: 12 },
  outcome: 'change',
  reason: 'the content differs',
  changes: [
    {
      action: 'update',
      target: '/etc/prometheus/web.yml',
      summary: 'write 2 lines',
      reason: 'the content differs',
      diffs: [
        {
          kind: 'text',
          path: '/etc/prometheus/web.yml',
          lines: ['@@ -1,2 +1,3 @@', ' # managed', '+tls_server_config:', '+  cert_file: tls/server.crt', '-{}'],
        },
      ],
    },
  ],
}

const okTask: PlannedTask = { ...base, id: 'p0/t2', label: 'folder', type: 'file', outcome: 'ok', reason: 'a directory with mode 0750' }
const skippedTask: PlannedTask = {
  ...base,
  id: 'p0/t3',
  label: 'only on Alpine',
  type: 'command',
  outcome: 'skipped',
  reason: 'when: facts.os.id == "alpine"',
}
const laterTask: PlannedTask = {
  ...base,
  id: 'p0/t4',
  label: 'count the targets',
  type: 'debug',
  outcome: 'later',
  reason: 'reads the result of "ask prometheus"',
}
const itemTask = (item: string, index: number): PlannedTask => ({
  ...base,
  id: `p0/t5#${index}`,
  label: 'drop old files',
  type: 'file',
  item,
  outcome: 'change',
  reason: 'state: absent',
  changes: [{ action: 'remove', target: item, summary: 'remove the file', reason: 'state: absent', diffs: [] }],
  warnings: ['another task writes into this folder'],
})
const restart: PlannedTask = {
  ...base,
  id: 'p0/h0',
  label: 'restart prometheus',
  type: 'service',
  handler: true,
  outcome: 'change',
  reason: 'notified by web config',
  changes: [{ action: 'restart', target: 'prometheus.service', summary: 'restart', reason: 'notified by web config', diffs: [] }],
}
const verify: PlannedTask = {
  ...base,
  id: 'p0/t6',
  label: 'the new certificate is served',
  type: 'verify',
  outcome: 'check',
  reason: 'waits for the restart of prometheus',
}

const header = { formatVersion: 1, tlsplay: '0.1.0', createdAt: '2026-01-02T03:04:05.000Z', playbook: 'site.yml' } as const

export const fullPlan: Plan = {
  ...header,
  plays: [
    {
      name: 'Prometheus over TLS',
      batches: [['h1'], ['h2', 'h3', 'h4']],
      hosts: [
        { host: 'h1', tasks: [madeOn('h1'), webConfig, okTask, skippedTask, laterTask, restart, verify] },
        {
          host: 'h2',
          tasks: [madeOn('h2'), webConfig, okTask, itemTask('/etc/old', 0), itemTask('/etc/older', 1), laterTask, restart, verify],
        },
        {
          host: 'h3',
          tasks: [
            renewed,
            { ...webConfig, outcome: 'ok', reason: 'as wanted', changes: [] },
            okTask,
            skippedTask,
            laterTask,
            restart,
            verify,
          ],
        },
        {
          host: 'h4',
          tasks: [],
          unreachable: {
            code: 'HOST_UNREACHABLE',
            message: 'cannot reach h4 at 10.0.0.4:22 over ssh: connection refused',
            hint: 'ssh -p 22 ops@10.0.0.4 true',
          },
        },
      ],
    },
  ],
  summary: { hosts: 4, hostsChanging: 3, changes: 10, later: 3 },
  warnings: ['no task has the tag "webb"'],
  problems: [],
}

export const emptyPlan: Plan = {
  ...header,
  plays: [
    {
      name: 'Prometheus over TLS',
      batches: [['h1', 'h2']],
      hosts: [
        { host: 'h1', tasks: [okTask] },
        { host: 'h2', tasks: [okTask, skippedTask] },
      ],
    },
  ],
  summary: { hosts: 2, hostsChanging: 0, changes: 0, later: 0 },
  warnings: [],
  problems: [],
}

export const refusedPlan: Plan = {
  ...header,
  plays: [
    {
      name: 'Prometheus over TLS',
      batches: [['h1']],
      hosts: [
        {
          host: 'h1',
          tasks: [
            { ...madeOn('h1'), outcome: 'refused', reason: 'the user prometheus cannot read /home/ops/key.pem' },
            { ...okTask, outcome: 'failed', type: 'assert', label: 'enough memory', reason: 'needs 2 GiB' },
          ],
        },
      ],
    },
  ],
  summary: { hosts: 1, hostsChanging: 0, changes: 0, later: 0 },
  warnings: [],
  problems: [
    {
      code: 'NOT_READABLE',
      message: 'the user prometheus cannot read /home/ops/key.pem: the unit prometheus.service sets ProtectHome=true',
      at,
      host: 'h1',
      task: 'certificate and key',
      hint: 'put the key below /etc/prometheus',
    },
    { code: 'TYPE_WRONG', message: 'days: expected a whole number, got "90"', at, host: 'h1' },
    { code: 'TYPE_WRONG', message: 'days: expected a whole number, got "90"', at, host: 'h2' },
    { code: 'TASK_FAILED', message: 'needs 2 GiB', at, host: 'h1', task: 'enough memory' },
  ],
}

export const report: Report = {
  formatVersion: 1,
  tlsplay: '0.1.0',
  playbook: 'site.yml',
  mode: 'run',
  exitCode: 2,
  recap: [
    { host: 'h1', ok: 4, changed: 3, unreachable: 0, failed: 0, skipped: 1, rescued: 0, ignored: 0, converged: true },
    { host: 'prometheus-2', ok: 14, changed: 3, unreachable: 0, failed: 1, skipped: 0, rescued: 0, ignored: 2, converged: false },
    { host: 'h4', ok: 0, changed: 0, unreachable: 1, failed: 0, skipped: 0, rescued: 0, ignored: 0, converged: undefined },
  ],
  problems: [],
  notProvable: ['h1: count the targets'],
  stats: [
    { host: 'h1', connections: 1, channels: 1, exchanges: 5, bytesSent: 20_480, bytesReceived: 4096 },
    { host: 'prometheus-2', connections: 1, channels: 1, exchanges: 4, bytesSent: 18_000, bytesReceived: 1 },
  ],
}
