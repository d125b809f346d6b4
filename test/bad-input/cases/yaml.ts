import { type BadCase, goodPlaybook, inPlay, inTasks } from '../bad-case.ts'

const site = (text: string | Uint8Array) => ({ 'site.yml': text })
const bytes = (...parts: readonly (string | readonly number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))

/** Texts that are no YAML, or YAML that does not say what its author thinks. */
export const yamlCases: readonly BadCase[] = [
  {
    name: 'a tab indents a play',
    files: site('- hosts: all\n\ttasks: []\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:1', message: 'a tab is used to indent', hint: 'only spaces' },
  },
  {
    name: 'a tab indents a task',
    files: site('- hosts: all\n  tasks:\n  \t- debug:\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:3:3', message: 'a tab', hint: 'only spaces' },
  },
  {
    name: 'a tab indents an inventory',
    files: { 'inventory.yml': 'all:\n\thosts:\n' },
    expect: { code: 'YAML_SYNTAX', at: 'inventory.yml:2:1', message: 'a tab' },
  },
  {
    name: 'a list is never closed',
    files: site('- hosts: [a, b\n  tasks: []\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:1:10', message: 'the list that starts here is not closed', hint: ']' },
  },
  {
    name: 'a map is never closed',
    files: inTasks('- debug: {msg: x\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:3:14', message: 'the map that starts here is not closed', hint: '}' },
  },
  {
    name: 'a quote is never closed',
    files: site("- hosts: 'all\n"),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:1:10', message: 'the quote that starts here is not closed', hint: "''" },
  },
  {
    name: 'a second colon on a line',
    files: site('- hosts: all\n  name: a: b\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:9', message: 'a second ": "', hint: 'in quotes' },
  },
  {
    name: 'a key without a colon',
    files: site('- hosts: all\n  tasks\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:3', message: 'a key without ":"', hint: 'end the key' },
  },
  {
    name: 'a key less indented than its neighbours',
    files: site('- hosts: all\n tasks: []\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:1', message: 'expected "- "', hint: 'indent' },
  },
  {
    name: 'a key more indented than its neighbours',
    files: site('- hosts: all\n   tasks: []\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:4', message: 'indented further', hint: 'like the line above' },
  },
  {
    name: 'a text that starts with @',
    files: inTasks('- debug: {msg: @x}\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:3:20', message: 'a plain text cannot start', hint: 'in quotes' },
  },
  {
    name: 'a text that starts with a backtick',
    files: inPlay('  name: `x`\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:9', message: 'a plain text cannot start', hint: 'in quotes' },
  },
  {
    name: 'a percent sign starts a line',
    files: site('%foo\n- hosts: all\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:1', message: 'starts with %', hint: 'quotes' },
  },
  {
    name: 'an escape that does not exist',
    files: inPlay('  name: "a\\qb"\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:11', message: 'escape', hint: 'single quotes' },
  },
  {
    name: 'a Windows path in double quotes',
    files: inPlay('  name: "C:\\dir"\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:12', message: 'escape', hint: 'single quotes' },
  },
  {
    name: 'a template without quotes',
    files: inTasks('- debug:\n    msg: {{ x }}\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:4:14', message: 'must stand in quotes', hint: '"{{ x }}"' },
  },
  {
    name: 'a template without quotes with text behind',
    files: inTasks('- debug:\n    msg: {{ x }}/y\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:4:21', message: 'a text follows a value', hint: 'must stand in quotes' },
  },
  {
    name: 'an item of a list that is a template without quotes',
    files: inTasks('- command:\n    argv:\n      - {{ x }}\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:5:13', message: 'must stand in quotes', hint: '"{{ x }}"' },
  },
  {
    name: 'a key that is a list',
    files: site('- [a, b]: c\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:1:3', message: 'a key must be plain text' },
  },
  {
    name: 'a second document',
    files: site(`---\n${goodPlaybook}---\n${goodPlaybook}`),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:5:1', message: 'a second document', hint: '---' },
  },
  {
    name: 'a second document in an inventory',
    files: { 'inventory.yml': 'all:\n  hosts: {h1: }\n---\nall:\n' },
    expect: { code: 'YAML_SYNTAX', at: 'inventory.yml:3:1', message: 'a second document' },
  },
  {
    name: 'both sides of a merge',
    files: site('<<<<<<< HEAD\n- hosts: all\n=======\n- hosts: web\n>>>>>>> x\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:1:1', message: 'merge conflict', hint: '<<<<<<<' },
  },
  {
    name: 'a key given twice',
    files: site('- hosts: all\n  tasks: []\n  tasks: []\n'),
    expect: { code: 'DUPLICATE_KEY', at: 'site.yml:3:3', message: 'first at 2:3', hint: 'keep one' },
  },
  {
    name: 'a parameter given twice',
    files: inTasks('- copy: {dest: /a, content: x, dest: /b}\n'),
    expect: { code: 'DUPLICATE_KEY', at: 'site.yml:3:36', message: '"dest" is given twice' },
  },
  {
    name: 'a variable given twice in quotes and without',
    files: inPlay('  vars: {a: 1, "a": 2}\n'),
    expect: { code: 'DUPLICATE_KEY', at: 'site.yml:2:16', message: '"a" is given twice' },
  },
  {
    name: 'a host given twice in one group',
    files: { 'inventory.yml': 'all:\n  hosts:\n    h1:\n    h1:\n' },
    expect: { code: 'DUPLICATE_KEY', at: 'inventory.yml:4:5', message: '"h1" is given twice' },
  },
  {
    name: 'an alias without an anchor',
    files: inPlay('  name: *nowhere\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:9', message: 'no anchor is called nowhere', hint: 'in quotes' },
  },
  {
    name: 'an alias inside of its anchor',
    files: inPlay('  vars: &v {a: *v}\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:16', message: 'inside its own anchor' },
  },
  {
    name: 'a merge key that takes a text',
    files: inPlay('  vars: {<<: x}\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:14', message: '<< takes a map' },
  },
  {
    name: 'a tag of Python',
    files: inPlay('  name: !!python/object:os.system x\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:35', message: 'python/object', hint: 'known tags' },
  },
  {
    name: 'a tag of its own',
    files: inPlay('  vars: {a: !mine x}\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:19', message: '!mine' },
  },
  {
    name: 'a value from a vault',
    files: inPlay(
      '  vars:\n    a: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161610a303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030300a6262626262626262626262626262626262626262626262626262626262626262\n',
    ),
    expect: { code: 'VAULT_LOCKED', at: 'site.yml:3:15', message: 'Ansible Vault', hint: '--vault-password-file' },
  },
  {
    name: 'a tag that does not fit its value',
    files: inPlay('  vars: {a: !!int x}\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:19', message: '"x" is no !!int' },
  },
  {
    name: 'a number that cannot be kept exactly',
    files: inPlay('  vars: {a: 123456789012345678901}\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:13', message: 'too large', hint: "'123456789012345678901'" },
  },
  {
    name: 'brackets nest too deeply',
    files: inPlay(`  vars: {a: ${'['.repeat(2000)}${']'.repeat(2000)}}\n`),
    expect: { code: 'YAML_LIMIT', at: 'site.yml:2:74', message: 'deeper than 64 levels', hint: 'flatten' },
  },
  {
    name: 'braces nest too deeply',
    files: { 'inventory.yml': `${'{a: '.repeat(1000)}${'}'.repeat(1000)}\n` },
    expect: { code: 'YAML_LIMIT', at: 'inventory.yml:1:257', message: 'deeper than 64 levels' },
  },
  {
    name: 'indentation nests too deeply',
    files: { 'inventory.yml': Array.from({ length: 100 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('') },
    expect: { code: 'YAML_LIMIT', at: 'inventory.yml:65:65', message: 'deeper than 64 levels' },
  },
  {
    name: 'hyphens nest too deeply',
    files: site(`${'- '.repeat(100)}a\n`),
    expect: { code: 'YAML_LIMIT', at: 'site.yml:1:129', message: 'deeper than 64 levels' },
  },
  {
    name: 'too many anchors',
    files: site(`- hosts: all\n  vars:\n${Array.from({ length: 150 }, (_, at) => `    v${at}: &a${at} x\n`).join('')}`),
    expect: { code: 'YAML_LIMIT', at: 'site.yml:103:11', message: 'more than 100 anchors', hint: 'variables' },
  },
  {
    name: 'aliases that multiply',
    files: inPlay(
      `  vars:\n    l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 8 }, (_, at) => `    l${at + 1}: &l${at + 1} [${Array.from({ length: 10 }, () => `*l${at}`).join(', ')}]\n`).join('')}`,
    ),
    expect: { code: 'YAML_LIMIT', at: 'site.yml:7:49', message: 'aliases add more than 100000 values', hint: 'variables' },
  },
  {
    name: 'directives without end',
    files: site(`${'%FOO bar\n'.repeat(50)}---\n${goodPlaybook}`),
    expect: { code: 'YAML_LIMIT', at: 'site.yml:17:1', message: 'directives' },
  },
  {
    name: 'a playbook of 5 MiB',
    files: site(`# ${'x'.repeat(5 * 1024 * 1024)}\n${goodPlaybook}`),
    expect: { code: 'FILE_TOO_LARGE', at: 'site.yml:1:1', message: 'at most 4194304', hint: 'split' },
  },
  {
    name: 'a file of variables of 5 MiB',
    files: { ...inPlay('  vars_files: [big.yml]\n'), 'big.yml': `# ${'x'.repeat(5 * 1024 * 1024)}\n` },
    expect: { code: 'FILE_TOO_LARGE', at: 'big.yml:1:1', message: 'at most 4194304' },
  },
  {
    name: 'bytes that are no UTF-8',
    files: site(bytes('- hosts: all\n  name: caf', [0xe9], '\n')),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:12', message: 'not UTF-8', hint: 'save it as UTF-8' },
  },
  {
    name: 'an inventory in UTF-16',
    files: { 'inventory.yml': Buffer.from('\ufeffall:\n', 'utf16le') },
    expect: { code: 'YAML_SYNTAX', at: 'inventory.yml:1:1', message: 'not UTF-8' },
  },
  {
    name: 'a NUL byte in a text',
    files: inPlay('  name: "a\u0000b"\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:11', message: 'control character' },
  },
  {
    name: 'an escape character in a comment',
    files: inPlay('  # \u001b[2J\n  name: x\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:5', message: 'control character' },
  },
  {
    name: 'a byte order mark, and a mistake behind it',
    files: site('\ufeff- hosts: all\n  becom: true\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: 'becom' },
  },
  {
    name: 'a mistake behind line ends of Windows',
    files: site('- hosts: all\r\n  becom: true\r\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: 'becom' },
  },
  {
    name: 'a blank that does not break',
    files: site('- hosts: all\n\u00a0 tasks: []\n'),
    expect: { code: 'YAML_SYNTAX', at: 'site.yml:2:1', message: 'no-break space', hint: 'only spaces' },
  },
]
