import type { Answers } from '../compile/compiled-run.ts'
import type { Playbook, PlayQuestion } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { entryOf, type MapSource, type ScalarSource } from '../model/source.ts'
import { revealText, Secret, type Text } from '../model/value.ts'
import type { TerminalPrompt } from './ports/terminal-prompt.ts'

export interface Asked {
  readonly answers: Answers
  readonly warnings: readonly Problem[]
  readonly problems: readonly Problem[]
}

/**
 * Asks the questions of all plays, in their order, before anything is reached; what -e gives is not asked (design/language.md A.1).
 * Without a terminal a default counts as the answer, as in Ansible; where there is none, the question is a problem.
 */
export async function askVariables(
  { plays }: Playbook,
  given: MapSource | undefined,
  prompt: Pick<TerminalPrompt, 'isThere' | 'line' | 'secret' | 'say'>,
): Promise<Asked> {
  const open = plays.flatMap(({ questions }) => questions).filter(({ name }) => given === undefined || entryOf(given, name) === undefined)
  const answers = new Map<PlayQuestion, ScalarSource>()
  if (prompt.isThere) {
    for (const question of open) answers.set(question, await ask(question, prompt))
    return { answers, warnings: [], problems: [] }
  }
  for (const question of open) if (question.fallback !== undefined) answers.set(question, question.fallback)
  const warnings = [...answers.keys()].map(
    ({ name, at }): Problem => ({
      code: 'OPTION_INVALID',
      message: `there is no terminal to ask for ${name}: its default counts`,
      at,
      hint: '-e gives another one',
    }),
  )
  const problems = open
    .filter((question) => !answers.has(question))
    .map(
      ({ name, at }): Problem => ({
        code: 'OPTION_INVALID',
        message: `cannot ask for ${name}: there is no terminal`,
        at,
        hint: `give it with -e ${name}=VALUE, or with -e @FILE where it is a secret`,
      }),
    )
  return { answers, warnings, problems }
}

async function ask(question: PlayQuestion, prompt: Pick<TerminalPrompt, 'line' | 'secret' | 'say'>): Promise<ScalarSource> {
  const { at, isPrivate, confirm, fallback } = question
  const shown = fallback === undefined || fallback.value instanceof Secret ? '' : ` [${fallback.value}]`
  const text = `${question.prompt}${shown}`
  const typed = async (words: string): Promise<Text> => (isPrivate ? prompt.secret(words) : prompt.line(words))
  for (;;) {
    const answer = await typed(text)
    if (confirm && revealText(await typed(`${text}, once more`)) !== revealText(answer)) {
      prompt.say('the two answers differ: from the beginning')
      continue
    }
    if (revealText(answer) === '' && fallback !== undefined) return fallback
    // an empty text hides nothing
    return { kind: 'scalar', value: revealText(answer) === '' ? '' : answer, at, unsafe: true }
  }
}
