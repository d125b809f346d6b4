import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { play } from '../fakes/play.ts'

const pieces = [
  '{{',
  '}}',
  '{{{',
  'inventory_hostname',
  '{{ inventory_hostname }}',
  '{% raw %}',
  '{{lookup . "x"}}',
  '{{env "HOME"}}',
  '$(id)',
  '`id`',
  "'",
  '"',
  '\\',
  ';',
  '&&',
  '#',
  ': ',
  '!unsafe',
  '__proto__',
  'constructor',
  '${x}',
  '\u001b[2J',
  '\u202e',
  ' ',
  'é',
]
const hostile = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))

/** Every way on which what a host says goes through the language: none of them renders it. */
const playbook = `- hosts: h1
  vars: {through: "{{ r.stdout }}", further: "{{ through }}"}
  tasks:
    - {command: ask, register: r}
    - {set_fact: {kept: "{{ further }}", listed: ["{{ r.stdout }}"], mapped: {a: "{{ r.stdout }}"}}}
    - {command: {argv: [said, "{{ r.stdout }}"]}}
    - {command: {argv: [said, "{{ kept }}"]}, environment: {X: "{{ kept }}"}}
    - {command: {argv: [said, "{{ item }}"]}, loop: "{{ listed }}", loop_control: {label: "{{ item }}"}}
    - {command: {argv: [said, "{{ hostvars.h1.mapped.a }}"]}, when: 'mapped.a == r.stdout'}
    - {include_tasks: t.yml, loop: "{{ listed }}", vars: {given: "{{ kept }}"}}
    - {template: {src: t.hbs, dest: /etc/app/t, mode: '0644'}}
    - block: [{command: ask, register: again, failed_when: again.rc == 0}]
      rescue: [{command: {argv: [said, "{{ failed_result.stdout }}"]}}]
    - {command: {argv: [said, "{{ given }}"]}, notify: told, changed_when: true, vars: {given: "{{ further }}"}}
  handlers: [{name: told, command: {argv: [said, "{{ kept }}"]}}]
`
const files = {
  '/p/t.yml': '- {command: {argv: [said, "{{ item }}"]}}\n- {command: {argv: [said, "{{ given }}"]}}\n',
  '/p/templates/t.hbs': '{{ kept }}|{{#each listed}}{{this}}{{/each}}|{{ r.stdout }}',
}

async function saidOf(
  answer: string,
): Promise<{ readonly exit: number; readonly said: readonly string[]; readonly file: string | undefined }> {
  const host = new MemoryHost()
  host.commands.set('ask', { rc: 0, stdout: answer })
  const { report } = await play(playbook, new Map([['h1', host]]), { files })
  const said = host.deeds.filter((deed) => deed.startsWith('run said')).map((deed) => deed.slice('run said '.length))
  return { exit: report.exitCode, said, file: host.files.get('/etc/app/t')?.content }
}

test('what a host says stays data on every way through a playbook', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (answer) => {
      const { exit, said, file } = await saidOf(answer)
      expect(exit).toBe(0)
      expect(said).toEqual(Array.from({ length: 9 }, () => answer))
      expect(file).toBe(`${answer}|${answer}|${answer}`)
    }),
    { numRuns: 100 },
  )
})

test('a text of the playbook on the same way is rendered', async () => {
  const host = new MemoryHost()
  await play(
    '- hosts: h1\n  vars: {a: "{{ inventory_hostname }}"}\n  tasks: [{command: {argv: [said, "{{ a }}"]}}]\n',
    new Map([['h1', host]]),
  )
  expect(host.deeds).toEqual(['run said h1'])
})
