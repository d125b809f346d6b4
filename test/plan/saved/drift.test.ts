import { describe, expect, test } from 'vitest'
import { Witness } from '../../../src/execute/witness.ts'
import type { SavedPlan } from '../../../src/plan/saved/document.ts'
import { drift } from '../../../src/plan/saved/drift.ts'
import { keyedDigest } from '../../../src/plan/saved/seal.ts'
import { MemoryHost } from '../../fakes/memory-host.ts'
import { play } from '../../fakes/play.ts'

const playbook = `
- hosts: all
  tasks:
    - {name: a file, copy: {dest: /etc/app/main, content: "new\\n", owner: app, mode: '0640'}}
    - {name: a second, copy: {dest: /etc/app/kept, content: "kept\\n", mode: '0644'}}
    - {name: a folder, file: {path: /etc/app/tls, state: directory, mode: '0750'}}
    - {name: a link, file: {path: /etc/app/link, state: link, src: /etc/app/main}}
    - {name: gone, file: {path: /etc/app/old, state: absent}}
    - {name: a line, lineinfile: {path: /etc/app/list, line: added}}
    - name: asked
      command: {argv: [reload, app], unless: [is, active]}
`

function freshHost(): MemoryHost {
  const host = new MemoryHost()
  host.put('/etc/app/main', 'old\n')
  host.put('/etc/app/kept', 'kept\n')
  host.put('/etc/app/old', 'old\n')
  host.put('/etc/app/list', 'first\n')
  host.files.set('/etc/app/link', { type: 'link', content: '', owner: 'root', group: 'root', mode: 0o777, link: '/etc/app/other' })
  host.commands.set('is active', { rc: 1, stdout: 'inactive\n' })
  return host
}

const digest = keyedDigest(Buffer.alloc(32, 7))

async function save(host: MemoryHost, text = playbook): Promise<SavedPlan> {
  const witness = new Witness(digest)
  const { plan } = await play(text, new Map([['h1', host]]), { mode: 'plan', witness })
  return {
    ...{ kind: 'tlsplay saved plan', formatVersion: 1, tlsplay: '0.0.0', id: '00'.repeat(16) },
    ...{ request: { cwd: '/p', playbook: 'site.yml', options: {} }, inputs: witness.inputs, facts: witness.facts, plan },
  }
}

async function apply(saved: SavedPlan, hosts: ReadonlyMap<string, MemoryHost>, text = playbook) {
  const witness = new Witness(digest)
  return play(text, hosts, {
    witness,
    review(plan) {
      witness.leave()
      return drift(saved, { inputs: witness.inputs, facts: witness.facts, plan })
    },
  })
}

const change = (host: MemoryHost, path: string, more: object) => {
  const before = host.files.get(path)
  if (before === undefined) throw new Error(`no ${path}`)
  host.files.set(path, { ...before, ...more })
}

