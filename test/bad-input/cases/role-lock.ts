import { treeDigest } from '../../../src/lib/role-tree.ts'
import { type BadCase, inPlay, inRole, roleHead } from '../bad-case.ts'

const digest = treeDigest(new Map([['role.yml', Buffer.from(roleHead)]]))
const entry = (more = '') => `{"source": "./r", "version": "1", "tree": "${digest}"${more}}`
const lock = (roles: string) => ({ ...inPlay('  roles: [r]\n'), 'tlsplay.lock': `{"formatVersion": 1, "roles": ${roles}}\n` })
const vendored = (text: string) => ({ ...lock(`{"r": ${entry()}}`), 'vendor/roles/r/role.yml': text })

/** Roles of other teams: what the lock says, what lies there, what a caller asks for. */
export const roleLockCases: readonly BadCase[] = [
  {
    name: 'a role of the lock that is not installed',
    files: lock(`{"r": ${entry()}}`),
    expect: {
      code: 'ROLE_NOT_INSTALLED',
      at: 'site.yml:2:11',
      message: 'the role r of tlsplay.lock is not installed',
      hint: 'tlsplay role install',
    },
  },
  {
    name: 'a role of the lock that was changed',
    files: vendored(`${roleHead}# more\n`),
    expect: {
      code: 'ROLE_CHANGED',
      at: 'site.yml:2:11',
      message: 'the role r in vendor/roles/r is not what tlsplay.lock says',
      hint: 'tlsplay role vendor',
    },
  },
  {
    name: 'a role of the lock that became a link',
    files: vendored(roleHead),
    links: { 'vendor/roles/r/role.yml': '/etc/passwd' },
    expect: { code: 'ROLE_CHANGED', at: 'site.yml:2:11', message: 'role.yml was put there' },
  },
  {
    name: 'a role of the lock that has a namesake',
    files: { ...vendored(roleHead), 'roles/r/role.yml': roleHead },
    expect: {
      code: 'ROLE_LOCK',
      at: 'site.yml:2:11',
      message: 'the role r stands in roles and in tlsplay.lock',
      hint: 'tlsplay role remove r',
    },
  },
  {
    name: 'a role that requirements.yml names and nobody installed',
    files: { ...inPlay('  roles: [r]\n'), 'requirements.yml': 'roles: [{src: ../r}]\n' },
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:2:11', message: 'there is no role r', hint: 'tlsplay role install' },
  },
  {
    name: 'a misspelt role of the lock',
    files: { ...vendored(roleHead), 'site.yml': '- hosts: all\n  roles: [rr]\n' },
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:2:11', message: 'there is no role rr', hint: 'r' },
  },
  {
    name: 'a lock that is no JSON',
    files: { ...lock('{}'), 'tlsplay.lock': '{"formatVersion": 1' },
    expect: { code: 'YAML_SYNTAX', at: 'tlsplay.lock:1:1', message: '' },
  },
  {
    name: 'a lock that is a list',
    files: { ...lock('{}'), 'tlsplay.lock': '[]' },
    expect: { code: 'TYPE_WRONG', at: 'tlsplay.lock:1:1', message: 'expected the lock of roles' },
  },
  {
    name: 'a lock of another format',
    files: { ...lock('{}'), 'tlsplay.lock': '{"formatVersion": 2, "roles": {}}' },
    expect: { code: 'VALUE_INVALID', at: 'tlsplay.lock:1:19', message: 'formatVersion' },
  },
  {
    name: 'a lock without a digest',
    files: lock('{"r": {"source": "./r", "version": "1"}}'),
    expect: { code: 'KEY_MISSING', at: 'tlsplay.lock:1:37', message: '"tree"' },
  },
  {
    name: 'a lock whose digest is none',
    files: lock('{"r": {"source": "./r", "version": "1", "tree": "sha256:0"}}'),
    expect: { code: 'VALUE_INVALID', at: 'tlsplay.lock:1:79', message: 'tree' },
  },
  {
    name: 'a lock with a key nobody knows',
    files: lock(`{"r": ${entry(', "hash": "x"')}}`),
    expect: { code: 'KEY_UNKNOWN', at: 'tlsplay.lock:1:154', message: '"hash"' },
  },
  {
    name: 'a lock whose role leads out',
    files: lock(`{"../r": ${entry()}}`),
    expect: { code: 'VALUE_INVALID', at: 'tlsplay.lock:1:32', message: '"../r" cannot be a name' },
  },
  {
    name: 'a version that the role is not in',
    files: inRole({}, '{role: r, version: ">=2"}'),
    expect: { code: 'ROLE_VERSION', at: 'site.yml:2:30', message: 'the role r has version 1, expected >=2', hint: 'roles/r/role.yml' },
  },
  {
    name: 'a version that a dependency is not in',
    files: {
      ...inRole({ 'role.yml': `${roleHead}dependencies:\n  - {role: base, version: ^2}\n` }),
      'roles/base/role.yml': roleHead,
    },
    expect: { code: 'ROLE_VERSION', at: 'roles/r/role.yml:4:27', message: 'the role base has version 1, expected ^2' },
  },
  {
    name: 'a version that is no range',
    files: inRole({}, '{role: r, version: newest}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:30', message: '"newest" is no range of versions', hint: '>=1.2' },
  },
  {
    name: 'a version that is a number',
    files: inRole({}, '{role: r, version: 1.2}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:30', message: 'version: expected text' },
  },
]
