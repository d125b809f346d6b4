/**
 * Words of Ansible that tlsplay does not have, each with what to write in their place.
 * They are refused by name, because "unknown key" would send people looking for a typo.
 */
type Words = Readonly<Record<string, string>>

const loopHint = 'use loop with a list; the item is {{ item }}'

export const taskWords: Words = {
  args: 'put the parameters under the key of the task type, next to each other',
  action: 'name the task type as the key: copy: {src: a, dest: /b}',
  local_action: 'name the task type as the key and add delegate_to: localhost',
  async: 'tasks run until they end; use timeout to bound one',
  poll: 'tasks run until they end; use timeout to bound one',
  max_fail_percentage: 'put it on the play',
  become_flags: 'sudo, doas and su are called without further flags',
  become_exe: 'the program that is in the path is called',
  connection: 'set ansible_connection in the inventory',
  remote_user: 'set ansible_user in the inventory, or use -u',
  port: 'set ansible_port in the inventory',
  module_defaults: 'use a variable that the tasks share',
  collections: 'remove it: task types have short names',
  debugger: 'use plan, --check and --diff to look before acting',
  import_playbook: 'it stands in the list of plays, beside them',
  include: 'write include_tasks, or import_tasks',
  with_items: loopHint,
  with_list: loopHint,
  with_dict: 'use loop with a list of maps that have a key and a value',
  with_fileglob: 'use loop with the list of paths',
  with_first_found: 'name the file, or choose it with a variable',
  with_nested: 'use loop with the list of combinations',
  with_sequence: 'use loop with the list of numbers',
  with_subelements: 'use loop with the list of pairs',
  with_together: 'use loop with a list of maps',
  with_indexed_items: 'use loop, with loop_control: {index_var: i}',
  with_random_choice: 'a plan must be repeatable: choose with a variable',
  with_lines: loopHint,
}

/** Task types of Ansible that have another name here, or none. */
export const taskTypeWords: Words = {
  raw: 'use command',
  systemd: 'use service',
  systemd_service: 'use service',
  openssl_privatekey: 'use generate, which makes key and certificate together',
  openssl_csr: 'use generate, which makes key and certificate together',
  x509_certificate: 'use generate, which makes key and certificate together',
  openssl_certificate: 'use generate, which makes key and certificate together',
  acme_certificate: 'use generate with your own authority',
  ini_file: 'use config, which edits in place and keeps comments',
  replace: 'use config, lineinfile or blockinfile',
  get_url: 'fetch the file to the controller and use copy',
  unarchive: 'unpack on the controller and use copy',
  setup: 'facts are asked for where they are used: {{ facts.hostname }}',
  gather_facts: 'facts are asked for where they are used: {{ facts.hostname }}',
  apt: 'use package',
  yum: 'use package',
  apk: 'use package',
  dnf: 'use package',
}

export const playWords: Words = {
  strategy: 'hosts always run task by task, in batches of serial',
  ignore_errors: 'put ignore_errors on the tasks it is meant for',
  when: 'put when on the tasks and roles of the play',
  run_once: 'put run_once on the tasks it is meant for',
  no_log: 'put no_log on the tasks it is meant for',
  check_mode: 'put check_mode on the tasks it is meant for',
  diff: 'put diff on the tasks it is meant for',
  timeout: 'put timeout on the tasks it is meant for',
  become_flags: 'sudo, doas and su are called without further flags',
  become_exe: 'the program that is in the path is called',
  connection: 'set ansible_connection in the inventory',
  remote_user: 'set ansible_user in the inventory, or use -u',
  port: 'set ansible_port in the inventory',
  module_defaults: 'use a variable that the tasks share',
  collections: 'remove it: task types have short names',
  gather_subset: 'remove it: facts are asked for where they are used',
  gather_timeout: 'remove it: facts are asked for where they are used',
  fact_path: 'remove it: facts are asked for where they are used',
  debugger: 'use plan, --check and --diff to look before acting',
}

/** Keys of an entry of vars_prompt. */
export const questionWords: Words = {
  encrypt: 'remove it, and write the hash where it is used: {{ bcrypt NAME inventory_hostname }}',
  salt: 'remove it, and write the hash where it is used: {{ bcrypt NAME inventory_hostname }}',
  salt_size: 'remove it, and write the hash where it is used: {{ bcrypt NAME inventory_hostname }}',
}

/** And of import_role alone. */
export const importedWords: Words = {
  public: 'write include_role, which can share what the role has with the tasks behind it',
}

/** Keys of import_role and include_role that a role here has no use for. */
export const roleCallWords: Words = {
  handlers_from: 'bring the file into handlers/main.yml with import_tasks',
  vars_from: 'a role has one role.yml: give its inputs another value',
  defaults_from: 'a role has one role.yml: give its inputs another value',
  rolespec_validate: 'remove it: the inputs of a role are always checked',
}

export const roleUseWords: Words = {
  name: 'write role: NAME',
  src: 'name it in requirements.yml: tlsplay role add SRC',
  delegate_to: 'put delegate_to on the tasks of the role',
  run_once: 'put run_once on the tasks of the role',
  ignore_errors: 'put ignore_errors on the tasks of the role',
  no_log: 'put no_log on the tasks of the role',
}

/** `ansible.builtin.copy` and other full names, without what stands before the last dot. */
export function shortName(name: string): string {
  return /^[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_.]+$/.test(name) ? name.slice(name.lastIndexOf('.') + 1) : name
}
