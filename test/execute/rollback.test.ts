import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { play } from '../fakes/play.ts'

const failing = (more = ''): string => `- hosts: all
${more}  tasks:
    - copy: { dest: /etc/app/conf, content: new }
    - { name: cannot be undone, command: grow }
    - { name: breaks, command: break }
`

function host(): MemoryHost {
  const made = new MemoryHost()
  made.put('/etc/app/conf', 'old')
  made.commands.set('break', { rc: 1, stdout: '' })
  return made
}

describe('a play', () => {
  test('a failure takes the host back to what it was before the play, and says so', async () => {
    const [broken, well] = [host(), new MemoryHost()]
    const { report, problems } = await play(
      failing(),
      new Map([
        ['h1', broken],
        ['h2', well],
      ]),
    )
    expect(broken.files.get('/etc/app/conf')?.content).toBe('old')
    expect(well.files.get('/etc/app/conf')?.content).toBe('new')
    expect(problems).toMatchObject([
      { code: 'TASK_FAILED', host: 'h1', task: 'breaks', at: { line: 5 } },
      { code: 'ROLLED_BACK', host: 'h1', hint: 'these ran and cannot be taken back: cannot be undone, breaks' },
    ])
    expect(report.exitCode).toBe(2)
  })

  test('what cannot be taken back is named, exit 6', async () => {
    const broken = host()
    broken.stuck = ['/etc/app/conf: what was there still lies at /etc/app/.kept']
    const { report, problems } = await play(failing(), new Map([['h1', broken]]))
    expect(problems[1]).toMatchObject({
      ...{ code: 'ROLLBACK_INCOMPLETE', host: 'h1' },
      message: 'not all that was changed on h1 could be taken back:\n/etc/app/conf: what was there still lies at /etc/app/.kept',
      hint: expect.stringContaining('run again'),
    })
    expect(report.exitCode).toBe(6)
  })

  test('with force_handlers keeps what it changed', async () => {
    const broken = host()
    await play(failing('  force_handlers: true\n'), new Map([['h1', broken]]))
    expect(broken.files.get('/etc/app/conf')?.content).toBe('new')
  })

  test('the twin: that ends well is committed, so the failure of a later one takes back only its own', async () => {
    const broken = host()
    const first = '- hosts: all\n  tasks:\n    - copy: { dest: /etc/app/first, content: kept }\n'
    const { problems } = await play(first + failing(), new Map([['h1', broken]]))
    expect(problems.map(({ code }) => code)).toEqual(['TASK_FAILED', 'ROLLED_BACK'])
    expect(broken.files.get('/etc/app/conf')?.content).toBe('old')
    expect(broken.files.get('/etc/app/first')?.content).toBe('kept')
  })

  test('a failure before anything was changed has nothing to take back', async () => {
    const broken = host()
    const { problems } = await play(
      '- hosts: all\n  tasks: [{ command: break }, { copy: { dest: /etc/app/conf, content: new } }]\n',
      new Map([['h1', broken]]),
    )
    expect(problems.map(({ code }) => code)).toEqual(['TASK_FAILED'])
    expect(broken.deeds).toEqual(['run break'])
  })

  test('a failure that a rescue clears takes nothing back', async () => {
    const broken = host()
    const tasks = `- hosts: all
  tasks:
    - block: [{ copy: { dest: /etc/app/conf, content: new } }, { command: break }]
      rescue: [{ copy: { dest: /etc/app/rescued, content: x } }]
`
    const { report } = await play(tasks, new Map([['h1', broken]]))
    expect(report.exitCode).toBe(0)
    expect(broken.files.get('/etc/app/conf')?.content).toBe('new')
  })
})
