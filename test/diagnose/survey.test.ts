import { describe, expect, test } from 'vitest'
import { type HostSurvey, surveyHost } from '../../src/diagnose/survey/survey.ts'
import { askUntilSettled } from '../../src/execute/ask-until-settled.ts'
import { parseYaml } from '../../src/load/index.ts'
import { literalSource } from '../../src/load/plain.ts'
import { absent, type Look, type Probe, probeKey, type ProcessFact, type UnitFact } from '../../src/model/fact.ts'
import { system } from './surveys.ts'

interface Host {
  readonly files?: Readonly<Record<string, string>>
  readonly units?: Readonly<Record<string, Partial<UnitFact>>>
  readonly processes?: Readonly<Record<string, readonly ProcessFact[]>>
  /** command line -> what it prints */
  readonly commands?: Readonly<Record<string, string>>
  readonly log?: readonly string[]
  /** programs that run, and whose path leads to nothing on this host */
  readonly elsewhere?: readonly string[]
}

const sandbox: UnitFact['sandbox'] = {
  ...{ protectHome: 'no', privateTmp: false, privateUsers: false, protectSystem: 'no', dynamicUser: false, rootDirectory: '' },
  ...{ inaccessiblePaths: [], temporaryFileSystems: [] },
}

const unitOf = (name: string, change: Partial<UnitFact>): UnitFact => ({
  ...{
    name,
    activeState: 'active',
    subState: 'running',
    enabled: 'enabled',
    mainPid: 0,
    restarts: 0,
    startedAt: 1000,
    user: '',
    group: '',
  },
  ...{ supplementaryGroups: [], fragmentPath: '', dropIns: [], environmentFiles: [], execStart: '', canReload: false, type: 'simple' },
  ...{ sandbox, ...change },
})

/** Answers as a host would, and keeps what was asked. */
function hostOf({ files = {}, units = {}, processes = {}, commands = {}, log = [], elsewhere = [] }: Host) {
  const rounds: Probe[][] = []
  const answer = (probe: Probe): unknown => {
    switch (probe.kind) {
      case 'system':
        return system
      case 'unit': {
        const unit = units[probe.target.name]
        return unit === undefined ? absent : unitOf(probe.target.name, unit)
      }
      case 'process':
        return processes[probe.target.exe] === undefined ? absent : { processes: processes[probe.target.exe] }
      case 'content':
        return files[probe.target.path] === undefined ? absent : { bytes: Buffer.from(files[probe.target.path] ?? '') }
      case 'command':
        return { rc: 0, stdout: commands[probe.target.argv.join(' ')] ?? '', stderr: '' }
      case 'file':
        return processes[probe.target.path] === undefined || elsewhere.includes(probe.target.path) ? absent : { type: 'file' }
      case 'log':
        return { lines: log }
      case 'listener':
        return { state: 'closed', chain: [] }
      default:
        return absent
    }
  }
  return {
    rounds,
    observe: (probes: readonly Probe[]) => {
      rounds.push([...probes])
      return Promise.resolve(new Map(probes.map((probe) => [probeKey(probe), answer(probe)])))
    },
  }
}

const yaml = (text: string): unknown => {
  const source = parseYaml({ file: 'x', text, vault: undefined }, 'pyyaml', [])
  return source === undefined ? undefined : literalSource(source)
}

async function surveyed(host: Host): Promise<{ readonly survey: HostSurvey; readonly rounds: readonly (readonly Probe[])[] }> {
  const session = hostOf(host)
  const survey = await askUntilSettled(session, (look: Look) => surveyHost(look, { yaml, window: 3600, weaknesses: false }))
  return { survey, rounds: session.rounds }
}

const exporter = {
  units: {
    'prometheus-node-exporter.service': {
      ...{ execStart: '/usr/bin/prometheus-node-exporter $ARGS', mainPid: 7, user: 'prometheus' },
      ...{ environmentFiles: ['/etc/default/node'], fragmentPath: '/lib/node.service' },
    },
  },
  files: {
    '/etc/default/node': 'ARGS="--web.config.file=/etc/node/web.yml --web.listen-address=:9200"\n',
    '/etc/node/web.yml':
      'tls_server_config:\n  cert_file: tls/a.crt\n  key_file: /srv/a.key\n  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n',
  },
  commands: { '/usr/bin/prometheus-node-exporter --version': 'node_exporter, version 1.5.0' },
}

