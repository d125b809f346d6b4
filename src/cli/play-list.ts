import type { CompiledRun } from '../compile/compiled-run.ts'
import { listedPlays } from '../compile/play-list.ts'
import { documentJson } from '../view/inventory-text.ts'
import { playListText } from '../view/play-list-text.ts'
import type { Io } from './io.ts'
import type { PlayOptions } from './options.ts'

/** Whether the playbook is only to be read, and what is told of it. */
export function onlyLists({ listHosts, listTasks, listTags, syntaxCheck }: PlayOptions): boolean {
  return [listHosts, listTasks, listTags, syntaxCheck].includes(true)
}

/** Everything was read and checked by now; nothing is connected to. */
export function showLists(playbook: string, run: CompiledRun, options: PlayOptions, { stdout }: Pick<Io, 'stdout'>): void {
  const wishes = { hosts: options.listHosts === true, tasks: options.listTasks === true, tags: options.listTags === true }
  const plays = listedPlays(run)
  const asked = Object.values(wishes).includes(true)
  if (options.output !== 'json') stdout.write(playListText(playbook, asked ? plays : [], wishes))
  else
    stdout.write(
      documentJson({
        playbook,
        plays: (asked ? plays : []).map(({ name, pattern, hosts, tags, tasks }) => ({
          ...{ name, pattern },
          ...(wishes.hosts ? { hosts } : {}),
          ...(wishes.tags ? { tags } : {}),
          ...(wishes.tasks ? { tasks: tasks.map((task) => ({ ...task })) } : {}),
        })),
      }),
    )
}
