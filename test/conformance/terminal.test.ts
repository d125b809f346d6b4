import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../docs/markdown.ts'
import { environment, program } from './ansible.ts'
import { scratch } from './scratch.ts'
import { type Side, written } from './spelling.ts'
import { onTerminal } from './terminal.ts'

type Answers = readonly (readonly [string, string])[]

/** What one side asks, shows and hands to the play when somebody answers on a real terminal. */
async function side(name: Side, question: object, answers: Answers) {
  const tasks = [{ name: 'keep', template: { src: 'word', dest: '{{ playbook_dir }}/told', mode: '0600' } }]
  const play = { hosts: 'all', gather_facts: false, vars_prompt: [{ name: 'word', ...question }], tasks }
  const folder = scratch({ word: '<{{ word }}>', 'site.yml': written([play], name) })
  // Each folder is a host of its own, whose lock nobody else takes.
  writeFileSync(join(folder.path, 'hosts'), `h1 ansible_connection=local tlsplay_state_folder=${folder.path}/state\n`)
  try {
    const argv =
      name === 'tlsplay'
        ? [process.execPath, join(root, 'dist/main.js'), 'run', 'site.yml', '-i', 'hosts']
        : [program('ansible-playbook'), 'site.yml', '-i', 'hosts']
    const typed = await onTerminal(argv, folder.path, environment(folder.path), answers)
    const told = join(folder.path, 'told')
    return { ...typed, told: existsSync(told) ? readFileSync(told, 'utf8').trim() : 'nothing' }
  } finally {
    folder.remove()
  }
}

const typedWord = 'Correct Horse'

test.each<{ what: string; question: object; ours: Answers; theirs: Answers; told: string; echoed: boolean }>([
  {
    what: 'what is typed openly reaches the play and is echoed',
    question: { private: false },
    ours: [['word:', typedWord]],
    theirs: [['word:', typedWord]],
    told: `<${typedWord}>`,
    echoed: true,
  },
  {
    what: 'what is typed in private reaches the play and is not echoed',
    question: {},
    ours: [['word:', typedWord]],
    theirs: [['word:', typedWord]],
    told: `<${typedWord}>`,
    echoed: false,
  },
  {
    what: 'an empty line takes the default',
    question: { private: false, default: 'usual' },
    ours: [['word [usual]:', '']],
    theirs: [['word [usual]:', '']],
    told: '<usual>',
    echoed: false,
  },
  {
    what: 'two different answers are asked for again',
    question: { confirm: true },
    ours: [
      ['word:', 'first'],
      ['word, once more:', 'second'],
      ['word:', typedWord],
      ['word, once more:', typedWord],
    ],
    theirs: [
      ['word:', 'first'],
      ['confirm word:', 'second'],
      ['word:', typedWord],
      ['confirm word:', typedWord],
    ],
    told: `<${typedWord}>`,
    echoed: false,
  },
])('vars_prompt on a terminal: $what', async ({ question, ours, theirs, told, echoed }) => {
  const [here, there] = [await side('tlsplay', question, ours), await side('ansible', question, theirs)]
  for (const each of [here, there]) {
    expect(each, each.shown).toMatchObject({ code: 0, unasked: [], told })
    expect(each.shown.includes(typedWord), each.shown).toBe(echoed)
  }
})

test('every phase is drawn, and a question between them is seen and answered', async () => {
  const play = { hosts: 'all', tasks: [{ name: 'keep', copy: { dest: '{{ playbook_dir }}/told', content: 'x', mode: '0600' } }] }
  const folder = scratch({ 'site.yml': written([play], 'tlsplay') })
  writeFileSync(join(folder.path, 'hosts'), `h1 ansible_connection=local tlsplay_state_folder=${folder.path}/state\n`)
  const argv = [process.execPath, join(root, 'dist/main.js'), 'run', 'site.yml', '-i', 'hosts', '--step']
  const { code, shown, unasked } = await onTerminal(argv, folder.path, environment(folder.path), [['without asking:', 'y']])
  folder.remove()
  expect({ code, unasked }).toEqual({ code: 0, unasked: [] })
  const drawn = [
    'planning on 1 host: 1 of 1 done',
    'applying on 1 host',
    'keep: run it?',
    'looking again on 1 host: 1 of 1 done',
    'PLAY RECAP',
  ]
  const places = drawn.map((text) => shown.indexOf(text))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
})