describe('what was planned on one host', () => {
  test('is applied to it as long as nothing changed', async () => {
    const host = freshHost()
    const saved = await save(host)
    expect(saved.plan.summary.changes).toBe(5)
    const { report } = await apply(saved, new Map([['h1', host]]))
    expect(report).toMatchObject({ exitCode: 0, problems: [] })
    expect(host.files.get('/etc/app/main')).toMatchObject({ content: 'new\n', owner: 'app', mode: 0o640 })
  })

  test.each<{ what: string; mutate: (host: MemoryHost) => void; told: string }>([
    { what: 'content', mutate: (host) => host.put('/etc/app/main', 'odd\n'), told: '/etc/app/main' },
    { what: 'content of what stays', mutate: (host) => host.put('/etc/app/kept', 'kept?\n'), told: '/etc/app/kept' },
    {
      what: 'mode',
      mutate: (host) => change(host, '/etc/app/kept', { mode: 0o600 }),
      told: 'file /etc/app/kept changed since the plan was made: mode',
    },
    { what: 'owner', mutate: (host) => change(host, '/etc/app/kept', { owner: 'app' }), told: 'owner' },
    { what: 'group', mutate: (host) => change(host, '/etc/app/kept', { group: 'app' }), told: 'group' },
    { what: 'link text', mutate: (host) => change(host, '/etc/app/link', { link: '/etc/app/main' }), told: 'link' },
    { what: 'a link made a file', mutate: (host) => host.put('/etc/app/link', 'x'), told: '/etc/app/link' },
    { what: 'a file made a folder', mutate: (host) => change(host, '/etc/app/old', { type: 'directory' }), told: '/etc/app/old' },
    { what: 'a file that is gone', mutate: (host) => host.files.delete('/etc/app/main'), told: 'file /etc/app/main came or went' },
    { what: 'a file that was to go and is gone', mutate: (host) => host.files.delete('/etc/app/old'), told: '/etc/app/old came or went' },
    { what: 'a folder that is there already', mutate: (host) => change(host, '/etc/app', { mode: 0o700 }), told: 'file /etc/app changed' },
    {
      what: 'a folder somebody made',
      mutate: (host) => host.files.set('/etc/app/tls', { type: 'directory', content: '', owner: 'root', group: 'root', mode: 0o750 }),
      told: 'file /etc/app/tls came or went',
    },
    { what: 'a line somebody added', mutate: (host) => host.put('/etc/app/list', 'first\nadded\n'), told: '/etc/app/list' },
    {
      what: 'what a command says',
      mutate: (host) => host.commands.set('is active', { rc: 0, stdout: 'active\n' }),
      told: 'command is active',
    },
    { what: 'a mount that is read-only now', mutate: (host) => host.fixed.add('/etc/app'), told: 'readOnly' },
  ])('is refused with nothing changed: $what', async ({ mutate, told }) => {
    const host = freshHost()
    const saved = await save(host)
    mutate(host)
    const before = JSON.stringify([...host.files])
    const { report } = await apply(saved, new Map([['h1', host]]))
    expect(report.exitCode).toBe(1)
    expect(report.problems.map(({ code }) => code)).toContain('PLAN_DRIFT')
    expect(report.problems.map(({ message }) => message).join('\n')).toContain(told)
    expect([host.deeds, JSON.stringify([...host.files])]).toEqual([[], before])
  })

  test('is refused on another inventory, another playbook and a host that does not answer', async () => {
    const host = freshHost()
    const saved = await save(host)
    const messages = async (...given: Parameters<typeof apply>) => (await apply(...given)).report.problems.map(({ message }) => message)
    expect(
      await messages(
        saved,
        new Map([
          ['h1', host],
          ['h2', freshHost()],
        ]),
      ),
    ).toContain('file /p/inventory.yml is not what it was when the plan was made')
    expect(await messages(saved, new Map([['h1', host]]), `${playbook}# a comment is a change too\n`)).toEqual([
      'file /p/site.yml is not what it was when the plan was made',
    ])
    host.unreachable = true
    expect((await apply(saved, new Map([['h1', host]]))).report.exitCode).toBe(1)
    expect(host.deeds).toEqual([])
  })

  test('a clock, a log that grows and a service that restarted are no drift', async () => {
    const host = freshHost()
    const told = [{ kind: 'system', target: {} } as const, { kind: 'space', target: { path: '/etc' } } as const]
    const facts = async () => {
      const witness = new Witness(digest)
      const session = await witness.connector({ open: async () => host.session() }).open({ name: 'h1' } as never)
      await session.observe(told)
      return witness.facts
    }
    const before = await facts()
    host.perform({ kind: 'remove', path: '/nowhere', recursive: false })
    expect(host.answer({ kind: 'system', target: {} })).not.toMatchObject({ now: 1000 })
    expect(await facts()).toEqual(before)
  })
})

test('a saved plan holds no content, only digests that nobody without the key can try words against', async () => {
  const host = freshHost()
  host.put('/etc/app/kept', 'kept\n')
  const saved = await save(host)
  const text = JSON.stringify({ inputs: saved.inputs, facts: saved.facts })
  expect(text).not.toContain('kept\\n')
  expect(text).not.toContain('first')
  const other = new Witness(keyedDigest(Buffer.alloc(32, 8)))
  await play(playbook, new Map([['h1', freshHost()]]), { mode: 'plan', witness: other })
  const answers = (facts: SavedPlan['facts']) => Object.values(facts).flatMap((some) => some.flatMap(({ answer }) => Object.values(answer)))
  expect(answers(other.facts).filter((one) => answers(saved.facts).includes(one))).toEqual([])
})
