import { resolve } from 'node:path'
import { newReader } from '../load/index.ts'
import { isNonEmpty, type Problem, throwIfAny, TlsplayError } from '../model/problem.ts'
import { escapeLine } from '../view/escape.ts'
import type { Io } from './io.ts'
import { replaceKeeping } from './ports/durable-file.ts'
import { nodeFiles } from './ports/node-files.ts'

/** One text that `tlsplay vault` works on. */
export interface Subject {
  /** as a person named it */
  readonly name: string
  /** absolute; undefined: it came through stdin */
  readonly path: string | undefined
  readonly bytes: Uint8Array
}

export type Turned = { readonly bytes: Uint8Array } | { readonly problem: Problem }

const standard = '-'

/** Reads every file, and stdin for `-` or when none is named; whatever cannot be read is said at once. */
export async function readSubjects(names: readonly string[], io: Pick<Io, 'cwd' | 'stdin'>): Promise<readonly Subject[]> {
  const given = names.length === 0 ? [standard] : names
  const reader = newReader(nodeFiles, io.cwd)
  const subjects: Subject[] = []
  for (const name of new Set(given)) {
    if (name === standard) {
      subjects.push({ name: 'stdin', path: undefined, bytes: await readStdin(io.stdin) })
      continue
    }
    const path = resolve(io.cwd, name)
    const before = reader.problems.length
    const bytes = reader.files.read(path)
    if (bytes !== undefined) subjects.push({ name, path, bytes })
    else if (reader.problems.length === before)
      reader.problems.push({ code: 'FILE_MISSING', message: `there is no file ${name}`, hint: 'name a file, or - for stdin' })
  }
  throwIfAny(reader.problems)
  return subjects
}

/** All of a stream that is no terminal: on one, what is typed would be seen. */
export async function readStdin(stdin: Io['stdin']): Promise<Uint8Array> {
  if (stdin.isTTY === true)
    throw new TlsplayError([
      {
        code: 'OPTION_INVALID',
        message: 'no file is named, and stdin is a terminal',
        hint: 'name a file, or send the text through a pipe',
      },
    ])
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return Buffer.concat(chunks)
}

/** Turns each, and writes none of them unless all of them could be turned. */
export function turnAll(
  subjects: readonly Subject[],
  turn: (subject: Subject) => Turned,
): readonly { readonly subject: Subject; readonly bytes: Uint8Array }[] {
  const turned = subjects.map((subject) => ({ subject, result: turn(subject) }))
  const problems = turned.flatMap(({ result }) => ('problem' in result ? [result.problem] : []))
  if (isNonEmpty(problems)) throw new TlsplayError(problems)
  return turned.flatMap(({ subject, result }) => ('bytes' in result ? [{ subject, bytes: result.bytes }] : []))
}

/** In place, or where `--output` says; says so, unless stdout is where it goes. */
export function writeTurned(
  turned: readonly { readonly subject: Subject; readonly bytes: Uint8Array }[],
  { verb, output }: { readonly verb: string; readonly output: string | undefined },
  io: Pick<Io, 'cwd' | 'stdout'>,
): void {
  for (const { subject, bytes } of turned) {
    const target = output === undefined ? subject.path : output === standard ? undefined : resolve(io.cwd, output)
    if (target === undefined) io.stdout.write(bytes)
    else {
      write(target, bytes, output ?? subject.name)
      io.stdout.write(`${verb} ${escapeLine(subject.name)}${output === undefined ? '' : ` into ${escapeLine(output)}`}\n`)
    }
  }
}

/** One place takes one text. */
export function checkOutput(names: readonly string[], output: string | undefined): void {
  if (output !== undefined && new Set(names).size > 1)
    throw new TlsplayError([
      { code: 'OPTION_INVALID', message: '--output takes the text of one file', hint: 'call it once for each file, or leave --output out' },
    ])
}

function write(path: string, bytes: Uint8Array, name: string): void {
  try {
    replaceKeeping(path, bytes)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!reasons.has(code)) throw error
    throw new TlsplayError(
      [
        {
          code: 'WRITE_FAILED',
          message: `${name} cannot be written: ${reasons.get(code)}`,
          hint: 'it is as it was; its folder must be writable, and its owner be you unless you are root',
        },
      ],
      { cause: error },
    )
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the filesystem is read-only'],
  ['ENOSPC', 'no space is left'],
  ['EDQUOT', 'the quota is used up'],
  ['ENOENT', 'its folder does not exist'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its links lead in a circle'],
])
