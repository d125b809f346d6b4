import type { ProblemCode } from '../../src/model/problem-codes.ts'

/** One thing a person may get wrong, and what must be said of it. */
export interface BadCase {
  readonly name: string
  /** path below the folder tlsplay is started in -> what stands there; `site.yml` and `inventory.yml` are there anyway */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** path -> where it leads, for links */
  readonly links?: Readonly<Record<string, string>>
  /** words after `tlsplay plan site.yml`; an inventory is added when none is named */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly expect: Expected
}

export interface Expected {
  readonly code: ProblemCode
  /** `file:line:column`; undefined where there is no text to point into, as with a file that is not there */
  readonly at: string | undefined
  /** part of the message */
  readonly message: string
  /** part of the hint */
  readonly hint?: string
  /** what nobody may see */
  readonly hides?: string
}

export const goodInventory = 'all:\n  hosts:\n    h1:\n'
export const goodPlaybook = '- hosts: all\n  tasks:\n    - debug: {msg: hello}\n'

/** A playbook of one play with these lines under `hosts`, which is line 1. */
export function inPlay(lines: string): Readonly<Record<string, string>> {
  return { 'site.yml': `- hosts: all\n${lines}` }
}

/** A playbook with these tasks; the first of them is line 3, and its first word stands in column 7. */
export function inTasks(lines: string): Readonly<Record<string, string>> {
  return { 'site.yml': `- hosts: all\n  tasks:\n${lines.replaceAll(/^(?=.)/gm, '    ')}` }
}

/** A playbook that uses the role `r`; what it says of the role stands in line 2. */
export function inRole(files: Readonly<Record<string, string>>, use = 'r'): Readonly<Record<string, string>> {
  const role = { 'role.yml': roleHead, 'tasks/main.yml': '- debug: {msg: hello}\n', ...files }
  return {
    'site.yml': `- hosts: all\n  roles: [${use}]\n`,
    ...Object.fromEntries(Object.entries(role).map(([path, text]) => [`roles/r/${path}`, text])),
  }
}

/** two lines */
export const roleHead = "summary: a role\nversion: '1'\n"
