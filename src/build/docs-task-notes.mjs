/**
 * What no schema tells of a task type: an example, what `register` keeps, and where Ansible's module of that name does
 * otherwise. Examples are loaded by a test, each as the tasks of a play.
 */
export const taskNotes = {
  assert: {
    example: `- name: enough certificates are named
  assert:
    that:
      - size(names) > 0
      - days > renew_before
    fail_msg: a certificate needs a name and a lifetime
  vars: { names: [h1.example.net], days: 90, renew_before: 30 }`,
    register: '`msg`, and of a broken condition `assertion`',
    differences: [
      '`that` is CEL, not Jinja: `size(xs) > 0`, not `xs | length > 0`.',
      'It is decided in the plan: a host on which it fails is reported and left as it is, before anything acts there.',
      'There is no `quiet`, and no `msg` beside `fail_msg`.',
    ],
  },
  blockinfile: {
    example: `- name: names of the lab
  blockinfile:
    path: /etc/hosts
    marker: "# {mark} names of the lab"
    block: |
      192.0.2.11 prom1.example.net
      192.0.2.31 influx1.example.net`,
    differences: [
      'The markers are those of Ansible, so a block that it wrote is found. `{mark}` has to stand in `marker`.',
      'One marker without the other, or two blocks with one marker, is the error `EDIT_IMPOSSIBLE`; Ansible writes the block once more.',
      'That no line matches `insertafter` or `insertbefore` is that error too; Ansible appends. Patterns are RE2.',
      'There is no `backup`, `validate`, `append_newline`, `prepend_newline`, `encoding`.',
    ],
  },
  command: {
    example: `- name: what the certificate says
  command:
    argv: [openssl, x509, -noout, -subject, -in, /etc/app/tls/server.crt]
    reads: [/etc/app/tls/server.crt]
  register: subject

- name: a database of its own
  command: influx -ssl -execute "CREATE DATABASE metrics"
  when: subject.rc == 0`,
    register: '`cmd`, `rc`, `stdout`, `stderr`, `stdout_lines`, `stderr_lines`',
    differences: [
      '`reads`, `unless`, `onlyif`, `env` and `timeout` are there; with `reads` the real answer stands in the plan.',
      'Nothing in the line is expanded: no `$HOME`, no `*`. Ansible expands variables of the environment. `shell` has a shell.',
      'Parameters stand below the key; `command: touch x creates=x` is a command with three words.',
      '`creates` and `removes` are paths, not patterns.',
      'A secret in the words or in `env` is the error `SECRET_EXPOSED`; `stdin` takes it.',
      'What it did cannot be proved by looking again, and the report says so by name.',
    ],
  },
  config: {
    example: `- name: the settings of influxd, every other byte as it is
  config:
    path: /etc/influxdb/influxdb.conf
    set: { http.https-enabled: true, tls.min-version: tls1.2 }

- name: the flag of a unit, wherever its flags live
  config:
    service: prometheus
    flags: { --web.config.file: /etc/prometheus/web.yml }`,
    differences: [
      'Ansible has no such module; the nearest are `ini_file`, `lineinfile` and `replace`, which know no TOML, YAML or flags.',
      'A setting goes below its own commented default where the file has one. A text that cannot be edited safely is the error `EDIT_IMPOSSIBLE`, never a guess.',
      'Flags go into the variable of the environment file that ExecStart names, else into a drop-in `tlsplay.conf` of the unit, and systemd reads its units again.',
    ],
  },
  copy: {
    example: `- name: the authority that clients trust
  copy: { src: ca.crt, dest: /usr/local/share/ca-certificates/lab.crt, mode: '0644' }`,
    differences: [
      '`content` is written as it stands and never rendered; use `template` for a text with variables. Ansible renders it.',
      'A symbolic link at `dest` stays, and what it leads to is written. Ansible replaces the link.',
      'Single files only: no folders, no `remote_src`, no `backup`, `validate`, `force`, `directory_mode`.',
      'The mode is four octal digits in quotes; a number is the error `MODE_NUMBER`, and `u=rw` is not read.',
      'A new file has mode 0644 unless the task says otherwise.',
    ],
  },
  debug: {
    example: `- name: who is asked
  debug: { msg: "{{ inventory_hostname }} runs {{ facts.os.id }} {{ facts.os.version }}" }`,
    register: '`msg`',
    differences: ['`var` is an expression of CEL.', 'There is no `verbosity`.'],
  },
  fail: {
    example: `- name: only what a role was written for
  fail: { msg: "{{ facts.os.id }} is not known to this playbook" }
  when: facts.os.family != "Debian"`,
    register: '`msg`',
    differences: [
      'Where its condition is known in the plan, the host fails there and is left as it is, before anything acts, unless a rescue clears it.',
    ],
  },
  fetch: {
    example: `- name: its certificate, for clients
  fetch: { src: /etc/app/tls/server.crt, dest: fetched }`,
    register: '`src`, `dest`, `checksum` (SHA-256)',
    differences: [
      'A plan says what would be brought and writes nothing; whether it differs from what is there is seen in the run.',
      'Nothing is written outside of `dest`, also not through a link; tasks of a role stay below the folder of the playbook (`PATH_ESCAPE`).',
      'The file is readable only by whoever runs tlsplay (0600), and replaced in one rename.',
      'At most 1 MiB. There is no `validate_checksum`.',
    ],
  },
  file: {
    example: `- name: folder of the certificate
  file: { path: /etc/app/tls, state: directory, owner: root, group: app, mode: '0750' }

- name: nothing of the old certificate
  file: { path: /etc/ssl/old, state: absent }`,
    differences: [
      '`touch` makes an empty file where nothing is and leaves the times of what is there alone. Ansible changes the times on each run.',
      'There is no `hard`, `recurse`, `force`, `follow`, and no times to set.',
      'A link to a path where nothing is gives a warning; Ansible refuses it. A link in place of a file or folder is refused.',
      'Folders of the system such as /etc or /usr/lib are never removed.',
      'Missing folders above a directory are made, as in Ansible.',
    ],
  },
  generate: {
    example: `- name: certificate by the authority beside the inventory
  generate:
    certificate: /etc/app/tls/server.crt
    private_key: /etc/app/tls/server.key
    names: [h1.example.net, 192.0.2.11]
    issuer: ca
    owner: app`,
    register:
      '`fingerprint`, `serial`, `subject`, `names`, `not_before`, `not_after`; those that only the signature settles are known after apply',
    differences: [
      'Ansible needs three modules of community.crypto for it (`openssl_privatekey`, `openssl_csr`, `x509_certificate`) and Python with cryptography on the host; here the host needs openssl.',
      'Key and certificate change together or not at all: both are made beside their place, checked, and renamed.',
      'The plan shows the certificate to come field by field, before its key exists, and which classes of clients accept it (`accepted by`): go, openssl, openssl-strict, gnutls, chrome, node, apple.',
    ],
  },
  group: {
    example: `- name: who may read the keys
  group: { name: tls, system: true }`,
    register: '`name`, `gid`, `system`, `state`',
    differences: [
      'The plan chooses the number of a new group, so that later tasks are planned with it: the highest that is free below 1000 for a system group, otherwise the next from 1000 on.',
      'Only /etc/group is managed. A group of another database (LDAP) counts as there; to change it is `EDIT_IMPOSSIBLE`.',
      'With the tools of BusyBox a group is made and removed; another number needs the package shadow (`TOOL_MISSING`).',
      'A group that is the first one of a user is not removed. There is no `local`, `non_unique`, `force`, `gid_min`, `gid_max`.',
    ],
  },
  include_role: {
    example: `- name: a certificate for each service
  include_role:
    name: certificate
    inputs: { names: ["{{ item }}"], tls_dir: "/etc/{{ item }}/tls" }
  loop: [grafana, loki]`,
    differences: [
      'The role and its file are named without a template; there is no `vars_from`, `defaults_from`, `handlers_from` and `public`.',
      '`vars` beside it gives inputs; an input that the role does not declare is an error.',
      'A list of `loop` is known before any host is asked: written in place, or made of variables of the inventory and the play.',
      'What the role depends on runs before it, each time.',
    ],
  },
  include_tasks: {
    example: `- name: what differs between families
  include_tasks: "setup-{{ facts.os.family }}.yml"`,
    differences: [
      'Every file that its name can mean is read and checked before any host is reached, and its tasks stand in the plan.',
      'A template chooses among the files of one folder; a file cannot include itself.',
      'A list of `loop` is known before any host is asked, as for include_role.',
      'Keywords for the tasks in it stand under `apply`, as in Ansible; beside it they are an error.',
    ],
  },
  include_vars: {
    example: `- name: what differs between families
  include_vars: { file: "family-{{ facts.os.family }}.yml", name: family }`,
    differences: [
      'Every file that its name can mean is read before any host is reached; of the folders it is looked for in, the first counts that has one.',
      'There is no `depth`, `files_matching`, `ignore_files`, `ignore_unknown_extensions`, `extensions` and `hash_behaviour`.',
    ],
  },
  lineinfile: {
    example: `- name: the oldest protocol that openssl offers
  lineinfile:
    path: /etc/ssl/openssl.cnf
    regexp: '^MinProtocol'
    line: MinProtocol = TLSv1.2
    insertafter: '^\\[system_default_sect\\]'`,
    differences: [
      'Patterns are RE2: no lookaround, no back references. There is no `backrefs`, `firstmatch`, `search_string`, `backup`, `validate`.',
      'That no line matches `insertafter` or `insertbefore` is the error `EDIT_IMPOSSIBLE`; Ansible appends the line.',
      'Each line keeps its own line end, and a last line without one equals the same line with one.',
    ],
  },
  package: {
    example: `- name: what the checks need
  package: { name: [curl, openssl], update_cache: true }`,
    register: '`packages`: the version of each, or nothing where it is missing',
    differences: [
      'The plan names the version that comes; with `update_cache` it is known after apply. apt installs exactly that version.',
      'What a package brings (files outside of /home, /root, /srv, /tmp and /usr/local, accounts, programs, services) is known after apply, so tasks behind it are planned again once it is there.',
      '`update_cache` asks the sources only when something is to be installed. Together with `latest` it is refused: what is the latest could not be planned.',
      'apt, apk and dnf are chosen by what the host has; there is no `use`. A name that apt or apk does not know is refused before the first change.',
      'Settings that were edited are kept (`--force-confold`). There is no `purge`, `autoremove`, `deb`, `default_release`; a version cannot be asked for.',
    ],
  },
  pause: {
    example: `- name: the load balancer has drained it
  pause: { seconds: 30 }

- name: go on
  pause: { prompt: type the name of the change }
  register: change`,
    register: '`user_input` (a secret with `echo: false`), `echo`',
    differences: [
      'In a plan it is named. `plan` asks nobody and waits for nothing.',
      'Without a terminal a question is refused before the first change; Ansible goes on without asking.',
      'The first ctrl-C ends the wait and then the run. There is no menu to continue or abort.',
      '`seconds` and `minutes` take fractions. The result has no `start`, `stop`, `delta`, `stdout`.',
    ],
  },
  script: {
    example: `- name: moves the old data once
  script: { cmd: migrate.sh --from /var/lib/old, creates: /var/lib/app/migrated }`,
    register: '`cmd`, `rc`, `stdout`, `stderr`, `stdout_lines`, `stderr_lines`',
    differences: [
      'The script lies in a folder that only its user can enter, while it runs; its standard input is empty.',
      'It is read by what its `#!` line names, otherwise by /bin/sh, also where /tmp is mounted noexec.',
      '`unless`, `onlyif`, `env` and `timeout` are those of `command`. `creates` and `removes` stand below the key.',
      'What it did cannot be proved by looking again, and the report says so by name.',
    ],
  },
  service: {
    example: `- name: prometheus runs with its settings and its certificate
  service:
    name: prometheus
    state: applied
    reads: [/etc/prometheus/web.yml]
    serves: { port: 9090, certificate: /etc/prometheus/tls/server.crt, key: /etc/prometheus/tls/server.key }`,
    register: '`name`, `state`',
    differences: [
      '`state` is `started` unless it is given, also when only `enabled` is. Ansible then leaves the state alone.',
      '`applied` compares the process with the files it loads and with the certificate that it serves, and picks nothing, SIGHUP or a restart by product and version.',
      '`reloaded` is refused where SIGHUP would end the process, as with InfluxDB before 1.12.3.',
      'A restart is waited for until the service has been stable for `stable_for` seconds and listens; `systemctl` itself is not waited for.',
      'systemd, or a process with a `command`; no OpenRC, no sysvinit. There is no `daemon_reload` (config does it), `masked`, `scope`, `pattern`, `sleep`, `arguments`.',
    ],
  },
  set_fact: {
    example: `- name: where clients find it
  set_fact: { base_url: "https://{{ inventory_hostname }}:9090/" }`,
    differences: ['There is no `cacheable`.', 'It is answered in the plan: later tasks are planned with the value.'],
  },
  shell: {
    example: `- name: how many series are kept
  shell:
    cmd: ls /var/lib/prometheus/wal | wc -l
    reads: true
  register: segments`,
    register: '`cmd`, `rc`, `stdout`, `stderr`, `stdout_lines`, `stderr_lines`',
    differences: [
      '`reads`, `unless`, `onlyif`, `env` and `timeout` are those of `command`; a text in `unless` or `onlyif` is a line for the same shell.',
      'Parameters stand below the key; `shell: x creates=y` hands both words to the shell.',
      'A secret in the line is the error `SECRET_EXPOSED`: it would stand in the list of processes. `stdin` takes it.',
      'What it did cannot be proved by looking again, and the report says so by name.',
    ],
  },
  slurp: {
    example: `- name: what the host trusts
  slurp: { src: /etc/ssl/certs/ca-certificates.crt }
  register: trusted

- name: how much that is
  debug: { msg: "{{ length (b64decode trusted.content) }} letters" }`,
    register: '`content`, `encoding`, `source`',
    differences: [
      'It is answered in the plan, with what the earlier tasks will have written.',
      'A file that not every user of the host may read, and one that this run writes with a secret in it, gives a secret: it is masked wherever it is shown.',
      'At most 1 MiB.',
    ],
  },
  stat: {
    example: `- name: the old certificate
  stat: { path: /etc/app/tls/server.crt }
  register: old

- name: told
  debug: { msg: "{{ old.stat.checksum }}" }
  when: old.stat.exists`,
    register:
      '`stat`: `exists`, `path`, `isreg`, `isdir`, `islnk`, `mode`, `uid`, `gid`, `pw_name`, `gr_name`, `size`, `mtime`, `nlink`, `checksum`, and of a link `lnk_source`, `lnk_target`',
    differences: [
      'It is answered in the plan, as the earlier tasks will have left the path. The time of a file that this run writes is known after apply.',
      '`checksum` is SHA-256; Ansible tells SHA-1 unless told otherwise. There is no other algorithm.',
      'There is no `get_mime`, `get_attributes`, and no `isblk`, `ischr`, `isfifo`, `issock`, `inode`, `dev`, `atime`, `ctime`, `rusr` and the like.',
    ],
  },
  template: {
    example: `- name: scrape configuration
  template: { src: prometheus.yml.hbs, dest: /etc/prometheus/prometheus.yml, group: prometheus, mode: '0640' }`,
    differences: [
      'Templates are Handlebars (`.hbs`), not Jinja: `{{#each hosts}}...{{/each}}`, `{{#if x}}...{{/if}}`. Nothing is escaped for HTML.',
      'A name that nothing defines is an error with its place, not an empty text.',
      'There is no `backup`, `validate`, `trim_blocks`, `variable_start_string` and the like.',
      'The rest is as in `copy`.',
    ],
  },
  uri: {
    example: `- name: what it says of itself
  uri:
    url: "https://{{ inventory_hostname }}:8086/health"
    ca_path: /etc/ssl/certs/lab.pem
    return_content: true
  register: health

- name: a database of its own
  uri:
    url: "https://{{ inventory_hostname }}:8086/query"
    method: POST
    body_format: form-urlencoded
    body: { q: CREATE DATABASE metrics }
    ca_path: /etc/ssl/certs/lab.pem
  when: health.json.status == "pass"`,
    register:
      '`status`, `url`, the headers of the answer (`content_type`, ...), with `return_content` `content`, and `json` of an answer that is JSON',
    differences: [
      'curl on the host sends it, where Ansible needs Python; without curl it is refused (`TOOL_MISSING`), and `delegate_to: localhost` asks from this machine. Settings of curl in a home folder are not read.',
      'GET and HEAD are asked in the plan when nothing before them changes the host. Other methods are named in the plan, sent once, and reported as changed; Ansible calls them unchanged.',
      'A request with a secret in it (password, header, body) is asked in the run only and follows no redirect, and texts of its answer are secret. The secret goes to curl on standard input.',
      'Bodies of answers are texts of at most 256 KiB in a plan and 1 MiB in a run.',
      'There is no `dest`, `src`, `remote_src`, `creates`, `removes`, `unix_socket`, `use_gssapi`, `force_basic_auth` (it is always sent), `follow_redirects: all`.',
    ],
  },
  user: {
    example: `- name: whom the exporter runs as
  user: { name: exporter, system: true, create_home: false, shell: /usr/sbin/nologin, groups: [tls], append: true }

- name: a folder of its own
  file: { path: /var/lib/exporter, state: directory, owner: exporter, mode: '0750' }`,
    register: '`name`, `uid`, `group` (its number), `comment`, `home`, `shell`, `groups`, `state`',
    differences: [
      'The plan chooses number and first group of a new account, so that later tasks can give files to it in the same plan.',
      'Only /etc/passwd and /etc/group are managed. An account of another database (LDAP) counts as there; to change it is `EDIT_IMPOSSIBLE`.',
      'With the tools of BusyBox an account is made and removed and its groups change; anything else needs the package shadow (`TOOL_MISSING`).',
      'A new account has no password, and none is set: there is no `password`, `expires`, `generate_ssh_key`, `move_home`, `skeleton`, `umask`, `local`, `non_unique`, `force`.',
      'Without `shell` it is /bin/sh, without `home` /home/NAME, whatever useradd would choose.',
    ],
  },
  verify: {
    example: `- name: what clients get
  verify:
    port: 9090
    certificate: /etc/prometheus/tls/server.crt
    issuer: ca
    names: [h1.example.net, 192.0.2.11]
    http_path: /-/healthy
    unit: prometheus`,
    register: '`fingerprint`, `protocol`, `not_after`',
    differences: [
      'Ansible has no such module. `uri` asks one URL from the host; this compares the served certificate with the file (SHA-256), checks chain, names, dates and the oldest protocol, and that plain HTTP is refused, from the host and from the controller.',
      'A certificate that a class of clients refuses (go, openssl, openssl-strict, gnutls, chrome, node, apple) is a warning with the reason, also when what is served is as intended.',
      'A certificate without names is refused although openssl and curl accept it: clients written in Go do not look at the common name.',
    ],
  },
  wait_for: {
    example: `- name: influxd listens
  wait_for: { port: 8086, timeout: 120 }

- name: the lock is gone
  wait_for: { path: /run/app.lock, state: absent }`,
    register: '`port` or `path`, `state`',
    differences: [
      'A port or a path must be given; there is no plain pause.',
      'There is no `search_regex`, `drained`, `delay`, `sleep`, `connect_timeout`, `msg`.',
      'A port counts as started when TLS is spoken there or something answers in plain text; one that takes connections and stays silent does not, as it does with Ansible. The host needs openssl to ask.',
    ],
  },
}
