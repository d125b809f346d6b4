import { quote } from './quote.ts'
import { builtPrograms, bareInfluxdb2, barePrometheus, type HostSpec, services, unitServices, upstreamPrometheus } from './spec.ts'
import { bareInflux, upstreamInflux, upstreamTelegraf } from './host-built.ts'

export interface Identity {
  /** One line of authorized_keys. */
  readonly publicKey: string
  /** Of the users opspw and nosudo. Letters and digits only. */
  readonly password: string
}

/**
 * The first thing a host runs, as PID 1: makes it this host (keys, users, services), then becomes its init.
 * Doing it before init means no daemon ever sees the half-made state, and costs no round trip afterwards.
 */
export function startScript(spec: HostSpec, identity: Identity, cgroupVersion: 1 | 2): string {
  return spec.kind === 'busybox' ? busyboxStart(spec, identity) : systemdStart(spec, identity, cgroupVersion)
}

function busyboxStart(spec: HostSpec, { publicKey }: Identity): string {
  return `set -eu
echo '${publicKey}' > /root/.ssh/authorized_keys
chmod 0600 /root/.ssh/authorized_keys
dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key > /dev/null 2>&1
${spec.prepare ?? ':'}
exec dropbear -F -E -s -r /etc/dropbear/dropbear_ed25519_host_key
`
}

function systemdStart(spec: HostSpec, { publicKey, password }: Identity, cgroupVersion: 1 | 2): string {
  return `set -eu
${cgroups[cgroupVersion]}
# A host that was switched off and on again is made already.
if [ ! -e /etc/lab-made ]; then
tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
ssh-keygen -q -t ed25519 -N '' -C '' -f /etc/ssh/ssh_host_ed25519_key
for user in ops opspw nosudo; do
  echo '${publicKey}' > /home/$user/.ssh/authorized_keys
  chown $user:$user /home/$user/.ssh/authorized_keys
  chmod 0600 /home/$user/.ssh/authorized_keys
done
printf '%s\\n' 'opspw:${password}' 'nosudo:${password}' | chpasswd
${builtServices(spec)}
${unitServices(spec)
  .map((service) => enable(`/lib/systemd/system/${services[service].unit}`))
  .join('\n')}
${ownPrometheus(spec)}
${spec.prepare ?? ':'}
touch /etc/lab-made
fi
exec env -i container=docker PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /sbin/init
`
}

// systemd needs its cgroup tree writable, and Docker mounts it read-only. With a private cgroup namespace a fresh mount
// (v1) or a remount (v2) shows the host's own subtree only. Binding the machine's /sys/fs/cgroup/systemd into the host
// instead also boots, but then all hosts share one tree: ssh.service of every host would be the same cgroup.
// Source: cgroup_namespaces(7); seen with docker 20.10 and systemd 252 on v1 and v2.
const cgroups = {
  1: 'mkdir -p /sys/fs/cgroup/systemd; umount /sys/fs/cgroup/systemd 2>/dev/null || :; mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd',
  2: 'mount -o remount,rw /sys/fs/cgroup',
} as const

/** By hand, as `systemctl enable` would also run update-rc.d for the SysV script of each package. */
function enable(unitPath: string): string {
  return `ln -s ${unitPath} /etc/systemd/system/multi-user.target.wants/`
}

/** Files as upstream's packages have them, before the units are enabled. */
function builtServices(spec: HostSpec): string {
  const programs = builtPrograms(spec)
  return [
    ...(programs.includes('influxdb2') ? [spec.kind === 'bare-influxdb2' ? bareInflux : upstreamInflux] : []),
    ...(programs.includes('telegraf') ? [upstreamTelegraf] : []),
  ].join('\n')
}

function ownPrometheus(spec: HostSpec): string {
  switch (spec.kind) {
    case 'upstream-prometheus':
      return `${withoutPackage}
useradd --system --home-dir ${upstreamPrometheus.data} --no-create-home --shell /usr/sbin/nologin prometheus
install -d -o prometheus -g prometheus ${upstreamPrometheus.data}
install -d /etc/prometheus
${scrapeItself(upstreamPrometheus.config)}
cat > ${upstreamPrometheus.unitFile} <<'UNIT'
[Unit]
Description=Prometheus
After=network.target

[Service]
User=prometheus
Group=prometheus
Type=simple
ExecStart=${[upstreamPrometheus.binary, ...(spec.flags ?? upstreamPrometheus.flags)].join(' \\\n  ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
${enable(upstreamPrometheus.unitFile)}`
    case 'bare-prometheus':
      return `${withoutPackage}
useradd --system --home-dir /home/prometheus --create-home --shell /usr/sbin/nologin prometheus
${scrapeItself(barePrometheus.config)}
chown -R prometheus:prometheus /home/prometheus`
    default:
      return ''
  }
}

// The package's unit, user, defaults and its line in dpkg's status must be gone: a role that asks dpkg or finds
// /etc/default/prometheus would take the host for Debian's. Only the two programs stay, where upstream's guide puts them.
const withoutPackage = `mv /usr/bin/prometheus /usr/bin/promtool /usr/local/bin/
dpkg --purge --force-depends prometheus > /dev/null
rm -rf /etc/prometheus /var/lib/prometheus
userdel prometheus`

function scrapeItself(path: string): string {
  return `cat > ${path} <<'CONFIG'
global:
  scrape_interval: 5s
scrape_configs:
  - job_name: prometheus
    static_configs:
      - targets: ['localhost:9090']
CONFIG`
}

/**
 * What a person types in an ssh session to start a bare service. Over ssh and not through the engine, because it leaves
 * the process where such processes are: in the cgroup of ssh.service (Debian's minimal install has no libpam-systemd, so no session scope).
 */
export function bareStart(spec: HostSpec & { readonly kind: 'bare-prometheus' | 'bare-influxdb2' }): string {
  const { user, folder, usual } =
    spec.kind === 'bare-prometheus'
      ? { user: 'prometheus', folder: '/home/prometheus', usual: barePrometheus }
      : { user: 'influxdb', folder: '/var/lib/influxdb', usual: bareInfluxdb2 }
  const inner = `cd ${folder} && setsid ${spec.command ?? usual.command} >> ${spec.logFile ?? usual.logFile} 2>&1 < /dev/null &`
  return quote(['sudo', '-n', '-u', user, 'sh', '-c', inner])
}
