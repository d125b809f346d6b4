import { expect, test } from 'vitest'
import { attempt } from './attempt.ts'
import { mutant, seeded } from './mutants.ts'
import { alwaysFaults, stackTrace } from './verdict.ts'

const seed = 20_260_102
const count = 1000

/** A playbook that uses every part of the language, and all that belongs to it. */
const good: Readonly<Record<string, string>> = {
  'site.yml': `# certificates for the exporters
- name: exporters
  hosts: web:&lab
  become: true
  become_user: root
  serial: [1, '50%']
  order: sorted
  vars: &shared
    port: 9100
    names: ['{{ inventory_hostname }}.lab.test', 127.0.0.1]
    folder: /etc/app
  vars_files: [more.yml]
  tags: tls
  pre_tasks:
    - assert: { that: [port > 0, size(names) > 1], fail_msg: no names }
  roles:
    - role: certificate
      inputs: { names: '{{ names }}', days: 30 }
      when: port == 9100
  tasks:
    - name: web config
      template: { src: web.yml.hbs, dest: '{{ folder }}/web.yml', mode: '0640' }
      notify: restart
    - name: words
      debug: { msg: '{{ word }} {{ join names ", " }}' }
      loop: '{{ words }}'
      loop_control: { loop_var: word, label: '{{ upper word }}' }
    - command: uptime -p
      register: up
      changed_when: false
      failed_when: up.rc != 0 && defined("up.stdout")
    - debug: { var: up.stdout }
      when: [up.rc == 0, 'facts.os.family in ["debian", "alpine"]']
    - set_fact: { seen: '{{ facts.hostname }}' }
    - copy:
        dest: /etc/app/note
        content: |
          {{ not rendered }}
          \${x}
      environment: { A: '{{ port }}' }
      delegate_to: localhost
      run_once: true
  handlers:
    - { name: restart, listen: everything, debug: { msg: restart } }
- hosts: all
  vars:
    <<: { a: 1 }
    b: !unsafe '{{ c }}'
  tasks: [debug: { msg: '{{ b }}' }]
`,
  'inventory.yml':
    'all:\n  vars: { ansible_user: ops }\nweb:\n  hosts:\n    web[01:01]: { ansible_port: 2222 }\nlab:\n  children: { web: }\n',
  'more.yml': 'words: [one, two]\nfurther: "{{ words[0] | lower }}"\n',
  'roles/certificate/role.yml':
    "summary: a certificate\nversion: '1.0.0'\ninputs:\n  names: { type: array, items: { type: string }, minItems: 1, required: true, description: names }\n  days: { type: integer, minimum: 1, default: 90, description: days }\n",
  'roles/certificate/tasks/main.yml':
    "- generate:\n    certificate: /etc/app/tls.crt\n    private_key: /etc/app/tls.key\n    names: '{{ names }}'\n    days: '{{ days }}'\n  register: made\n- file: { path: /etc/app, state: directory, mode: '0755' }\n  when: made.changed\n",
  'templates/web.yml.hbs': 'tls:\n{{#each names}}\n  - {{this}} # {{@index}}\n{{/each}}\n{{#if (defined "further")}}{{further}}{{/if}}\n',
}

const oldForm = '[web]\nweb1 ansible_host=10.0.0.1 a="b c" # first\nweb2:2222\n[lab:children]\nweb\n[lab:vars]\nwords=["x"]\n'

test(`${count} mutants of a good playbook are refused or planned, never a crash (seed ${seed})`, async () => {
  const random = seeded(seed)
  const found = { refused: 0, planned: 0 }
  for (let number = 0; number < count; number++) {
    const files = mutant(number % 4 === 0 ? { ...good, hosts: oldForm } : good, random)
    const args = number % 4 === 0 ? ['-i', 'hosts'] : []
    const answer = await attempt({ files, args }).catch((error: unknown) => {
      throw new Error(`mutant ${number} of seed ${seed} ends in a crash\n${JSON.stringify(files)}`, { cause: error })
    })
    if (answer.problems.length === 0) found.planned += 1
    else found.refused += 1
    const faults = alwaysFaults(answer)
    if (faults.length > 0) throw new Error(`mutant ${number} of seed ${seed}: ${faults.join('\n')}`)
  }
  // both must be common, else the mutations are too mild or too wild to say anything
  expect(found.refused).toBeGreaterThan(count / 4)
  expect(found.planned).toBeGreaterThan(count / 20)
}, 120_000)

test('the playbook the mutants are made of is good, in both forms of inventory', async () => {
  expect((await attempt({ files: good })).problems).toEqual([])
  expect((await attempt({ files: { ...good, hosts: oldForm }, args: ['-i', 'hosts'] })).problems).toEqual([])
})

test('a seed gives the same mutants again, another one others', () => {
  const ten = (from: number) => {
    const random = seeded(from)
    return Array.from({ length: 10 }, () => mutant(good, random))
  }
  expect(ten(1)).toEqual(ten(1))
  expect(ten(1)).not.toEqual(ten(2))
  expect(stackTrace.test(JSON.stringify(ten(1)))).toBe(false)
})