describe('what settings say', () => {
  test('an exporter: flags out of the environment file, paths from the folder of the web config', async () => {
    const { survey, rounds } = await surveyed(exporter)
    const [service] = survey.services
    expect(service?.version).toEqual([1, 5, 0])
    expect(service?.settings.listening).toEqual([
      {
        ...{ what: 'web', address: '127.0.0.1', port: 9200, tls: true, certificate: '/etc/node/tls/a.crt', key: '/srv/a.key' },
        ...{ clientCa: '/etc/node/ca.crt', asksClients: true, minVersion: undefined },
      },
    ])
    expect(service?.files.map(({ use, path }) => [use, path])).toEqual([
      ['certificate', '/etc/node/tls/a.crt'],
      ['key', '/srv/a.key'],
      ['client authorities', '/etc/node/ca.crt'],
    ])
    expect(rounds.length).toBeLessThanOrEqual(6)
  })

  test('the log is read before anything is dialled, and from the start of the process on', async () => {
    const { rounds } = await surveyed(exporter)
    const round = (kind: Probe['kind']): number => rounds.findIndex((probes) => probes.some((probe) => probe.kind === kind))
    expect(round('log')).toBeGreaterThan(0)
    expect(round('listener')).toBeGreaterThan(round('log'))
    const asked = rounds.flat().find((probe) => probe.kind === 'log')
    expect(asked?.kind === 'log' ? asked.target.since : undefined).toBe(system.now - 3600)
  })

  test('a process goes before the unit: it has the flags that count', async () => {
    const process = { pid: 7, argv: ['/usr/bin/prometheus-node-exporter', '--web.listen-address=:9300'], uid: 1, startedAt: 0 }
    const { survey } = await surveyed({ ...exporter, processes: { '/usr/bin/prometheus-node-exporter': [process] } })
    expect(survey.services).toHaveLength(1)
    expect(survey.services[0]?.settings.listening[0]).toMatchObject({ port: 9300, tls: false })
  })

  test('a web config with words that are none, and one that is incomplete', async () => {
    const faults = async (text: string) =>
      (await surveyed({ ...exporter, files: { ...exporter.files, '/etc/node/web.yml': text } })).survey.services[0]?.settings.faults.map(
        ({ row }) => row,
      )
    expect(await faults('tls_server_config: { cert_file: a, key_file: b, nonsense: 1 }')).toEqual(['46'])
    expect(await faults('tls_server_config: { cert_file: a }')).toEqual(['47'])
    expect(await faults('tls_server_config: { cert_file: a, key_file: b, client_ca_file: c }')).toEqual(['47'])
    expect(await faults('tls_server_config: { cert_file: a, key_file: b, min_version: "1.2" }')).toEqual(['31'])
    expect(await faults('tls_server_config: { cert_file: a, key_file: b, cipher_suites: [ECDHE-RSA-AES128-GCM-SHA256] }')).toEqual(['32'])
    expect(await faults('tls_server_config: { cert_file: a, key_file: b')).toEqual(['46'])
    expect(await faults('tls_server_config: { cert_file: a, key_file: b, min_version: TLS12 }')).toEqual([])
  })

  test('Prometheus: whom it calls, and with what', async () => {
    const { survey } = await surveyed({
      units: { 'prometheus.service': { execStart: '/usr/bin/prometheus' } },
      files: {
        '/etc/prometheus/prometheus.yml':
          'scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: { ca_file: ca.crt, server_name: x }\n  static_configs: [{ targets: ["h1:1", "h2:2"] }]\n- job_name: b\n  static_configs: [{ targets: ["h3:3"] }]\nremote_write: [{ url: "https://w:4/x", tls_config: { insecure_skip_verify: true } }]\n',
      },
      commands: { '/usr/bin/prometheus --version': 'prometheus, version 2.42.0+ds' },
    })
    expect(survey.services[0]?.settings.calling).toEqual([
      {
        what: 'job a',
        urls: ['https://h1:1', 'https://h2:2'],
        ca: '/etc/prometheus/ca.crt',
        certificate: undefined,
        key: undefined,
        serverName: 'x',
        unchecked: false,
      },
      {
        what: 'job b',
        urls: ['http://h3:3'],
        ca: undefined,
        certificate: undefined,
        key: undefined,
        serverName: undefined,
        unchecked: false,
      },
      {
        what: 'remote_write',
        urls: ['https://w:4/x'],
        ca: undefined,
        certificate: undefined,
        key: undefined,
        serverName: undefined,
        unchecked: true,
      },
    ])
  })

  const influx = (version: string, files: Readonly<Record<string, string>>, env = '') =>
    surveyed({
      units: { 'influxdb.service': { execStart: '/usr/bin/influxd', environmentFiles: ['/etc/default/i'] } },
      files: { ...files, '/etc/default/i': env },
      commands: { '/usr/bin/influxd version': `InfluxDB ${version} (git: x)` },
    }).then(({ survey }) => survey.services[0])

  test('InfluxDB 1.x: without a key of its own the certificate holds both; the environment beats the file and that is told', async () => {
    const conf = {
      '/etc/influxdb/influxdb.conf': '[http]\nhttps-enabled = true\nhttps-certificate = "/c.pem"\n[tls]\nmin-version = "tls1.2"\n',
    }
    const plain = await influx('v1.6.7', conf)
    expect(plain?.product.name).toBe('influxdb1')
    expect(plain?.settings.listening[0]).toMatchObject({
      tls: true,
      certificate: '/c.pem',
      key: '/c.pem',
      minVersion: 'tls1.2',
      port: 8086,
    })
    const beaten = await influx('v1.6.7', conf, 'INFLUXDB_HTTP_HTTPS_ENABLED=false\n')
    expect(beaten?.settings.listening[0]?.tls).toBe(false)
    expect(beaten?.settings.faults).toEqual([
      { row: 'override', what: 'INFLUXDB_HTTP_HTTPS_ENABLED=false beats https-enabled = true of /etc/influxdb/influxdb.conf' },
    ])
    expect((await influx('v1.6.7', { '/etc/influxdb/influxdb.conf': '[http\n' }))?.settings.faults[0]?.row).toBe('settings')
  })

  test('InfluxDB 2.x: told from 1.x by its version; one of the two files alone turns nothing on', async () => {
    const env = 'INFLUXD_CONFIG_PATH=/etc/influxdb/config.toml\n'
    const both = await influx('v2.7.12', { '/etc/influxdb/config.toml': 'tls-cert = "/c"\ntls-key = "/k"\n' }, env)
    expect(both?.product.name).toBe('influxdb2')
    expect(both?.settings.listening[0]).toMatchObject({ tls: true, certificate: '/c', key: '/k' })
    const one = await influx('v2.7.12', { '/etc/influxdb/config.toml': 'tls-cert = "/c"\n' }, env)
    expect(one?.settings.listening[0]?.tls).toBe(false)
    expect(one?.settings.faults).toEqual([{ row: '29', what: 'only tls-cert is set' }])
  })

  test('Telegraf: plugins of the file and of its folder', async () => {
    const { survey } = await surveyed({
      units: {
        'telegraf.service': {
          execStart: '/usr/bin/telegraf -config /etc/telegraf/telegraf.conf -config-directory /etc/telegraf/telegraf.d',
        },
      },
      files: {
        '/etc/telegraf/telegraf.conf': '[[outputs.influxdb_v2]]\nurls = ["https://i:8086"]\ntls_ca = "/ca"\n',
        '/etc/telegraf/telegraf.d/x.conf':
          '[[inputs.influxdb_listener]]\nservice_address = ":8186"\ntls_cert = "/c"\ntls_key = "/k"\ntls_allowed_cacerts = ["/cc"]\n',
      },
      commands: { 'ls -1 -- /etc/telegraf/telegraf.d': 'x.conf\nnotes.txt\n' },
    })
    const settings = survey.services[0]?.settings
    expect(settings?.calling).toMatchObject([{ what: 'outputs.influxdb_v2', urls: ['https://i:8086'], ca: '/ca' }])
    expect(settings?.listening).toMatchObject([
      { what: 'inputs.influxdb_listener', port: 8186, certificate: '/c', clientCa: '/cc', asksClients: true },
    ])
  })
})

