import { createConnection } from 'node:net'
import { command, waitUntil } from './command.ts'
import { type HostSpec, readyUrls } from './spec.ts'

/** What a host tells about itself once it is up. */
export interface UpHost {
  /** `ssh-ed25519 AAAA...`, read through the engine and not over the network that it is to protect. */
  readonly hostKey: string
}

const deadlineSeconds = 90

/** Waits for init, the services and sshd in one exec. An Error says what is not up and shows what the host logged. */
export async function untilUp(spec: HostSpec, containerId: string, sshPort: number): Promise<UpHost> {
  const script = spec.kind === 'busybox' ? busyboxScript : systemdScript(spec)
  const answer = await command(['docker', 'exec', containerId, 'sh', '-c', script], { timeoutMs: (deadlineSeconds + 30) * 1000 })
  if (answer.code !== 0) {
    const logs = await command(['docker', 'logs', '--tail', '20', containerId])
    throw new Error(`host ${spec.name} (${spec.kind}) is not up: ${answer.stdout}${answer.stderr}\n${logs.stdout}${logs.stderr}`.trim())
  }
  await waitUntil(`sshd of ${spec.name} greets on 127.0.0.1:${sshPort}`, deadlineSeconds * 1000, () => greets(sshPort))
  return { hostKey: answer.stdout.trim().split(' ').slice(0, 2).join(' ') }
}

/** The last line that it writes is the public host key. */
function systemdScript(spec: HostSpec): string {
  return `${clock}
while :; do
  state=$(systemctl is-system-running 2>/dev/null || :)
  case $state in
    running) break ;;
    degraded)
      echo "failed units:"
      systemctl list-units --failed --plain --no-legend
      for unit in $(systemctl list-units --failed --plain --no-legend | cut -d' ' -f1); do journalctl -q --no-pager -n 10 -u "$unit"; done
      exit 1 ;;
  esac
  if late; then echo "systemd is '$state' after ${deadlineSeconds} s, waiting for:"; systemctl list-jobs --no-legend; exit 1; fi
  sleep 0.1
done
${spec.kind === 'bare-prometheus' || spec.kind === 'bare-influxdb2' ? '' : answerScript(spec)}
cat /etc/ssh/ssh_host_ed25519_key.pub
`
}

const clock = `
end=$(($(date +%s) + ${deadlineSeconds}))
late() { [ "$(date +%s)" -gt "$end" ]; }
`

function answerScript(spec: HostSpec): string {
  return `
for url in ${readyUrls(spec).join(' ')}; do
  until why=$(curl -fsS -m 2 -o /dev/null "$url" 2>&1); do
    if late; then echo "$url does not answer: $why"; journalctl -q --no-pager -n 20; exit 1; fi
    sleep 0.1
  done
done
`
}

/** For a service that was started after the host: only its URLs. */
export async function untilAnswers(spec: HostSpec, containerId: string): Promise<void> {
  const answer = await command(['docker', 'exec', containerId, 'sh', '-c', clock + answerScript(spec)], {
    timeoutMs: (deadlineSeconds + 30) * 1000,
  })
  if (answer.code !== 0) throw new Error(`host ${spec.name} (${spec.kind}): ${answer.stdout}${answer.stderr}`)
}

// Whether it listens is asked from the controller, below: BusyBox 1.35's nc as Debian builds it has no -z.
const busyboxScript = `
key=/etc/dropbear/dropbear_ed25519_host_key
i=0
until [ -s $key ] && pidof dropbear > /dev/null; do
  i=$((i + 1))
  if [ $i -gt ${deadlineSeconds * 10} ]; then echo 'dropbear does not run'; exit 1; fi
  sleep 0.1
done
dropbearkey -y -f $key | grep '^ssh-'
`

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const settle = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(2000, () => settle(false))
    socket.on('data', (bytes) => settle(bytes.toString('latin1').startsWith('SSH-')))
    socket.on('error', () => settle(false))
    socket.on('close', () => settle(false))
  })
}
