import type { BadCase } from '../bad-case.ts'

const yaml = (text: string) => ({ 'inventory.yml': text })

/** Inventories in Ansible's YAML form, and the files and words around them. */
export const inventoryCases: readonly BadCase[] = [
  {
    name: 'an inventory that is a list',
    files: yaml('- h1\n- h2\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:1:1', message: 'a map of groups, got a list', hint: 'all:' },
  },
  {
    name: 'an inventory that is empty',
    files: yaml(''),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:1:1', message: 'got nothing', hint: 'all:' },
  },
  {
    name: 'hosts as a list',
    files: yaml('all:\n  hosts:\n    - h1\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:3:5', message: 'all.hosts', hint: 'with a colon' },
  },
  {
    name: 'a group that is a list',
    files: yaml('web: [h1]\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:1:6', message: 'web: expected', hint: 'with a colon' },
  },
  {
    name: 'a group that is a text',
    files: yaml('web: h1\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:1:6', message: 'web: expected a map or nothing' },
  },
  {
    name: 'a host in place of its group',
    files: yaml('all:\n  h1:\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'inventory.yml:2:3', message: '"h1"', hint: 'hosts' },
  },
  {
    name: 'a group that misspells hosts',
    files: yaml('all:\n  host:\n    h1:\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'inventory.yml:2:3', message: '"host"', hint: 'did you mean "hosts"?' },
  },
  {
    name: 'a variable outside of vars',
    files: yaml('all:\n  hosts: {h1: }\n  ansible_user: root\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'inventory.yml:3:3', message: '"ansible_user"', hint: 'vars' },
  },
  {
    name: 'variables of a host that are a text',
    files: yaml('all:\n  hosts:\n    h1: 10.0.0.1\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:3:9', message: 'all.hosts.h1: expected a map or nothing', hint: 'ansible_host' },
  },
  {
    name: 'variables of a group that are a list',
    files: yaml('all:\n  vars: [a]\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:2:9', message: 'all.vars: expected a map' },
  },
  {
    name: 'children as a list',
    files: yaml('all:\n  children: [web]\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:2:13', message: 'all.children', hint: 'with a colon' },
  },
  {
    name: 'a group inside itself',
    files: yaml('a:\n  children:\n    b:\n      children:\n        a:\n'),
    expect: { code: 'GROUP_CYCLE', at: 'inventory.yml:5:9', message: 'a -> b -> a' },
  },
  {
    name: 'a host that is an option',
    files: yaml('all:\n  hosts:\n    -oProxyCommand=id:\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'inventory.yml:3:5', message: '"-oProxyCommand=id"' },
  },
  {
    name: 'a host with a line break',
    files: yaml('all:\n  hosts:\n    "h1\\nh2":\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'inventory.yml:3:5', message: 'cannot be the name' },
  },
  {
    name: 'a host with a blank',
    files: yaml('all:\n  hosts:\n    h 1:\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'inventory.yml:3:5', message: '"h 1"' },
  },
  {
    name: 'a host that is a backtick',
    files: yaml('all:\n  hosts:\n    "h`id`":\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'inventory.yml:3:5', message: '"h`id`"' },
  },
  {
    name: 'a host that is a URL',
    files: yaml('all:\n  hosts:\n    https://h1:9090/:\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'inventory.yml:3:5', message: '"https://h1:9090/"' },
  },
  {
    name: 'a host with a template',
    files: yaml('all:\n  hosts:\n    "{{ h }}":\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'inventory.yml:3:5', message: 'cannot be the name' },
  },
  {
    name: 'a range that is wrong',
    files: yaml('all:\n  hosts:\n    web[3:1]:\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'inventory.yml:3:5', message: 'ends before it starts' },
  },
  {
    name: 'a port that is negative',
    files: yaml('all:\n  hosts:\n    h1: {ansible_port: -22}\n'),
    expect: { code: 'VALUE_INVALID', at: 'inventory.yml:3:24', message: 'ansible_port: "-22" is no port' },
  },
  {
    name: 'a port that is a list',
    files: yaml('all:\n  hosts:\n    h1: {ansible_port: [22]}\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:3:24', message: 'ansible_port: expected a port' },
  },
  {
    name: 'an address that is true',
    files: yaml('all:\n  hosts:\n    h1: {ansible_host: yes}\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:3:24', message: 'ansible_host: expected text' },
  },
  {
    name: 'an address from a template that is none',
    files: yaml("all:\n  hosts:\n    h1: {ansible_host: '{{ a }}', a: 'x y'}\n"),
    expect: { code: 'HOST_NAME_INVALID', at: 'inventory.yml:3:24', message: 'ansible_host', hint: 'letters' },
  },
  {
    name: 'a password that is a list',
    files: yaml('all:\n  hosts:\n    h1: {ansible_password: [hunter2]}\n'),
    expect: { code: 'VALUE_INVALID', at: 'inventory.yml:3:28', message: 'ansible_password: expected a text', hides: 'hunter2' },
  },
  {
    name: 'a priority that is a word',
    files: yaml('web:\n  hosts: {h1: }\n  vars: {ansible_group_priority: high}\n'),
    expect: { code: 'TYPE_WRONG', at: 'inventory.yml:3:34', message: 'a whole number' },
  },
  {
    name: 'an inventory of a plugin',
    files: yaml('plugin: amazon.aws.aws_ec2\nregions: [x]\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'inventory.yml:1:1', message: 'plugins', hint: 'ansible-inventory' },
  },
  {
    name: 'an inventory in TOML',
    files: { 'hosts.toml': '[web]\n' },
    args: ['-i', 'hosts.toml'],
    expect: { code: 'NOT_SUPPORTED', at: 'hosts.toml:1:1', message: 'TOML' },
  },
  {
    name: 'an inventory that is not there',
    args: ['-i', 'nope.yml'],
    expect: { code: 'FILE_MISSING', at: undefined, message: 'there is no inventory nope.yml', hint: 'comma' },
  },
  {
    name: 'a folder of inventories that is empty',
    files: { 'inv/README.md': 'x' },
    args: ['-i', 'inv'],
    expect: { code: 'FILE_MISSING', at: undefined, message: 'holds no inventory' },
  },
  {
    name: 'a list with a name that cannot be one',
    args: ['-i', 'h1,-oX,h2'],
    expect: { code: 'HOST_NAME_INVALID', at: '-i h1,-oX,h2:1:4', message: '"-oX"' },
  },
  {
    name: 'a list with a range that is wrong',
    args: ['-i', 'h[3:1],'],
    expect: { code: 'INVENTORY_SYNTAX', at: '-i h[3:1],:1:1', message: 'ends before it starts' },
  },
  { name: 'a list of commas', args: ['-i', ','], expect: { code: 'NO_HOSTS', at: 'site.yml:1:10', message: 'the inventory has no host' } },
  {
    name: 'variables of a group that are no map',
    files: { 'group_vars/all.yml': '- a\n' },
    expect: { code: 'TYPE_WRONG', at: 'group_vars/all.yml:1:1', message: 'expected a map of variables, got a list' },
  },
  {
    name: 'variables of a group that are no YAML',
    files: { 'group_vars/all.yml': 'a: [\n' },
    expect: { code: 'YAML_SYNTAX', at: 'group_vars/all.yml:1:4', message: 'the list that starts here is not closed' },
  },
  {
    name: 'variables of a host that are no map',
    files: { 'host_vars/h1.yml': 'x\n' },
    expect: { code: 'TYPE_WRONG', at: 'host_vars/h1.yml:1:1', message: 'expected a map of variables, got "x"' },
  },
  {
    name: 'variables of a host with a key given twice',
    files: { 'host_vars/h1/tls.yml': 'a: 1\na: 2\n' },
    expect: { code: 'DUPLICATE_KEY', at: 'host_vars/h1/tls.yml:2:1', message: '"a" is given twice' },
  },
  {
    name: 'variables of a group from a vault',
    files: { 'group_vars/all.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' },
    expect: { code: 'VAULT_BROKEN', at: 'group_vars/all.yml:1:1', message: 'Ansible Vault', hint: 'encrypt it again' },
  },
  {
    name: 'an address of a group that cannot be one',
    files: { 'group_vars/all.yml': 'ansible_host: "a;b"\n' },
    expect: { code: 'HOST_NAME_INVALID', at: 'group_vars/all.yml:1:15', message: 'cannot be an address' },
  },
  {
    name: 'two inventories, the second broken',
    files: { 'two.yml': 'all: 5\n' },
    args: ['-i', 'inventory.yml', '-i', 'two.yml'],
    expect: { code: 'TYPE_WRONG', at: 'two.yml:1:6', message: 'all: expected' },
  },
]
