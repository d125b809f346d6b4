import type { BadCase } from '../bad-case.ts'

const ini = (text: string) => ({ hosts: text })
const args = ['-i', 'hosts']

/** Inventories in Ansible's INI form. */
const cases: readonly Omit<BadCase, 'args'>[] = [
  {
    name: 'a section that is never closed',
    files: ini('[web\nh1\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'no section', hint: '[GROUP]' },
  },
  {
    name: 'a section with a blank',
    files: ini('[my web]\nh1\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'no section' },
  },
  {
    name: 'a section without a name',
    files: ini('[]\nh1\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'no section' },
  },
  {
    name: 'a section that holds what it cannot',
    files: ini('[web:var]\na=1\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'cannot hold "var"', hint: 'did you mean "vars"?' },
  },
  {
    name: 'variables of a group nobody defines',
    files: ini('[web]\nh1\n[wbe:vars]\na=1\n'),
    expect: { code: 'GROUP_UNKNOWN', at: 'hosts:3:1', message: 'wbe', hint: 'did you mean "web"?' },
  },
  {
    name: 'a child nobody defines',
    files: ini('[web]\nh1\n[all:children]\ndb\n'),
    expect: { code: 'GROUP_UNKNOWN', at: 'hosts:4:1', message: 'db' },
  },
  {
    name: 'a child with a variable',
    files: ini('[web]\nh1\n[x:children]\nweb a=1\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:4:1', message: 'expected the name of a group' },
  },
  {
    name: 'a group inside itself',
    files: ini('[a:children]\na\n'),
    expect: { code: 'GROUP_CYCLE', at: 'hosts:2:1', message: 'a -> a', hint: 'remove one' },
  },
  {
    name: 'groups inside each other',
    files: ini('[a:children]\nb\n[b:children]\nc\n[c:children]\na\n'),
    expect: { code: 'GROUP_CYCLE', at: 'hosts:6:1', message: 'a -> b -> c -> a' },
  },
  { name: 'all inside a group', files: ini('[a:children]\nall\n'), expect: { code: 'GROUP_CYCLE', at: 'hosts:2:1', message: 'all' } },
  {
    name: 'a variable without an equals sign',
    files: ini('h1 ansible_port 22\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:4', message: 'expected KEY=VALUE' },
  },
  {
    name: 'two hosts on a line',
    files: ini('h1 h2\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:4', message: 'expected KEY=VALUE', hint: 'one line holds one host' },
  },
  {
    name: 'a value with a blank',
    files: ini('h1 a=b c\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:8', message: 'expected KEY=VALUE', hint: 'quotes' },
  },
  {
    name: 'a quote that is never closed',
    files: ini('h1 a="b c\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:6', message: 'is not closed' },
  },
  {
    name: 'a hash inside of a value',
    files: ini('h1 ansible_password=hunter2#x\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:28', message: 'a # inside a word', hint: 'in quotes', hides: 'hunter2' },
  },
  {
    name: 'a section variable without an equals sign',
    files: ini('[web]\nh1\n[web:vars]\na: 1\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:4:1', message: 'expected KEY=VALUE', hint: '=' },
  },
  {
    name: 'a range that is never closed',
    files: ini('web[1:3\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'is not closed' },
  },
  {
    name: 'a range that ends before it starts',
    files: ini('web[9:1]\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'ends before it starts' },
  },
  { name: 'a range with no end', files: ini('web[1:]\n'), expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'has no end' } },
  {
    name: 'a range of a number and a letter',
    files: ini('web[1:f]\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'from number to number' },
  },
  {
    name: 'a range with different digits',
    files: ini('web[01:100]\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'different length' },
  },
  {
    name: 'a range with a step of zero',
    files: ini('web[1:9:0]\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'step' },
  },
  { name: 'a range with a hyphen', files: ini('web[1-9]\n'), expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'START:END' } },
  {
    name: 'a range that fills the memory',
    files: ini('web[1:999999999]\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'more than 100000 hosts' },
  },
  {
    name: 'two ranges that fill the memory together',
    files: ini('web[1:9999][1:9999]\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'more than 100000 hosts' },
  },
  {
    name: 'a bracket that closes nothing',
    files: ini('web1]\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'has no opening bracket' },
  },
  {
    name: 'a port out of range',
    files: ini('h1:70000\n'),
    expect: { code: 'INVENTORY_SYNTAX', at: 'hosts:1:1', message: 'ends in a port', hint: '65535' },
  },
  { name: 'a port that is a word', files: ini('h1:ssh\n'), expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: '"h1:ssh"' } },
  {
    name: 'a host that is an option',
    files: ini('-oProxyCommand=id\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: 'cannot be the name of a host', hint: 'starts with no "-"' },
  },
  { name: 'a host for a shell', files: ini("'h1;id'\n"), expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: '"h1;id"' } },
  { name: 'a host with a dollar', files: ini('$(id)\n'), expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: '"$(id)"' } },
  {
    name: 'a host with a user',
    files: ini('root@h1\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: '"root@h1"', hint: 'ansible_user' },
  },
  {
    name: 'a host with a control character',
    files: ini('h1\u0007x\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: 'cannot be the name' },
  },
  {
    name: 'a host that reads from right to left',
    files: ini('h1\u202ex\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: 'cannot be the name', hides: '\u202e' },
  },
  {
    name: 'a host of 300 letters',
    files: ini(`${'h'.repeat(300)}\n`),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:1', message: 'cannot be the name' },
  },
  {
    name: 'an address for a shell',
    files: ini("h1 ansible_host='a b'\n"),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:17', message: 'ansible_host: "a b" cannot be an address' },
  },
  {
    name: 'an address that is an option',
    files: ini('h1 ansible_host=-oProxyCommand=id\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:17', message: 'cannot be an address' },
  },
  {
    name: 'an address with a zone',
    files: ini('h1 ansible_host=fe80::1%eth0\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:17', message: 'cannot be an address' },
  },
  {
    name: 'a user that is an option',
    files: ini('h1 ansible_user=-v\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'hosts:1:17', message: 'cannot be the name of a user' },
  },
  {
    name: 'a port that is no number',
    files: ini('h1 ansible_port=ssh\n'),
    expect: { code: 'VALUE_INVALID', at: 'hosts:1:17', message: 'ansible_port: "ssh" is no port', hint: '1 to 65535' },
  },
  {
    name: 'a priority that is no number',
    files: ini('[web]\nh1\n[web:vars]\nansible_group_priority=high\n'),
    expect: { code: 'TYPE_WRONG', at: 'hosts:4:24', message: 'ansible_group_priority: expected a whole number' },
  },
  {
    name: 'a connection nobody knows',
    files: ini('h1 ansible_connection=winrm\n'),
    expect: { code: 'VALUE_INVALID', at: 'hosts:1:23', message: 'ansible_connection: expected ssh, openssh or local' },
  },
  {
    name: 'become as a word nobody knows',
    files: ini('h1 ansible_become=maybe\n'),
    expect: { code: 'VALUE_INVALID', at: 'hosts:1:19', message: 'ansible_become: expected true or false' },
  },
  {
    name: 'a timeout that is none',
    files: ini('h1 ansible_timeout=soon\n'),
    expect: { code: 'VALUE_INVALID', at: 'hosts:1:20', message: 'ansible_timeout: expected a whole number' },
  },
  {
    name: 'an address from a name nothing defines',
    files: ini('h1 ansible_host="{{ nope }}"\n'),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'hosts:1:21', message: 'nope is not defined' },
  },
  {
    name: 'a program',
    files: ini('#!/bin/sh\necho {}\n'),
    expect: { code: 'INVENTORY_PROGRAM', at: 'hosts:1:1', message: 'nobody may execute it', hint: 'chmod u+x' },
  },
  {
    name: 'an empty inventory',
    files: ini(''),
    expect: { code: 'NO_HOSTS', at: 'site.yml:1:10', message: 'the inventory has no host', hint: '-i' },
  },
  {
    name: 'bytes that are no UTF-8',
    files: { hosts: Buffer.from([0x68, 0x31, 0x0a, 0xff, 0xfe]) },
    expect: { code: 'YAML_SYNTAX', at: 'hosts:2:1', message: 'not UTF-8' },
  },
]

export const iniCases: readonly BadCase[] = cases.map((one) => ({ ...one, name: `INI: ${one.name}`, args }))
