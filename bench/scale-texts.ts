/** Every fifth task of each of five kinds: with templates, conditions, loops, registered results, handlers and tags. */
export function largePlaybook(tasks: number): string {
  const kinds: readonly ((at: number) => string)[] = [
    (at) => `file: { path: "{{ base }}/d${at}", state: directory, owner: root, mode: '0755' }`,
    (at) =>
      `lineinfile: { path: "{{ base }}/d${at}/settings", line: "port={{ port }}", create: true, mode: '0644' }\n      when: region == "eu" && port > ${at}\n      register: settings_${at}\n      notify: restart`,
    (at) =>
      `lineinfile: { path: "{{ base }}/hosts", line: "{{ inventory_hostname }} {{ address }} ${at}" }\n      tags: [lines, "t${at % 10}"]`,
    (at) => `copy: { content: "a${at}", dest: "{{ base }}/{{ item }}${at}", mode: '0600' }\n      loop: [one, two]`,
    (at) => `debug: { msg: "{{ settings_${at - 3}.changed }} {{ join names ',' }}" }`,
  ]
  const lines = Array.from({ length: tasks }, (_, at) => `    - name: task ${at}\n      ${kinds[at % kinds.length]?.(at) ?? ''}\n`)
  const handlers = '  handlers:\n    - name: restart\n      service: { name: app, state: restarted }\n'
  return `- hosts: all\n  become: true\n  vars: { port: 9100, base: /etc/app }\n  tasks:\n${lines.join('')}${handlers}`
}

const groups = 50

function hostsOf(group: number, hosts: number): readonly { readonly name: string; readonly address: string }[] {
  return Array.from({ length: hosts }, (_, at) => at)
    .filter((at) => at % groups === group)
    .map((at) => ({ name: `h${at}.example.net`, address: `10.0.${at >> 8}.${at & 255}` }))
}

const region = (group: number): string => (group % 2 === 0 ? 'us' : 'eu')

export function largeInventory(hosts: number): string {
  const parts = Array.from({ length: groups }, (_, group) => {
    const own = hostsOf(group, hosts).map(({ name, address }) => `        ${name}: { ansible_host: ${address}, address: ${address} }\n`)
    return `    g${group}:\n      vars: { region: ${region(group)} }\n      hosts:\n${own.join('')}`
  })
  return `all:\n  vars: { names: [a, b] }\n  children:\n${parts.join('')}`
}

export function largeIniInventory(hosts: number): string {
  const parts = Array.from({ length: groups }, (_, group) => {
    const own = hostsOf(group, hosts).map(({ name, address }) => `${name} ansible_host=${address} address=${address}\n`)
    return `[g${group}]\n${own.join('')}[g${group}:vars]\nregion=${region(group)}\n`
  })
  return `[all:vars]\nnames=['a', 'b']\n${parts.join('')}`
}
