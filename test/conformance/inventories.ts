import type { Tree } from './scratch.ts'

export interface InventoryCase {
  readonly files: Tree
  /** sources; by default the file `hosts` */
  readonly from?: readonly string[]
  readonly args?: readonly string[]
}

const ini = (text: string): InventoryCase => ({ files: { hosts: text } })
const yaml = (text: string): InventoryCase => ({ files: { 'hosts.yml': text }, from: ['hosts.yml'] })

/** Where readers of Ansible's grammars go wrong. Each is printed alike by both programs. */
export const trickyInventories: Readonly<Record<string, InventoryCase>> = {
  'hosts before any section': ini('h1\nh2 a=1\n[web]\nh2\n'),
  'values of host lines': ini(
    'h1 a=80 b=1.50 c=True d=False e=None f=true g=yes h=null i=007 j=0o17 k=0x1f l=1_000 m=1e3 n=[1,2] o=(1,2) p=1.2.3 q=-5 r=+5 s=0 t= u=10.0.0.1\n',
  ),
  'quotes of host lines': ini(
    `h1 a="x y" b='x y' c="'5'" d='"5"' e={'a':1} f="{'a': 1}" g='["x", "y"]' h="it's" i=a\\ b j='{"a": true}' k="{'a': True}"\n`,
  ),
  comments: ini('# top\n; also\nh1 a=1 # behind\n  # indented\n[web] # behind a section\nh2\n[web:vars]\na=b # kept\nc=d;e\n'),
  'values of vars sections': ini(
    'h1\n[all:vars]\na=80\nb = 1.50\nc= true\nd=True\ne=None\nf=[1, 2]\ng={"a": 1}\nh="quoted"\ni=\'quoted\'\nj=a=b=c\nk=\nl=x y z\nm=#5\nn=007\no={a: 1}\np=(1,)\nq="5"\n',
  ),
  ranges: ini('w[1:3]\nw[08:10]\n[b]\nx[a:c].lab\ny[1:9:4]\nz[a:e:2]\n[c]\nn[1:2]m[1:2]\nk[:2]\n'),
  'ports and addresses': ini(
    'h1:2222\nh2 ansible_port=23\nh3:24 ansible_port=25\n[web]\n[::1]:26\n2001:db8::1\n10.0.0.1:27\n2001:db8::[1:2]\n',
  ),
  'an alias': ini('db ansible_host=10.0.0.7 ansible_user=ops ansible_port=2200\n'),
  'children before their definition': ini(
    '[top:children]\nmid\n[mid:children]\nlow\n[low]\nh1\n[top:vars]\na=top\nb=top\nc=top\n[mid:vars]\nb=mid\nc=mid\n[low:vars]\nc=low\n',
  ),
  'a section given twice': ini('[web]\nh1\n[db]\nh2\n[web]\nh3\n[web:vars]\na=1\n[web:vars]\nb=2\na=3\n'),
  'a host given twice': ini('[web]\nh1 a=1 b=1\n[db]\nh1 b=2 c=2\n'),
  diamonds: ini('[a:children]\nb\nc\n[b:children]\nd\n[c:children]\nd\n[d]\nh1\n[a:vars]\nx=a\n[b:vars]\nx=b\n[c:vars]\nx=c\n'),
  'siblings: the last name wins': ini('[b]\nh1\n[a]\nh1\n[a:vars]\nx=a\n[b:vars]\nx=b\n'),
  'siblings: priority beats the name': ini('[b]\nh1\n[a]\nh1\n[a:vars]\nx=a\nansible_group_priority=10\n[b:vars]\nx=b\n'),
  'depth beats priority': ini('[p:children]\nc\n[c]\nh1\n[p:vars]\nx=p\nansible_group_priority=10\n[c:vars]\nx=c\n'),
  'a host in a group deep and shallow': ini('[p:children]\nc\n[p]\nh1\n[c]\nh1\nh2\n[p:vars]\nx=p\n[c:vars]\nx=c\n'),
  'all and ungrouped': ini('[all]\nh1\n[ungrouped]\nh2\n[web]\nh2\n[all:vars]\nx=all\n[ungrouped:vars]\ny=un\n'),
  'an empty group': ini('[empty]\n[web]\nh1\n[none:children]\nempty\n'),
  'group names with dashes': ini('[web-eu]\nh1\n[web-eu:vars]\na=1\n'),
  'templates stay as they are': ini('h1 a="{{ b }}" b=2\n[all:vars]\nc={{ b }}-{{ a }}\n'),
  'windows line ends': ini('[web]\r\nh1 a=1\r\n[web:vars]\r\nb=x y\r\n'),
  'letters beyond ASCII': ini('h1 a=äöü b="日本"\n[all:vars]\nc=naïve\n'),
  'yaml: a plain tree': yaml(
    'all:\n  hosts:\n    h1: {a: 1}\n    h2:\n  vars: {v: all}\n  children:\n    web:\n      hosts: {h1: , h3: {a: 3}}\n      vars: {v: web}\n      children:\n        edge: {hosts: {h4: }}\n',
  ),
  'yaml: several groups at the top': yaml('web:\n  hosts: {h1: }\ndb:\n  hosts: {h2: {x: 1}}\n  children: {replica: {hosts: {h3: }}}\n'),
  'yaml: words of YAML 1.1': yaml(
    'all:\n  hosts:\n    h1: {a: yes, b: no, c: on, d: off, e: y, f: n, g: 0644, h: 08, i: 1_000, j: 0x1f, k: 1:30, l: 1.5, m: ~, n: "yes", o: 0o17, p: 1e3, q: 1.0e+3, r: .5, s: Null, t: TRUE, u: 0b11}\n',
  ),
  'yaml: lists and maps': yaml('all:\n  hosts:\n    h1:\n      a: [1, [2, {b: c}], null]\n      d: {e: {f: g}, h: []}\n      i: {}\n'),
  'yaml: blocks': yaml(
    'all:\n  hosts:\n    h1:\n      a: |\n        two\n        lines\n      b: >-\n        folded\n        text\n      c: "tab\\there"\n',
  ),
  'yaml: anchors and merges': yaml('all:\n  hosts:\n    h1: &one {a: 1, b: 2}\n    h2: {<<: *one, b: 3}\n    h3: *one\n'),
  'yaml: ranges and ports': yaml('all:\n  hosts:\n    w[01:03]: {a: 1}\n    h1:2222: {}\n    x[a:c:2]:\n'),
  'yaml: hosts as one name': yaml('web:\n  hosts: h1\n  children: db\n'),
  'yaml: a group mentioned in two places': yaml(
    'all:\n  children:\n    a:\n      children: {c: {hosts: {h1: }}}\n      vars: {x: a}\n    b:\n      children: {c: {vars: {x: c}}}\n      vars: {x: b}\n',
  ),
  'yaml: priority': yaml(
    'all:\n  children:\n    a: {hosts: {h1: }, vars: {x: a, ansible_group_priority: 5}}\n    b: {hosts: {h1: }, vars: {x: b}}\n',
  ),
  'yaml: nothing but a group': yaml('web:\n'),
  json: { files: { 'hosts.json': '{"all": {"hosts": {"h1": {"a": true, "b": null, "c": 1.5}}}}' }, from: ['hosts.json'] },
  'yaml without an ending': { files: { inventory: '---\nall:\n  hosts:\n    h1: {a: 1}\n' }, from: ['inventory'] },
  'a list': { files: { unused: '' }, from: ['h1,h2,'] },
  'a list with a port': { files: { unused: '' }, from: ['h1, h3:2222'] },
  'several sources: later values win': {
    files: { one: '[web]\nh1 a=1 b=1\n[web:vars]\nc=1\nd=1\n', two: '[web]\nh1 a=2\nh2\n[web:vars]\nc=2\n' },
    from: ['one', 'two'],
  },
  'several sources: files, a list, group_vars of each folder': {
    files: {
      'a/hosts': '[web]\nh1\n',
      'a/group_vars/all.yml': 'x: a\ny: a\n',
      'b/hosts': '[web]\nh2\n',
      'b/group_vars/all.yml': 'x: b\n',
      'b/host_vars/h1.yml': 'z: b\n',
    },
    from: ['a/hosts', 'b/hosts', 'h3,'],
  },
  'a folder of files in the order of their names': {
    files: { 'inv/20-b': '[web]\nh1 a=b\n', 'inv/10-a': '[web]\nh1 a=a c=a\n', 'inv/30.yml': 'db: {hosts: {h1: {a: yml}}}\n' },
    from: ['inv'],
  },
  'what a folder passes over': {
    files: {
      'inv/hosts': 'h1\n',
      'inv/old.bak': 'h2\n',
      'inv/hosts~': 'h3\n',
      'inv/.hidden': 'h4\n',
      'inv/a.orig': 'h5\n',
      'inv/a.retry': 'h6\n',
      'inv/a.cfg': 'h7\n',
      'inv/README.md': 'h8\n',
      'inv/b.ini': 'h9\n',
      'inv/notes.txt': 'h10\n',
      'inv/group_vars/all.yml': 'a: 1\n',
    },
    from: ['inv'],
  },
  'a folder within a folder': {
    files: { 'inv/hosts': 'h1\n', 'inv/more/hosts': 'h2\n', 'inv/group_vars/all.yml': 'a: 1\n', 'inv/more/group_vars/all.yml': 'b: 1\n' },
    from: ['inv'],
  },
  'group_vars beat the inventory file, a child beats its parent': {
    files: {
      hosts: '[web]\nh1\n[web:vars]\na=file\nb=file\nc=file\n[top:children]\nweb\n',
      'group_vars/all.yml': 'a: all\nb: all\nc: all\n',
      'group_vars/top.yml': 'b: top\nc: top\n',
      'group_vars/web.yml': 'c: web\n',
    },
  },
  'host_vars beat the line of the host': {
    files: { hosts: 'h1 a=line b=line\n', 'host_vars/h1.yml': 'a: file\n', 'group_vars/all.yml': 'b: all\nc: all\n' },
  },
  'a folder hides a file': {
    files: {
      hosts: '[web]\nh1\n',
      'group_vars/web/z.yml': 'a: z\n',
      'group_vars/web/a.yml': 'a: a\nb: a\n',
      'group_vars/web.yml': 'a: file\nc: file\n',
    },
  },
  'the first ending wins': {
    files: {
      hosts: 'h1\n',
      'host_vars/h1': 'a: bare\n',
      'host_vars/h1.yml': 'a: yml\nb: yml\n',
      'host_vars/h1.yaml': 'c: yaml\n',
      'host_vars/h1.json': '{"d": "json"}',
    },
  },
  'what a folder of variables passes over': {
    files: {
      hosts: 'h1\n',
      'group_vars/all/a.yml': 'a: 1\n',
      'group_vars/all/b.yml~': 'b: 1\n',
      'group_vars/all/.c.yml': 'c: 1\n',
      'group_vars/all/d.txt': 'd: 1\n',
      'group_vars/all/e': 'e: 1\n',
      'group_vars/all/sub/f.yml': 'f: 1\n',
      'group_vars/all/g.bak': 'g: 1\n',
    },
  },
  'variables beside the playbook and beside the inventory': {
    files: {
      'inv/hosts': '[web]\nh1 e=line\n[web:vars]\na=file\n',
      'inv/group_vars/all.yml': 'a: inv all\nb: inv all\nc: inv all\n',
      'group_vars/all.yml': 'b: play all\nc: play all\n',
      'inv/group_vars/web.yml': 'c: inv web\nd: inv web\n',
      'group_vars/web.yml': 'd: play web\n',
      'inv/host_vars/h1.yml': 'e: inv h1\nf: inv h1\n',
      'host_vars/h1.yml': 'f: play h1\n',
    },
    from: ['inv/hosts'],
  },
  'priority in group_vars says nothing': {
    files: { hosts: '[a]\nh1\n[b]\nh1\n', 'group_vars/a.yml': 'x: a\nansible_group_priority: 10\n', 'group_vars/b.yml': 'x: b\n' },
  },
  'maps are replaced, not merged': {
    files: { hosts: '[web]\nh1\n[web:vars]\nm={"a": 1, "b": 1}\n', 'group_vars/all.yml': 'm: {a: 2}\n', 'host_vars/h1.yml': 'm: {c: 3}\n' },
  },
  'an empty file of variables': { files: { hosts: 'h1\n', 'group_vars/all.yml': '', 'host_vars/h1.yml': '---\n# nothing\n' } },
  'a program with _meta': {
    files: {
      hosts: `#!/bin/sh
[ "$1" = --list ] || exit 1
echo '{"web": {"hosts": ["h1", "h2"], "vars": {"a": 1, "b": "yes"}, "children": ["edge"]}, "edge": ["h3"], "_meta": {"hostvars": {"h1": {"a": 2, "c": [1.5, null, true]}}}}'
`,
      'group_vars/edge.yml': 'd: 1\n',
    },
  },
  'a program that is asked for each host': {
    files: {
      hosts: `#!/bin/sh
case "$1" in
--list) echo '{"web": {"hosts": ["h1", "h2"]}, "all": {"vars": {"v": 1}}}' ;;
--host) [ "$2" = h1 ] && echo '{"a": 1}'; true ;;
esac
`,
    },
  },
  'a program in a folder of inventories': {
    files: {
      'inv/10-file': '[web]\nh1 a=file\n',
      'inv/20-program': `#!/bin/sh\necho '{"web": {"hosts": ["h1", "h9"]}, "_meta": {"hostvars": {"h1": {"a": "program"}}}}'\n`,
    },
    from: ['inv'],
  },
  'a group and a host of one name': ini('[web]\nweb\nh1\n[web:vars]\na=1\n'),
  'a limit': { files: { hosts: '[web]\nh1 a=1\nh2 a=2\n[db]\nh3 a=3\n' }, args: ['--limit', 'web:!h2'] },
  'an export': {
    files: {
      hosts: '[web]\nh1 a=1\n[web:vars]\nb=2\nansible_group_priority=3\n[all:vars]\nc=3\n',
      'group_vars/web.yml': 'd: 4\n',
      'host_vars/h1.yml': 'e: 5\n',
    },
    args: ['--export'],
  },
}
