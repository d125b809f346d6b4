import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { RunEvent } from '../../src/model/event.ts'
import { problemCodes } from '../../src/model/problem-codes.ts'
import { AnsibleServer } from './ansible-server.ts'
import { type Story, storyOfAnsible, storyOfTlsplay, storyText } from './happenings.ts'
import { scratch, type Tree } from './scratch.ts'
import { written } from './spelling.ts'

export interface Case {
  /** plays; each side gets its own spelling. A text stands as it is */
  readonly playbook: unknown
  /** INI; by default h1 to h4, in web and db */
  readonly hosts?: string
  /** where the inventory stands; beside the playbook by default */
  readonly inventory?: string
  readonly args?: readonly string[]
  /** files beside the playbook; a value that is not text is written as YAML */
  readonly files?: Readonly<Record<string, unknown>>
  /** names of files that the tasks leave there; what they hold is part of the story */
  readonly reads?: readonly string[]
}

export const fourHosts = '[web]\nh1\nh2\n[db]\nh3\nh4\n[all:vars]\nansible_connection=local\n'

export interface Stories {
  readonly ours: Story
  readonly theirs: Story
  readonly problems: string
  /** codes of what tlsplay says is wrong */
  readonly codes: readonly string[]
  readonly warnings: readonly string[]
  readonly output: string
}

/** One Ansible for the tests of a file. */
export interface Comparison {
  both(given: Case): Promise<Stories>
  /** fails when anything of the two stories differs */
  equal(given: Case): Promise<Stories>
  hosts(inventory: Tree, patterns: readonly (readonly [string, string | null])[]): Promise<readonly (readonly string[] | string)[]>
  stop(): void
}

export function comparison(): Comparison {
  const server = new AnsibleServer()
  const both: Comparison['both'] = async (given) => {
    const args = ['-i', given.inventory ?? 'hosts', ...(given.args ?? []), 'site.yml']
    const ours = scratch(tree(given, 'tlsplay'))
    own(ours.path, given.hosts ?? fourHosts)
    const theirs = scratch(tree(given, 'ansible'))
    try {
      const [done, answer] = await Promise.all([
        ours.tlsplay('run', ...args, '-i', 'state/hosts.yml', '--output', 'json'),
        server.ask({ what: 'playbook', cwd: theirs.path, args }),
      ])
      return {
        ours: { ...storyOfTlsplay(done.code, done.out), files: left(ours.path, given) },
        theirs: { ...storyOfAnsible(answer.code, answer.text), files: left(theirs.path, given) },
        ...{ problems: done.err, codes: problemCodesIn(done.out + done.err), warnings: warningsIn(done.out), output: answer.output },
      }
    } finally {
      ours.remove()
      theirs.remove()
    }
  }
  return {
    both,
    async equal(given) {
      const stories = await both(given)
      const { ours, theirs, problems, output } = stories
      const context = `${written(given.playbook, 'tlsplay')}\n${(given.args ?? []).join(' ')}\ntlsplay: ${problems}\nansible: ${output}`
      // The plan names all batches, Ansible those that it reaches; that nothing ran in the others stands in the stories of their hosts.
      const reached = { ...ours, batches: ours.batches.slice(0, theirs.batches.length) }
      expect(storyText(reached), context).toBe(storyText(theirs))
      // An empty story is equal to every other: something must have happened.
      expect(theirs.batches.length, context).toBeGreaterThan(0)
      return stories
    },
    async hosts(inventory, patterns) {
      const folder = scratch(inventory)
      try {
        const request = { what: 'patterns', cwd: folder.path, inventory: Object.keys(inventory), patterns } as const
        const { code, text, output } = await server.ask(request)
        expect(code, output).toBe(0)
        return JSON.parse(text)
      } finally {
        folder.remove()
      }
    },
    stop: () => server.stop(),
  }
}

function warningsIn(lines: string): readonly string[] {
  const events = lines
    .split('\n')
    .filter(Boolean)
    .map((line): RunEvent => JSON.parse(line))
  return events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
}

/** Problems of a run are events; those that come before it are text. */
export function problemCodesIn(text: string): readonly string[] {
  const words = text.match(/\b[A-Z]+(_[A-Z]+)*\b/g) ?? []
  return [...new Set(words)].filter((word) => Object.hasOwn(problemCodes, word)).toSorted()
}

function left(folder: string, { reads = [] }: Case): Story['files'] {
  const existing = reads.filter((name) => existsSync(join(folder, name)))
  return Object.fromEntries(existing.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** All hosts are this machine; each keeps its own state, as machines do. */
function own(folder: string, hosts: string): void {
  const names = [...new Set(hosts.match(/^h\d/gm))]
  const state = names.map((name): [string, object] => [name, { tlsplay_state_folder: join(folder, 'state', name) }])
  mkdirSync(join(folder, 'state'))
  writeFileSync(join(folder, 'state/hosts.yml'), JSON.stringify({ all: { hosts: Object.fromEntries(state) } }))
}

function tree({ playbook, hosts = fourHosts, inventory = 'hosts', files = {} }: Case, side: 'tlsplay' | 'ansible'): Tree {
  const plays: readonly object[] = Array.isArray(playbook) ? playbook : [playbook]
  const quiet =
    side === 'ansible' && typeof playbook !== 'string'
      ? plays.map((play: object) => ('hosts' in play ? { gather_facts: false, ...play } : play))
      : plays
  return {
    [inventory]: hosts,
    'site.yml': typeof playbook === 'string' ? playbook : written(quiet, side),
    ...Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? content : written(content, side)]),
    ),
  }
}
