import { expect, test } from 'vitest'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'
import { requestFor } from '../fakes/request.ts'

const { request, key } = requestFor(['h1.lab.test'])

const playbook = `
- hosts: all
  tasks:
    - name: before
      command: before
    - name: certificate
      when: inventory_hostname == 'h1'
      generate:
        certificate: /etc/app/h1.crt
        private_key: /etc/app/h1.key
        names: [h1.lab.test]
        issuer: elsewhere
        elsewhere: { request: requests/h1.csr, signed: requests/h1.crt }
    - name: behind
      command: behind
- hosts: all
  tasks:
    - name: next play
      command: next play
`

/** Two hosts, the first of which has asked for its certificate already. */
function asked() {
  const hosts = hostsNamed('h1', 'h2')
  hosts.get('h1')?.put('/etc/app/h1.key.next', key, 'root', 0o400)
  return hosts
}

test('a host that waits for a signature ends there, for all plays, and has not failed; the others go on', async () => {
  const hosts = asked()
  const { report, results } = await play(playbook, hosts, { files: { '/p/requests/h1.csr': request } })
  const what = 'have requests/h1.csr signed, and put the certificate with its intermediates at requests/h1.crt'
  expect(report).toMatchObject({ exitCode: 3, problems: [], waiting: [`h1: ${what}`] })
  expect(hosts.get('h1')?.deeds).toEqual(['run before'])
  expect(hosts.get('h2')?.deeds).toEqual(['run before', 'run behind', 'run next play'])
  expect(results).toContain('h1 certificate ok')
  expect(report.recap.map(({ host, failed, converged }) => [host, failed, converged])).toEqual([
    ['h1', 0, true],
    ['h2', 0, true],
  ])
})

test('the plan says so, and plans nothing behind it', async () => {
  const { plan, report } = await play(playbook, asked(), { mode: 'plan', files: { '/p/requests/h1.csr': request } })
  expect(plannedOutcomes(plan).filter((line) => line.startsWith('h1'))).toEqual(['h1 before change', 'h1 certificate ok'])
  expect(plan.plays[0]?.hosts[0]?.tasks[1]?.reason).toContain('waiting for signature: have requests/h1.csr signed')
  expect(report).toMatchObject({ exitCode: 0 })
  expect(report.waiting).toBeUndefined()
})

test('where nothing waits, the run ends with 0', async () => {
  const { report } = await play(playbook, asked(), { limit: 'h2' })
  expect(report.exitCode).toBe(0)
  expect(report.waiting).toBeUndefined()
})

test('a host that failed counts for more than one that waits', async () => {
  const hosts = asked()
  hosts.get('h2')?.commands.set('behind', { rc: 1, stdout: '' })
  const { report } = await play(playbook, hosts, { files: { '/p/requests/h1.csr': request } })
  expect(report).toMatchObject({ exitCode: 2, waiting: [expect.stringContaining('h1: ')] })
})
