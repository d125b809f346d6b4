import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const asking = (more: object, args?: readonly string[], files?: Case['files']): Case => ({
  playbook: { hosts: 'h1', vars_prompt: [{ name: 'word', private: false, default: 'default' }], ...more },
  ...(args === undefined ? {} : { args }),
  ...(files === undefined ? {} : { files }),
})
const word = [tell('word', ['word'])]

/** Neither side has a terminal here: defaults and -e answer. */
const cases: Readonly<Record<string, Case>> = {
  'a default counts': asking({ tasks: word }),
  'a default is a template': {
    playbook: { hosts: 'h1', vars_prompt: [{ name: 'word', default: 'of {{ given }}' }], tasks: word },
    args: ['-e', 'given=somebody'],
  },
  'a default stands above variables of the play': asking({ vars: { word: 'play' }, tasks: word }),
  'a default stands below files of variables': asking({ vars_files: ['v.yml'], tasks: word }, undefined, { 'v.yml': { word: 'file' } }),
  '-e answers': asking({ vars_files: ['v.yml'], tasks: word }, ['-e', 'word=given'], { 'v.yml': { word: 'file' } }),
  'the answer holds for its play': {
    playbook: [
      { hosts: 'h1', vars_prompt: [{ name: 'word', default: 'one' }], tasks: word },
      { hosts: 'h1', tasks: word },
      { hosts: 'h1', vars_prompt: [{ name: 'word', default: 'two' }], tasks: word },
    ],
  },
}

describe('vars_prompt', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    await compare.equal(cases[name] as Case)
  })
})