describe('which services count', () => {
  test('a unit that came with a package and never ran does not', async () => {
    const dormant = { 'prometheus.service': { execStart: '/usr/bin/prometheus', activeState: 'inactive', enabled: 'disabled' } }
    expect((await surveyed({ units: dormant })).survey.services).toEqual([])
    const wanted = { 'prometheus.service': { ...dormant['prometheus.service'], enabled: 'enabled' } }
    expect((await surveyed({ units: wanted })).survey.services.map(({ runs }) => runs)).toEqual([false])
  })

  test('a process without a unit does, with the file that its output goes to as log', async () => {
    const { survey, rounds } = await surveyed({
      processes: { '/usr/local/bin/prometheus': [{ pid: 9, argv: ['/usr/local/bin/prometheus'], uid: 33, startedAt: 0 }] },
      commands: { 'readlink -- /proc/9/fd/2': '/home/p/p.log\n' },
      log: ['said'],
    })
    expect(survey.services.map(({ name, log }) => [name, log])).toEqual([['/usr/local/bin/prometheus', ['said']]])
    expect(rounds.flat()).toContainEqual({ kind: 'log', target: { file: '/home/p/p.log', lines: 400 } })
  })

  test('a process of a container does not: its path is one of another filesystem', async () => {
    const processes = { '/usr/bin/prometheus': [{ pid: 9, argv: ['/usr/bin/prometheus'], uid: 33, startedAt: 0 }] }
    expect((await surveyed({ processes })).survey.services).toHaveLength(1)
    expect((await surveyed({ processes, elsewhere: ['/usr/bin/prometheus'] })).survey.services).toEqual([])
  })

  test("a start script of somebody's own is never run, not even for a version", async () => {
    const { survey, rounds } = await surveyed({ units: { 'prometheus.service': { execStart: '/opt/start-prometheus' } } })
    expect(survey.services.map(({ version }) => version)).toEqual([undefined])
    const run = rounds.flat().flatMap((probe) => (probe.kind === 'command' ? [probe.target.argv[0]] : []))
    expect(run).not.toContain('/opt/start-prometheus')
    const known = await surveyed({ units: { 'prometheus.service': { execStart: '/opt/bin/prometheus' } } })
    expect(known.rounds.flat()).toContainEqual({ kind: 'command', target: { argv: ['/opt/bin/prometheus', '--version'] } })
  })

  test('of a unit that does not run, the last start that the service said something in', async () => {
    const failed = { execStart: '/usr/bin/prometheus', activeState: 'failed' }
    const { survey } = await surveyed({
      units: { 'prometheus.service': failed },
      log: [
        'Started Prometheus.',
        'old words',
        'Started Prometheus.',
        'new words',
        'prometheus.service: Failed',
        'Started Prometheus.',
        'prometheus.service: Failed',
      ],
    })
    expect(survey.services[0]?.log).toEqual(['Started Prometheus.', 'new words', 'prometheus.service: Failed'])
  })
})

test('a host that always has another question is given up, and nothing is said of it', async () => {
  let count = 0
  const session = { observe: (probes: readonly Probe[]) => Promise.resolve(new Map(probes.map((probe) => [probeKey(probe), absent]))) }
  const reading = askUntilSettled(session, (look: Look) => {
    count += 1
    look('tool', { name: `t${count}` })
  })
  await expect(reading).rejects.toMatchObject({ problems: [{ code: 'PROTOCOL' }] })
})
