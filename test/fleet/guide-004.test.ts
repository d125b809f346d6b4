import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

// The guide's own commands, on a Prometheus that is started by hand as it says and on that of Debian's package. What fails
// or misleads is shown, and beside it what tlsplay does instead. Guide 003: test/fleet/products.test.ts.
const home = '/home/prometheus'
const folder = `${home}/certs/example.com`
const guide = { certificate: `${folder}/example.com.crt`, key: `${folder}/example.com.key` }
const own = { certificate: `${home}/tls/server.crt`, key: `${home}/tls/server.key` }
const request = 'openssl req -x509 -newkey rsa:4096 -nodes -keyout example.com.key -out example.com.crt'
/** At the prompts: the defaults, `example.com` for the common name, and no mail address. */
const answers = '\n\n\n\n\nexample.com\n\n'

let fleet: Fleet
let byHand: LabHost
let packaged: LabHost

const asService = (command: string) => `runuser -u prometheus -- sh -c '${command}'`

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      { kind: 'bare-prometheus', name: 'g4' },
      { kind: 'prometheus', name: 'd4' },
    ],
  })
  byHand = fleet.host('g4')
  packaged = fleet.host('d4')
  for (const host of [byHand, packaged]) {
    await prepared(
      host,
      `echo '127.0.0.1 example.com' >> /etc/hosts; install -d -o prometheus -g prometheus ${home}; ${asService(`mkdir -p ${folder}`)}`,
    )
    const made = await host.exec(asService(`cd ${folder} && ${request}`), { stdin: answers })
    if (made.code !== 0) throw new Error(made.stderr)
    await prepared(
      host,
      asService(`printf "tls_server_config:\\n  cert_file: ${guide.certificate}\\n  key_file: ${guide.key}\\n" > ${home}/web-config.yml`),
    )
  }
})
afterAll(() => fleet?.stop())

/** The process that stands for the guide's: it scrapes itself over TLS, and an alert of it tells the URL that links of alerts begin with. */
async function started(pair: { readonly certificate: string; readonly key: string }, flags = ''): Promise<void> {
  const files = {
    'web-config.yml': `tls_server_config: {cert_file: ${pair.certificate}, key_file: ${pair.key}}\n`,
    'rules.yml': `groups: [{name: links, rules: [{alert: Link, expr: vector(1), annotations: {begins: '{{ $externalURL }}'}}]}]\n`,
    'prometheus.yml': `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [${home}/rules.yml]
scrape_configs: [{job_name: itself, scheme: https, tls_config: {ca_file: ${pair.certificate}}, static_configs: [{targets: ['example.com:9090']}]}]
`,
  }
  await prepared(
    byHand,
    'systemctl stop guide 2>/dev/null; kill $(pidof prometheus) 2>/dev/null; while pidof prometheus > /dev/null; do sleep 0.1; done',
  )
  for (const [name, text] of Object.entries(files)) await byHand.exec(`cat > ${home}/${name}`, { stdin: text })
  await prepared(
    byHand,
    `systemd-run --quiet --collect --unit=guide --uid=prometheus prometheus --config.file=${home}/prometheus.yml --storage.tsdb.path=${home}/data --web.config.file=${home}/web-config.yml ${flags}`,
  )
  await until(
    () => 'Prometheus answers over TLS',
    async () => ((await byHand.exec('curl -ksf https://example.com:9090/-/ready')).code === 0 ? true : undefined),
  )
}

const api = async (path: string): Promise<string> => (await byHand.exec(`curl -ks 'https://example.com:9090/api/v1/${path}'`)).stdout

interface Targets {
  readonly data: { readonly activeTargets: readonly { readonly health: string; readonly lastError: string }[] }
}

/** How Prometheus, as any client written in Go, sees the certificate it serves itself. */
const scraped = () =>
  until(
    () => 'Prometheus has scraped itself',
    async () => {
      const [target] = (JSON.parse(await api('targets')) as Targets).data.activeTargets
      return target === undefined || target.health === 'unknown' ? undefined : target
    },
  )

interface Alerts {
  readonly data: { readonly alerts: readonly { readonly annotations: { readonly begins: string } }[] }
}

const linksBeginWith = () =>
  until(
    () => 'the alert tells the URL',
    async () => (JSON.parse(await api('alerts')) as Alerts).data.alerts[0]?.annotations.begins,
  )

const verified = (url: string, { certificate } = guide) =>
  byHand.exec(`curl -sS -o /dev/null -w '%{http_code}' --cacert ${certificate} ${url}`)

const lifeInDays = async (certificate: string): Promise<number> => {
  const dates = await prepared(byHand, `openssl x509 -noout -dates -in ${certificate} | cut -d= -f2`)
  const [from = Number.NaN, until_ = Number.NaN] = dates.trim().split('\n').map(Date.parse)
  return (until_ - from) / 86_400_000
}

