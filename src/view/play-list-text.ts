import { escapeLine, joinLines } from './escape.ts'
import { count } from './words.ts'

export interface ShownPlay {
  readonly name: string
  readonly pattern: string
  readonly hosts: readonly string[]
  readonly tags: readonly string[]
  readonly tasks: readonly { readonly label: string; readonly tags: readonly string[]; readonly at: string; readonly depth: number }[]
}

export interface ListWishes {
  readonly hosts: boolean
  readonly tasks: boolean
  readonly tags: boolean
}

/** The plays of a playbook with what was asked of them. */
export function playListText(playbook: string, plays: readonly ShownPlay[], wishes: ListWishes): string {
  return joinLines([
    `playbook: ${escapeLine(playbook)}`,
    ...plays.flatMap((play, at) => [
      '',
      `  play #${at + 1} (${escapeLine(play.pattern)}): ${escapeLine(play.name)}`,
      ...(wishes.hosts ? [`    ${count(play.hosts.length, 'host')}`, ...play.hosts.map((host) => `      ${escapeLine(host)}`)] : []),
      ...(wishes.tasks ? [`    ${count(play.tasks.length, 'task')}`, ...play.tasks.map(taskLine)] : []),
      ...(wishes.tags ? [`    tags: ${play.tags.length === 0 ? 'none' : escapeLine(play.tags.join(', '))}`] : []),
    ]),
  ])
}

/** What an include brings in stands below it, further in. */
function taskLine({ label, tags, at, depth }: ShownPlay['tasks'][number]): string {
  const own = tags.length === 0 ? '' : `  tags: ${escapeLine(tags.join(', '))}`
  return `      ${'  '.repeat(depth)}${escapeLine(label)}  ${escapeLine(at)}${own}`
}
