import { attempt } from './attempt.ts'
import { mutant, seeded } from './mutants.ts'
import { alwaysFaults } from './verdict.ts'

/** A playbook that uses every part of the language, and all that belongs to it. */
export const good: Readonly<Record<string, string>> = {
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
  vars_prompt: [{ name: asked, default: nothing, private: false }]
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
      delegate_to: web1
      delegate_facts: true
    - include_tasks: 'tasks/{{ word }}.yml'
      loop: '{{ words }}'
      loop_control: { loop_var: word }
      when: up.rc == 0
    - include_role: { name: certificate, inputs: { names: [a.lab.test] }, apply: { tags: again }, public: true }
      when: false
    - block: [{ command: 'true' }]
      rescue: [{ meta: flush_handlers }]
      always: [{ debug: { msg: '{{ hostvars.web1.seen }}' } }]
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
    - { name: further, include_tasks: tasks/one.yml }
- hosts: all
  vars:
    <<: { a: 1 }
    b: !unsafe '{{ c }}'
  tasks: [debug: { msg: '{{ b }}' }]
`,
  'inventory.yml':
    'all:\n  vars: { ansible_user: ops }\nweb:\n  hosts:\n    web[01:01]: { ansible_port: 2222 }\nlab:\n  children: { web: }\n',
  'tasks/one.yml': `- debug: { msg: "{{ word | default('one') }}" }\n`,
  'tasks/two.yml': '- import_tasks: one.yml\n  when: port > 1\n',
  'more.yml': 'words: [one, two]\nfurther: "{{ words[0] | lower }}"\n',
  'roles/certificate/role.yml':
    "summary: a certificate\nversion: '1.0.0'\ninputs:\n  names: { type: array, items: { type: string }, minItems: 1, required: true, description: names }\n  days: { type: integer, minimum: 1, default: 90, description: days }\n",
  'roles/certificate/tasks/main.yml':
    "- generate:\n    certificate: /etc/app/tls.crt\n    private_key: /etc/app/tls.key\n    names: '{{ names }}'\n    days: '{{ days }}'\n  register: made\n- file: { path: /etc/app, state: directory, mode: '0755' }\n  when: made.changed\n",
  'templates/web.yml.hbs': 'tls:\n{{#each names}}\n  - {{this}} # {{@index}}\n{{/each}}\n{{#if (defined "further")}}{{further}}{{/if}}\n',
}

export const oldForm = '[web]\nweb1 ansible_host=10.0.0.1 a="b c" # first\nweb2:2222\n[lab:children]\nweb\n[lab:vars]\nwords=["x"]\n'

export interface Mutated {
  readonly refused: number
  readonly planned: number
  /** of each, from the texts to the plan: time of the processor, so that it does not depend on what else the machine does */
  readonly milliseconds: readonly number[]
}

/** Tries so many mutants, one after another. Throws at the first that ends in a crash, or of which the wrong is said badly. */
export async function tryMutants(count: number, seed: number): Promise<Mutated> {
  const random = seeded(seed)
  const found = { refused: 0, planned: 0 }
  const milliseconds: number[] = []
  for (let number = 0; number < count; number++) {
    const files = mutant(number % 4 === 0 ? { ...good, hosts: oldForm } : good, random)
    const args = number % 4 === 0 ? ['-i', 'hosts'] : []
    const began = process.cpuUsage()
    const answer = await attempt({ files, args }).catch((error: unknown) => {
      throw new Error(`mutant ${number} of seed ${seed} ends in a crash\n${JSON.stringify(files)}`, { cause: error })
    })
    const { user, system } = process.cpuUsage(began)
    milliseconds.push((user + system) / 1000)
    if (answer.problems.length === 0) found.planned += 1
    else found.refused += 1
    const faults = alwaysFaults(answer)
    if (faults.length > 0) throw new Error(`mutant ${number} of seed ${seed}: ${faults.join('\n')}`)
  }
  return { ...found, milliseconds }
}
