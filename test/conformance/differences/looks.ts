import { copyFileSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent } from '../../../src/model/event.ts'
import { waitUntil } from '../../fleet/lab/command.ts'
import { problemCodesIn } from '../both.ts'
import { type Ended, type Scratch, scratch } from '../scratch.ts'
import { type Side, written } from '../spelling.ts'
import { overSsh } from '../ssh-side.ts'
import type { Sides } from './difference.ts'

const here = 'h1 ansible_connection=local\n'
const playbook = (side: Side, tasks: readonly unknown[], more: object = {}): string =>
  written([{ hosts: 'all', gather_facts: false, tasks, ...more }], side)

async function within<T>(files: Readonly<Record<string, string>>, act: (folder: Scratch) => Promise<T>): Promise<T> {
  const folder = scratch({ hosts: here, ...files })
  // Each folder is a host of its own, whose lock nobody else takes.
  writeFileSync(
    join(folder.path, 'hosts'),
    readFileSync(join(folder.path, 'hosts'), 'utf8').replace(/^h1/, `h1 tlsplay_state_folder=${folder.path}/state`),
  )
  try {
    return await act(folder)
  } finally {
    folder.remove()
  }
}

const run = (folder: Scratch, name: string, ...more: readonly string[]) =>
  folder.tlsplay('run', '-i', 'hosts', name, '--output', 'json', ...more)
const play = (folder: Scratch, name: string, ...more: readonly string[]) =>
  folder.ansible('ansible-playbook', ['-i', 'hosts', name, ...more])
const ended = ({ code, out, err }: Ended): string => [`exit ${code}`, ...problemCodesIn(out + err)].join(' ')

export async function lookAtForks(): Promise<Sides> {
  return within({}, async (folder) => {
    const number = (text: string, of: RegExp): string => of.exec(text.replaceAll(/\s+/g, ' '))?.[1] ?? 'no number'
    const ours = (await folder.tlsplay('run', '--help')).out
    const theirs = (await folder.ansible('ansible-playbook', ['--help'])).out
    return { there: number(theirs, /parallel processes to use \(default=(\d+)\)/), here: number(ours, /--forks.*?default:? (\d+)/) }
  })
}

export async function lookAtExchanges(): Promise<Sides> {
  const tasks = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ name: `file ${at}`, copy: { dest: `{{ playbook_dir }}/f${at}`, content: 'x' } }))
  const counted = async (count: number): Promise<readonly [number, number]> => {
    const ours = await within({ 'site.yml': playbook('tlsplay', tasks(count)) }, async (folder) => {
      const events = (await run(folder, 'site.yml')).out
        .split('\n')
        .filter(Boolean)
        .map((line): RunEvent => JSON.parse(line))
      const report = events.find((event) => event.type === 'run_finished')?.report
      return report?.stats[0]?.exchanges ?? 0
    })
    const theirs = await within(
      { 'site.yml': playbook('ansible', tasks(count)) },
      async (folder) => (await play(folder, 'site.yml', '-vvv')).out,
    )
    return [ours, theirs.match(/ EXEC /g)?.length ?? 0]
  }
  const [few, many] = [await counted(1), await counted(4)]
  const told = (one: number, four: number): string =>
    one === 0
      ? 'nothing'
      : four === one
        ? '4 tasks cost as much as 1'
        : four >= 4 * one
          ? '4 tasks cost 4 times as much as 1'
          : `${one}, ${four}`
  return { there: told(few[1], many[1]), here: told(few[0], many[0]) }
}

/** One run waits in its task until it may go on; another begins meanwhile. */
export async function lookAtTwoRuns(): Promise<Sides> {
  const wait = 'cd {{ playbook_dir }}; touch begun; until [ -e go ]; do sleep 0.1; done'
  const side = async (name: Side, start: typeof run): Promise<string> =>
    within(
      {
        'first.yml': playbook(name, [{ name: 'wait', shell: { cmd: wait } }]),
        'second.yml': playbook(name, [
          { name: 'one', debug: { msg: 'x' } },
          { name: 'two', shell: { cmd: 'true' } },
        ]),
      },
      async (folder) => {
        const first = start(folder, 'first.yml')
        try {
          await waitUntil('the first run waits', 60_000, async () => existsSync(join(folder.path, 'begun')))
          return ended(await start(folder, 'second.yml'))
        } finally {
          writeFileSync(join(folder.path, 'go'), '')
          await first
        }
      },
    )
  return { there: await side('ansible', play), here: await side('tlsplay', run) }
}

/** A host whose key nobody has seen, and an inventory that says not to look at keys. */
export async function lookAtHostKeys(): Promise<Sides> {
  const given = { words: 'ansible_user=somebody', known: false }
  return { there: ended(await overSsh('ansible', given)), here: ended(await overSsh('tlsplay', given)) }
}

/** Settings were written by a run that died before it restarted what reads them. */
export async function lookAtRestart(): Promise<Sides> {
  const copy = { name: 'settings', copy: { dest: '{{ playbook_dir }}/settings', content: 'new' } }
  const service = (folder: Scratch, more: object) => {
    const exe = join(folder.path, 'daemon')
    const command = { start: `${exe} 1000`, exe, log_file: join(folder.path, 'log') }
    return { name: 'daemon', service: { name: 'daemon', command, stable_for: 0, ...more } }
  }
  const side = async (name: Side, start: typeof run): Promise<string> =>
    within({}, async (folder) => {
      const write = (file: string, tasks: readonly unknown[], more: object = {}) =>
        writeFileSync(join(folder.path, file), playbook(name, tasks, more))
      copyFileSync('/bin/sleep', join(folder.path, 'daemon'))
      const settings = join(folder.path, 'settings')
      writeFileSync(settings, 'new')
      const old = new Date(statSync(settings).mtimeMs - 3_600_000)
      utimesSync(settings, old, old)
      writeFileSync(join(folder.path, 'up.yml'), playbook('tlsplay', [service(folder, {})]))
      writeFileSync(join(folder.path, 'down.yml'), playbook('tlsplay', [service(folder, { state: 'stopped' })]))
      const up = await run(folder, 'up.yml')
      try {
        utimesSync(settings, new Date(), new Date())
        const log = { name: 'restart', shell: { cmd: 'touch {{ playbook_dir }}/restarted' } }
        write(
          'site.yml',
          [
            name === 'ansible' ? { ...copy, notify: 'restart' } : copy,
            ...(name === 'ansible' ? [] : [service(folder, { state: 'applied', settings_files: [settings] })]),
          ],
          name === 'ansible' ? { handlers: [log] } : {},
        )
        const again = await start(folder, 'site.yml')
        const restarted =
          name === 'ansible' ? existsSync(join(folder.path, 'restarted')) : /"label":"daemon".*"status":"changed"/.test(again.out)
        return `${ended(up)}, then ${ended(again)}: ${restarted ? 'restarted' : 'not restarted'}`
      } finally {
        await run(folder, 'down.yml')
      }
    })
  return { there: await side('ansible', play), here: await side('tlsplay', run) }
}
