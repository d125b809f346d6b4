import { expect, test } from 'vitest'
import { loadInventory } from '../../src/load/index.ts'
import type { Files } from '../../src/ports/ports.ts'
import { memoryFiles } from './memory-files.ts'

/** Files of which one cannot be read, for a reason of the system. */
function failing(code: string): Files {
  const files = memoryFiles({ '/w/hosts': 'h1\n', '/w/group_vars/all.yml': 'a: 1\n' })
  const fail = (path: string): never => {
    throw Object.assign(new Error(`${code}: ${path}`), { code })
  }
  return { ...files, read: (path) => (path === '/w/hosts' ? fail(path) : files.read(path)) }
}

test.each([
  { code: 'EACCES', why: 'permission denied' },
  { code: 'ELOOP', why: 'its links lead in a circle' },
  { code: 'EIO', why: 'the disk gives an error' },
])('a file that cannot be read ($code) is a problem at its own place, told once', ({ code, why }) => {
  const { problems } = loadInventory(['hosts', 'hosts'], { files: failing(code), cwd: '/w' })
  expect(problems).toEqual([
    {
      code: 'FILE_MISSING',
      message: `hosts cannot be read: ${why}`,
      at: { file: 'hosts', line: 1, column: 1 },
      hint: 'look at it\nls -l /w/hosts',
    },
  ])
})

test('an error that no user can mend passes through', () => {
  expect(() => loadInventory(['hosts'], { files: failing('EMFILE'), cwd: '/w' })).toThrow('EMFILE')
})