describe('where guide 004 is followed, and where not', () => {
  test('its first line goes into a folder that it did not make, so nothing behind it runs', async () => {
    const line = (where: string) => `rm -rf /tmp/c && mkdir -p /tmp/c/certs/example.com && cd /tmp/c/${where} && pwd`
    const { code, stdout, stderr } = await byHand.exec(line('certs/certs/example.com'))
    expect({ code: code === 0, stdout, stderr }).toEqual({
      code: false,
      stdout: '',
      stderr: expect.stringMatching(/can't cd|No such file/),
    })
    expect((await byHand.exec(line('certs/example.com'))).stdout).toBe('/tmp/c/certs/example.com\n')
  })

  test('its certificate ends after the 30 days of openssl, because it names none', async () => {
    expect(await lifeInDays(guide.certificate)).toBe(30)
  })

  test('its certificate names no host: the guide’s own test by curl passes, and every client in Go refuses it', async () => {
    const shown = await prepared(byHand, `openssl x509 -noout -subject -ext subjectAltName -in ${guide.certificate} 2>&1`)
    expect(shown).toContain('CN = example.com')
    expect(shown).toContain('No extensions in certificate')
    await started(guide)
    expect((await verified('https://example.com:9090/api/v1/label/job/values')).stdout).toBe('200')
    expect(await scraped()).toMatchObject({ health: 'down', lastError: expect.stringContaining('legacy Common Name field') })
  })

  test('its curl line asks port 443, where nothing listens', async () => {
    const { code, stderr } = await verified('https://example.com/api/v1/label/job/values')
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringContaining('port 443') })
  })

  test('--web.external-url is not optional with TLS, and needs the port', async () => {
    await started(guide)
    expect(await linksBeginWith()).toBe('http://g4:9090')
    expect((await byHand.exec("curl -s -o /dev/null -w '%{http_code}' http://g4:9090/")).stdout).toBe('400')
    await started(guide, '--web.external-url=https://example.com/')
    expect(await linksBeginWith()).toBe('https://example.com')
    expect((await verified(await linksBeginWith())).code).toBe(7)
    await started(guide, '--web.external-url=https://example.com:9090/')
    expect((await verified(`${await linksBeginWith()}/-/ready`)).stdout).toBe('200')
  })

  test('the certificate of the role, pinned in the same way, is taken by curl and by Go, and lives for 90 days', async () => {
    const site = join(fleet.folder, 'site.yml')
    writeFileSync(
      site,
      `- hosts: g4\n  become: true\n  roles:\n    - role: certificate\n      inputs: { tls_dir: ${home}/tls, owner: prometheus, names: [example.com] }\n`,
    )
    const told = await tlsplayJson(['run', site, '-i', await fleet.inventory()])
    expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
    expect(await lifeInDays(own.certificate)).toBe(90)
    await started(own)
    expect((await verified('https://example.com:9090/-/ready', own)).stdout).toBe('200')
    expect(await scraped()).toMatchObject({ health: 'up', lastError: '' })
  })

  // That a plan refuses such a folder before anything changes: test/fleet/preflight.test.ts.
  test("below /home the user of Debian's unit may read the files, and the unit does not see them", async () => {
    await prepared(packaged, asService(`cat ${guide.key} ${guide.certificate} ${home}/web-config.yml > /dev/null`))
    const restarted = (web: string) =>
      packaged.exec(
        `since=$(date +%s); sed -i 's|^ARGS=.*|ARGS="--web.config.file=${web}"|' /etc/default/prometheus; systemctl reset-failed prometheus; systemctl restart prometheus; echo $since`,
      )
    const since = (await restarted(`${home}/web-config.yml`)).stdout.trim()
    const said = await until(
      () => 'the unit says why it does not start',
      async () => {
        const { stdout } = await packaged.exec(
          `journalctl -u prometheus --since @${since} -o cat | grep -m1 web-config.yml.*'denied\\|no such file'`,
        )
        return stdout === '' ? undefined : stdout
      },
    )
    expect(said).toMatch(/\/home\/prometheus\/web-config\.yml: (?:permission denied|no such file or directory)/)
    await prepared(
      packaged,
      `install -d -g prometheus -m 750 /etc/prometheus/tls; cp -p ${guide.key} ${guide.certificate} /etc/prometheus/tls/; sed 's|${folder}|/etc/prometheus/tls|' ${home}/web-config.yml > /etc/prometheus/web.yml`,
    )
    await restarted('/etc/prometheus/web.yml')
    await until(
      () => 'Prometheus answers over TLS',
      async () => ((await packaged.exec('curl -ksf https://example.com:9090/-/ready')).code === 0 ? true : undefined),
    )
  })
})
