import { envValues } from '../../lib/edit/env.ts'
import { flagIn, type FlagWish } from '../../lib/edit/flags.ts'
import { environmentOf, execStartLines, execWords, variablesIn } from '../../lib/edit/systemd.ts'
import { wordsOf } from '../../lib/edit/words.ts'
import { baseOf } from '../../lib/paths.ts'
import type { UnitFact } from '../../model/fact.ts'

/** A unit as its files say it, which may be newer than what systemd has loaded. */
export interface UnitFiles {
  readonly unit: UnitFact
  /** main file, then drop-ins, in the order they count */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** environment files in the order they count; '' for one that is missing */
  readonly environment: readonly { readonly path: string; readonly text: string }[]
}

/** Where flags can be put: into a variable of an environment file, or into the command line itself. */
export interface Variable {
  readonly name: string
  /** `${NAME}`: reaches the program as one word */
  readonly braced: boolean
  readonly file: string
  readonly text: string
  /** what Environment= of the unit gives while the file does not */
  readonly initial: string
}

/** The one command line of the unit; undefined when there is none or more than one. */
export function execStartOf({ files }: UnitFiles): string | undefined {
  const lines = execStartLines(files.map(({ text }) => text))
  return lines.length === 1 ? lines[0] : undefined
}

/** The variable of ExecStart that takes flags: the asked one, else one that is set, else one named like it, else the last. */
export function variableOf(unitFiles: UnitFiles, execStart: string, asked: string | undefined): Variable | undefined {
  const { environment, files } = unitFiles
  const last = environment.at(-1)
  if (last === undefined) return undefined
  const known = variablesIn(execStart).filter(({ name }) => name !== 'MAINPID')
  const isSet = (name: string) => environment.some(({ text }) => envValues(text)?.has(name) === true)
  const chosen =
    asked !== undefined
      ? { name: asked, braced: known.some(({ name, braced }) => name === asked && braced) }
      : (known.find(({ name }) => isSet(name)) ?? known.find(({ name }) => /ARGS|OPTS|OPTIONS|FLAGS/i.test(name)) ?? known.at(-1))
  if (chosen === undefined) return undefined
  const holder = environment.findLast(({ text }) => envValues(text)?.has(chosen.name) === true) ?? last
  return {
    ...chosen,
    file: holder.path,
    text: holder.text,
    initial:
      environmentOf(
        files.map(({ text }) => text),
        chosen.name,
      ) ?? '',
  }
}

/** Whether a flag already stands in a command line. */
export function standsIn(commandLine: string, flag: string): boolean {
  return (
    flagIn(execWords(commandLine), flag, false) !== undefined ||
    wordsOf(commandLine).filter((word) => word === flag || word.startsWith(`${flag}=`)).length > 1
  )
}

/** Whether the command line that systemd has loaded already has a flag as wished; `$$` there is one dollar. */
export function loadedRight({ unit }: UnitFiles, flag: string, wish: FlagWish): boolean {
  const now = flagIn(execWords(unit.execStart.replaceAll('$$', '$')), flag, wish)
  return (now ?? false) === wish
}

/** The files as they will be with one drop-in more or new: systemd orders drop-ins by name, whatever folder they are in. */
export function withDropIn({ files }: UnitFiles, path: string, text: string): readonly string[] {
  const [main, ...dropIns] = files
  const others = dropIns.filter((one) => one.path !== path)
  const sorted = [...others, { path, text }].sort((one, other) => (baseOf(one.path) < baseOf(other.path) ? -1 : 1))
  return [...(main === undefined ? [] : [main.text]), ...sorted.map((one) => one.text)]
}
