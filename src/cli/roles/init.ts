import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { TlsplayError } from '../../model/problem.ts'
import type { Io } from '../io.ts'
import { nodeFiles } from '../ports/node-files.ts'
import type { Say } from './install.ts'

const head = `summary: what the role does, in one line
version: 0.1.0
inputs:
  path:
    type: string
    pattern: ^/
    default: /etc/motd
    description: file that is written
  text:
    type: string
    default: hello
    description: what stands in it
`

const tasks = `- name: the file
  template: { src: file.hbs, dest: "{{ path }}", owner: root, group: root, mode: '0644' }
`

const template = '{{ text }}\n'

const oneCase = `# tlsplay role test NAME plans the role on a host that has only the facts below, and compares.
inputs: { text: good morning }
expect:
  changes: [create /etc/motd]
`

/** Makes a role that works, with a case that holds. Throws TlsplayError when there is something in its place. */
export function initRole(name: string, folder: string, io: Pick<Io, 'cwd'>, say: Say): void {
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    throw new TlsplayError([
      { code: 'OPTION_INVALID', message: `${name} cannot be the name of a role`, hint: 'use small letters, digits and _' },
    ])
  const home = resolve(io.cwd, folder, 'roles', name)
  if (nodeFiles.kind(home) !== undefined)
    throw new TlsplayError([{ code: 'OPTION_INVALID', message: `${home} is there already`, hint: 'choose another name' }])
  const readme = `# ${name}\nWhat the role does, for whom, and an example of its use.\n`
  const files = {
    ...{ 'role.yml': head, 'tasks/main.yml': tasks, 'templates/file.hbs': template },
    ...{ 'cases/first.yml': oneCase, 'README.md': readme },
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text.replace('NAME', name), { flag: 'wx' })
    say(join('roles', name, path))
  }
}
